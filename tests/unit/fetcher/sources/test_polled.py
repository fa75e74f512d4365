"""What a poll saw, and how long a server asks to wait."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiredesk_fetcher.sources.polled import LONGEST_ASKED, Saw, hint_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seconds(headers: dict[str, str], ttl: timedelta | None = None) -> float | None:
    hint = hint_of(headers, ttl, NOW)
    return hint.total_seconds() if hint else None


def in_(**passed: float) -> str:
    return format_datetime(NOW + timedelta(**passed), usegmt=True)


def test_a_304_and_the_same_body_are_answers_and_everything_that_failed_is_none():
    assert {saw for saw in Saw if saw.answered} == {Saw.LISTING, Saw.NOT_MODIFIED, Saw.SAME_BODY}


def test_a_server_that_says_nothing_asks_for_nothing():
    assert hint_of({}, None, NOW) is None


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": "Public, Max-Age=600, must-revalidate"}, 600),
        ({"cache-control": 'max-age="600"'}, 600),
        ({"cache-control": "max-age=600", "age": "200"}, 400),
        ({"cache-control": "max-age=600", "age": "old"}, 600),
        ({"cache-control": "s-maxage=9000, max-age=600"}, 600),
        ({"expires": in_(minutes=30)}, 1800),
        ({"expires": in_(minutes=30), "date": in_(minutes=10)}, 1200),
        ({"expires": in_(minutes=30), "date": "yesterday"}, 1800),
        ({"expires": "Sun, 01 Mar 2026 12:30:00 -0000"}, 1800),
        ({"cache-control": "public", "expires": in_(minutes=30)}, 1800),
    ],
)
def test_what_headers_ask_for_is_counted_from_now(headers, asked):
    assert seconds(headers) == asked


@pytest.mark.parametrize(
    "headers",
    [
        {"cache-control": "max-age=0"},
        {"cache-control": "no-cache, max-age=600"},
        {"cache-control": "no-store"},
        {"cache-control": "s-maxage=600"},
        {"cache-control": "max-age=600", "age": "700"},
        {"cache-control": "max-age=soon"},
        {"cache-control": "max-age=-600"},
        {"cache-control": "max-age"},
        {"expires": "0"},
        {"expires": "-1"},
        {"expires": in_(hours=-1)},
        {"expires": "Sun, 99 Mar 2026 12:30:00 GMT"},
    ],
)
def test_no_caching_what_is_over_and_nonsense_ask_for_nothing(headers):
    assert seconds(headers) is None


@pytest.mark.parametrize("says", ["no-store", "max-age=0", "max-age=300"])
def test_an_expires_is_not_looked_at_where_cache_control_decides(says):
    assert seconds({"cache-control": says, "expires": in_(days=30)}) == {"max-age=300": 300}.get(says)


def test_the_longest_of_feed_and_server_counts():
    two_hours = timedelta(hours=2)
    assert seconds({"cache-control": "max-age=600"}, two_hours) == 7200
    assert seconds({"cache-control": "max-age=9000"}, two_hours) == 9000
    assert seconds({"cache-control": "no-store"}, two_hours) == 7200
    assert seconds({"cache-control": "max-age=600"}, -two_hours) == 600


def test_nobody_can_ask_for_more_than_a_day():
    assert hint_of({"cache-control": "max-age=999999999999"}, None, NOW) == LONGEST_ASKED
    assert hint_of({}, timedelta(days=400), NOW) == LONGEST_ASKED
    assert hint_of({"expires": in_(days=400)}, None, NOW) == LONGEST_ASKED


@given(
    st.dictionaries(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text(max_size=40)),
    st.none() | st.timedeltas(),
)
def test_whatever_strangers_send_the_hint_is_none_or_within_bounds(headers, ttl):
    hint = hint_of(headers, ttl, NOW)
    assert hint is None or timedelta() < hint <= LONGEST_ASKED
