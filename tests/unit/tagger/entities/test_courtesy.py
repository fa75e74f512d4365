"""A man and a woman of one surname, told apart by the titles before it."""

import pytest

from tests.unit.tagger.entities.test_people import people
from wiredesk_tagger.core import find_entities
from wiredesk_tagger.entities.courtesy import MAN, WOMAN, courtesy
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.spans import Span


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Mr Oake", MAN),
        ("then Sir Oake", MAN),
        ("Mrs. Oake", WOMAN),
        ("Lady\u00a0Oake", WOMAN),
        ("Dr Oake", None),
        ("Mister Oake", None),
        ("Oake", None),
        ("a mr Oake", None),
    ],
)
def test_a_title_says_man_or_woman_or_nothing(text: str, told: str | None):
    assert courtesy(text, text.index("Oake")) == told


def test_lady_oake_is_not_sir_john():
    text = "Sir John Oake came. Lady Oake came too, Oake said."
    found = people(text, "John Oake", "Oake")
    assert found == {"John Oake": ["John Oake", "Oake"], "Oake": ["Oake"]}


def test_mr_and_mrs_are_two_where_neither_has_a_given_name():
    text = "Mr Oake sold the boat. Mrs Oake wept. Mrs Oake left."
    him, her, again = (at for at in range(len(text)) if text.startswith("Oake", at))
    spans = [Span(at, at + len("Oake"), "PERSON", "model", 0.9) for at in (him, her, again)]
    found = find_entities({"text": text}, {"text": spans}, gazetteers.read())
    assert [[place.start for place in one.mentions] for one in found] == [[him], [her, again]]


def test_mr_and_ms_of_a_couple_are_the_two_who_were_introduced():
    text = "Scott Oake and his wife, Jamie Oake, came. Ms. Oake smiled at Mr. Oake."
    assert people(text, "Scott Oake", "Jamie Oake", "Oake") == {
        "Scott Oake": ["Scott Oake", "Oake"],
        "Jamie Oake": ["Jamie Oake", "Oake"],
    }


def test_a_title_alone_divides_nobody():
    text = "Ann Oake spoke. Ms Oake left, and Oake did not come back."
    assert people(text, "Ann Oake", "Oake") == {"Ann Oake": ["Ann Oake", "Oake", "Oake"]}


def test_one_who_is_called_dr_and_mr_is_one():
    text = "John Oake spoke. Dr Oake left, and Mr Oake did not come back."
    assert people(text, "John Oake", "Oake") == {"John Oake": ["John Oake", "Oake", "Oake"]}
