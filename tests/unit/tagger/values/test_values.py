"""What dates, sums and shares mean: ISO 8601, decimal numbers, ISO 4217; and when they have no value."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tagger.values.value_of import value_of
from wiredesk_tagger.values.date_context import looks
from wiredesk_tagger.values.normalisation import Value, normalise, of_mentions

THURSDAY = datetime(2025, 1, 9, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("surface", "value"),
    [
        ("7 January 2025", "2025-01-07"),
        ("the 7th of January 2025", "2025-01-07"),
        ("January 7, 2025", "2025-01-07"),
        ("Jan. 7, 2025", "2025-01-07"),
        ("Tuesday, January 7, 2025", "2025-01-07"),
        ("January 7-9, 2025", "2025-01-07/2025-01-09"),
        ("28\u201330 December 2024", "2024-12-28/2024-12-30"),
        ("2025-01-07", "2025-01-07"),
        ("07.01.2025", "2025-01-07"),
        ("13/01/2025", "2025-01-13"),
        ("01/13/2025", "2025-01-13"),
        ("05/05/2025", "2025-05-05"),
        ("January 2025", "2025-01"),
        ("late January, 2025", "2025-01"),
        ("SEPTEMBER 2024", "2024-09"),
        ("Sept. 2024", "2024-09"),
        ("the end of May 2024", "2024-05"),
        ("2025", "2025"),
        ("early 2025", "2025"),
        ("2024-25", "2024/2025"),
        ("2009 \u2013 2010", "2009/2010"),
        ("1990s", "1990/1999"),
        ("the late 1990s", "1990/1999"),
        ("80s", "1980/1989"),
        ("19th century", "1801/1900"),
        ("twentieth-century", "1901/2000"),
        ("third quarter of 2023", "2023-Q3"),
        ("Q1 2024", "2024-Q1"),
        ("first half of 2024", "2024-01/2024-06"),
        ("Second Half of 2024", "2024-07/2024-12"),
    ],
)
def test_a_date_that_is_told_in_full_needs_no_day_of_publication(surface: str, value: str):
    assert value_of("DATE", surface) == value
    assert value_of("DATE", surface, THURSDAY) == value


@pytest.mark.parametrize(
    ("surface", "value"),
    [
        ("yesterday", "2025-01-08"),
        ("today", "2025-01-09"),
        ("Tomorrow", "2025-01-10"),
        ("Tuesday", "2025-01-07"),
        ("Thursday", "2025-01-09"),
        ("Friday", "2025-01-03"),
        ("last Friday", "2025-01-03"),
        ("next Monday", "2025-01-13"),
        ("this Friday", "2025-01-10"),
        ("last week", "2025-W01"),
        ("this week", "2025-W02"),
        ("last month", "2024-12"),
        ("earlier this month", "2025-01"),
        ("last quarter", "2024-Q4"),
        ("last year", "2024"),
        ("the end of next year", "2026"),
        ("last weekend", "2025-01-04/2025-01-05"),
        ("next weekend", "2025-01-18/2025-01-19"),
        ("January 7", "2025-01-07"),
        ("February 3", "2025-02-03"),
        ("December 28", "2024-12-28"),
        ("28-30 December", "2024-12-28/2024-12-30"),
        ("Monday, Aug. 5", "2024-08-05"),
        ("January", "2025-01"),
        ("late December", "2024-12"),
        ("last December", "2024-12"),
        ("this May", "2025-05"),
        ("two years ago", "2023"),
        ("a year ago", "2024"),
        ("three months ago", "2024-10"),
        ("a week ago", "2025-W01"),
        ("10 days ago", "2024-12-30"),
    ],
)
def test_a_date_that_leans_on_the_day_of_publication_needs_it(surface: str, value: str):
    assert value_of("DATE", surface, THURSDAY) == value
    assert value_of("DATE", surface) is None


@pytest.mark.parametrize(
    ("surface", "why"),
    [
        ("07/01/2025", "January or July"),
        ("February 30, 2024", "no such day"),
        ("Tuesday, January 8, 2025", "it was a Wednesday"),
        ("last Tuesday", "this week's or last week's"),
        ("next Friday", "tomorrow or next week"),
        ("next May", "this year's or next year's"),
        ("Aug. 5", "five months back or seven ahead"),
        ("September", "far from either side"),
        ("March 3", "eight weeks ahead, and nobody looks there"),
        ("February", "nobody says that it is to come"),
        ("Feb. 29", "no leap year near"),
        ("Tuesdays", "many days"),
        ("20s", "of which century"),
        ("1900s", "a decade or a century"),
        ("2025-24", "backwards"),
        ("about two years ago", "about"),
        ("several months ago", "how many"),
        ("two days later", "after what"),
        ("the following day", "after what"),
        ("the past two years", "rolling"),
        ("second quarter", "of which year"),
        ("two years", "a length"),
        ("24-year-old", "an age"),
        ("summer of 2024", "of which hemisphere"),
        ("480 BC", "no Gregorian year"),
        ("Christmas", "a feast"),
        ("", "nothing"),
    ],
)
def test_a_date_that_is_not_certain_has_no_value(surface: str, why: str):
    assert value_of("DATE", surface, THURSDAY) is None, why


@pytest.mark.parametrize(
    ("surface", "value"),
    [("Tuesday", "2025-01-14"), ("Thursday", "2025-01-09"), ("December 28", "2025-12-28"), ("September", "2025-09")],
)
def test_where_the_sentence_looks_ahead_a_date_is_the_next_one(surface: str, value: str):
    assert value_of("DATE", surface, THURSDAY, ahead=True) == value


@pytest.mark.parametrize(
    ("before", "ahead"),
    [
        ("The board will meet on ", True),
        ("Talks are set to begin ", True),
        ("The vote, which is scheduled for ", True),
        ("It\u2019ll open on ", True),
        ("The board met on ", False),
        ("The board will meet, it said on ", False),
        ("It will build a yard, the company said on ", False),
        ("It will close. It opened on ", False),
        ("Prices will rise after the cut announced on ", False),
    ],
)
def test_a_sentence_looks_ahead_only_in_the_clause_of_the_date(before: str, ahead: bool):  # noqa: FBT001
    assert looks(before) == (ahead,)


def test_what_was_still_to_come_may_lie_on_either_side():
    text = "The yard was due to open on Tuesday, and was set to close in 2030."
    assert looks("The yard was due to open on ") == (False, True)
    assert of_mentions("DATE", places(text, "Tuesday"), THURSDAY) is None
    assert of_mentions("DATE", places(text, "2030"), THURSDAY) == Value("2030")


def test_a_sum_that_takes_its_scale_from_the_next_has_no_value_of_its_own():
    assert of_mentions("MONEY", places("It will cost $8 to $12 billion.", "$8")) is None
    assert of_mentions("MONEY", places("It fell from $8 to $6.", "$8")) == Value("8", "USD")
    assert of_mentions("MONEY", places("From $8 million to $12 billion.", "$8 million")) == Value("8000000", "USD")


def places(text: str, word: str) -> list[tuple[str, int, int]]:
    at = [i for i in range(len(text)) if text.startswith(word, i)]
    return [(text, i, i + len(word)) for i in at]


def test_mentions_that_mean_one_day_give_the_entity_its_value():
    text = "It fell on Tuesday. It had opened on Tuesday."
    assert of_mentions("DATE", places(text, "Tuesday"), THURSDAY) == Value("2025-01-07")


def test_mentions_that_mean_different_days_give_none():
    text = "It fell on Tuesday. The board will meet on Tuesday."
    assert of_mentions("DATE", places(text, "Tuesday"), THURSDAY) is None


def test_the_today_of_todays_world_is_no_day():
    text = "In today's world it rained today."
    first, second = places(text, "today")
    assert of_mentions("DATE", [second], THURSDAY) == Value("2025-01-09")
    assert of_mentions("DATE", [first], THURSDAY) is None


@pytest.mark.parametrize(
    ("label", "surface", "language", "value", "currency"),
    [
        ("DATE", "7. Januar 2025", "de", "2025-01-07", None),
        ("DATE", "3. Februar", "de", "2025-02-03", None),
        ("DATE", "1er janvier 2025", "fr", "2025-01-01", None),
        ("DATE", "ao\u00fbt 2024", "fr", "2024-08", None),
        ("DATE", "7 de enero de 2025", "es", "2025-01-07", None),
        ("DATE", "7 gennaio 2025", "it", "2025-01-07", None),
        ("MONEY", "1,5 Milliarden Euro", "de", "1500000000", "EUR"),
        ("MONEY", "3 Mio. US-Dollar", "de", "3000000", "USD"),
        ("MONEY", "20 millions d\u2019euros", "fr", "20000000", "EUR"),
        ("MONEY", "3.000 millones de d\u00f3lares", "es", "3000000000", "USD"),
        ("MONEY", "2 miliardi di euro", "it", "2000000000", "EUR"),
        ("MONEY", "500 Kronen", "de", "500", None),
        ("PERCENT", "12,5 Prozent", "de", "12.5", None),
        ("PERCENT", "12,5 pour cent", "fr", "12.5", None),
    ],
)
def test_what_other_languages_write_has_values_too(
    label: str, surface: str, language: str, value: str, currency: str | None
):
    assert normalise(label, surface, THURSDAY, language=language) == Value(value, currency)


@pytest.mark.parametrize("surface", ["31. Februar 2025", "7 de enero", "Januar"])
def test_a_foreign_date_that_is_none_or_not_told_has_no_value(surface: str):
    assert value_of("DATE", surface) is None


def test_types_without_values_have_none():
    assert [normalise(label, "7 January 2025") for label in ("TIME", "PERSON", "ORDINAL", "")] == [None] * 4


@given(st.dates(min_value=datetime(1800, 1, 1).date(), max_value=datetime(2049, 12, 31).date()))  # noqa: DTZ001
def test_every_day_written_out_comes_back(day):
    assert value_of("DATE", f"{day:%A}, {day:%B} {day.day}, {day.year}") == day.isoformat()
    assert value_of("DATE", f"{day.day} {day:%B} {day.year}") == day.isoformat()


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(0, 6))  # noqa: DTZ001
def test_a_weekday_is_one_of_the_last_seven_days_or_ahead_one_of_the_next(published: datetime, back: int):
    day = (published - timedelta(days=back)).date()
    assert value_of("DATE", f"{day:%A}", published) == day.isoformat()
    ahead = (published + timedelta(days=back)).date()
    assert value_of("DATE", f"{ahead:%A}", published, ahead=True) == ahead.isoformat()


@given(
    st.sampled_from(["DATE", "MONEY", "PERCENT", "TIME"]),
    st.text(max_size=60) | st.text("0123456789.,$%- abdeilnorst/JanMay", max_size=40),
    st.sampled_from(["en", "de", "es"]),
)
def test_no_surface_makes_it_fail(label: str, surface: str, language: str):
    for published in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        normalise(label, surface, published, language=language)
        normalise(label, surface, published, language=language, ahead=True)
