"""The same again: one article a hundred times at once, fifty versions out of order, everything replayed twice."""

import asyncio
import os
import random
import sys
import uuid
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import orjson
import pytest

from tests.factories import url
from tests.faults.harness.pipeline import ledger, processes, story
from tests.faults.harness.servers import all_dead_letters, contents, lag_is_gone, revision_book
from tests.integration.storage.records import enriched
from tests.wires import Raw, eventually, produce, raw, read_all, running
from wiredesk.client.client import Wiredesk
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, STORED, SUBMITTED
from wiredesk.engine.work import Work
from wiredesk.postgres.connections import open_pool
from wiredesk_storage.handlers import keep
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.store import Store

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]


@asynccontextmanager
async def _two_storages(kafka, lane, dsn):
    """Two storage workers, a partition each, small batches: the same article is in both hands at once."""
    options = StorageOptions.model_validate({"dsn": dsn})
    await bring_up(options)
    async with AsyncExitStack() as stack:
        for _ in range(2):
            store = Store(await stack.enter_async_context(open_pool(options)))

            async def handle(batch, store=store):
                return await keep(batch, store=store)

            await stack.enter_async_context(
                running(kafka, lane, "storage", ENRICHED, Work(handle, batch=5), encoded=True)
            )
        yield


async def _receipts(kafka, lane, count):
    async def there():
        return len(await read_all(kafka, lane.topic(STORED))) >= count

    await eventually(there, within=60)


def _record(event) -> Raw:
    return str(event.article_id).encode(), event.model_dump_json().encode(), []


async def _both_partitions(kafka, lane, events):
    """Write them to both partitions in turn: by their key they would all meet in one, and never in two hands."""
    sending = [
        produce(kafka, lane.topic(ENRICHED), [_record(event) for event in events[partition::2]], partition=partition)
        for partition in (0, 1)
    ]
    await asyncio.gather(*sending)


async def test_the_same_article_a_hundred_times_at_once_is_one_row(kafka, own_dsn, lane, enter):
    event = enriched()
    async with _two_storages(kafka, lane, own_dsn):
        await _both_partitions(kafka, lane, [event] * 100)
        await _receipts(kafka, lane, 100)
    book = await revision_book(kafka, own_dsn, lane, [event])
    enter(22, book, extra="the same event 100 times, two workers: one row, 100 receipts")
    assert book.receipts[event.event_id] == 100
    assert {table: rows for table, (rows, _) in (await contents(own_dsn)).items()} == {
        "articles": 1,
        "revisions": 1,
        "contents": 1,
        "entities": 1,
    }
    receipts = [orjson.loads(record.value or b"") for record in await read_all(kafka, lane.topic(STORED))]
    statuses = [receipt["status"] for receipt in receipts]
    assert (statuses.count("inserted"), statuses.count("unchanged")) == (1, 99)


async def test_fifty_versions_out_of_order_end_with_the_newest(kafka, own_dsn, lane, enter):
    where = url()
    versions = [enriched(f"Ada Marsh, version {n}.", url=where, minute=n) for n in range(50)]
    shuffled = random.Random(22).sample(versions, len(versions))
    async with _two_storages(kafka, lane, own_dsn):
        await _both_partitions(kafka, lane, shuffled)
        await _receipts(kafka, lane, 50)
    book = await revision_book(kafka, own_dsn, lane, versions)
    connection = await asyncpg.connect(own_dsn)
    rows = await connection.fetch("select text from articles")
    numbers = await connection.fetch("select revision from revisions order by revision")
    await connection.close()
    enter(22, book, extra="50 versions shuffled over two workers: one row, the newest, 50 revisions")
    assert [row["text"] for row in rows] == ["Ada Marsh, version 49."]
    assert [row["revision"] for row in numbers] == list(range(1, 51))


GOOD, FORGED, BROKEN = 400, 20, 10


@pytest.mark.slow
async def test_replaying_all_dead_letters_and_all_submissions_twice_changes_nothing(
    kafka, own_dsn, lane, tmp_path, enter
):
    run = uuid.uuid4().hex
    async with processes(kafka, own_dsn, lane, tmp_path), Wiredesk(kafka, lane=lane.name) as publisher:
        publishing = [publisher.publish(text=story(n, run), source="faults") for n in range(GOOD)]
        sent = [submission.article_id for submission in await asyncio.gather(*publishing)]
        await _drained(kafka, lane)
        old = await read_all(kafka, lane.topic(SUBMITTED))
        sent += await _spoil(kafka, lane, run)
        await _drained(kafka, lane)
        assert len(await all_dead_letters(kafka, lane)) == 3 * FORGED + BROKEN
        before = await contents(own_dsn)
        states = []
        for options in (("--all",), ("--all", "--again")):
            await _replay(kafka, own_dsn, lane, *options)
            await _drained(kafka, lane)
            states.append(await contents(own_dsn))
        for _ in range(2):
            again: list[Raw] = [(record.key, record.value, list(record.headers)) for record in old]
            await produce(kafka, lane.topic(SUBMITTED), again)
            await _drained(kafka, lane)
            states.append(await contents(own_dsn))
    book = await ledger(kafka, own_dsn, lane, sent)
    counts = {table: rows for table, (rows, _) in states[0].items()}
    enter(23, book, extra=f"all dead letters twice, {len(old)} old records twice: {counts} and checksums unchanged")
    # The first replay brings in what had never passed; nothing after it changes anything.
    assert before["articles"][0] == GOOD
    assert counts["articles"] == counts["revisions"] == GOOD + FORGED
    assert states == [states[0]] * 4


async def _drained(kafka, lane):
    async def done():
        return await lag_is_gone(kafka, lane, ("fetcher", "cleaner", "tagger", "storage"))

    async def done_twice():
        # Between two stages nothing is anybody's lag for a moment.
        first = await done()
        await asyncio.sleep(0.3)
        return first and await done()

    await eventually(done_twice, within=150)


async def _spoil(kafka, lane, run):
    """Bring what is refused for a forged header, at three stages, and garbage; return the ids of the new articles."""
    now = datetime.now(UTC)
    events = [ArticleSubmitted(text=story(GOOD + n, run), source="faults") for n in range(FORGED)]
    made = [wire.encode(event, source="faults", time=now) for event in events]
    new = list(map(raw, made))
    old = {
        topic: [(r.key, r.value, list(r.headers)) for r in (await read_all(kafka, lane.topic(topic)))[:FORGED]]
        for topic in (FETCHED, CLEANED)
    }
    for topic, records in {SUBMITTED: new, **old}.items():
        forged = [(key, value, [*headers, (wire.ATTEMPT, b"7")]) for key, value, headers in records]
        await produce(kafka, lane.topic(topic), forged)
    garbage: list[Raw] = [(b"k", b"{broken %d" % n, []) for n in range(BROKEN)]
    await produce(kafka, lane.topic(SUBMITTED), garbage)
    return [wire.subject(event) for event in events]


async def _replay(kafka, dsn, lane, *options):
    environment = {
        **os.environ,
        "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": ",".join(kafka.bootstrap_servers),
        "WIREDESK_STORAGE__DSN": dsn,
        "WIREDESK_LANE": lane.name,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wiredesk_desk", "dlq", "replay", *options, "--json"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, talk = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, talk.decode()
    assert len(out.splitlines()) >= 3 * FORGED + BROKEN
