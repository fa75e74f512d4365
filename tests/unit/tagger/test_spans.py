"""A span is cut to the name, and two spans never overlap."""

import pytest

from wiredesk_tagger.lexicon import gazetteers
from wiredesk_tagger.spans import Span, resolve, trim

LEXICON = gazetteers.read()


def test_of_two_overlapping_spans_the_longer_wins_then_the_better_rule():
    long, short = Span(0, 20, "ORG", "head"), Span(5, 12, "GPE", "gazetteer")
    assert resolve([short, long]) == [long]
    assert resolve([Span(0, 5, "GPE", "model"), Span(0, 5, "PERSON", "title")]) == [Span(0, 5, "PERSON", "title")]


def test_a_span_of_impossible_length_is_no_name():
    assert resolve([Span(0, 5000, "ORG", "head"), Span(10, 14, "GPE", "gazetteer")]) == [
        Span(10, 14, "GPE", "gazetteer")
    ]


@pytest.mark.parametrize(
    ("surface", "label", "left"),
    [
        ("the Harbour Council's", "ORG", "Harbour Council"),
        ("President Ayo Bello", "PERSON", "Ayo Bello"),
        ("“Ayo Bello”", "PERSON", "Ayo Bello"),
        ("World\n\nRussia", "GPE", "World"),
        ("McDonald's", "ORG", "McDonald's"),
        ("The Gambia", "GPE", "The Gambia"),
        ("Kari Solberg 🎉", "PERSON", "Kari Solberg"),
        ("🎌Kyoto", "GPE", "Kyoto"),
        ("Bergen \U0001f469\u200d\U0001f467", "GPE", "Bergen"),
        ("Ada Marsh ❤️ Oslo", "PERSON", "Ada Marsh"),
        ("U.S. 🇺🇸", "GPE", "U.S."),
        ("Oslo 1️⃣", "GPE", "Oslo 1"),
        ("Northlight™", "ORG", "Northlight"),
        ("Northlight™ Foods", "ORG", "Northlight"),
        ("Ada Marsh | Quill", "PERSON", "Ada Marsh"),
        ("Ada Marsh • Oslo", "PERSON", "Ada Marsh"),
        ("Oslo → Bergen", "GPE", "Oslo"),
        ("Quill &", "ORG", "Quill"),
        ("Prince of Orsk", "PERSON", "Prince of Orsk"),
    ],
)
def test_a_span_is_cut_to_the_name(surface, label, left):
    span = trim(surface, Span(0, len(surface), label, "model"), LEXICON)
    assert span is not None
    assert surface[span.start : span.end] == left


def test_a_span_without_letters_or_digits_is_dropped():
    assert trim("“”", Span(0, 2, "ORG", "model"), LEXICON) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Write to quarry.co.UK today.", "UK"),
        ("See oslo.example.no for more.", "oslo"),
        ("Ask ann.oake@example.ca about it.", "ca"),
        ("It is on www.Canada.ca now.", "Canada"),
        ("He went to U in May.", "U"),
    ],
)
def test_a_part_of_an_address_and_a_single_letter_are_no_places(text, name):
    at = text.index(name)
    assert trim(text, Span(at, at + len(name), "GPE", "model"), LEXICON) is None


@pytest.mark.parametrize(
    "text", ["They left Oslo.", "The U.S.-led force left.", "St. Oake in Oslo.He left.", "In Oslo/Bergen."]
)
def test_a_place_beside_a_full_stop_or_slash_stays_one(text):
    name = "U.S." if "U.S." in text else "Oslo"
    at = text.index(name)
    assert trim(text, Span(at, at + len(name), "GPE", "model"), LEXICON) is not None
