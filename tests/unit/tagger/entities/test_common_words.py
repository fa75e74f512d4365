"""What a model takes for a name though its words name nobody."""

import pytest

from wiredesk_tagger.core import find_entities
from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.spans import Span

LEXICON = gazetteers.read()


def names(text: str, *found: tuple[str, str], confidence: float | None = 0.9) -> list[str]:
    """Return the names that are left of `found` (surface, type), each at its first place in `text`."""
    rule = "model" if confidence else "context"
    spans = [Span(text.index(one), text.index(one) + len(one), label, rule, confidence) for one, label in found]
    return [one.name for one in find_entities({"text": text}, {"text": spans}, LEXICON)]


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("Ann Oake (MP) said so.", "MP", "ORG"),
        ("The MECs met in Orsk.", "MECs", "ORG"),
        ("Prices rose with VAT in May.", "VAT", "ORG"),
        ("He was paid by Larkspur and Inc. again.", "Inc.", "ORG"),
        ("The Company sold 300 Slater Street.", "300", "FAC"),
        ("Sen. Ann Oake (D., Conn.) voted.", "D.", "PERSON"),
        ("The new House committee met.", "new", "ORG"),
        ("The Bill was debated.", "Bill", "PERSON"),
        ("The government's Bill failed.", "Bill", "PERSON"),
        ("A Harbours Bill failed.", "Harbours Bill", "PERSON"),
        ("The Harbours (Dues) Bill failed.", "Bill", "PERSON"),
    ],
)
def test_what_names_nobody_is_no_entity(text: str, name: str, label: str):
    assert names(text, (name, label)) == []


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("Then Bill left for Orsk.", "Bill", "PERSON"),
        ("The senator met Bill in Orsk.", "Bill", "PERSON"),
        ("The ANC met in Orsk.", "ANC", "ORG"),
        ("They met at Company House.", "Company House", "ORG"),
        ("They wore adidas in Orsk.", "adidas", "ORG"),
        ("They flew by TAP to Orsk.", "TAP", "ORG"),
    ],
)
def test_a_name_that_looks_like_one_of_these_stays(text: str, name: str, label: str):
    assert names(text, (name, label)) == [name]


def test_a_word_left_small_in_a_story_that_gives_names_capitals_has_to_be_a_sure_one():
    text = "It came into vogue. Ann Oake of Larkspur and Tom Quill wear adidas."
    capitals = (("Ann Oake", "PERSON"), ("Larkspur", "ORG"), ("Tom Quill", "PERSON"))
    assert names(text, ("vogue", "ORG"), *capitals, confidence=0.8) == ["Ann Oake", "Larkspur", "Tom Quill"]
    assert names(text, *capitals, ("adidas", "ORG"), confidence=0.95)[-1] == "adidas"
    assert names("it came into vogue", ("vogue", "ORG"), confidence=0.8) == ["vogue"]


def test_what_a_rule_found_is_left_to_the_rule():
    assert names("They wrote to VAT House, VAT said.", ("VAT", "ORG"), confidence=None) == ["VAT"]


def test_a_person_is_not_joined_with_a_bill_of_law():
    text = "Bill Oake spoke. The Bill failed. Oake left."
    assert names(text, ("Bill Oake", "PERSON")) == ["Bill Oake"]
    spans = [
        Span(0, 9, "PERSON", "model", 0.9),
        Span(text.index("Bill f"), text.index(" failed"), "PERSON", "model", 0.9),
    ]
    (found,) = find_entities({"text": text}, {"text": spans}, LEXICON)
    assert [text[one.start : one.end] for one in found.mentions] == ["Bill Oake", "Oake"]
