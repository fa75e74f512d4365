"""A short name, an acronym and the full name are one thing, where no other can be meant."""

import pytest

from wiredesk_tagger.core import find_entities
from wiredesk_tagger.entities.acronyms import abbreviations, at_a_distance
from wiredesk_tagger.entities.short_names import longer_forms
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()


def organisations(*names):
    return dict.fromkeys(names, "ORG")


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("Larkspur", "Larkspur Holdings"),
        ("Larkspur", "Larkspur Ltd."),
        ("Harvest", "Harvest Party"),
        ("Larkspur Harbour", "Larkspur Harbour Shipping"),
        ("Harbour Bank", "Harbour Bank of Brennick"),
        ("Gulls", "Kansas City Gulls"),
        ("Quarry Department", "US Quarry Department"),
        ("Commission", "Larkspur Harbour Commission"),
        ("Larkspurs", "Larkspur"),
    ],
)
def test_a_short_name_stands_for_the_one_longer_name_of_the_article(short, full):
    assert longer_forms(organisations(full, short), LEXICON) == {short: full}


@pytest.mark.parametrize(
    ("short", "others"),
    [
        ("Commission", ("Harbour Commission", "Quarry Commission")),
        ("Bank of Brennick", ("Bank of Brennick Quill Oake",)),
        ("Harbour Board", ("Harbour Board Foundation",)),
        ("Quill", ("Larkspur Quill",)),
        ("Senate", ("Brennick Senate",)),
        ("Larkspur", ("Larkspur University",)),
    ],
)
def test_a_short_name_of_two_or_of_another_body_stands_for_itself(short, others):
    assert longer_forms(organisations(short, *others), LEXICON) == {}


def test_a_chain_of_longer_names_has_one_end():
    names = organisations("Larkspur", "Larkspur Group", "Larkspur Group Ltd")
    assert set(longer_forms(names, LEXICON).values()) == {"Larkspur Group Ltd"}


def test_an_island_is_the_same_without_the_word_but_no_town_is_an_island():
    assert longer_forms({"Brennick Island": "LOC", "Brennick": "LOC"}, LEXICON) == {"Brennick": "Brennick Island"}
    assert longer_forms({"Brennick Island": "LOC", "Brennick": "GPE"}, LEXICON) == {}


def test_spellings_with_other_signs_are_one_entity():
    text = "Oake & Quill grew. Oake and Quill fell. The Ho-Rinn rose. Ho - Rinn won."
    spans = [
        Span(text.index(name), text.index(name) + len(name), "ORG", "model", 0.9)
        for name in ("Oake & Quill", "Oake and Quill", "Ho-Rinn", "Ho - Rinn")
    ]
    found = find_entities({"text": text}, {"text": spans}, LEXICON)
    assert [len(entity.mentions) for entity in found] == [2, 2]


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("QP", "Quarry Press"),
        ("HSC", "Harbour Safety Commission"),
        ("H.S.C.", "Harbour Safety Commission"),
        ("IQT", "Interborough Quarry Transit Company"),
        ("BQT", "Brennick\u2013Quill Transit Corporation"),
        ("DOQ", "Department of Quarries"),
    ],
)
def test_an_acronym_stands_for_the_one_name_with_its_initials_anywhere_in_the_article(short, full):
    assert at_a_distance(organisations(short, full), LEXICON) == {short: full}
    assert at_a_distance(organisations(full, short), LEXICON) == {short: full}


@pytest.mark.parametrize(
    ("short", "others"),
    [
        ("HSC", ("Harbour Safety Commission", "Hill Survey Council")),
        ("HS", ("Harbour Safety Commission",)),
        ("QPX", ("Quarry Press",)),
        ("QPX", ("QPX Player",)),
    ],
)
def test_an_acronym_of_two_names_or_of_none_stands_for_itself(short, others):
    assert at_a_distance(organisations(short, *others), LEXICON) == {}


def test_an_acronym_of_another_type_stands_for_itself():
    assert at_a_distance({"HSC": "PERSON", "Harbour Safety Commission": "ORG"}, LEXICON) == {}


def test_brackets_explain_a_short_form_that_draws_letters_from_inside_the_words():
    text = "The Independent Quarry Survey (IQUS) met."
    span = Span(4, 29, "ORG", "model", 0.9)
    assert abbreviations(text, [span])["IQUS"][0] == "Independent Quarry Survey"
    assert abbreviations("The Harbour Council (BBC) met.", [Span(4, 19, "ORG", "model", 0.9)]) == {}
