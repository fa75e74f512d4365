"""The document steps inside a spaCy pipeline: the same entities as the service's, and what spaCy's tools ask for."""

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from tests.unit.tagger import tiny_model
from wiredesk_tagger import Article, load, story
from wiredesk_tagger.pipeline import languages, model_files

WORDS = {"zorah": "B-PERSON", "quillfeather": "I-PERSON", "larkspur": "B-ORG", "quay": "I-ORG", "trondvik": "B-GPE"}
PLAIN = "Zorah Quillfeather left Larkspur Quay for Moscow on Monday. Quillfeather met Russian sailors."
LOUD = "QUILLFEATHER SAILS TO MOSCOW\n" + PLAIN
TEXTS = [PLAIN, LOUD, "", "The fog stayed.", "x" * 2000 + " Moscow in Russia, pre-Trondvik/Kenya."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_model.write(tmp_path_factory.mktemp("tiny") / "model", WORDS)


@pytest.fixture(scope="module")
def tagger(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_files, "MODEL", folder)
        return load()


@pytest.fixture(scope="module")
def nlp(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_files, "MODEL", folder)
        made = languages.news()
    made.add_pipe(story.NAME)
    return made


@pytest.mark.parametrize("text", TEXTS, ids=["plain", "loud", "empty", "nothing", "unreadable"])
def test_a_document_has_the_entities_that_the_service_finds_in_an_article_of_its_text(nlp, tagger, text):
    assert nlp(text)._.entities == tagger.find([Article("", text, "en")])[0]


def test_every_mention_is_a_span_of_the_document_with_the_entitys_id_and_number(nlp):
    doc = nlp(LOUD)
    assert [(ent.text, ent.label_, ent.kb_id_, ent.id_) for ent in doc.ents] == [
        ("QUILLFEATHER", "PERSON", "", "0"), ("MOSCOW", "GPE", "geonames:524901", "1"),
        ("Zorah Quillfeather", "PERSON", "", "0"), ("Larkspur Quay", "ORG", "", "2"),
        ("Moscow", "GPE", "geonames:524901", "1"), ("Monday", "DATE", "", "3"), ("Quillfeather", "PERSON", "", "0"),
        ("Russian", "NORP", "iso3166:RU", "4"),
    ]  # fmt: skip
    assert [ent._.entity.name for ent in doc.ents[:3]] == ["Zorah Quillfeather", "Moscow", "Zorah Quillfeather"]
    assert doc.ents[1]._.entity.in_country == "RU"
    assert doc.ents[0]._.entity.salience > doc.ents[5]._.entity.salience > 0
    assert list(doc.spans["wire_entities"]) == list(doc.ents)


def test_a_headline_in_the_document_is_a_field_of_its_own(nlp, tagger):
    article = Article("Quillfeather Sails To Moscow", PLAIN, "en", None, ("Kenya's Quillfeather.",))
    doc = nlp.make_doc("\n\n".join(article.fields.values()))
    begins = {field: doc.text.index(text) for field, text in article.fields.items()}
    doc._.fields = {field: (begins[field], begins[field] + len(text)) for field, text in article.fields.items()}
    assert nlp(doc)._.entities == tagger.find([article])[0]
    assert [ent.text for ent in doc.ents if ent.id_ == "0"] == [
        "Quillfeather", "Zorah Quillfeather", "Quillfeather", "Quillfeather",
    ]  # fmt: skip
    assert {doc.text[ent.start_char : ent.end_char] for ent in doc.ents if ent.kb_id_ == "iso3166:KE"} == {"Kenya"}


def test_a_stream_is_read_in_order_and_no_further_than_needed(nlp):
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield LOUD

    stream = nlp.pipe(endless(), batch_size=4)
    assert [next(stream)._.entities for _ in range(3)] == [nlp(LOUD)._.entities] * 3
    assert len(taken) <= 8
    assert [doc._.entities for doc in nlp.pipe(TEXTS)] == [nlp(text)._.entities for text in TEXTS]


def test_entities_survive_bytes_and_spacys_own_file_of_documents(nlp):
    doc = nlp(LOUD)
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    (filed,) = DocBin(store_user_data=True, docs=[doc]).get_docs(nlp.vocab)
    for other in (again, filed):
        assert other._.entities == doc._.entities
        assert [ent._.entity for ent in other.ents] == [ent._.entity for ent in doc.ents]


def test_the_pipeline_comes_back_from_its_folder(nlp, tmp_path):
    nlp.to_disk(tmp_path / "news")
    again = spacy.load(tmp_path / "news")
    assert again.pipe_names == nlp.pipe_names
    assert [again(text)._.entities for text in TEXTS] == [nlp(text)._.entities for text in TEXTS]


def test_each_component_says_what_it_needs_and_sets_and_nothing_is_missing(nlp):
    analysis = nlp.analyze_pipes()
    assert not any(analysis["problems"].values())
    assert all(one["assigns"] and not one["retokenizes"] for one in analysis["summary"].values())
    assert analysis["summary"]["wire_resolve"]["requires"] == ["doc.spans"]
    assert analysis["summary"]["wire_entities"]["requires"] == ["doc.ents"]
    alone = spacy.blank("en")
    alone.add_pipe(story.NAME)
    missing = alone.analyze_pipes() or {}
    assert missing["problems"] == {"wire_entities": ["doc.ents"]}


def test_spacys_evaluation_scores_the_entities(nlp):
    gold = nlp.make_doc(PLAIN)
    gold.ents = [gold.char_span(0, 18, label="PERSON"), gold.char_span(24, 37, label="ORG")]
    scores = nlp.evaluate([Example(nlp.make_doc(PLAIN), gold)])
    assert (scores["ents_r"], scores["ents_p"]) == (1.0, pytest.approx(2 / 6))
    assert scores["ents_per_type"]["ORG"]["f"] == 1.0


def test_the_service_reads_such_a_pipeline_with_its_own_document_steps(nlp, tagger, tmp_path):
    nlp.to_disk(tmp_path / "news")
    article = Article("Quillfeather Sails To Moscow", PLAIN, "en")
    assert load({"en": str(tmp_path / "news")}).find([article]) == tagger.find([article])
