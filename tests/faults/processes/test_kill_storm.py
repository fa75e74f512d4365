"""Ten kills, and ten orderly stops, across all services in the middle of a stream that keeps them busy."""

import asyncio
import random
import signal
import time
import uuid

import pytest

from tests.faults.harness.flood import Flow, all_run, drained, wire_repeats
from tests.faults.harness.pipeline import SERVICES, ledger, processes
from wiredesk.client.client import Wiredesk

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(3000)]
TIMES = 10
# How long a storm may be under way without its kills: on a slow machine it has fewer articles.
STORM_SECONDS = {2_000: 100, 20_000: 500}
CAUGHT_UP_SECONDS = 60
GRACEFUL_SECONDS = 20
# Under way at any moment: enough to keep every service busy.
AHEAD = 300
# The largest batch of any service: what one kill can repeat at most on each topic.
BATCH = 100


def _victims():
    """Every service at least twice, in any order."""
    return random.sample([*SERVICES, *SERVICES, *random.sample(SERVICES, TIMES - 2 * len(SERVICES))], TIMES)


@pytest.mark.parametrize("most", STORM_SECONDS)
async def test_ten_kills_at_random_lose_nothing_and_all_is_caught_up_in_a_minute(
    kafka, dsn, lane, tmp_path, enter, pace, most
):
    victims, articles = _victims(), pace.articles(most, within=STORM_SECONDS[most])
    async with processes(kafka, dsn, lane, tmp_path) as running, Wiredesk(kafka, lane=lane.name) as wire:
        await all_run(kafka, lane, running)
        flow = Flow(wire, uuid.uuid4().hex, ahead=AHEAD)
        publishing = asyncio.create_task(flow.publish(lambda: len(flow.sent) >= articles))
        for number, victim in enumerate(victims[:-1], 1):
            await flow.reaches((number - random.random()) * articles / TIMES)
            running.kill(victim)
        await publishing
        running.kill(victims[-1])
        seconds = await drained(kafka, lane, within=pace.seconds(600))
        ends = list(running.ends)
        # A process that has just begun knows no SIGTERM yet.
        await all_run(kafka, lane, running)
        codes = await running.stop()
    book = await ledger(kafka, dsn, lane, flow.sent)
    repeats = await wire_repeats(kafka, lane)
    said = ", ".join(f"{count} {topic}" for topic, count in repeats.items())
    enter(
        1,
        book,
        extra=f"{articles:,} of {most:,} at {pace}; all caught up {seconds:.0f} s after the last; repeats: {said}",
    )
    assert sorted(ends) == sorted((victim, -9) for victim in victims)
    assert seconds < pace.seconds(CAUGHT_UP_SECONDS)
    assert max(repeats.values()) <= TIMES * BATCH
    assert book.dead == 0
    assert set(book.receipts) == set(flow.sent)
    assert codes == [0, 0, 0, 0]


async def test_ten_orderly_stops_under_load_repeat_nothing(kafka, dsn, lane, tmp_path, enter, pace):
    async with processes(kafka, dsn, lane, tmp_path) as running, Wiredesk(kafka, lane=lane.name) as wire:
        flow, stopped = Flow(wire, uuid.uuid4().hex, ahead=AHEAD), asyncio.Event()
        publishing = asyncio.create_task(flow.publish(stopped.is_set))
        slowest = 0.0
        for victim in _victims():
            await all_run(kafka, lane, running)
            await flow.reaches(len(flow.sent) + 1)
            pid, began = running.pid(victim), time.monotonic()
            running.kill(victim, signal.SIGTERM)
            async with asyncio.timeout(GRACEFUL_SECONDS + 5):
                while running.pid(victim) == pid:
                    await asyncio.sleep(0.05)
            slowest = max(slowest, time.monotonic() - began)
        stopped.set()
        await publishing
        await drained(kafka, lane, within=pace.seconds(300))
        await all_run(kafka, lane, running)
        codes = [code for _, code in running.ends] + await running.stop()
    book = await ledger(kafka, dsn, lane, flow.sent)
    repeats = await wire_repeats(kafka, lane)
    enter(2, book, extra=f"{TIMES} stops, the slowest took {slowest:.1f} s; every exit code 0")
    assert set(codes) == {0}
    assert set(repeats.values()) == {0}, repeats
    assert book.dead == 0
    assert set(book.receipts) == set(flow.sent)
