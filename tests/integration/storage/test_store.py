"""Storing on a real PostgreSQL: one row per article, the newest wins, every revision is kept, receipts are truthful."""

import asyncio
import random
import uuid
from datetime import timedelta

import pytest

from tests.integration.storage.records import NOON, count, enriched, keep, outputs, received, statuses, value_of
from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleStored, StoreStatus
from wiredesk.contracts.topics import CURRENT
from wiredesk.engine.outcomes import Received
from wiredesk.postgres.connections import open_pool
from wiredesk_storage.store import Store

pytestmark = pytest.mark.broker


async def test_an_article_is_stored_with_all_its_fields(store, archive, pool):
    event = enriched(
        credits=("John Smith / Reuters",),
        authors=("Ada Byline", 'O\'Neill, "Pat" {x}'),
        keywords=("ports", ""),
        date_published=NOON - timedelta(hours=2),
        agency="Reuters",
    )
    (answer,) = await keep([received(event)], store=store)
    assert answer == ArticleStored(
        event_id=answer.event_id,
        article_id=event.article_id,
        enriched_event_id=event.event_id,
        status=StoreStatus.INSERTED,
        revision=1,
        url=event.url,
        headline="Headline",
    )
    row = await pool.fetchrow("select * from articles")
    assert row["credits"] == ["John Smith / Reuters"]
    assert row["authors"] == ["Ada Byline", 'O\'Neill, "Pat" {x}']
    assert row["keywords"] == ["ports", ""]
    assert (row["text"], row["agency"], row["date_published"]) == (event.text, "Reuters", event.date_published)
    stored = await archive.article(event.article_id)
    assert stored.event == event
    assert [(r.revision, r.status) for r in stored.revisions] == [(1, StoreStatus.INSERTED)]
    assert await archive.article(uuid.uuid4()) is None


async def test_an_empty_batch_is_nothing(store):
    assert await keep([], store=store) == []


async def test_the_same_event_a_hundred_times_at_once_is_one_row(options, pool):
    event = enriched()
    async with open_pool(options.model_copy(update={"connections": 16})) as wide:
        store = Store(wide)
        answers = await asyncio.gather(*(statuses(store, [received(event)]) for _ in range(100)))
    found = [status for (status,) in answers]
    assert (found.count("inserted"), found.count("unchanged")) == (1, 99)
    assert [await count(pool, table) for table in ("articles", "revisions", "entities")] == [1, 1, 1]


async def test_fifty_versions_out_of_order_at_once_leave_the_newest_and_keep_all(options, archive, pool):
    url = f"https://news.example/{uuid.uuid4()}"
    versions = [enriched(f"Ada Marsh, version {minute}", url=url, minute=minute) for minute in range(50)]
    random.shuffle(versions)
    async with open_pool(options.model_copy(update={"connections": 8})) as wide:
        store = Store(wide)
        answers = await asyncio.gather(
            *(keep([received(event) for event in versions[i : i + 3]], store=store) for i in range(0, 50, 3))
        )
    receipts = [receipt for batch in answers for receipt in batch]
    assert sorted(receipt.revision for receipt in receipts) == list(range(1, 51))
    assert [receipt.status.value for receipt in receipts].count("inserted") == 1
    stored = await archive.article(versions[0].article_id)
    assert stored.event.text == "Ada Marsh, version 49"
    assert len(stored.revisions) == 50
    assert await count(pool, "articles") == 1


async def test_batches_that_share_articles_never_wait_for_each_other(options, pool):
    events = [enriched() for _ in range(30)]
    batches = [random.sample(events, 30) for _ in range(12)]
    async with open_pool(options.model_copy(update={"connections": 12})) as wide:
        store = Store(wide)
        answers = await asyncio.gather(*(statuses(store, [received(e) for e in batch]) for batch in batches))
    assert sum(batch.count("inserted") for batch in answers) == 30
    assert await count(pool, "articles") == 30


async def test_versions_in_one_batch_are_told_apart(store, archive):
    url = f"https://news.example/{uuid.uuid4()}"
    first, second, third = (enriched(f"Ada Marsh {n}", url=url, minute=n) for n in range(3))
    assert await statuses(store, [received(e) for e in (second, first, third, second)]) == [
        *("inserted", "superseded", "revised", "unchanged")
    ]
    assert (await archive.article(first.article_id)).event.text == "Ada Marsh 2"


async def test_a_redelivered_record_gets_its_receipt_again_whatever_came_since(store):
    url = f"https://news.example/{uuid.uuid4()}"
    first, second, third = (enriched(f"Ada Marsh {n}", url=url, minute=n) for n in range(3))
    records = [received(event) for event in (first, third, second, first)]
    answers = await keep(records, store=store)
    assert [a.status.value for a in answers] == ["inserted", "revised", "superseded", "unchanged"]
    assert await keep(records, store=store) == answers
    # Kafka may cut the same records into other batches.
    assert [(await keep([record], store=store))[0] for record in records] == answers


async def test_only_what_an_article_says_now_goes_to_the_table_however_often_it_is_delivered(store):
    url = f"https://news.example/{uuid.uuid4()}"
    minutes = (1, 9, 5, 9)
    first, newer, late, again = (
        received(enriched(f"Ada Marsh {minute}", url=url, minute=minute)) for minute in minutes
    )

    async def said(*records):
        """Which of the records went to the table, after it what each receipt says."""
        answers = await outputs(records, store=store)
        tabled = [isinstance(answer, list) for answer in answers]
        return tabled, [(answer[-1] if isinstance(answer, list) else answer).status.value for answer in answers]

    assert await said(first) == ([True], ["inserted"])
    # Both in one batch: the first is no longer what the article says.
    assert await said(first, newer) == ([False, True], ["inserted", "revised"])
    assert await said(late, again) == ([False, False], ["superseded", "unchanged"])
    assert await said(newer) == ([True], ["revised"])
    ((record, receipt),) = await outputs([newer], store=store)
    assert (record.topic, record.key) == (CURRENT, str(newer.event.article_id).encode())
    assert record.value == value_of(newer.event)
    assert record.headers["ce_id"] == str(receipt.enriched_event_id)
    assert record.headers["ce_type"] == "wiredesk.articles.current.v1"


async def test_an_offset_of_a_topic_made_anew_is_not_a_redelivery(store):
    record = received(enriched())
    later = Received(record.event, at=NOON + timedelta(days=1), topic=record.topic, partition=0, offset=record.offset)
    assert await statuses(store, [record]) == ["inserted"]
    assert await statuses(store, [later]) == ["unchanged"]


async def test_a_page_fetched_again_unchanged_is_younger_than_an_older_version_that_comes_late(store, archive):
    url = f"https://news.example/{uuid.uuid4()}"
    assert await statuses(store, [received(enriched("Ada Marsh 1", url=url, minute=1))]) == ["inserted"]
    before = await archive.article(ids.article_id(url))
    assert await statuses(store, [received(enriched("Ada Marsh 1", url=url, minute=9))]) == ["unchanged"]
    assert await statuses(store, [received(enriched("Ada Marsh 2", url=url, minute=5))]) == ["superseded"]
    after = await archive.article(ids.article_id(url))
    assert after.event.text == "Ada Marsh 1"
    assert after.updated_at == before.updated_at


async def test_a_page_put_back_as_it_was_is_current_again(store, archive, pool):
    url = f"https://news.example/{uuid.uuid4()}"
    texts = ["Ada Marsh right", "Ada Marsh wrong", "Ada Marsh right"]
    records = [received(enriched(text, url=url, minute=minute)) for minute, text in enumerate(texts)]
    for _ in range(2):
        assert [(await statuses(store, [r]))[0] for r in records] == ["inserted", "revised", "revised"]
    assert (await archive.article(ids.article_id(url))).event.text == "Ada Marsh right"
    assert await count(pool, "revisions") == 3
    assert await pool.fetchval("select name from entities") == "Ada Marsh"


async def test_the_first_article_with_a_text_is_the_one_others_are_duplicates_of(store, archive, pool):
    text = f"Ada Marsh {uuid.uuid4()}"
    events = [enriched(text) for _ in range(3)]
    records = [received(event) for event in events]
    answers = await keep(records[:2], store=store) + await keep(records[2:], store=store)
    first = events[0].article_id
    assert [a.duplicate_of for a in answers] == [None, first, first]
    assert [a.duplicate_of for a in await keep(records, store=store)] == [None, first, first]
    # The same page fetched again keeps its group.
    await keep([received(enriched(text, url=events[1].url, minute=5))], store=store)
    rows = await pool.fetch("select article_id, duplicate_of from articles")
    expected = {events[0].article_id: None, events[1].article_id: first, events[2].article_id: first}
    assert {row["article_id"]: row["duplicate_of"] for row in rows} == expected
    assert (await archive.counts()).duplicates == 2


async def test_copies_stored_at_once_agree_on_who_was_first(options, pool):
    text = f"Ada Marsh {uuid.uuid4()}"
    async with open_pool(options.model_copy(update={"connections": 8})) as wide:
        store = Store(wide)
        answers = await asyncio.gather(*(keep([received(enriched(text))], store=store) for _ in range(16)))
    receipts = [answer for (answer,) in answers]
    first = [receipt.article_id for receipt in receipts if receipt.duplicate_of is None]
    assert len(first) == 1
    assert {receipt.duplicate_of for receipt in receipts} == {None, first[0]}
