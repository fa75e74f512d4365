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
from wiredesk.engine.work import Work

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


async def test_a_batch_slower_than_the_poll_interval_costs_no_membership(kafka, lane, enter, monkeypatch):
    """Two workers of one group: what the first took longer for than the group allows would go to the second."""
    monkeypatch.setattr(stage, "MAX_POLL_SECONDS", 4)
    events = [fetched(f"slow {number}") for number in range(300)]
    tries: Counter[UUID] = Counter()
    longest = 0.0

    async def work(batch):
        nonlocal longest
        began = time.monotonic()
        tries.update(received.event.article_id for received in batch)
        await asyncio.sleep(0.06 * len(batch))
        longest = max(longest, time.monotonic() - began)
        return [
            cleaned(received.event.content).model_copy(
                update={"article_id": received.event.article_id, "event_id": received.event.event_id}
            )
            for received in batch
        ]

    await feed(kafka, lane, events, partition=0)
    async with (
        running(kafka, lane, "cleaner", FETCHED, Work(work, batch=100), session=6),
        running(kafka, lane, "cleaner", FETCHED, Work(work, batch=100), session=6),
    ):
        seconds = await committed_all(kafka, lane, "cleaner", within=120)
    book = await stage_ledger(kafka, lane, [event.article_id for event in events])
    enter(
        25,
        book,
        extra=f"the longest batch took {longest:.0f} s, 4 s allowed between two reads; through in {seconds:.0f} s, "
        f"{max(tries.values())} tries",
    )
    assert longest > 4
    # The second worker joins while the first has a batch in hand, which may be longer than the rebalance waits.
    assert max(tries.values()) <= 2
