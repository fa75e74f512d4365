"""Clocks that jump and disagree: what waits comes when its reader's clock says so, and no version goes back."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import fetched, url
from tests.faults.harness.servers import revision_book, stage_book
from tests.integration.storage.records import enriched
from tests.wires import Raw, eventually, produce, read_all, running
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.ids import article_id
from wiredesk.contracts.topics import ENRICHED, FETCHED, STORED, SUBMITTED
from wiredesk.engine.outcomes import RetryAt
from wiredesk.engine.work import Work, one_by_one
from wiredesk.postgres.connections import open_pool
from wiredesk_storage.handlers import keep
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.store import Store

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]
JUMP = timedelta(minutes=10)
LETTERS = SUBMITTED.dead_letter("fetcher")
REST_SECONDS = 5


@pytest.fixture(autouse=True)
def _short_rest(monkeypatch):
    """Scaled down: what is not due rests on the retry topic for five seconds, not a minute, before the next look."""
    monkeypatch.setattr("wiredesk.engine.verdicts.retry.REST_SECONDS", REST_SECONDS)


class Clock:
    """A wall clock that can be put forward and back."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def _submissions(count):
    events = [ArticleSubmitted(url=url()) for _ in range(count)]
    records: list[Raw] = [(b"host", event.model_dump_json().encode(), []) for event in events]
    return records, [article_id(event.url) for event in events]


async def _count(kafka, lane, topic, count, *, within=30):
    async def there():
        return len(await read_all(kafka, lane.topic(topic))) >= count

    await eventually(there, within=within)


def _waiting_once(tries):
    """A handler whose site is away at the first try."""

    async def handler(received):
        tries.append(received.attempt)
        if received.attempt == 0:
            raise TransientError("the site is away")
        return fetched("done", where=received.event.url)

    return one_by_one(handler, concurrency=8)


async def test_a_clock_put_forward_makes_what_waits_due_at_once(kafka, lane, enter):
    clock, tries = Clock(), list[int]()
    records, sent = _submissions(40)
    await produce(kafka, lane.topic(SUBMITTED), records)
    async with running(kafka, lane, "fetcher", SUBMITTED, _waiting_once(tries), clock=clock):
        await _count(kafka, lane, SUBMITTED.retry("fetcher"), 40)
        assert len(await read_all(kafka, lane.topic(FETCHED))) == 0
        # The first wait is a minute.
        clock.ahead = JUMP
        await _count(kafka, lane, FETCHED, 40)
    book = await stage_book(kafka, lane, FETCHED, LETTERS, sent)
    enter(15, book, extra="clock 10 min forward: the waits of a minute end at once, each once")
    assert sorted(tries) == [0] * 40 + [1] * 40
    assert set(book.receipts.values()) == {1}


@pytest.mark.slow
async def test_a_clock_put_back_makes_nothing_early_and_nothing_busy(kafka, lane, enter):
    clock, tries = Clock(), list[int]()
    records, sent = _submissions(20)
    await produce(kafka, lane.topic(SUBMITTED), records)
    lane_topic = lane.topic(SUBMITTED.retry("fetcher"))
    async with running(kafka, lane, "fetcher", SUBMITTED, _waiting_once(tries), clock=clock):
        await _count(kafka, lane, SUBMITTED.retry("fetcher"), 20)
        clock.ahead = -JUMP
        before = len(await read_all(kafka, lane_topic))
        await asyncio.sleep(30)
        written = len(await read_all(kafka, lane_topic)) - before
        assert len(await read_all(kafka, lane.topic(FETCHED))) == 0
        clock.ahead = timedelta(minutes=2)
        await _count(kafka, lane, FETCHED, 20)
    # A clock that stands before the records' own times makes no rest longer, and none shorter.
    assert 20 * 2 <= written <= 20 * (30 / REST_SECONDS + 1)
    book = await stage_book(kafka, lane, FETCHED, LETTERS, sent)
    enter(15, book, extra=f"clock 10 min back for 30 s: nothing early, each wait written back {written / 20:.1f} times")
    assert sorted(tries) == [0] * 20 + [1] * 20


async def test_workers_five_minutes_apart_agree_on_what_is_due(kafka, lane, enter):
    """One writes the waits, the other reads them; a wait is off by the skew, and neither spins nor loses."""
    fast, slow, seen = Clock(timedelta(minutes=5)), Clock(), []
    wait = timedelta(seconds=3)
    records, sent = _submissions(30)
    await produce(kafka, lane.topic(SUBMITTED), records)

    def handle(clock):
        async def handler(received):
            if received.attempt == 0:
                return RetryAt(clock() + wait, "busy")
            seen.append(clock())
            return fetched("done", where=received.event.url)

        return one_by_one(handler, concurrency=8)

    async with running(kafka, lane, "fetcher", SUBMITTED, handle(slow), clock=slow):
        await _count(kafka, lane, SUBMITTED.retry("fetcher"), 30)
        written = datetime.now(UTC)
    # By the clock that is five minutes ahead they have been due for long.
    async with running(kafka, lane, "fetcher", SUBMITTED, handle(fast), clock=fast):
        await _count(kafka, lane, FETCHED, 30)
    assert max(seen) - fast.ahead - written < timedelta(seconds=25)
    book = await stage_book(kafka, lane, FETCHED, LETTERS, sent)
    enter(15, book, extra="two workers 5 min apart on one retry topic")
    assert set(book.receipts.values()) == {1}


async def test_versions_follow_the_events_whatever_the_clocks_say(kafka, dsn, lane, enter):
    """Two storage workers, ten minutes ahead and behind; five revisions of an article, the newest in between."""
    await bring_up(StorageOptions.model_validate({"dsn": dsn}))
    where = [url() for _ in range(20)]
    revisions = [
        [enriched(f"Ada Marsh, revision {n} of {place}", url=place, minute=n) for n in (2, 4, 1, 3, 0)]
        for place in where
    ]
    records: list[Raw] = [
        (str(event.article_id).encode(), event.model_dump_json().encode(), [])
        for several in zip(*revisions, strict=True)
        for event in several
    ]
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(open_pool(StorageOptions.model_validate({"dsn": dsn})))
        store = Store(pool)

        async def handle(batch):
            return await keep(batch, store=store)

        for ahead in (JUMP, -JUMP):
            worker = running(kafka, lane, "storage", ENRICHED, Work(handle, batch=10), encoded=True, clock=Clock(ahead))
            await stack.enter_async_context(worker)
        await produce(kafka, lane.topic(ENRICHED), records)
        await _count(kafka, lane, STORED, len(records))
        current = await pool.fetch(
            "select text, (select count(*) from revisions r where r.article_id = a.article_id) as revisions "
            "from articles a where article_id = any($1)",
            [article_id(place) for place in where],
        )
    assert sorted(row["text"] for row in current) == sorted(f"Ada Marsh, revision 4 of {place}" for place in where)
    assert {row["revisions"] for row in current} == {5}
    book = await revision_book(kafka, dsn, lane, [event for several in revisions for event in several])
    times = {dict(record.headers)["ce_time"][:16] for record in await read_all(kafka, lane.topic(STORED))}
    enter(15, book, extra="storage workers 20 min apart: the newest of 5 revisions is current in all 20 articles")
    assert len(times) > 1
