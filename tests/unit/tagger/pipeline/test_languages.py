"""Which pipeline reads which article: installed ones by language, the built-in one, or none that knows it."""

import tracemalloc

import pytest
import spacy
from spacy.pipeline import EntityRuler

from tests.faults.harness.languages import SENTENCES
from wiredesk.contracts.errors import ConfigurationError
from wiredesk_tagger import nlp
from wiredesk_tagger.entities.truecasing import Read
from wiredesk_tagger.pipeline import languages

ENGLISH = "The Larkspur Quay pleased Vladimir Putin. Putin left for the harbour, and they say that he was in Moscow."


def written(folder, lang, patterns):
    model = spacy.blank(lang)
    ruler = model.add_pipe("entity_ruler")
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns([{"label": label, "pattern": pattern} for pattern, label in patterns.items()])
    model.add_pipe("sentencizer")
    model.meta["name"], model.meta["version"] = "harbour", "4.5.6"
    model.to_disk(folder)
    return str(folder)


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "harbour"
    return written(folder, "en", {"Vladimir Putin": "PERSON", "Larkspur Quay": "ORG"})


@pytest.fixture(scope="module")
def german(tmp_path_factory):
    return written(tmp_path_factory.mktemp("models") / "hafen", "de", {"Angela Merkel": "PERSON", "Larkspur": "ORG"})


@pytest.fixture(scope="module")
def tagger(german):
    return nlp.load({"en": "wire_rules", "de": german})


def pairs(tagged):
    return {(entity.name, entity.label) for entity in tagged.entities}


def test_any_spacy_pipeline_can_be_named_by_its_path(english):
    (tagged,) = nlp.load({"en": english}).tag([nlp.Article("", ENGLISH, "en")])
    assert tagged.made_by == nlp.MadeBy("en_harbour", "4.5.6", "en")
    assert [(e.name, e.label, len(e.mentions)) for e in tagged.entities] == [
        ("Larkspur Quay", "ORG", 1),
        ("Vladimir Putin", "PERSON", 2),
    ]


def test_each_article_of_a_batch_is_read_by_the_pipeline_of_its_language(tagger):
    texts = {
        "de": "Angela Merkel reiste nach Berlin.",
        "en": "Mr Rowan Brook left Berlin.",
        "nl": "Rowan Brook in Kenia.",
    }
    batch = [nlp.Article("", texts[language], language) for language in ("en", "de", "nl", "en", "de")]
    found = tagger.tag(batch)
    assert [one.made_by.language for one in found] == ["en", "de", None, "en", "de"]
    assert [one.made_by.pipeline for one in found] == [
        "wire_rules", "de_harbour", "wire_rules", "wire_rules", "de_harbour",
    ]  # fmt: skip
    assert pairs(found[0]) == pairs(found[3]) == {("Rowan Brook", "PERSON"), ("Berlin", "GPE")}
    assert pairs(found[1]) == pairs(found[4]) == {("Angela Merkel", "PERSON")}


def test_an_article_in_a_language_without_a_pipeline_gets_lists_dates_and_amounts_and_is_marked(english):
    text = "Vladimir Putin reist nach Berlin und zahlt 30 euros."
    (tagged,) = nlp.load({"en": english}).tag([nlp.Article("", text, "nl")])
    assert tagged.made_by == nlp.MadeBy("wire_rules", languages.RULES_VERSION, None)
    assert pairs(tagged) == {("Berlin", "GPE"), ("30 euros", "MONEY")}


def test_an_article_of_unknown_language_is_read_by_the_pipeline_whose_words_it_has(tagger):
    german = "Die Kanzlerin Angela Merkel ist in der Stadt und sie hat den Hafen nicht gesehen, weil es zu dunkel war."
    found = tagger.tag([nlp.Article("", text, None) for text in (ENGLISH, german, "Ayo Bello, Lagos: 42.", "")])
    assert [one.made_by.language for one in found] == ["en", "de", None, None]


def test_a_text_of_unknown_language_is_never_taken_for_english_when_it_is_not():
    tagger = nlp.load({"en": "wire_rules"})
    others = {tag: text for tag, text in SENTENCES.items() if tag != "en"}
    assert len(others) > 20
    found = tagger.tag([nlp.Article("", text * 3, None) for text in others.values()])
    assert [tag for tag, one in zip(others, found, strict=True) if one.made_by.language] == []


def test_a_headline_alternative_headline_and_captions_are_fields_of_their_own():
    text = "President Ayo Bello went to China."
    article = nlp.Article("Bello in China", text, "en", "A visit to Kenya", ("Nothing.", "Bello waves in Oslo."))
    (tagged,) = nlp.load({"en": "wire_rules"}).tag([article])
    places = {(p.field, article.fields[p.field][p.start : p.end]) for e in tagged.entities for p in e.mentions}
    assert places == {
        ("headline", "Bello"), ("headline", "China"), ("alternative_headline", "Kenya"),
        ("text", "Ayo Bello"), ("text", "China"), ("captions[1]", "Bello"), ("captions[1]", "Oslo"),
    }  # fmt: skip


def test_a_text_longer_than_the_pipelines_limit_is_read_in_pieces(english):
    tagger = nlp.load({"en": english})
    tagger._by_language["en"].nlp.max_length = 200
    text = "\n\n".join(["Nothing at all happened on the quay."] * 40 + ["Vladimir Putin left."])
    (found,) = tagger.find([nlp.Article("", text, "en")])
    assert [text[a:b] for e in found for _, a, b, _ in e.mentions] == ["Vladimir Putin"]


def test_a_missing_pipeline_is_an_error_that_says_how_to_install_it():
    with pytest.raises(ConfigurationError, match="python -m spacy download xx_not_there"):
        nlp.load({"de": "xx_not_there"})


@pytest.mark.parametrize("language", ["fr", "no"])
def test_a_pipeline_of_another_language_is_refused(english, language):
    with pytest.raises(ConfigurationError, match=f"reads the language 'en'.*'{language}'"):
        nlp.load({language: english})


@pytest.mark.parametrize("name", ["wire_rules", "wire_news"])
def test_the_built_in_pipelines_are_for_english_only(name):
    with pytest.raises(ConfigurationError, match="reads English"):
        nlp.load({"de": name})


@pytest.mark.parametrize(("language", "lang"), [("no", "nb"), ("sv", "xx")])
def test_a_pipeline_for_the_same_or_any_language_under_another_code_is_taken(tmp_path, language, lang):
    folder = written(tmp_path / "model", lang, {"Larkspur": "ORG"})
    (tagged,) = nlp.load({language: folder}).tag([nlp.Article("", "Larkspur i Oslo.", language)])
    assert (tagged.made_by.language, pairs(tagged)) == (language, {("Larkspur", "ORG")})


def test_a_country_before_a_hyphen_is_a_token_of_its_own():
    (tagged,) = nlp.load({"en": "wire_rules"}).tag([nlp.Article("", "The U.S.-led talks ended.", "en")])
    assert pairs(tagged) == {("United States", "GPE")}


@pytest.mark.parametrize(
    "text",
    [
        'From: "Alan Oake"<alan@example.com> to all.',
        "The judge thanked Alan Oake;she left.",
        "It was Alan Oake-- nobody else.",
        "It was Alan Oake)and nobody else.",
        "It was Alan Oake/ nobody else.",
        "It was --Alan Oake.",
    ],
)
def test_no_name_is_lost_to_the_marks_beside_it(text):
    (tagged,) = nlp.load({"en": "wire_rules"}).tag([nlp.Article("", text, "en")])
    assert pairs(tagged) == {("Alan Oake", "PERSON")}


def test_a_pipeline_written_to_a_folder_cuts_tokens_in_the_same_places(tmp_path):
    text = '"Oake"<oake@example.com> saw http://example.com/a?b=c;d;she did not-- and U.S.-led.'
    ours = languages.rules()
    ours.to_disk(tmp_path)
    words = [token.text for token in spacy.load(tmp_path)(text)]
    assert words == [token.text for token in ours(text)]
    assert {"Oake", "not", "U.S."} < set(words)


def test_a_users_file_links_names_is_read_again_and_is_part_of_the_version(tmp_path):
    file = tmp_path / "names.jsonl"
    file.write_text('{"id": "wikidata:Q1", "label": "Rowan Brook", "type": "PERSON"}\n')
    tagger = nlp.load({"en": "wire_rules"}, file)
    article = nlp.Article("", "Mr Rowan Brook left Oslo.", "en")
    (before,) = tagger.tag([article])
    file.write_text('{"id": "wikidata:Q22", "label": "Rowan Brook", "type": "PERSON"}\n')
    (after,) = tagger.tag([article])
    ids = [dict(next(e.ids for e in tagged.entities if e.name == "Rowan Brook")) for tagged in (before, after)]
    assert ids == [{"wikidata": "Q1"}, {"wikidata": "Q22"}]
    assert before.made_by.version.startswith(f"{languages.RULES_VERSION}+")
    assert before.made_by.version != after.made_by.version


def test_a_broken_users_file_stops_the_service_with_the_line(tmp_path):
    file = tmp_path / "names.jsonl"
    file.write_text('{"id": "wikidata:Q1", "label": "Rowan Brook", "type": "PERSON"}\n{"id": 1}\n')
    nlp.start({"en": "wire_rules"}, file)
    reason = nlp.describe()
    assert isinstance(reason, str)
    assert "line 2" in reason


def kept_after_reading_10_000_words(monkeypatch, renew):
    """Return how many bytes spaCy holds more than before the words, each of which comes once."""
    pipeline = nlp.Pipeline(languages.listed(), "en")
    pipeline.nlp.select_pipes(disable=pipeline.nlp.pipe_names)
    tracemalloc.start()
    try:
        monkeypatch.setattr(nlp, "_RENEW", 0)
        pipeline.spans([{"text": Read("Tables that are made anew are counted from here on.")}])
        monkeypatch.setattr(nlp, "_RENEW", renew)
        before = tracemalloc.get_traced_memory()[0]
        for start in range(0, 10_000, 500):
            pipeline.spans([{"text": Read(" ".join(f"w{number}" for number in range(start, start + 500)))}])
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def test_words_that_are_forgotten_leave_no_room_behind(monkeypatch):
    assert kept_after_reading_10_000_words(monkeypatch, 10**9) > 500_000
    assert kept_after_reading_10_000_words(monkeypatch, 5_000) < 200_000


def test_when_the_tables_are_made_anew_the_same_is_found(monkeypatch):
    monkeypatch.setattr(nlp, "_RENEW", 0)
    pipeline = nlp.Pipeline(languages.rules(), "en")
    known, getters = len(pipeline.nlp.vocab), dict(pipeline.nlp.vocab.lex_attr_getters)  # type: ignore[attr-defined]
    texts = [
        {"text": Read(f"{ENGLISH} \u20ac20 on Monday wasn't much for U.S.-led {name}.")} for name in ("Ouagla", "UN")
    ]
    first, second = pipeline.spans(texts), pipeline.spans(texts)
    assert first == second
    assert [len(found["text"]) for found in first] == [5, 6]
    assert len(pipeline.nlp.vocab) < known
    assert pipeline.nlp.vocab.lex_attr_getters == getters  # type: ignore[attr-defined]


def test_what_another_pipeline_keeps_with_its_words_stays(monkeypatch, english):
    monkeypatch.setattr(nlp, "_RENEW", 0)
    pipeline = nlp.Pipeline(languages.load("en", english), "en")
    pipeline.nlp.vocab["Larkspur"].is_stop = True
    pipeline.spans([{"text": Read(ENGLISH)}])
    assert pipeline.nlp.vocab["Larkspur"].is_stop
