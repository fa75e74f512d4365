"""What holds for any text at all: zones cover it, cleaning is idempotent, and time stays linear."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.cleaner.texts import FLATTENED, P2
from wiredesk.contracts.events import ArticleCleaned
from wiredesk_cleaner.core import clean
from wiredesk_cleaner.normalisation import tidy
from wiredesk_cleaner.zones.views import found_in, story
from wiredesk_cleaner.zones.zone_map import STORY, zone_map

LINES = st.sampled_from(
    [
        *FLATTENED.split("\n"),
        P2,
        "By Ann Lee",
        "Ann Lee | Harbour Press",
        "March 3, 2026",
        "GENEVA (Harbour Press)",
        "GENEVA (Harbour Press) — Officials met on Monday.",
        "PARIS — OSLO — Nothing more was said on Monday.",
        "PARIS — Share this article.",
        "Comments",
        "Related stories",
        "Related:",
        "Lakes:",
        "- Lake Orrin",
        "Lake Vey 3",
        "Who owns the water?",
        "He refused.",
        "No.",
        "x",
        "Boats lie on the dry bed. (Photo by Ann Lee/HPA)",
        "It ended. (Reporting by Ann Lee; Editing by Bo Ek)",
        "Share",
        "Ann Lee, Harbour Press",
        "Follow Ann Lee on Twitter",
        "Story continues below",
        "Contact Ann Lee at ann@harbour.example",
        "a line without an end that goes on for a good while and then some more",
        "",
        "\t ",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(st.one_of(LINES, LINES, st.text(max_size=40)), max_size=14).map("\n".join))


@given(TEXTS)
@settings(max_examples=400, deadline=None)
@example("\ud800")
@example("\x00\r\n\u2028﻿")
def test_zones_cover_every_non_blank_line_once_and_resolve(raw):
    text = tidy(raw)
    zones = zone_map(text)
    end = 0
    for zone in zones:
        assert zone.start is not None
        assert zone.end is not None
        assert end <= zone.start < zone.end <= len(text)
        assert not text[end : zone.start].strip()
        assert zone.text is None if zone.kind in STORY else zone.text == text[zone.start : zone.end]
        assert "\n" not in text[zone.start : zone.end]
        end = zone.end
    assert not text[end:].strip()


@given(TEXTS)
@settings(max_examples=600, deadline=None)
@example("COMMENTS\n0 0 0 0 0\n0 0 0 0 0")
@example("0 0 0 0 0\nCOMMENTS\n0 0 0 0 0")
@example("Lakes\nIt fell.\nBY ANN LEE\nIt fell why?\nIt fell so.")
@example("It fell so.\nAnn Lee/Harbour Press\nIt fell why?\nIt fell so.")
@example("Lakes\n:\nPARIS (HPA) — 0 0 .\nA A|A\n0 0 .")
@example("Lakes\n:\n" + "He refused the pact.\nA A|A\n" * 5 + "He refused the pact.")
@example("It fell ?\nIt fell .\nANALYTICS\nIt fell ?")
def test_cleaning_a_clean_article_changes_nothing(raw):
    text = tidy(raw)
    zones = zone_map(text)
    once = story(text, zones)
    again = f"{found_in(zones).headline}\n\n{once}"
    assert story(again, zone_map(again)) == once


@given(raw=TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_text_is_cleaned_or_refused_and_its_zones_resolve(fetched, raw):
    result = clean(fetched(raw))
    text = tidy(raw)
    if isinstance(result, ArticleCleaned):
        places = [(zone.start, zone.end) for zone in result.zones if zone.kind in STORY]
        assert [result.text[start:end] for start, end in places] == [line for line in result.text.split("\n") if line]
        assert all((zone.start, zone.end) == (None, None) for zone in result.zones if zone.kind not in STORY)
        assert all(zone.text and zone.text in text for zone in result.zones if zone.kind not in STORY)


@given(TEXTS, st.booleans())
@settings(max_examples=200, deadline=None)
def test_tidying_is_idempotent_and_leaves_no_control_or_surrogate(raw, twice):
    text = tidy(raw)
    assert tidy(text) == text
    text.encode("utf-8")
    assert not any(ord(char) < 32 and char not in "\n\t" for char in text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2**20,
        "A-" * 2**19,
        "(" * 2**20,
        '"' * 2**20,
        "a. " * 300_000,
        "PARIS — " * 100_000 + "Nothing more was said.",
        "He said it is. " + "(Reporting by Ann Lee) " * 40_000,
        "\n".join(["A/" * 295] * 1700),
        "\n".join("By " + "Aa and " * 20 + "b" for _ in range(3000)),
        "line of some words here\n" * 100_000,
    ],
    ids=["a", "slug", "brackets", "quotes", "sentences", "datelines", "contributors", "slashes", "bylines", "lines"],
)
def test_a_hostile_text_of_a_mebibyte_takes_linear_time(text, fetched):
    began = time.process_time()
    clean(fetched(text))
    assert time.process_time() - began < 8
