"""Crashes at the worst moments: between database, receipt and offset commit, and of a worker that comes back late."""

import signal
from collections import Counter
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from tests.factories import NOON, enriched
from tests.faults.harness.one_service import committed_all, member
from tests.faults.harness.pipeline import ledger
from tests.wires import committed, eventually, produce, read_all
from wiredesk.contracts.topics import ENRICHED, STORED

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]
CRASHING, STORAGE = "tests.faults.programs.crash_points", "wiredesk_storage"
ARTICLES = 60


def _records(events):
    return [(str(event.article_id).encode(), event.model_dump_json().encode(), []) for event in events]


def _articles():
    return [
        enriched(f"Mayor Ada Marsh opened bridge {number}.", headline=f"Bridge {number}") for number in range(ARTICLES)
    ]


async def _rows(dsn, articles):
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(
            "SELECT article_id, event_id, version, text FROM articles WHERE article_id = ANY($1)", list(articles)
        )
    finally:
        await connection.close()


@pytest.mark.parametrize(("point", "has_receipts"), [("after-database", False), ("after-outputs", True)])
async def test_a_crash_of_storage_between_commit_and_commit_leaves_one_row_and_a_receipt_for_each(
    kafka, dsn, lane, tmp_path, enter, point, has_receipts
):
    events = _articles()
    sent = [event.article_id for event in events]
    # All there before the service, so the crash is in the middle of its first batch for certain.
    await produce(kafka, lane.topic(ENRICHED), _records(events), partition=0)
    async with member(
        kafka, lane, CRASHING, "storage", point, "KILL", logs=tmp_path, WIREDESK_STORAGE__DSN=dsn
    ) as crashing:
        assert await crashing.end() == -signal.SIGKILL
    rows = len(await _rows(dsn, sent))
    assert 0 < rows < ARTICLES
    assert len(await read_all(kafka, lane.topic(STORED))) == (rows if has_receipts else 0)
    assert await committed(kafka, lane.topic(ENRICHED), lane.group("storage")) == 0
    async with member(kafka, lane, STORAGE, logs=tmp_path, WIREDESK_STORAGE__DSN=dsn) as second:
        await committed_all(kafka, lane, "storage", within=90)
        assert await second.stop() == 0
    found = await read_all(kafka, lane.topic(STORED))
    book = await ledger(kafka, dsn, lane, sent)
    assert set(book.receipts) == set(sent)
    # What was said before the crash is said again, word for word: the same event id.
    assert len({dict(record.headers)["ce_id"] for record in found}) == ARTICLES
    assert {record.value for record in found if b'"inserted"' not in record.value} == set()
    enter(16, book, extra=f"storage killed {point.replace('-', ' ')}: a receipt for every row")


@pytest.mark.slow
async def test_a_crash_between_outputs_and_offset_commit_repeats_events_but_makes_no_new_ones(
    kafka, dsn, lane, tmp_path, enter
):
    events = _articles()
    sent = [event.article_id for event in events]
    await produce(kafka, lane.topic(ENRICHED), _records(events), partition=0)
    crashes = 3
    for _ in range(crashes):
        async with member(
            kafka, lane, CRASHING, "storage", "after-outputs", "KILL", logs=tmp_path, WIREDESK_STORAGE__DSN=dsn
        ) as crashing:
            assert await crashing.end() == -signal.SIGKILL
    repeated = len(await _rows(dsn, sent))
    async with member(kafka, lane, STORAGE, logs=tmp_path, WIREDESK_STORAGE__DSN=dsn) as last:
        await committed_all(kafka, lane, "storage", within=90)
        assert await last.stop() == 0
    book = await ledger(kafka, dsn, lane, sent)
    subjects = Counter(UUID(dict(r.headers)["ce_subject"].decode()) for r in await read_all(kafka, lane.topic(STORED)))
    # Each crash was in the middle of the first unit of work; how much that held is the machine's to say.
    assert 0 < repeated < ARTICLES
    assert sum(count > 1 for count in subjects.values()) == repeated
    assert max(subjects.values()) == crashes + 1
    enter(16, book, extra=f"killed before the offset commit {crashes} times running")


@pytest.mark.slow
async def test_a_zombie_that_wakes_up_after_its_session_neither_commits_nor_turns_an_article_back(
    kafka, dsn, lane, tmp_path, enter
):
    old = _articles()
    later = {"fetched_at": NOON + timedelta(hours=1), "text": "Newer.", "entities": ()}
    new = [
        event.model_copy(update={**later, "event_id": newer.event_id})
        for event, newer in zip(old, _articles(), strict=True)
    ]
    sent = [event.article_id for event in old]
    topic = lane.topic(ENRICHED)
    await produce(kafka, topic, _records(old), partition=0)
    async with member(
        kafka, lane, CRASHING, "storage", "before-database", "STOP", logs=tmp_path, WIREDESK_STORAGE__DSN=dsn
    ) as zombie:
        await zombie.said("reached before-database")
        async with member(kafka, lane, STORAGE, logs=tmp_path, WIREDESK_STORAGE__DSN=dsn) as second:
            # The second one takes over when the session of the first has run out.
            await committed_all(kafka, lane, "storage", within=90)
            await produce(kafka, topic, _records(new), partition=0)
            await committed_all(kafka, lane, "storage", within=60)
            before = await _rows(dsn, sent)
            zombie.process.send_signal(signal.SIGCONT)
            code = await zombie.end(within=60)

            async def refused():
                return any(word in zombie.log.read_text() for word in ("CommitFailedError", "IllegalStateError"))

            await eventually(refused, within=10)
            assert await second.stop() == 0
        assert await committed(kafka, topic, lane.group("storage")) == 2 * ARTICLES
    after = await _rows(dsn, sent)
    assert sorted(before) == sorted(after)
    assert {row["text"] for row in after} == {"Newer."}
    book = await ledger(kafka, dsn, lane, sent)
    assert book.dead == 0
    # Every article was sent in two revisions, and has these two.
    assert set(book.stored.values()) == {2}
    book.stored = Counter(dict.fromkeys(book.stored, 1))
    book.receipts = Counter(UUID(dict(r.headers)["ce_id"].decode()) for r in await read_all(kafka, lane.topic(STORED)))
    enter(4, book, extra=f"its commit refused, no article turned back, it ends with {code} to be restarted")
