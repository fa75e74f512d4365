"""An unlisted name is what the rest of the story shows it to be."""

import pytest

from wiredesk_tagger.core import find_entities
from wiredesk_tagger.entities.story_evidence import agreed
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.linking import cities
from wiredesk_tagger.spans import THING, Span

LEXICON = gazetteers.read()
CITIES = cities.read()


def found(text: str, *names: tuple[str, str]) -> dict[str, str]:
    """Return the labels by name that are left of `names`, each at its first place in `text`."""
    spans = [Span(text.index(name), text.index(name) + len(name), label, "model", 0.9) for name, label in names]
    left = agreed({"text": text}, {"text": spans}, LEXICON)["text"]
    return {text[span.start : span.end]: span.label for span in left}


def test_a_word_that_opens_a_sentence_and_is_written_small_elsewhere_names_nobody() -> None:
    assert found("Kelp has returned. Divers count the kelp by hand.", ("Kelp", "PERSON")) == {}


@pytest.mark.parametrize(
    "text",
    [
        "The mayor met Kelp. Divers count the kelp by hand.",  # it stands inside a sentence
        "Kelp has returned. Divers count the algae by hand.",  # and never small
    ],
)
def test_a_name_that_could_be_one_is_left_alone(text: str) -> None:
    assert found(text, ("Kelp", "PERSON")) == {"Kelp": "PERSON"}


def test_a_given_name_stays_a_person_though_the_story_has_the_word() -> None:
    assert found("Mark said so. They mark it.", ("Mark", "PERSON")) == {"Mark": "PERSON"}


def test_a_place_called_like_the_first_word_of_the_storys_company_is_the_company() -> None:
    text = "Odrun Cells will build. The works were sold to Odrun."
    assert found(text, ("Odrun Cells", "ORG")) == {"Odrun Cells": "ORG"}
    spans = [Span(0, 11, "ORG", "model", 0.9), Span(text.rindex("Odrun"), len(text) - 1, "GPE", "model", 0.6)]
    assert [one.label for one in agreed({"text": text}, {"text": spans}, LEXICON)["text"]] == ["ORG", "ORG"]


def test_a_listed_place_stays_one_beside_the_company_named_after_it() -> None:
    text = "Norway Cells will build in Norway."
    spans = [Span(0, 12, "ORG", "model", 0.9), Span(27, 33, "GPE", "gazetteer")]
    assert [one.label for one in agreed({"text": text}, {"text": spans}, LEXICON)["text"]] == ["ORG", "GPE"]


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("WindService warned of gales.", "WindService", "ORG"),
        ("They moved to McAllendale.", "McAllendale", "GPE"),
        ("Cyclone Ordana weakened. Ordana had crossed the coast.", "Ordana", "EVENT"),
        ("It was lent by the Musée du Sel.", "Musée du Sel", "FAC"),
    ],
)
def test_the_form_of_a_guessed_place_tells_what_it_is(text: str, name: str, label: str) -> None:
    assert found(text, (name, "GPE")) == {name: label}


@pytest.mark.parametrize(
    ("text", "surface", "label"),
    [
        ("The BRP Larkspur sailed.", "BRP Larkspur", THING),
        ("The HMS Larkspur sailed.", "Larkspur", THING),
        ("The tanker Brennick sank.", "Brennick", THING),
        ("Brennick tanks rolled in.", "Brennick", THING),
        ("The Brennick High Court met.", "Brennick High Court", "ORG"),
        ("The town of Brennick burned.", "Brennick", "GPE"),
    ],
)
def test_a_ship_a_weapon_and_a_court_are_no_places(text, surface, label):
    assert list(found(text, (surface, "GPE")).values()) == [label]


def test_a_ship_called_after_a_city_leaves_the_city_a_place():
    text = "HMS Oslo sailed to Oslo."
    spans = [Span(4, 8, "GPE", "model", 0.8), Span(19, 23, "GPE", "model", 0.8)]
    left = agreed({"text": text}, {"text": spans}, LEXICON, CITIES)["text"]
    assert [(text[span.start : span.end], span.label) for span in left] == [("HMS Oslo", THING), ("Oslo", "GPE")]


def test_of_a_ship_nobody_is_told_and_no_place_is_made_of_it():
    text = "The BRP Larkspur sailed from Oslo. The Larkspur sank."
    spans = [Span(4, 16, "GPE", "model", 0.8), Span(29, 33, "GPE", "model", 0.8), Span(39, 47, "GPE", "model", 0.8)]
    assert [one.name for one in find_entities({"text": text}, {"text": spans}, LEXICON)] == ["Oslo"]


def test_a_city_that_the_storys_company_is_called_after_is_the_company():
    text = "Westfield Group grew. Westfield fell."
    spans = [Span(0, 15, "ORG", "model", 0.8), Span(22, 31, "GPE", "model", 0.8)]
    (company,) = find_entities({"text": text}, {"text": spans}, LEXICON, cities=CITIES)
    assert (company.name, company.label, len(company.mentions)) == ("Westfield Group", "ORG", 2)
