"""Spans to entities, without spaCy: what is one thing, what it is called, where it stands."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

import wiredesk_tagger.core as core_module
from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched, Entity, GeoCoordinates, Mention
from wiredesk_tagger import nlp
from wiredesk_tagger.core import Found, Place, enrich, find_entities
from wiredesk_tagger.entities.acronyms import abbreviations, initials_match
from wiredesk_tagger.entities.people import surnames
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()


def spans_of(text, *names, rule="model"):
    return [Span(text.index(name), text.index(name) + len(name), label, rule) for name, label in names]


def found_in(text, *names, headline="", headline_spans=()):
    fields = {"headline": headline, "text": text}
    return find_entities(fields, {"headline": headline_spans, "text": spans_of(text, *names)}, LEXICON)


def cleaned(**fields):
    base = {
        "event_id": uuid4(),
        "article_id": uuid4(),
        "text": "",
        "content_hash": "c0ffee",
        "cleaner_version": "1.2.3",
        "fetched_at": datetime(2025, 1, 7, tzinfo=UTC),
    }
    return ArticleCleaned(**(base | fields))


def test_a_surname_follows_the_full_name_and_gives_one_entity():
    text = "Ayo Bello spoke. Bello left. Mr Bello's car waited."
    (entity,) = found_in(text, ("Ayo Bello", "PERSON"))
    assert entity.name == "Ayo Bello"
    assert [text[a:b] for _, a, b, _ in entity.mentions] == ["Ayo Bello", "Bello", "Bello"]


@pytest.mark.parametrize("later", ["Van Reijn", "van Reijn", "Reijn"])
def test_the_end_of_a_full_name_is_the_same_person(later):
    text = f"Dr Floor van Reijn led it. {later} said so."
    spans = [("Floor van Reijn", "PERSON"), *([("Van Reijn", "PERSON")] if later[0] == "V" else [])]
    (entity,) = found_in(text, *spans)
    assert entity.name == "Floor van Reijn"
    assert [text[a:b] for _, a, b, _ in entity.mentions] == ["Floor van Reijn", later]


def test_a_surname_two_people_share_is_given_to_neither():
    text = "Ann Bello met Ayo Bello. Bello spoke."
    names = {
        entity.name: len(entity.mentions) for entity in found_in(text, ("Ann Bello", "PERSON"), ("Ayo Bello", "PERSON"))
    }
    assert names == {"Ann Bello": 1, "Ayo Bello": 1, "Bello": 1}


def test_a_namesake_with_another_given_name_is_not_taken_for_the_person():
    text = "Ayo Bello spoke to Zed Bello."
    (entity,) = found_in(text, ("Ayo Bello", "PERSON"))
    assert len(entity.mentions) == 1


@pytest.mark.parametrize("text", ["Ayo Bello came. Bello left.", "Ayo Bello came: Kenya's Bello, no less."])
def test_a_sentence_or_an_owner_before_a_surname_is_no_given_name(text):
    (entity,) = found_in(text, ("Ayo Bello", "PERSON"))
    assert len(entity.mentions) == 2


def test_a_surname_that_is_a_city_needs_a_verb_of_speech_or_a_title():
    text = "Denzel Washington came. Washington said no. He flew to Washington."
    by_name = {e.name: e for e in found_in(text, ("Denzel Washington", "PERSON"))}
    assert [text[a:b] for _, a, b, _ in by_name["Denzel Washington"].mentions] == ["Denzel Washington", "Washington"]


def test_surname_forms_know_particles_suffixes_and_family_names_that_come_first():
    assert surnames("Ursula von der Leyen", LEXICON) == {"Leyen", "von der Leyen", "Von der Leyen"}
    assert surnames("Martin King Jr.", LEXICON) == {"King"}
    assert surnames("Xi Jinping", LEXICON) == {"Xi", "Jinping"}
    assert surnames("Bashar al-Assad", LEXICON) == {"al-Assad", "Al-Assad", "Assad"}
    assert surnames("Putin", LEXICON) == set()


def test_initials_must_match_the_words_before_the_bracket():
    words = [("Harbour", True), ("Safety", True), ("Council", True)]
    assert initials_match(words, "HSC") == 0
    assert initials_match(words, "SC") == 1
    assert initials_match(words, "XSC") is None
    text = "The Harbour Council (BBC) met."
    assert abbreviations(text, spans_of(text, ("Harbour Council", "ORG"))) == {}


def test_names_of_one_country_are_one_entity_with_its_code():
    text = "The United States and the US agreed; the U.S. paid. Russians did not."
    by_name = {
        e.name: e
        for e in found_in(text, ("United States", "GPE"), ("US", "GPE"), ("U.S.", "GPE"), ("Russians", "NORP"))
    }
    assert set(by_name) == {"United States", "Russian"}
    assert len(by_name["United States"].mentions) == 3
    assert by_name["United States"].ids == (("iso3166", "US"),)
    assert by_name["Russian"].ids == (("iso3166", "RU"),)


HEADLINE = "Bello Strengthens Harbour Alliance With China"
BODY = "President Ayo Bello went to China. He praised the Harbour Council (HC)."


@pytest.mark.parametrize("headline", [HEADLINE, HEADLINE.upper(), "Bello strengthens harbour alliance with China"])
def test_the_case_of_a_headline_does_not_change_its_entities(headline):
    (found,) = nlp.load({"en": "wire_rules"}).find([nlp.Article(headline, BODY, "en")])
    top = {e.name for e in found for field, *_ in e.mentions if field == "headline"}
    assert top == {"Ayo Bello", "China"}


def test_words_that_are_also_names_stay_words_in_a_headline_of_capitals():
    (found,) = nlp.load().find([nlp.Article("GIVE US MORE, THEY SAY", "The US agreed.", "en")])
    assert [field for entity in found for field, *_ in entity.mentions] == ["text"]


def test_the_enriched_event_carries_everything_over_and_says_what_made_it():
    article = cleaned(headline="China", text="China acts.", credits=("Photo by ANN LEE/AFP",), keywords=("x",))
    found = [Found("China", "GPE", (Place("headline", 0, 5), Place("text", 0, 5)), (("iso3166", "CN"),))]
    event = enrich(article, found, pipeline="wire_rules", version="1.0.0")
    carried = article.model_dump(exclude={"event_id"})
    assert event.model_dump(include=set(carried)) == carried
    assert event.entities[0].mentions[1].surface == "China"
    assert event.entities[0].ids == {"iso3166": "CN"}
    assert (event.tagger_pipeline, event.tagger_version) == ("wire_rules", "1.0.0")


def test_the_event_id_depends_on_the_cleaned_event_and_on_all_that_the_tagger_adds():
    article = cleaned(text="China acts.")
    china = Found("China", "GPE", (Place("text", 0, 5),))
    made: dict[str, Any] = {"pipeline": "p", "version": "1", "language": "en"}
    one = enrich(article, [china], **made)
    assert one == enrich(article, [china], **made)
    others = [
        enrich(article.model_copy(update={"event_id": uuid4()}), [china], **made),
        enrich(article, [], **made),
        enrich(article, [china._replace(ids=(("iso3166", "CN"),))], **made),
        enrich(article, [china], **made | {"pipeline": "q"}),
        enrich(article, [china], **made | {"version": "2"}),
        enrich(article, [china], **made | {"language": None}),
    ]
    assert len({event.event_id for event in (one, *others)}) == 7


def test_event_ids_never_change_between_releases():
    fixed = UUID("289ec9f9-9775-5f01-837e-78c526d24919")
    article = cleaned(text="China acts.", event_id=fixed, article_id=fixed)
    china = Found("China", "GPE", (Place("text", 0, 5, 0.98),), (("iso3166", "CN"),), 0.7)
    assert (
        str(enrich(article, [china], pipeline="p", version="1", language="en").event_id)
        == "09eafec4-b59f-56c0-8fae-55efc2984208"
    )


def test_names_in_credits_authors_and_captions_never_become_entities():
    article = cleaned(
        text="President Vladimir Putin met envoys in Moscow.",
        authors=("Margaret Oyelaran",),
        credits=("Photo by ALEXANDER NEMENOV/AFP via Getty Images",),
        captions=("Angela Merkel waves",),
        agency="AFP",
    )
    (found,) = nlp.load().find([nlp.Article(article.headline, article.text, "en")])
    names = {e.name for e in enrich(article, found, pipeline="p", version="1").entities}
    assert names == {"Vladimir Putin", "Moscow"}


def test_the_core_imports_no_spacy():
    folder = Path(core_module.__file__).parent
    entities = ("grouping", "type_agreement", "coreference", "truecasing", "salience")
    for name in (
        "core",
        "spans",
        *(f"entities/{name}" for name in entities),
        "linking/toponyms",
        "linking/toponym_context",
        "pipeline/name_rules",
        "pipeline/words",
        "lexicon/gazetteers",
    ):
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not any(module.partition(".")[0] == "spacy" for module in imported)


def test_the_event_is_what_its_models_made_one_by_one_would_be():
    found = Found(
        "Oslo", "GPE", (Place("text", 0, 4, 0.5), Place("headline", 3, 7)), (("iso3166", "NO"),), 0.25, (59.9, 10.7)
    )
    paid = Found("$2.5 million", "MONEY", (Place("text", 10, 22),))
    article = cleaned(text="Oslo paid $2.5 million.", headline="In Oslo")
    made = enrich(article, [found, paid], pipeline="p", version="1", language="en")
    entities = (
        Entity(
            name="Oslo",
            type="GPE",
            mentions=(
                Mention(field="text", start=0, end=4, surface="Oslo", confidence=0.5),
                Mention(field="headline", start=3, end=7, surface="Oslo"),
            ),
            ids={"iso3166": "NO"},
            salience=0.25,
            geo=GeoCoordinates(latitude=59.9, longitude=10.7),
        ),
        Entity(
            name="$2.5 million",
            type="MONEY",
            mentions=(Mention(field="text", start=10, end=22, surface="$2.5 million"),),
            value="2500000",
            currency="USD",
        ),
    )
    own = {"entities": entities, "tagger_pipeline": "p", "tagger_version": "1", "tagger_language": "en"}
    by_hand = ArticleEnriched.model_validate(dict(article) | {"event_id": made.event_id} | own)
    assert made.model_dump_json(exclude_none=True) == by_hand.model_dump_json(exclude_none=True)


def test_a_mention_beyond_its_text_makes_no_event():
    wrong = Found("Oslo", "GPE", (Place("text", 9, 13),))
    with pytest.raises(ValidationError):
        enrich(cleaned(text="Oslo."), [wrong], pipeline="p", version="1")
