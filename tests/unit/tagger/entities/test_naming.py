"""An entity is called what the article calls it; only a country has a name of its own."""

import pytest

from wiredesk_tagger.core import as_read, fields_of, find_entities
from wiredesk_tagger.entities.truecasing import read_line
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.nlp import Article
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()


def names(text, *found, headline="", in_headline=()):
    """Return the names of the entities, where each (surface, type) stands at every place of its surface."""
    fields = {"headline": headline, "text": text}
    texts = {field: read.text for field, read in as_read(fields, LEXICON).items()}
    spans = {
        field: [
            Span(at, at + len(surface), label, "model", 0.9)
            for surface, label in given
            for at in range(len(fields[field]))
            if texts[field][at : at + len(surface)].casefold() == surface.casefold()
        ]
        for field, given in (("headline", in_headline), ("text", found))
    }
    return {entity.name: len(entity.mentions) for entity in find_entities(fields, spans, LEXICON)}


def test_a_name_in_a_loud_headline_is_shown_as_the_headline_writes_it():
    headline = "Quarry Owners Tell Mark Oake to Stop Digging at Once"
    assert "mark" in read_line(headline, "", LEXICON).text
    assert names("Work went on.", headline=headline, in_headline=[("Mark Oake", "PERSON")]) == {"Mark Oake": 1}


def test_of_two_spellings_the_one_that_a_sentence_would_have_is_shown():
    text = "MARTA Oake left early. Marta Oake waved. Marta Oake smiled."
    assert names(text, ("MARTA Oake", "PERSON"), ("Marta Oake", "PERSON")) == {"Marta Oake": 3}


def test_a_line_end_inside_a_name_is_shown_as_a_blank():
    assert names("The Harbour  Council met.", ("Harbour  Council", "ORG")) == {"Harbour Council": 1}


def test_a_country_has_its_listed_name_whatever_the_article_calls_it():
    assert names("Britain and the UK agree.", ("Britain", "GPE"), ("UK", "GPE")) == {"United Kingdom": 2}
    assert names("The Kingdom of Norway agrees.", ("Kingdom of Norway", "GPE")) == {"Norway": 1}


@pytest.mark.parametrize(("text", "surface", "name"), [("Two Britons came.", "Britons", "Britons"),
                                                       ("Two Russians came.", "Russians", "Russian")])  # fmt: skip
def test_a_people_has_its_listed_name_only_where_the_article_holds_it(text, surface, name):
    assert names(text, (surface, "NORP")) == {name: 1}


def test_capitals_do_not_make_another_people_of_one():
    text = "CHINESE envoys came. The Chinese left."
    assert names(text, ("CHINESE", "NORP"), ("Chinese", "NORP")) == {"Chinese": 2}


def test_every_name_is_a_string_of_the_article_in_headlines_of_any_case():
    text = "The Brennick Harbour Board met Ada Quill in Orsk."
    for headline in ("BRENNICK HARBOUR BOARD MEETS ADA QUILL", "Brennick Harbour Board Meets Ada Quill in Orsk"):
        article = Article(headline, text, "en")
        read = as_read(fields_of(article), LEXICON)
        spans = {"text": [Span(4, 26, "ORG", "model", 0.9), Span(31, 40, "PERSON", "model", 0.9)], "headline": []}
        found = find_entities(fields_of(article), spans, LEXICON)
        assert read["headline"].text != headline
        assert {entity.name for entity in found} == {"Brennick Harbour Board", "Ada Quill"}
        assert all(len(entity.mentions) == 2 for entity in found)
