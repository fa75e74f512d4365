"""Topics changed under a running stage: what was lost by it is counted and said, never silent."""

import asyncio
import secrets
import uuid

import pytest
from aiokafka.admin import NewPartitions, NewTopic, RecordsToDelete
from aiokafka.structs import TopicPartition

from tests.factories import cleaned, fetched
from tests.faults.harness.one_service import feed, stage_ledger
from tests.wires import committed, eventually, read_all, running
from wiredesk.client import admin
from wiredesk.contracts.topics import CLEANED, FETCHED
from wiredesk.engine import metrics
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.work import one_by_one

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]
# Large and random, so that the client cannot hold all of them beforehand (it takes 1 MiB at a time).
LARGE = 250_000
# Nor the stage.
ONE = EngineSettings(in_flight_records=1)
RECORDS = 40


def _events(count, size=10):
    return [fetched(secrets.token_hex(size // 2)) for _ in range(count)]


def _gap():
    return metrics.REGISTRY.get_sample_value("wiredesk_offset_gap_records_total", {"stage": "cleaner"}) or 0


class _Held:
    """A handler that works the first `free` records and holds the others until `go_on`."""

    def __init__(self, free=0):
        self.go_on = asyncio.Event()
        self.holds = asyncio.Event()
        self._free = free

    async def __call__(self, received):
        self._free -= 1
        if self._free < 0:
            self.holds.set()
            await self.go_on.wait()
        # The same event for the same article, as every core of ours makes it.
        event = received.event
        return cleaned(event.content_hash).model_copy(
            update={"article_id": event.article_id, "event_id": uuid.uuid5(event.event_id, "cleaned")}
        )


async def _out(kafka, lane):
    return {dict(record.headers)["ce_subject"].decode() for record in await read_all(kafka, lane.topic(CLEANED))}


async def test_retention_that_overtakes_a_running_stage_is_counted_to_the_record(kafka, lane, enter, caplog):
    events, handler, before = _events(RECORDS, LARGE), _Held(free=2), _gap()
    await feed(kafka, lane, events, partition=0)
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(handler, concurrency=1), settings=ONE):
        await handler.holds.wait()
        async with admin.connect(kafka) as client:
            partition = TopicPartition(lane.topic(FETCHED), 0)
            await client.delete_records({partition: RecordsToDelete(before_offset=RECORDS - 3)})
        handler.go_on.set()

        async def all_committed():
            return await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == RECORDS

        await eventually(all_committed)
    out, counted = await _out(kafka, lane), _gap() - before
    assert 0 < counted == RECORDS - len(out)
    assert f"{counted:.0f} records were removed by retention before they were read" in caplog.text
    book = await stage_ledger(kafka, lane, [event.article_id for event in events if str(event.article_id) in out])
    enter(26, book, extra=f"retention cut below the lag: the {counted:.0f} records removed unread counted and logged")


@pytest.mark.parametrize(
    "noticed", [pytest.param(False, id="at once"), pytest.param(True, id="once noticed", marks=pytest.mark.slow)]
)
async def test_a_topic_deleted_and_made_again_is_said_and_its_new_records_pass(kafka, lane, enter, caplog, noticed):
    old, new, handler, before = _events(RECORDS, LARGE), _events(3), _Held(free=12), _gap()
    name = lane.topic(FETCHED)
    await feed(kafka, lane, old, partition=0)
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(handler, concurrency=1), settings=ONE) as stage:
        await handler.holds.wait()
        async with admin.connect(kafka) as client:
            await client.delete_topics([name])

            async def gone():
                return name not in await client.list_topics()

            await eventually(gone)
            if noticed:

                async def unassigned():
                    return not stage.subscriptions[name].consumer.assignment()

                await eventually(unassigned, within=60)
            await client.create_topics([NewTopic(name, kafka.partitions, 1)])
        handler.go_on.set()
        await admin.apply_topics(kafka, lane)
        await feed(kafka, lane, new, partition=0)

        async def new_ones_out():
            return {str(event.article_id) for event in new} <= await _out(kafka, lane)

        await eventually(new_ones_out, within=60)
    out, counted = await _out(kafka, lane), _gap() - before
    # What the client held already was still worked; the rest went with the old topic.
    assert 0 < counted == RECORDS + len(new) - len(out)
    assert "the topic was made again; at least" in caplog.text
    book = await stage_ledger(kafka, lane, [e.article_id for e in (*old, *new) if str(e.article_id) in out])
    how = "once seen gone" if noticed else "at once"
    enter(26, book, extra=f"topic made again {how}: {counted:.0f} unread records counted and logged, new ones pass")


@pytest.mark.slow
async def test_a_partition_added_under_a_running_stage_is_read_from_its_start(kafka, lane, enter):
    first, more, handler = _events(20), _events(20), _Held(free=10_000)
    before = _gap()
    await feed(kafka, lane, first)
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(handler, concurrency=10)):

        async def first_out():
            return len(await _out(kafka, lane)) == len(first)

        await eventually(first_out)
        async with admin.connect(kafka) as client:
            await client.create_partitions({lane.topic(FETCHED): NewPartitions(kafka.partitions + 1)})
        started = asyncio.get_running_loop().time()
        await feed(kafka, lane, more, partition=kafka.partitions)

        async def all_out():
            return len(await _out(kafka, lane)) == len(first) + len(more)

        await eventually(all_out, within=90)
        took = asyncio.get_running_loop().time() - started
    book = await stage_ledger(kafka, lane, [event.article_id for event in (*first, *more)])
    enter(26, book, extra=f"partition added: read from its start after {took:.0f} s")
    assert _gap() == before
