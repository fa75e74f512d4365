# ruff: noqa: RUF001, SIM905 - letters of many scripts; word lists read best as text
"""Dates, sums and shares in the language of their text: sentences with what is found in them, and any text at all."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiredesk_tagger.lexicon import locales
from wiredesk_tagger.spans import resolve
from wiredesk_tagger.values import grammar, local
from wiredesk_tagger.values.normalisation import normalise, of_mentions

TOLD = datetime(2026, 12, 1, tzinfo=UTC)  # a Tuesday
LANGUAGES = (
    "ar",
    "da",
    "de",
    "es",
    "fi",
    "fr",
    "id",
    "it",
    "ja",
    "ko",
    "nl",
    "no",
    "pl",
    "pt",
    "ru",
    "sv",
    "tr",
    "uk",
    "zh",
)
_MARK = re.compile(r"\[([^\]=]+) = ([^\]]+)\]")


def sentences():
    language = ""
    for line in (Path(__file__).parent / "local_sentences.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            if re.fullmatch(r"\[[a-z]{2}\]", line):
                language = line[1:-1]
            else:
                yield language, line


def found(text, language, published=TOLD):
    """Return what is found in a text and what it means, as the sentences have it."""
    spans = resolve(local.find(text, language))
    values = [of_mentions(one.label, [(text, one.start, one.end)], published, language=language) for one in spans]
    return [
        (text[one.start : one.end], f"{value.value} %" if one.label == "PERCENT" else " ".join(filter(None, value)))
        if value
        else (text[one.start : one.end], "-")
        for one, value in zip(spans, values, strict=True)
    ]


@pytest.mark.parametrize(("language", "marked"), list(sentences()))
def test_a_sentence_names_its_dates_and_sums_and_no_others(language, marked):
    assert found(_MARK.sub(r"\1", marked), language) == _MARK.findall(marked)


def test_every_listed_language_has_its_sentences():
    told = [language for language, _ in sentences()]
    assert {language: told.count(language) >= 12 for language in set(told)} == dict.fromkeys(LANGUAGES, True)
    assert all(locales.words(language) for language in LANGUAGES)


@pytest.mark.parametrize("language", ["en", None, "xx", "zu"])
def test_in_english_and_where_the_language_is_not_known_nothing_is_added(language):
    assert list(local.find("Le 7 mars 2025, 20 millions d'euros; am Dienstag; 2026年11月28日", language)) == []


@pytest.mark.parametrize(("language", "other"), [("nb", "no"), ("nn", "no")])
def test_written_standards_of_one_language_share_their_words(language, other):
    text = "Havna åpnet 28. november 2026 for 3,5 milliarder kroner."
    assert found(text, language) == found(text, other)
    assert len(found(text, language)) == 2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Im Jahr 2019 brannte es. Am 20. November kam der Lotse.", "de"),
        ("En 2019 ardió. El 20 de noviembre llegó el práctico.", "es"),
        ("W 2019 roku spłonął. 20 listopada przybył pilot.", "pl"),
    ],
)
def test_a_day_is_not_of_this_year_where_the_paragraph_has_gone_to_another(text, language):
    assert found(text, language)[-1][1] == "-"
    assert found(text.split(". ", 1)[1], language)[-1][1] == "2026-11-20"


def test_a_day_that_no_calendar_has_is_a_date_without_value():
    assert found("am 31. November 2026", "de") == [("31. November 2026", "-")]
    assert found("2026年2月30日", "ja") == [("2026年2月30日", "-")]


def test_a_weekday_that_the_date_does_not_have_leaves_it_without_value():
    assert found("Montag, 28. November 2026", "de") == [("Montag, 28. November 2026", "-")]


def test_without_the_day_of_publication_only_whole_dates_have_a_value():
    assert found("gestern, am 28. November und am 28. November 2026", "de", None) == [
        ("gestern", "-"), ("28. November", "-"), ("28. November 2026", "2026-11-28"),
    ]  # fmt: skip


def test_a_day_of_the_month_alone_is_one_of_the_last_few_or_not_certain():
    assert [value for _, value in found("29日、25日。", "ja")] == ["2026-11-29", "-"]


def test_figures_are_read_as_the_language_writes_them():
    assert normalise("MONEY", "1.500 Euro", language="de") == ("1500", "EUR")
    assert normalise("MONEY", "1,500円", language="ja") == ("1500", "JPY")
    assert normalise("MONEY", "1,500 Euro", language="de") is None
    assert normalise("PERCENT", "12,5 %", language="ru") == ("12.5", None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_month_and_weekday_of_a_language_is_read_whatever_was_read_before(language):
    words = locales.words(language)
    assert words is not None
    if locales.is_east_asian(language):
        return
    months = {name: at for name, at in words.months.items() if len(name) > 2}
    assert set(months.values()) == set(range(1, 13))
    assert set(words.weekdays.values()) == set(range(7))
    for name, at in months.items():
        read = local.read(f"7 {name} 2025", language)
        assert read is not None
        assert read.value == f"2025-{at:02}-07"


def test_english_alone_is_read_by_the_grammar():
    text = "On 7 January 2025 it cost $1.5 billion, 12.5 per cent more than yesterday."
    assert normalise("DATE", "7 January 2025") == ("2025-01-07", None)
    assert {span.label for span in grammar.find(text)} == {"DATE", "MONEY", "PERCENT"}
    assert local.meaning(text, 3, 17, date(2025, 1, 8), "en") is None


PIECES = st.sampled_from(
    "28|2026|11|1,5|1.500| |  |-|.|,|/|%|€|$|Mrd.|Euro|mil|millones|de|noviembre|November|ноября|Kasım|года|г.|gestern"
    "|il y a|ans|vor|Jahren|年|月|日|号|억|만|원|年前|令和|元|万|億|円|백|１２|٣|مليار|дней назад|'|\n".split("|")
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=20).map("".join), st.sampled_from(LANGUAGES))
def test_no_text_raises_and_what_is_found_lies_in_it(text, language):
    for span in local.find(text, language):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip()
        of_mentions(span.label, [(text, span.start, span.end)], TOLD, language=language)
        of_mentions(span.label, [(text, span.start, span.end)], None, language=language)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30), st.sampled_from(LANGUAGES), st.sampled_from(["DATE", "MONEY", "PERCENT"]))
def test_no_surface_raises(surface, language, label):
    normalise(label, surface, TOLD, language=language)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("language", ["de", "fr", "es", "pl", "ru", "tr", "fi", "ar", "ja", "ko", "zh"])
@pytest.mark.parametrize("piece", ["1億", "1억 ", "1.", "1 ", "1,", "28 de ", "den ", " ", "$1", "1 %", "Aa "])
def test_a_text_of_one_piece_without_end_takes_no_longer_than_another(language: str, piece: str):
    """In time that grows with the square of its length each of these would take minutes."""
    text = piece * (60_000 // len(piece))
    found = list(local.find(text, language))
    assert all(0 <= span.start < span.end <= len(text) for span in found)
