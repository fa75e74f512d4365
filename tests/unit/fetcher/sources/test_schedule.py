"""When a source is polled next, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiredesk_fetcher.sources.health import Health, State, after, paused, resumed
from wiredesk_fetcher.sources.polled import Poll, Saw
from wiredesk_fetcher.sources.schedule import (
    EVERY_NTH,
    FIRST,
    LONGEST,
    NEVER,
    SHORTEST,
    Rhythm,
    interval,
    is_conditional,
    next_poll,
    per_day,
    rhythm_after,
    spoken,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ON_TIME = 0.5  # the jitter that moves nothing


def poll(saw: Saw = Saw.LISTING, at: datetime = NOW, **fields: Any) -> Poll:
    return Poll(at, saw, **fields)


def every(gap: timedelta, count: int = 20) -> tuple[datetime, ...]:
    return tuple(NOW - (n + 0.5) * gap for n in range(count))


def first(gap: timedelta) -> Rhythm:
    """Return the rhythm of a source whose first listing has an item every `gap`, the last half a gap ago."""
    return rhythm_after(Rhythm(), poll(listed=20, new=20, published=every(gap)))


def waits(rhythm: Rhythm) -> timedelta:
    return rhythm.every or FIRST


def last_at(rhythm: Rhythm) -> datetime:
    assert rhythm.at is not None
    return rhythm.at


def wait(health: Health, rhythm: Rhythm, last: Poll, jitter: float = ON_TIME) -> timedelta:
    return next_poll(health, rhythm, last, jitter=jitter)[0] - last.at


def why(health: Health, rhythm: Rhythm, last: Poll) -> str:
    return next_poll(health, rhythm, last, jitter=ON_TIME)[1]


def lived(rhythm: Rhythm, gap: timedelta | None, since: datetime, until: datetime) -> Rhythm:
    """Return the rhythm of a source polled as it asks while it publishes an item every `gap`."""
    at = since
    while (at := at + waits(rhythm)) < until:
        new = int((at - since) / gap) - int((max(last_at(rhythm), since) - since) / gap) if gap else 0
        rhythm = rhythm_after(rhythm, poll(at=at, listed=1000, new=new) if new else poll(Saw.NOT_MODIFIED, at))
    return rhythm


HEALTHY = after(Health(), poll(listed=20, new=20))


@pytest.mark.parametrize(
    ("rate", "expected"), [(0, LONGEST), (1 / 7, LONGEST), (1, LONGEST), (24, HOUR), (288, SHORTEST), (9999, SHORTEST)]
)
def test_the_interval_is_a_week_by_its_items_within_bounds(rate, expected):
    assert interval(rate) == expected


def test_a_source_without_evidence_is_polled_after_an_hour():
    rhythm = rhythm_after(Rhythm(), poll(listed=20, new=20))
    assert per_day(rhythm) is None
    assert wait(HEALTHY, rhythm, poll()) == HOUR
    assert why(HEALTHY, rhythm, poll()) == "new, and not known yet how often it publishes: every 1 h"


def test_items_that_all_say_the_same_time_are_no_evidence():
    assert per_day(rhythm_after(Rhythm(), poll(published=(NOW - HOUR,) * 20))) is None


@pytest.mark.parametrize("rate", [1, 5, 24, 100, 250])
def test_a_first_listing_with_dates_tells_the_rate_at_once(rate):
    assert waits(first(DAY / rate)) / interval(rate) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (DAY / 12.5, "publishes about 12 a day, so every 1 h 57 min"),
        (DAY * 7 / 3, "publishes about 3 a week, so every 24 h"),
        (DAY * 30, "publishes less than once a week, so every 24 h"),
    ],
)
def test_why_is_told_in_words(gap, words):
    assert why(HEALTHY, first(gap), poll()) == words


def test_a_wait_on_its_way_to_another_says_so():
    silent = rhythm_after(rhythm_after(Rhythm(), poll()), poll(Saw.NOT_MODIFIED, NOW + HOUR))
    assert why(HEALTHY, silent, poll()) == "publishes less than once a week, so every 1 h 15 min for now"


def test_what_the_server_asks_for_raises_and_never_lowers():
    rhythm = first(HOUR)
    assert wait(HEALTHY, rhythm, poll(hint=timedelta(minutes=10))) == waits(rhythm)
    assert wait(HEALTHY, rhythm, poll(hint=2 * HOUR), jitter=0) == 2 * HOUR
    assert why(HEALTHY, rhythm, poll(hint=2 * HOUR)) == "the site asks for 2 h"
    assert wait(HEALTHY, rhythm, poll(retry_after=90 * DAY), jitter=0) == DAY


def test_a_304_keeps_to_what_the_last_listing_asked_for():
    rhythm = rhythm_after(first(HOUR), poll(at=NOW + HOUR, listed=20, new=1, hint=3 * HOUR))
    unchanged = poll(Saw.NOT_MODIFIED, NOW + 4 * HOUR, hint=MINUTE)
    rhythm = rhythm_after(rhythm, unchanged)
    assert wait(HEALTHY, rhythm, unchanged, jitter=0) == 3 * HOUR
    listing = poll(at=NOW + 7 * HOUR, listed=20, new=1)
    assert rhythm_after(rhythm, listing).hint is None


def test_an_earlier_hint_does_not_hold_back_the_next_try_after_a_failure():
    rhythm = rhythm_after(first(HOUR), poll(at=NOW + HOUR, listed=20, new=1, hint=DAY))
    failed = poll(Saw.SOFT_ERROR, NOW + 2 * DAY)
    assert wait(after(HEALTHY, failed), rhythm_after(rhythm, failed), failed) < 2 * HOUR


def test_a_listing_of_new_items_only_is_looked_at_sooner():
    overran = poll(at=NOW + HOUR, listed=20, new=20)
    rhythm = rhythm_after(first(HOUR), overran)
    assert wait(HEALTHY, rhythm, overran) == waits(rhythm) / 2
    assert "there may have been more" in why(HEALTHY, rhythm, overran)
    calm = rhythm_after(rhythm, poll(at=NOW + 2 * HOUR, listed=20, new=2))
    assert not calm.overran


def test_a_listing_with_room_for_one_item_is_no_reason_to_hurry():
    assert not rhythm_after(first(HOUR), poll(at=NOW + HOUR, listed=1, new=1)).overran
    assert not first(HOUR).overran


def test_each_whole_failure_doubles_the_wait_up_to_a_day():
    health, rhythm, times = HEALTHY, first(HOUR), list[float]()
    for _ in range(8):
        failed = poll(Saw.HARD_ERROR, reason="http_404")
        health, rhythm = after(health, failed), rhythm_after(rhythm, failed)
        times.append(wait(health, rhythm, failed) / waits(rhythm))
    assert times[:4] == [2, 4, 8, 16]
    assert wait(health, rhythm, failed) == LONGEST
    assert why(health, rhythm, failed) == "failed 8 times: waiting 24 h"


def test_soft_failures_double_the_wait_with_every_fourth():
    health, rhythm, times = HEALTHY, first(HOUR), list[float]()
    for _ in range(8):
        failed = poll(Saw.SOFT_ERROR, reason="timeout")
        health = after(health, failed)
        times.append(wait(health, rhythm, failed) / waits(rhythm))
    assert times == [1, 1, 1, 2, 2, 2, 2, 4]


@pytest.mark.parametrize(
    ("state", "expected", "words"),
    [(State.DEAD, 7 * DAY, "dead: looked at once a week"), (State.BLOCKED, DAY, "blocked: looked at once a day")],
)
def test_the_dead_are_looked_at_weekly_and_the_blocked_daily(state, expected, words):
    health, failed = replace(HEALTHY, state=state, failures=40.0), poll(Saw.HARD_ERROR)
    assert wait(health, first(HOUR), failed) == expected
    assert why(health, first(HOUR), failed) == words


def test_what_is_gone_or_paused_is_never_polled_until_it_is_resumed():
    gone = after(HEALTHY, poll(Saw.GONE))
    for health in (gone, paused(HEALTHY)):
        at, words = next_poll(health, first(HOUR), poll(Saw.GONE), jitter=ON_TIME)
        assert at == NEVER
        assert "a person resumes it" in words
        assert wait(resumed(health), first(HOUR), poll()) == waits(first(HOUR))


def test_a_quiet_night_does_not_slow_a_busy_source_by_half():
    evening = lived(first(DAY / 200), DAY / 200, NOW, NOW + 3 * DAY)
    morning = lived(evening, None, last_at(evening), last_at(evening) + 8 * HOUR)
    assert waits(evening) < waits(morning) < 1.5 * waits(evening)


def test_a_source_that_falls_silent_is_polled_half_as_often_within_a_day_and_ever_less():
    busy = lived(first(DAY / 200), DAY / 200, NOW, NOW + 3 * DAY)
    for days, times in ((1, 2), (2, 5), (3, 12), (5, 40)):
        silent = lived(busy, None, last_at(busy), last_at(busy) + days * DAY)
        assert waits(silent) > times * waits(busy)


def test_a_slow_source_that_wakes_up_is_polled_as_it_asks_within_a_day_and_a_half():
    # It is a day until that is noticed at all.
    assert waits(lived(first(DAY), DAY / 100, NOW, NOW + 1.5 * DAY)) < 2 * interval(100)


def test_a_clock_set_back_and_polls_at_the_same_moment_do_no_harm():
    rhythm = rhythm_after(first(HOUR), poll(at=NOW - DAY, listed=20, new=1))
    assert rhythm.at == NOW
    assert rhythm.day == pytest.approx(first(HOUR).day + 1)


def test_all_but_the_first_and_every_tenth_poll_may_be_conditional():
    rhythm, asked = Rhythm(), []
    for n in range(2 * EVERY_NTH + 1):
        asked.append(is_conditional(rhythm))
        rhythm = rhythm_after(rhythm, poll(Saw.NOT_MODIFIED, NOW + n * HOUR))
    assert [n for n, conditional in enumerate(asked) if not conditional] == [0, EVERY_NTH, 2 * EVERY_NTH]


def test_an_unconditional_poll_that_failed_is_made_again():
    assert not is_conditional(rhythm_after(Rhythm(), poll(Saw.SOFT_ERROR)))


@pytest.mark.parametrize(
    ("duration", "words"),
    [(timedelta(seconds=3), "1 min"), (90 * MINUTE, "1 h 30 min"), (DAY, "24 h"), (7 * DAY, "7 days")],
)
def test_durations_are_spoken_to_the_minute(duration, words):
    assert spoken(duration) == words


POLLS = st.builds(
    Poll,
    at=st.just(NOW),
    saw=st.sampled_from(Saw),
    listed=st.integers(0, 100),
    new=st.integers(0, 100),
    published=st.lists(st.timedeltas(-3 * DAY, 4000 * DAY).map(lambda age: NOW - age), max_size=9).map(tuple),
    hint=st.none() | st.timedeltas(-DAY, 3 * DAY),
    retry_after=st.none() | st.timedeltas(-DAY, 3 * DAY),
)


@settings(deadline=None)
@given(st.lists(st.tuples(POLLS, st.floats(0, 1, exclude_max=True), st.floats(0, 9)), min_size=1, max_size=40))
def test_whatever_polls_tell_the_bounds_hold(seen):
    health, rhythm, at = Health(), Rhythm(), NOW
    for told, jitter, late in seen:
        last, earlier = replace(told, at=at), waits(rhythm)
        known = rhythm.at is not None
        health, rhythm = after(health, last), rhythm_after(rhythm, last)
        assert SHORTEST <= waits(rhythm) <= LONGEST
        if known:
            # A microsecond is what timedelta rounds to.
            longer = 1.25 if last.saw is Saw.NOT_MODIFIED else 2
            assert earlier / 4 - MINUTE / 1000 <= waits(rhythm) <= longer * earlier + MINUTE / 1000
        due, words = next_poll(health, rhythm, last, jitter=jitter)
        assert words
        if due == NEVER:
            at += DAY
            continue
        assert 0.9 * SHORTEST <= due - at <= 1.1 * 7 * DAY
        for asked in (last.hint, last.retry_after):
            assert asked is None or due - at >= min(asked, DAY)
        at = due + late * DAY


@settings(deadline=None)
@given(st.timedeltas(MINUTE, 10 * DAY), st.lists(st.sampled_from([Saw.SOFT_ERROR, Saw.HARD_ERROR]), max_size=100))
def test_the_wait_never_shrinks_while_a_source_fails(gap, failures):
    health, rhythm, last = HEALTHY, first(gap), timedelta()
    for saw in failures:
        health = after(health, poll(saw))
        assert wait(health, rhythm, poll(saw)) >= last
        last = wait(health, rhythm, poll(saw))
