"""Names that a model cut in the wrong place are made whole."""

import pytest

from wiredesk_tagger.core import find_entities
from wiredesk_tagger.entities.name_edges import mended
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()


def whole(text: str, *found: tuple[str, str]) -> list[str]:
    """Return the surfaces of `found` (surface, type), each at its first place in `text`, after they were mended."""
    spans = [Span(text.index(one), text.index(one) + len(one), label, "model", 0.9) for one, label in found]
    return [text[span.start : span.end] for span in mended(text, spans, LEXICON)]


@pytest.mark.parametrize(
    ("text", "cut", "label", "name"),
    [
        ("So Ann Oake-Brennick said.", "Ann Oake", "PERSON", "Ann Oake-Brennick"),
        ("So Ann Oake-Brennick-Quill said.", "Ann Oake", "PERSON", "Ann Oake-Brennick-Quill"),
        ("So Ann Oake MP said.", "Ann Oake MP", "PERSON", "Ann Oake"),
        ("So Ann Oake, OBE, QC, said.", "Ann Oake, OBE, QC", "PERSON", "Ann Oake"),
        ("Larkspur del Orsk, S.A. (LDO) fell.", "Larkspur del Orsk", "ORG", "Larkspur del Orsk, S.A."),
    ],
)
def test_a_name_has_all_that_belongs_to_it_and_nothing_else(text: str, cut: str, label: str, name: str):
    assert whole(text, (cut, label)) == [name]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Ann Oake-led board met.", [("Ann Oake", "PERSON")]),
        ("The Ann Oake-Tom Quill talks failed.", [("Ann Oake", "PERSON"), ("Tom Quill", "PERSON")]),
        ("The Ann Oake-Quill talks failed, Tom Quill said.", [("Ann Oake", "PERSON"), ("Tom Quill", "PERSON")]),
        ("The Oake-Quill talks failed.", [("Oake", "PERSON"), ("Quill", "PERSON")]),
        ("Larkspur, Ltd.com said.", [("Larkspur", "ORG")]),
    ],
)
def test_what_follows_a_whole_name_is_not_taken_into_it(text: str, found: list[tuple[str, str]]):
    assert whole(text, *found) == [name for name, _ in found]


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("The Quarry Museum of Brennick closed.", ("Quarry Museum", "FAC"), ("Brennick", "GPE")),
        ("The Hospital of the Quarry University closed.", ("Hospital", "FAC"), ("Quarry University", "ORG")),
        ("The Harbour Front for the Quarry of Orsk met.", ("Harbour Front", "ORG"), ("Quarry of Orsk", "ORG")),
    ],
)
def test_what_a_museum_is_of_and_a_front_for_is_part_of_its_name(text, one, other):
    start, end = text.index(one[0]), text.index(other[0]) + len(other[0])
    assert whole(text, one, other)[-1] == text[start:end]


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("The Quarry Museum in Brennick closed.", ("Quarry Museum", "FAC"), ("Brennick", "GPE")),
        ("The Quarry Inc. of the Harbour Group met.", ("Quarry Inc.", "ORG"), ("Harbour Group", "ORG")),
        ("The Gulls of the Harbour League won.", ("Gulls", "ORG"), ("Harbour League", "ORG")),
        ("The Quarry Council of Orsk met.", ("Quarry Council", "ORG"), ("Orsk", "GPE")),
    ],
)
def test_two_names_with_of_between_them_stay_two(text, one, other):
    assert whole(text, one, other) == [one[0], other[0]]


def test_a_hyphenated_surname_is_one_person_though_the_model_cut_it_once():
    text = "The director, Ann Oake-Brennick, spoke. Oake-Brennick left."
    cut = [Span(14, 22, "PERSON", "model", 0.6), Span(23, 31, "PERSON", "model", 0.6)]
    (found,) = find_entities({"text": text}, {"text": cut}, LEXICON)
    assert found.name == "Ann Oake-Brennick"
    assert [text[one.start : one.end] for one in found.mentions] == ["Ann Oake-Brennick", "Oake-Brennick"]
