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
        ("Larkspur", "Larkspur Records"),
        ("Larkspur", "Larkspur High School"),
        ("Larkspur", "FK Larkspur"),
        ("Larkspur", "Larkspur FC"),
        ("Larkspur Society", "Larkspur Harbour Society"),
        ("Quarry Court", "Larkspur Hill Quarry Court"),
        ("Brennick Secretariat", "Secretariat of the Brennick"),
        ("Brennick Quarry Court", "Quarry Court of Brennick"),
        ("Larkspur", "Larkspur Pharmacy"),
        ("Larkspur", "Larkspur S.A."),
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
        ("Larkspur", ("Larkspur Records",)),
        ("Harbour Party", ("Harbour Quarry Party",)),
        ("Quarry Court", ("Royal Quarry Court",)),
        ("Brennick University", ("University of Brennick",)),
        ("Larkspur Games", ("Larkspur Games Orsk", "Orsk")),
    ],
)
def test_a_short_name_of_two_or_of_another_body_stands_for_itself(short, others):
    assert longer_forms(organisations(short, *others), LEXICON) == {}


def test_a_chain_of_longer_names_has_one_end():
    names = organisations("Larkspur", "Larkspur Group", "Larkspur Group Ltd")
    assert set(longer_forms(names, LEXICON).values()) == {"Larkspur Group Ltd"}


@pytest.mark.parametrize(
    ("short", "full", "label"),
    [
        ("Brennick", "Brennick River", "LOC"),
        ("Brennick", "Mount Brennick", "LOC"),
        ("Brennick", "City of Brennick", "GPE"),
        ("Brennick", "Brennick upon Orsk", "GPE"),
        ("Mt. Brennick", "Mount Brennick", "LOC"),
        ("Quill Station", "Quill Research Station", "FAC"),
        ("Quill Station", "Walter Harp Quill Station", "FAC"),
        ("Santa Orsa", "Santa Orsa de Brennick", "GPE"),
        ("Brenniskan", "Brenniska", "GPE"),
        ("Brenniskara", "Brennisskarra", "GPE"),
        ("Brennisk", "Brenn Isk", "GPE"),
    ],
)
def test_a_place_is_the_same_without_the_word_for_its_kind(short, full, label):
    text = f"{full} is old. {short} is grey."
    spans = [
        Span(0, len(full), label, "model", 0.9),
        Span(len(full) + 9, len(full) + 9 + len(short), label, "model", 0.9),
    ]
    (one,) = find_entities({"text": text}, {"text": spans}, LEXICON)
    assert len(one.mentions) == 2


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("Brennick", "Brennick County"),
        ("Brennick", "Duchy of Brennick"),
        ("Orsk Station", "Upper Orsk Station"),
        ("North Station", "Orsk North Station"),
    ],
)
def test_a_county_is_not_the_town_it_is_called_after(short, full):
    assert longer_forms({full: "GPE", short: "GPE"}, LEXICON) == {}


def test_an_island_is_the_same_without_the_word_but_no_town_is_an_island():
    assert longer_forms({"Brennick Island": "LOC", "Brennick": "LOC"}, LEXICON) == {"Brennick": "Brennick Island"}
    assert longer_forms({"Brennick Island": "LOC", "Brennick": "GPE"}, LEXICON) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oake & Quill", "Oake and Quill"),
        ("Ho-Rinn", "Ho - Rinn"),
        ("US Quarry Board", "United States Quarry Board"),
        ("U.S. Quarry Board", "US Quarry Board"),
    ],
)
def test_spellings_with_other_signs_are_one_entity(one, other):
    text = f"{one} grew. The {other} fell."
    spans = [Span(0, len(one), "ORG", "model", 0.9), Span(text.index(other, 1), len(text) - 6, "ORG", "model", 0.9)]
    (found,) = find_entities({"text": text}, {"text": spans}, LEXICON)
    assert len(found.mentions) == 2


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


def test_a_long_acronym_may_be_found_as_a_place():
    assert at_a_distance({"HSC": "GPE", "Harbour Safety Commission": "ORG"}, LEXICON) == {
        "HSC": "Harbour Safety Commission"
    }
    assert at_a_distance({"QP": "GPE", "Quarry Press": "ORG"}, LEXICON) == {}


def test_an_acronym_of_another_type_stands_for_itself():
    assert at_a_distance({"HSC": "PERSON", "Harbour Safety Commission": "ORG"}, LEXICON) == {}


def test_brackets_explain_a_short_form_that_draws_letters_from_inside_the_words():
    text = "The Independent Quarry Survey (IQUS) met."
    span = Span(4, 29, "ORG", "model", 0.9)
    assert abbreviations(text, [span])["IQUS"][0] == "Independent Quarry Survey"
    assert abbreviations("The Harbour Council (BBC) met.", [Span(4, 19, "ORG", "model", 0.9)]) == {}


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("The Harbour Safety Union (HSU; Orsk) met.", "HSU"),
        ("The Harbour Safety Union(HSU) met.", "HSU"),
        ("The Harbour Safety Union's (HSU) head left.", "HSU"),
        ("The Harbour Safety Union or HSU met.", "HSU"),
        ("BVZ (Harbour Safety Union) met.", "BVZ"),
        ("The Harbour Safety Union (US-HASU) met.", "US-HASU"),
        ("HARSU (Harbour Safety Union) met.", "HARSU"),
        ("The Harbour Safety Union (BVZ) met. BVZ won.", "BVZ"),
    ],
)
def test_a_bracket_explains_a_short_form_on_either_side_and_in_another_language(text, short):
    spans = [
        Span(text.index(name), text.index(name) + len(name), "ORG", "model", 0.9)
        for name in ("Harbour Safety Union", short)
    ]
    assert abbreviations(text, spans)[short][0] == "Harbour Safety Union"


def test_capitals_in_brackets_that_are_listed_or_not_used_again_are_no_short_form():
    text = "The Harbour Safety Union (BVZ) met. BVZ won."
    span = Span(4, 24, "ORG", "model", 0.9)
    assert abbreviations(text, [span], {"BVZ"}) == {}
    assert abbreviations(text[:34], [span]) == {}


def test_an_acronym_written_like_a_word_is_the_same():
    text = "HARSU (Harbour Safety Union) met. Harsu won."
    names = ("HARSU", "Harbour Safety Union", "Harsu")
    spans = [Span(text.index(name), text.index(name) + len(name), "ORG", "model", 0.9) for name in names]
    (one,) = find_entities({"text": text}, {"text": spans}, LEXICON)
    assert len(one.mentions) == 3
