"""Storing on a real PostgreSQL: one row per article, the newest wins, every revision is kept, receipts are truthful."""

import asyncio
import itertools
import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.storage import handlers
from services.storage.store import Store, open_pool
from shared import ids
from shared.errors import InfrastructureError, PermanentError
from shared.events import ArticleEnriched, ArticleStored, Entity, Mention, StoreStatus
from shared.outcomes import Received

pytestmark = pytest.mark.broker

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OFFSETS = itertools.count()


def enriched(text=None, *, url=None, minute=0, **fields) -> ArticleEnriched:
    """An enriched article; by default with a URL and a text nobody else has."""
    url = url or f"https://news.example/{uuid.uuid4()}"
    text = text or f"Ada Marsh spoke about {uuid.uuid4()}."
    article, content = ids.article_id(url), ids.content_hash("Headline", text)
    surface = text[:9]
    return ArticleEnriched(
        **{
            "event_id": ids.event_id(article, "enriched", content, "t/1"),
            "article_id": article,
            "url": url,
            "headline": "Headline",
            "text": text,
            "content_hash": content,
            "in_language": "en",
            "word_count": len(text.split()),
            "fetched_at": NOON + timedelta(minutes=minute),
            "cleaner_version": "1",
            "tagger_pipeline": "t",
            "tagger_version": "1",
            "entities": (
                Entity(name=surface, type="PERSON", mentions=(Mention(field="text", start=0, end=9, surface=surface),)),
            ),
            **fields,
        }
    )


def received(event: ArticleEnriched) -> Received[ArticleEnriched]:
    """The event as a record at an offset of its own."""
    return Received(event, at=NOON, topic="articles.enriched.v1", partition=0, offset=next(OFFSETS))


async def keep(records: Sequence[Received[ArticleEnriched]], *, store: Store) -> Any:
    return await handlers.keep(records, store=store)


async def statuses(store, records):
    return [answer.status.value for answer in await keep(records, store=store)]


async def count(pool, table):
    return await pool.fetchval(f"select count(*) from {table}")


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
        event_id=ids.event_id(event.article_id, "stored", str(event.event_id), "1"),
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


@pytest.mark.parametrize(
    "poison",
    [
        pytest.param({"text": "Ada Marsh\x00 spoke"}, id="NUL in the text"),
        pytest.param({"keywords": ("a\x00b",)}, id="NUL in a keyword"),
        pytest.param({"content_hash": "a\x00b"}, id="NUL in the hash"),
        pytest.param({"word_count": 2**40}, id="a number too large"),
    ],
)
async def test_what_postgresql_refuses_does_not_touch_its_neighbours(store, pool, poison):
    good = [enriched() for _ in range(7)]
    records = [received(event) for event in (*good[:4], enriched(**poison), *good[4:])]
    answers = await keep(records, store=store)
    refused = answers.pop(4)
    assert isinstance(refused, PermanentError)
    assert refused.reason == "store_refused"
    assert "Marsh" not in str(refused)
    assert [answer.status.value for answer in answers] == ["inserted"] * 7
    assert await count(pool, "articles") == 7


async def test_a_batch_of_nothing_but_poison_is_refused_record_by_record(store, pool):
    answers = await keep([received(enriched("Ada Marsh\x00")) for _ in range(5)], store=store)
    assert [answer.reason for answer in answers] == ["store_refused"] * 5
    assert [await count(pool, table) for table in ("articles", "revisions", "contents")] == [0, 0, 0]


@pytest.mark.parametrize(
    "text",
    [
        "Ada Marsh'); drop table articles; --",
        "Ada Marsh $1 %s {} \\ \\' \" ; select pg_sleep(60)",
        "Ada Marsh \ufffd \u202e \x1b[31m 😀 \ud7ff",
    ],
)
async def test_hostile_text_is_only_text(store, archive, text):
    event = enriched(text, headline=text, authors=(text,))
    assert await statuses(store, [received(event)]) == ["inserted"]
    stored = await archive.article(event.article_id)
    assert (stored.event.text, stored.event.authors) == (text, (text,))
    assert (await archive.counts()).articles == 1


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"Word{n:07d}" for n in range(400_000)),
        "Ada Marsh " + "a" * 5_000_000,
        "Ада Марш " + " ".join(chr(0x4E00 + n % 20_000) + chr(0x1F300 + n % 700) for n in range(400_000)),
    ],
    ids=["400,000 different words", "one word of 5 MB", "every character four bytes"],
)
async def test_a_very_long_text_is_stored_whole(store, archive, text):
    event = enriched(text)
    assert await statuses(store, [received(event)]) == ["inserted"]
    assert len((await archive.article(event.article_id)).event.text) == len(text)


async def test_a_connection_cut_in_the_middle_of_a_batch_is_an_outage_and_leaves_nothing(store, pool, dsn):
    event = enriched()
    record = received(event)
    async with asyncio.timeout(30):
        blocker = await asyncpg.connect(dsn)
        key = int.from_bytes(event.article_id.bytes[:8], signed=True)
        await blocker.execute("select pg_advisory_lock($1)", key)
        saving = asyncio.create_task(keep([received(enriched()), record], store=store))
        victim = None
        while victim is None:
            victim = await blocker.fetchval(
                "select pid from pg_locks where locktype = 'advisory' and not granted and pid <> pg_backend_pid()"
            )
        await blocker.execute("select pg_terminate_backend($1)", victim)
        with pytest.raises(InfrastructureError):
            await saving
        await blocker.close()
    assert await count(pool, "articles") == 0
    # The pool heals by itself, and the batch given again is stored.
    assert await statuses(store, [record]) == ["inserted"]


async def test_a_store_that_makes_us_wait_too_long_is_an_outage(pool, dsn):
    event = enriched()
    blocker = await asyncpg.connect(dsn)
    await blocker.execute("select pg_advisory_lock($1)", int.from_bytes(event.article_id.bytes[:8], signed=True))
    with pytest.raises(InfrastructureError, match="57014"):
        await keep([received(event)], store=Store(pool, statement_timeout_seconds=0.2))
    await blocker.close()


async def test_a_read_only_store_is_an_outage(options, pool):
    read_only = f"{options.dsn.get_secret_value()}&default_transaction_read_only=on"
    async with open_pool(options.model_validate({"dsn": read_only})) as standby:
        with pytest.raises(InfrastructureError, match="25006"):
            await keep([received(enriched())], store=Store(standby))
    assert await count(pool, "articles") == 0


async def test_readiness_says_why_not(store, pool):
    assert await store.ready() is None
    await pool.close()
    assert "PostgreSQL" in await store.ready()


async def test_no_prepared_statement_is_left_behind_a_pooler(options, pool):
    async with open_pool(options.model_copy(update={"statement_cache_size": 0, "connections": 1})) as plain:
        assert await statuses(Store(plain), [received(enriched()), received(enriched())]) == ["inserted"] * 2
        assert await plain.fetchval("select count(*) from pg_prepared_statements where name <> ''") == 0
    assert await count(pool, "articles") == 2
