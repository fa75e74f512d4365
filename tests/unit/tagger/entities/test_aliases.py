"""Two names that a text says are one thing are one entity; what it says of another thing joins nothing."""

import pytest

from wiredesk_tagger.core import find_entities
from wiredesk_tagger.entities.aliases import aliases
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()


def spans(text, *names):
    """Each (surface, type) as a span, each searched after the one before."""
    found, at = [], 0
    for surface, label in names:
        at = text.index(surface, at)
        found.append(Span(at, at + len(surface), label, "model", 0.9))
        at += len(surface)
    return found


def said(text, one, other, label, other_label=None):
    found = aliases(text, spans(text, (one, label), (other, other_label or label)), LEXICON)
    return [(alias.name, alias.full, alias.label) for alias in found]


@pytest.mark.parametrize(
    "text",
    [
        "Larkspur Works, also known as Tamwin Works, closed.",
        "Larkspur Works (formerly Tamwin Works) closed.",
        "Larkspur Works (1901 \u2013 1950), later called the Tamwin Works, closed.",
        "Larkspur Works () or simply Tamwin Works closed.",
        "Larkspur Works was originally named \u201cTamwin Works\u201d.",
        "The Larkspur Works, or Tamwin Works, closed.",
        "Larkspur Works (a.k.a. Tamwin Works) closed.",
        "Larkspur Works (initially spelt as Tamwin Works) closed.",
        "Larkspur Works (old) (or Tamwin Works) closed.",
        "Larkspur Works (now Tamwin Works, in Orsk) closed.",
        "Larkspur Works (modern Tamwin Works) closed.",
        "Larkspur Works (Danish: Tamwin Works) closed.",
        "Larkspur Works (1901; in Danish: Tamwin Works) closed.",
        'Larkspur Works ("The Tamwin Works") closed.',
    ],
)
def test_a_phrase_between_two_names_says_that_they_are_one(text):
    assert said(text, "Larkspur Works", "Tamwin Works", "ORG") == [("Tamwin Works", "Larkspur Works", "ORG")]


@pytest.mark.parametrize(
    "text",
    [
        "A quarter of Larkspur, known as Tamwin, burned.",
        "Parts of Larkspur are called Tamwin.",
        "Ships of Orsk, Larkspur, or Tamwin, sailed.",
        "Larkspur has also called Tamwin a friend.",
        "Larkspur was named after Tamwin.",
        "Larkspur (Tamwin) won.",
        "Larkspur (now twinned with Tamwin) won.",
        "Larkspur (later Tamwin) won.",
        "Larkspur (or Tamwin) will win.",
        "Larkspur (Score: Tamwin) won.",
        "Larkspur or Tamwin will win.",
    ],
)
def test_what_is_said_of_another_thing_joins_nothing(text):
    assert said(text, "Larkspur", "Tamwin", "GPE") == []


def test_one_who_was_crowned_is_the_same_and_a_successor_is_not():
    assert said("Ann Oake (later Queen Brenna) sang.", "Ann Oake", "Brenna", "PERSON") != []
    assert said("Ann Oake (now Tom Quill) led it.", "Ann Oake", "Tom Quill", "PERSON") == []


def test_a_name_in_another_script_is_the_same():
    text = "Minako (\u897f\u5c71) sang."
    assert said(text, "Minako", "\u897f\u5c71", "PERSON") == [("\u897f\u5c71", "Minako", "PERSON")]


def test_or_between_two_spellings_says_that_they_are_one():
    text = "Maclo or Maclovius Oake was a bishop."
    assert said(text, "Maclo", "Maclovius Oake", "PERSON") == [("Maclovius Oake", "Maclo", "PERSON")]


@pytest.mark.parametrize(
    ("text", "one", "other", "label"),
    [
        ("Larkspur United or Larkspur City, they say, will win.", "Larkspur United", "Larkspur City", "ORG"),
        ("It lies by Marsel or Marsala, they say.", "Marsel", "Marsala", "GPE"),
        ("Ann Oake or Ann Quill, they say, will win.", "Ann Oake", "Ann Quill", "PERSON"),
        ("They elect Maclo or Maclovius Oake today.", "Maclo", "Maclovius Oake", "PERSON"),
    ],
)
def test_or_between_two_to_choose_from_joins_nothing(text, one, other, label):
    assert said(text, one, other, label) == []


def test_a_town_and_a_region_may_be_two_names_of_one_place():
    text = "Lake Larkspur (now Tamwin) froze."
    assert said(text, "Lake Larkspur", "Tamwin", "LOC", "GPE") == [("Tamwin", "Lake Larkspur", "LOC")]


def test_the_initials_of_a_second_name_are_those_of_the_first_as_well():
    text = "Larkspur Works (now Tamwin Quay Works, known as TQW) closed. TQW was sold."
    named = (("Larkspur Works", "ORG"), ("Tamwin Quay Works", "ORG"), ("TQW", "ORG"), ("TQW", "ORG"))
    (one,) = find_entities({"text": text}, {"text": spans(text, *named)}, LEXICON)
    assert len(one.mentions) == 4


def test_a_bracket_joins_two_names_that_begin_alike():
    text = "The Brenn Bay (Brenn Bugt) froze."
    assert said(text, "Brenn Bay", "Brenn Bugt", "LOC") == [("Brenn Bugt", "Brenn Bay", "LOC")]


@pytest.mark.parametrize(
    "text",
    [
        "Ann Oake (born Zelda Quill in Orsk) sang.",
        "Ann Oake, known as Zelda Quill, sang.",
        'Ann Oake, "Zelda Quill", sang.',
    ],
)
def test_a_birth_or_stage_name_is_the_same_person(text):
    assert said(text, "Ann Oake", "Zelda Quill", "PERSON") == [("Zelda Quill", "Ann Oake", "PERSON")]


def test_a_person_is_no_second_name_of_a_body_nor_has_a_listed_name_one():
    assert said("Larkspur, also known as Quill, won.", "Larkspur", "Quill", "ORG", "PERSON") == []
    assert said("France, also known as Tamwin, won.", "France", "Tamwin", "GPE") == []


def test_the_surname_of_either_name_is_the_one_person():
    text = "Ann Oake (born Zelda Quill) sang. Quill bowed. Oake left."
    named = (("Ann Oake", "PERSON"), ("Zelda Quill", "PERSON"), ("Quill", "PERSON"), ("Oake", "PERSON"))
    (oake,) = find_entities({"text": text}, {"text": spans(text, *named)}, LEXICON)
    assert len(oake.mentions) == 4


def test_a_maiden_name_that_another_bears_is_his():
    text = "Ann Oake (née Quill) sang. Her father Tom Quill wept. Quill left."
    named = (("Ann Oake", "PERSON"), ("Quill", "PERSON"), ("Tom Quill", "PERSON"), ("Quill", "PERSON"))
    found = find_entities({"text": text}, {"text": spans(text, *named)}, LEXICON)
    assert [(one.name, len(one.mentions)) for one in found] == [("Ann Oake", 1), ("Tom Quill", 3)]


def test_names_that_go_round_in_a_circle_end():
    text = "Larkspur, also called Tamwin, won. Tamwin, also called Larkspur, lost."
    named = (("Larkspur", "ORG"), ("Tamwin", "ORG"), ("Tamwin", "ORG"), ("Larkspur", "ORG"))
    (one,) = find_entities({"text": text}, {"text": spans(text, *named)}, LEXICON)
    assert len(one.mentions) == 4
