"""A person's name has no office in it, and the country of the office is named there too."""

import pytest

from wiredesk_tagger.core import find_entities
from wiredesk_tagger.entities.offices import without_office
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()


def parts(surface):
    spans = without_office(surface, Span(0, len(surface), "PERSON", "model", 0.9), LEXICON)
    return [(surface[span.start : span.end], span.label) for span in spans]


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("US President Marta Oake", [("US", "GPE"), ("Marta Oake", "PERSON")]),
        ("French Foreign Minister Marta Oake", [("French", "NORP"), ("Marta Oake", "PERSON")]),
        ("Canada's Prime Minister Marta Oake", [("Canada", "GPE"), ("Marta Oake", "PERSON")]),
        ("Secretary of State Marta Oake", [("Marta Oake", "PERSON")]),
        ("Defence Minister Oake", [("Oake", "PERSON")]),
        ("US President", [("US", "GPE")]),
        ("Prime Minister", []),
    ],
)
def test_an_office_is_cut_off_and_its_country_kept(surface, expected):
    assert parts(surface) == expected


@pytest.mark.parametrize("surface", ["Marta Oake", "Prince of Orsk", "Jordan King", "Marta King", "National Oake"])
def test_a_name_that_only_looks_like_an_office_stays_whole(surface):
    assert parts(surface) == [(surface, "PERSON")]


def test_what_is_no_person_keeps_its_office():
    span = Span(0, 22, "ORG", "model", 0.9)
    assert without_office("US Secretary of Defense", span, LEXICON) == [span]


def test_the_president_and_the_country_are_two_entities():
    text = "US President Marta Oake spoke. Oake left."
    found = find_entities({"text": text}, {"text": [Span(0, 23, "PERSON", "model", 0.9)]}, LEXICON)
    assert [(entity.name, len(entity.mentions)) for entity in found] == [("United States", 1), ("Marta Oake", 2)]
