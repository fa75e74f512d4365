"""A worker that is stuck, blocked or cut off: it ends in time or recovers, and its records reach another."""

import asyncio
import time

import pytest

from tests.factories import fetched
from tests.faults.harness.one_service import committed_all, feed, member, stage_ledger
from tests.wires import committed
from wiredesk.contracts.topics import FETCHED

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]
STAGE = "tests.faults.programs.framed_stage"
GRACEFUL_SECONDS = 20
BLOCKED_SECONDS = 20
LIVEZ_SECONDS = 120


def _events(count):
    return [fetched(f"text {number}") for number in range(count)]


async def _books(kafka, lane, events):
    return await stage_ledger(kafka, lane, [event.article_id for event in events])


@pytest.mark.slow
async def test_sigterm_with_a_stuck_handler_ends_in_time_and_its_batch_comes_again_once(kafka, lane, tmp_path, enter):
    events = _events(50)
    await feed(kafka, lane, events, partition=0)
    async with member(kafka, lane, STAGE, "hang", logs=tmp_path) as stuck:
        await stuck.said("in hand")
        began = time.monotonic()
        code = await stuck.stop()
        seconds = time.monotonic() - began
        assert await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == 0
    async with member(kafka, lane, STAGE, "work", logs=tmp_path) as second:
        await committed_all(kafka, lane, "cleaner", within=60)
        assert await second.stop() == 0
    book = await _books(kafka, lane, events)
    assert code == 0
    assert seconds < GRACEFUL_SECONDS + 5
    assert sum(book.receipts.values()) == len(events)
    enter(3, book, extra=f"ends after {seconds:.0f} s, exit 0; its batch redelivered once")


@pytest.mark.slow
async def test_a_loop_blocked_beyond_session_and_request_recovers_without_restart(kafka, lane, tmp_path, enter):
    before, after = _events(100), _events(100)
    await feed(kafka, lane, before)
    async with member(kafka, lane, STAGE, "block-unwatched", str(BLOCKED_SECONDS), logs=tmp_path) as blocked:
        await blocked.said("in hand")
        await asyncio.sleep(BLOCKED_SECONDS)
        seconds = await committed_all(kafka, lane, "cleaner", within=60)
        await feed(kafka, lane, after)
        await committed_all(kafka, lane, "cleaner", within=60)
        assert await blocked.stop() == 0
    book = await _books(kafka, lane, before + after)
    enter(6, book, extra=f"no liveness check: {BLOCKED_SECONDS} s block, caught up {seconds:.0f} s after, no restart")


@pytest.mark.slow
async def test_a_loop_that_was_blocked_ends_the_process_and_the_next_one_goes_on(kafka, lane, tmp_path, enter):
    before, after = _events(100), _events(100)
    await feed(kafka, lane, before)
    async with member(kafka, lane, STAGE, "block", str(BLOCKED_SECONDS), logs=tmp_path) as blocked:
        await blocked.said("in hand")
        code = await blocked.end(within=BLOCKED_SECONDS + GRACEFUL_SECONDS + 15)
        ended = time.monotonic()
    await feed(kafka, lane, after)
    async with member(kafka, lane, STAGE, "work", logs=tmp_path) as second:
        await committed_all(kafka, lane, "cleaner", within=60)
        seconds = time.monotonic() - ended
        assert await second.stop() == 0
    book = await _books(kafka, lane, before + after)
    assert code == 1
    assert seconds < 60
    enter(6, book, extra=f"as shipped: {BLOCKED_SECONDS} s block, exit 1, caught up {seconds:.0f} s after the restart")


@pytest.mark.parametrize(
    ("fault", "what"),
    [("cancel", "consume task cancelled"), ("lose-coordinator", "group coordination failed")],
)
async def test_a_consumer_that_can_never_consume_again_turns_livez_red_and_ends_the_process(
    kafka, lane, tmp_path, enter, fault, what
):
    before, after = _events(10), _events(30)
    await feed(kafka, lane, before)
    async with member(kafka, lane, STAGE, fault, logs=tmp_path) as cut_off:
        await cut_off.said("cut off")
        began = time.monotonic()
        await feed(kafka, lane, after)
        red = 0.0
        while cut_off.process.returncode is None and time.monotonic() - began < LIVEZ_SECONDS:
            status, problems = await cut_off.health()
            if status == 503 and not red:
                red = time.monotonic() - began
            await asyncio.sleep(0.02)
        code = await cut_off.end(within=30)
    async with member(kafka, lane, STAGE, "work", logs=tmp_path) as second:
        await committed_all(kafka, lane, "cleaner", within=60)
        assert await second.stop() == 0
    book = await _books(kafka, lane, before + after)
    assert 0 < red < LIVEZ_SECONDS, problems
    assert code == 1
    enter(30, book, extra=f"{what}: /livez red after {red:.0f} s, exit 1")
