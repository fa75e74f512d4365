"""The pauses of an outage: they grow once for all that fails at once, to a bound, and end with it."""

import asyncio

import pytest

from tests.simulation.loop import simulate
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.engine import metrics
from wiredesk.engine.backoff import LONGEST_PAUSE_SECONDS, Backoff, cause_of, sleep

AWAY = InfrastructureError("away")


def _now():
    return asyncio.get_running_loop().time()


def _given_back(stage, cause):
    return metrics.REGISTRY.get_sample_value("wiredesk_redeliveries_total", {"stage": stage, "cause": cause}) or 0


async def _pauses(backoff, count):
    pauses = []
    for _ in range(count):
        backoff.failed(AWAY)
        before = _now()
        await backoff.wait(asyncio.Event())
        pauses.append(round(_now() - before, 3))
    return pauses


def test_each_pause_is_twice_the_one_before_up_to_half_a_minute():
    async def run():
        backoff = Backoff("test")
        assert backoff.seconds == 0
        assert await _pauses(backoff, 11) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]
        assert backoff.seconds == LONGEST_PAUSE_SECONDS

    simulate(run())


def test_a_hundred_that_fail_at_once_make_the_pause_grow_once():
    async def run():
        backoff = Backoff("test")
        for _ in range(100):
            backoff.failed(AWAY)
        assert backoff.seconds == 0.1
        await asyncio.sleep(0.1)
        for _ in range(100):
            backoff.failed(AWAY)
        assert backoff.seconds == 0.2

    simulate(run())


def test_a_timer_that_fires_a_moment_early_is_the_end_of_the_pause_all_the_same():
    async def run():
        backoff = Backoff("test")
        backoff.failed(AWAY)
        await asyncio.sleep(0.0999)
        backoff.failed(AWAY)
        assert backoff.seconds == 0.2

    simulate(run())


def test_it_knows_since_when_nothing_passed_and_forgets_everything_when_something_does():
    async def run():
        backoff = Backoff("test")
        assert (backoff.since, backoff.seconds) == (None, 0.0)
        await asyncio.sleep(7)
        await _pauses(backoff, 3)
        assert [backoff.since, backoff.seconds] == [7.0, 0.4]
        backoff.passed()
        assert [backoff.since, backoff.seconds] == [None, 0.0]
        await asyncio.sleep(1)
        assert await _pauses(backoff, 2) == [0.1, 0.2]
        assert backoff.since == pytest.approx(8.7)

    simulate(run())


def test_a_pause_ends_at_once_when_it_is_interrupted_and_none_begins_when_it_was_before():
    async def run():
        backoff, interrupted = Backoff("test"), asyncio.Event()
        for _ in range(3):
            backoff.failed(AWAY)
        asyncio.get_running_loop().call_later(0.05, interrupted.set)
        await backoff.wait(interrupted)
        assert _now() == pytest.approx(0.05)
        await sleep(60, interrupted)
        await sleep(-1, asyncio.Event())
        assert _now() == pytest.approx(0.05)

    simulate(run())


def test_what_was_given_back_is_counted_by_its_first_cause():
    async def run():
        backoff = Backoff("counted")
        group = BaseExceptionGroup("tasks", [BaseExceptionGroup("publish", [TimeoutError(), KeyError()]), KeyError()])
        assert isinstance(cause_of(group), TimeoutError)
        for error in (AWAY, group, group):
            backoff.failed(error)

    before = _given_back("counted", "infrastructure"), _given_back("counted", "TimeoutError")
    simulate(run())
    after = _given_back("counted", "infrastructure"), _given_back("counted", "TimeoutError")
    assert (after[0] - before[0], after[1] - before[1]) == (1, 2)
