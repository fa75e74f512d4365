"""Data PostgreSQL refuses, hostile text, and servers that fail: who is touched, and who is not."""

import asyncio

import asyncpg
import pytest

from tests.integration.storage.records import count, enriched, keep, received, statuses
from wiredesk.contracts.errors import InfrastructureError, PermanentError
from wiredesk.postgres.connections import open_pool
from wiredesk_storage.store import Store

pytestmark = pytest.mark.broker


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
