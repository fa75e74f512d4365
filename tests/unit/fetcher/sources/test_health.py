"""What polls make of a source's health."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiredesk_fetcher.sources.health import DEAD_AFTER, Health, State, after, paused, resumed
from wiredesk_fetcher.sources.polled import Poll, Saw

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FAILURES = [saw for saw in Saw if not saw.answered]


def poll(saw: Saw = Saw.LISTING, at: datetime = NOW, **fields: Any) -> Poll:
    return Poll(at, saw, **fields)


def told(health: Health, *polls: Poll) -> Health:
    for one in polls:
        health = after(health, one)
    return health


HEALTHY = told(Health(), poll(listed=10, new=10))
GONE = told(HEALTHY, poll(Saw.GONE))


def test_a_source_is_new_until_its_first_poll_and_healthy_with_its_first_answer():
    assert Health().state is State.NEW
    assert HEALTHY.state is State.HEALTHY
    assert (HEALTHY.last_success, HEALTHY.last_poll, HEALTHY.last_new) == (NOW, NOW, NOW)


def test_a_hard_failure_counts_four_times_a_soft_one():
    assert told(HEALTHY, poll(Saw.HARD_ERROR)).failures == 1
    assert told(HEALTHY, *[poll(Saw.SOFT_ERROR)] * 4).failures == 1


def test_failures_are_told_in_words_with_what_comes_next():
    health = told(HEALTHY, *[poll(Saw.SOFT_ERROR, NOW + DAY, reason="http_503")] * 3)
    assert health.state is State.FAILING
    assert health.reason == (
        "the site answered 503: the last 3 polls have failed since one worked on 2026-03-01 12:00 UTC; "
        "tried again after ever longer waits; it counts as dead at 30 failures"
    )


@pytest.mark.parametrize(
    ("saw", "reason", "words"),
    [
        (Saw.SOFT_ERROR, "timeout", "the site did not answer in time: the last poll has failed and none ever worked;"),
        (Saw.HARD_ERROR, "tls_broken", "tls broken: "),
        (Saw.HARD_ERROR, "", "the site has no feed there: "),
        (Saw.BLOCKED, "robots", "the site's robots.txt forbids it: "),
    ],
)
def test_every_code_known_or_not_has_words(saw, reason, words):
    assert told(Health(), poll(saw, reason=reason)).reason.startswith(words)


def test_a_source_is_dead_at_thirty_failures_and_not_before():
    failing = told(HEALTHY, *[poll(Saw.HARD_ERROR)] * (int(DEAD_AFTER) - 1))
    assert failing.state is State.FAILING
    dead = told(failing, poll(Saw.HARD_ERROR, reason="dns"))
    assert dead.state is State.DEAD
    assert not dead.is_final
    assert dead.reason.endswith("looked at once a week, and back with its first answer")
    assert told(dead, poll(Saw.SOFT_ERROR)).state is State.DEAD


def test_a_410_is_dead_at_once_and_final_until_a_person_resumes_it():
    assert GONE.state is State.DEAD
    assert GONE.is_final
    assert "410" in GONE.reason
    assert not resumed(GONE).is_final


def test_a_blocked_source_stays_blocked_while_its_site_is_out_of_order():
    blocked = told(HEALTHY, poll(Saw.BLOCKED, reason="http_403"))
    assert blocked.state is State.BLOCKED
    assert blocked.failures == 0
    assert told(blocked, poll(Saw.SOFT_ERROR)).state is State.BLOCKED
    assert told(blocked, *[poll(Saw.HARD_ERROR)] * int(DEAD_AFTER)).state is State.DEAD


@pytest.mark.parametrize("answer", [Saw.LISTING, Saw.NOT_MODIFIED, Saw.SAME_BODY])
@pytest.mark.parametrize("failure", FAILURES)
def test_any_answer_brings_a_source_back_whatever_was_wrong(failure, answer):
    back = told(HEALTHY, *[poll(failure)] * 40, poll(answer, NOW + DAY))
    assert back.state is State.HEALTHY
    assert (back.failures, back.failed, back.is_final, back.last_success) == (0, 0, False, NOW + DAY)


def test_a_source_with_nothing_new_for_a_week_is_quiet_and_healthy_again_with_an_item():
    assert told(HEALTHY, poll(Saw.NOT_MODIFIED, NOW + 7 * DAY)).state is State.HEALTHY
    quiet = told(HEALTHY, poll(Saw.NOT_MODIFIED, NOW + 7.1 * DAY))
    assert quiet.state is State.QUIET
    assert "since 2026-03-01 12:00 UTC" in quiet.reason
    assert told(quiet, poll(at=NOW + 8 * DAY, listed=10, new=1)).state is State.HEALTHY


def test_a_source_that_publishes_once_a_week_is_quiet_after_five_weeks():
    weeks = tuple(NOW - n * 7 * DAY for n in range(10))
    health = told(Health(), poll(listed=10, new=10, published=weeks))
    assert health.usual_gap == 7 * DAY
    assert told(health, poll(Saw.NOT_MODIFIED, NOW + 34 * DAY)).state is State.HEALTHY
    assert told(health, poll(Saw.NOT_MODIFIED, NOW + 36 * DAY)).state is State.QUIET


def test_a_feed_that_was_left_years_ago_is_quiet_at_first_sight():
    old = tuple(NOW - 700 * DAY - n * DAY for n in range(10))
    assert told(Health(), poll(listed=10, new=10, published=old)).state is State.QUIET


def test_items_dated_tomorrow_do_not_count_as_the_newest():
    assert told(Health(), poll(published=(NOW + DAY, NOW - DAY))).last_new == NOW - DAY


def test_the_usual_gap_follows_what_is_found():
    gaps = told(HEALTHY, poll(at=NOW + DAY, new=2), poll(at=NOW + 2 * DAY, new=1), poll(at=NOW + 3 * DAY))
    assert gaps.usual_gap == 0.5 * DAY + 0.1 * 0.5 * DAY
    assert gaps.last_new == NOW + 2 * DAY


@pytest.mark.parametrize("saw", Saw)
def test_a_poll_under_way_leaves_a_paused_source_paused(saw):
    stopped = told(paused(HEALTHY), poll(saw, NOW + DAY))
    assert stopped.state is State.PAUSED
    assert stopped.reason == paused(HEALTHY).reason
    assert stopped.last_poll == NOW + DAY


@pytest.mark.parametrize("health", [paused(HEALTHY), GONE, told(HEALTHY, poll(Saw.BLOCKED))])
def test_a_person_starts_any_source_again_as_new(health):
    again = resumed(health)
    assert (again.state, again.failures, again.failed) == (State.NEW, 0, 0)
    assert again.last_success == NOW
    assert replace(again, reason="") == replace(resumed(again), reason="")


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Saw), st.integers(0, 50), st.floats(0, 40)), max_size=60))
def test_whatever_polls_tell_the_health_is_complete(seen):
    health, at = Health(), NOW
    for saw, new, days in seen:
        at += days * DAY
        health = after(health, poll(saw, at, listed=50, new=new))
        assert health.last_poll == at
        assert health.reason
        assert (health.failed == 0) == saw.answered
        assert (health.state in (State.HEALTHY, State.QUIET)) == saw.answered
        assert health.failures < DEAD_AFTER or health.state is not State.FAILING
        assert health.usual_gap is None or health.usual_gap >= timedelta()
