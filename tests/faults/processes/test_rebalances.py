"""Workers that come and go all the time, and a batch slower than the group allows: work goes on, and is done once."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from uuid import UUID

import pytest

from tests.factories import cleaned, fetched
from tests.faults.harness.one_service import committed_all, feed, spawn, stage_ledger
from tests.wires import running
from wiredesk.client import offsets
from wiredesk.contracts.topics import CLEANED, FETCHED
from wiredesk.engine import stage
from wiredesk.engine.concurrency import one_by_one

# Beside nothing else that measures, when two processes share the rows.
pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("measures")]
STAGE = "tests.faults.programs.framed_stage"
WORK_SECONDS = 0.05
# The default: workers come and go here, and none is given up for being slow on a busy machine.
SESSION = {"WIREDESK_KAFKA__SESSION_TIMEOUT_SECONDS": "15"}
FEWEST, CALM, MOST = 2, 4, 6
EVERY_SECONDS, STORM_SECONDS, CALM_SECONDS = 3, 60, 15
ARTICLES = 14_000


@pytest.fixture(scope="module")
def kafka(kafka):
    """As many partitions as there are workers at most."""
    return kafka.model_copy(update={"partitions": MOST})


async def test_a_rebalance_every_three_seconds_keeps_the_work_going_and_repeats_little(kafka, lane, tmp_path, enter):
    events = [fetched(f"text {number}") for number in range(ARTICLES)]
    await feed(kafka, lane, events)

    async def out():
        return (await offsets.counts(kafka, lane))[lane.topic(CLEANED)]

    async with contextlib.AsyncExitStack() as ends:

        async def join():
            worker = await spawn(kafka, lane, STAGE, "work", str(WORK_SECONDS), logs=tmp_path, **SESSION)
            ends.push_async_callback(worker.kill)
            return worker

        workers = [await join() for _ in range(CALM)]
        for worker in workers:
            await worker.joined(kafka, lane, "cleaner")
        at_start, began = await out(), time.monotonic()
        await asyncio.sleep(CALM_SECONDS)
        calm = (await out() - at_start) / (time.monotonic() - began)

        at_start, began = await out(), time.monotonic()
        joining: list[asyncio.Task[None]] = []
        leaving: list[asyncio.Task[int]] = []

        async def come():
            worker = await join()
            await worker.joined(kafka, lane, "cleaner")
            workers.append(worker)

        while time.monotonic() - began < STORM_SECONDS:
            under_way = sum(not task.done() for task in joining)
            if len(workers) <= FEWEST or (len(workers) + under_way < MOST and random.random() < 0.5):
                joining.append(asyncio.create_task(come()))
            else:
                leaving.append(asyncio.create_task(workers.pop(random.randrange(len(workers))).stop()))
            await asyncio.sleep(EVERY_SECONDS)
        storm = (await out() - at_start) / (time.monotonic() - began)
        await committed_all(kafka, lane, "cleaner", within=600)
        await asyncio.gather(*joining)
        assert set(await asyncio.gather(*leaving)) == {0}
        assert {await worker.stop() for worker in workers} == {0}
    book = await stage_ledger(kafka, lane, [event.article_id for event in events])
    repeats = sum(book.receipts.values()) - len(book.receipts)
    enter(
        5,
        book,
        extra=f"{len(joining)} joined and {len(leaving)} left in {STORM_SECONDS} s, {FEWEST} to {MOST} workers: "
        f"{100 * storm / calm:.0f} % of the calm rate, {100 * repeats / ARTICLES:.1f} % repeated",
    )
    assert storm > 0.3 * calm
    assert repeats < 0.02 * ARTICLES


@pytest.mark.parametrize("every_try_is_slow", [True, False])
async def test_batches_slower_than_the_poll_interval_do_not_go_round_for_ever(
    kafka, lane, enter, monkeypatch, every_try_is_slow
):
    """Two workers of one group: a batch that the first cannot finish in time goes to the second."""
    monkeypatch.setattr(stage, "MAX_POLL_SECONDS", 4.0)
    quick, slow = ([fetched(f"{kind} {number}") for number in range(100)] for kind in ("quick", "slow"))
    slow_ones = {event.article_id for event in slow}
    tries: Counter[UUID] = Counter()

    async def work(received):
        article = received.event.article_id
        tries[article] += 1
        if article in slow_ones and (every_try_is_slow or tries[article] == 1):
            await asyncio.sleep(0.06)
        update = {"article_id": article, "event_id": received.event.event_id}
        return cleaned(received.event.content).model_copy(update=update)

    handle = one_by_one(work, concurrency=1)
    async with (
        running(kafka, lane, "cleaner", FETCHED, handle, session=6),
        running(kafka, lane, "cleaner", FETCHED, handle, session=6),
    ):
        # The quick ones teach both workers to take large batches.
        for partition in range(kafka.partitions):
            await feed(kafka, lane, [fetched(f"lesson {number}") for number in range(100)], partition)
        await committed_all(kafka, lane, "cleaner", within=60)
        lessons = set(tries)
        await feed(kafka, lane, [*quick, *slow], partition=0)
        seconds = await committed_all(kafka, lane, "cleaner", within=120)
    sent = [*lessons, *(event.article_id for event in quick + slow)]
    book = await stage_ledger(kafka, lane, sent)
    what = "every try slow" if every_try_is_slow else "the first try slow"
    enter(
        25,
        book,
        extra=f"{what}: 6 s for 100 records, 4 s allowed; through in {seconds:.0f} s, {max(tries.values())} tries",
    )
    # At worst each of the two has to learn, once, that its batches are too large now.
    assert max(tries.values()) <= (3 if every_try_is_slow else 2)
