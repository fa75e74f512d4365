"""On a real PostgreSQL: what is too old goes, with all that is its own; nothing that may be asked for again does."""

import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from tests.integration.storage.aged import again, ages, fetched, numbers, put
from tests.integration.storage.records import count, disagreements, enriched, keep, received, statuses
from tests.integration.storage.searching import found
from tests.made_up import story
from wiredesk.contracts.words import words_of
from wiredesk_cleaner.fingerprint import minhash
from wiredesk_storage.retention.pruning import START, Pruner, Round
from wiredesk_storage.search.asking import Filters

pytestmark = pytest.mark.broker

KEPT = timedelta(days=60)
TABLES = ("articles", "revisions", "contents", "entities", "signatures", "copies", "story_articles")


@pytest.fixture
def pruner(pool):
    return Pruner(pool)


async def sizes(pool):
    return {table: await count(pool, table) for table in TABLES}


async def test_an_article_that_is_too_old_goes_with_all_that_is_its_own_and_no_other(store, pool, pruner):
    wire = story(1)
    made = [
        fetched(
            f"{start}{wire}", headline=f"{start}Wire", minhash=minhash(words_of(wire)), url=f"https://{at}.example/"
        )
        for at, start in enumerate(("", "ORSK - "))
    ]
    await put(store, made[0])
    alone = await sizes(pool)
    await put(store, made[1])
    await put(store, again(made[1], story(2)))
    await ages(pool, 61, made[1])
    done = await pruner.articles(KEPT, START, 10)
    assert (done.deleted, done.is_last) == (1, True)
    assert await sizes(pool) == alone
    assert await disagreements(pool) == []
    assert (await pruner.articles(KEPT, START, 10)).deleted == 0


@pytest.mark.parametrize("days", [59, 61])
async def test_days_count_from_the_last_that_was_stored_or_seen(store, pool, pruner, days):
    plain, revised, seen, late = (fetched(days=days) for _ in range(4))
    await put(store, plain, revised, seen, late)
    await ages(pool, days, plain, revised, seen, late)
    new = [again(revised, "Ada Marsh did not."), seen.model_copy(update={"fetched_at": datetime.now(UTC)})]
    old = again(late, "Ada Marsh was late.", minutes=-5)
    assert await statuses(store, [received(one) for one in (*new, old)]) == ["revised", "unchanged", "superseded"]
    assert (await pruner.articles(KEPT, START, 10)).deleted == (days > 60)
    left = {row["article_id"] for row in await pool.fetch("select article_id from articles")}
    assert {one.article_id for one in (revised, seen, late)} <= left


async def test_what_was_just_stored_stays_however_old_the_news_is(store, pool, pruner):
    await put(store, enriched(date_published=datetime(1999, 1, 1, tzinfo=UTC)))
    done = await pruner.articles(KEPT, START, 10)
    assert (done.deleted, await count(pool, "articles")) == (0, 1)


async def test_rounds_go_on_where_the_last_one_ended_past_what_stays(store, pool, pruner):
    made = [fetched() for _ in range(7)]
    await put(store, *made)
    await ages(pool, 61, *made)
    await put(store, *(one.model_copy(update={"fetched_at": datetime.now(UTC)}) for one in made[::2]))
    place, rounds = START, list[Round]()
    while not rounds or not rounds[-1].is_last:
        rounds.append(await pruner.articles(KEPT, place, 2))
        place = rounds[-1].place
    assert (len(rounds), sum(one.deleted for one in rounds)) == (4, 3)
    assert await count(pool, "articles") == 4


async def test_a_text_whose_first_article_is_gone_is_first_again_and_its_copies_are_shown(store, pool, pruner, archive):
    first, second, third = (fetched("Ada Marsh said so.", url=f"https://{number}.example/a") for number in range(3))
    await put(store, first, second)
    await ages(pool, 61, first)
    assert await found(archive, filters=Filters(without_copies=True)) == ["Headline"]
    assert (await pruner.articles(KEPT, START, 10)).deleted == 1
    assert await found(archive, filters=Filters(without_copies=True)) == ["Headline"]
    assert (await archive.article(second.article_id)).duplicate_of == first.article_id
    (receipt,) = await put(store, third)
    assert receipt.duplicate_of is None


async def test_the_rest_of_a_group_is_shown_when_its_first_article_is_gone(store, pool, pruner, archive):
    wire = story(3)
    signed = minhash(words_of(wire))
    first, copy = fetched(wire, minhash=signed), fetched(f"ORSK - {wire}", headline="Copy", minhash=signed)
    answers = [(await put(store, one))[0] for one in (first, copy)]
    assert answers[1].group_id == first.article_id
    await ages(pool, 61, first)
    assert await found(archive, filters=Filters(without_copies=True)) == ["Headline"]
    assert (await pruner.articles(KEPT, START, 10)).deleted == 1
    assert await found(archive, filters=Filters(without_copies=True)) == ["Copy"]
    record = received(copy)
    assert [one.group_id for one in await keep([record], store=store)] == [first.article_id]


async def test_a_deleted_article_that_comes_again_is_new(store, pool, pruner):
    event = fetched()
    record = received(event)
    await keep([record], store=store)
    await ages(pool, 61, event)
    await pruner.articles(KEPT, START, 10)
    assert await statuses(store, [record, record]) == ["inserted"] * 2
    assert await numbers(pool, event) == [1]


async def test_revisions_replaced_long_ago_go_and_the_current_one_stays_however_old_it_is(store, pool, pruner):
    event = fetched(days=301)
    await put(store, event, again(event, "Ada Marsh two."), again(event, "Ada Marsh three.", minutes=2))
    await ages(pool, 300, event)
    done = await pruner.revisions(KEPT, START, 10)
    assert (done.deleted, done.is_last) == (2, True)
    assert await numbers(pool, event) == [3]
    assert await disagreements(pool) == []
    assert await count(pool, "contents") == 1
    # Numbers go on.
    (receipt,) = await put(store, again(event, "Ada Marsh four.", minutes=3))
    assert (receipt.status.value, receipt.revision) == ("revised", 4)


async def test_what_was_replaced_lately_stays_although_it_was_stored_long_ago(store, pool, pruner):
    event = fetched()
    await put(store, event)
    await ages(pool, 300, event)
    await put(store, again(event, "Ada Marsh two."))
    assert (await pruner.revisions(KEPT, START, 10)).deleted == 0
    assert await numbers(pool, event) == [1, 2]


async def test_what_came_late_after_the_current_revision_stays_with_its_number(store, pool, pruner):
    event = fetched()
    late = again(event, "Ada Marsh was late.", minutes=-5)
    await put(store, event, again(event, "Ada Marsh two."), late)
    await ages(pool, 300, event)
    assert (await pruner.revisions(KEPT, START, 10)).deleted == 1
    assert await numbers(pool, event) == [2, 3]
    assert await disagreements(pool) == []


async def test_a_text_that_the_article_says_again_is_still_its_own_when_older_revisions_go(store, pool, pruner):
    event = fetched("Ada Marsh one.")
    await put(store, event, again(event, "Ada Marsh two."), again(event, "Ada Marsh one.", minutes=2))
    await ages(pool, 300, event)
    assert (await pruner.revisions(KEPT, START, 10)).deleted == 2
    (same, other) = await put(
        store,
        fetched("Ada Marsh one.", url="https://one.example/a"),
        fetched("Ada Marsh two.", url="https://two.example/a"),
    )
    assert (same.duplicate_of, other.duplicate_of) == (event.article_id, None)


async def test_an_article_that_is_written_is_passed_over_and_its_revisions_are_come_back_to(store, pool, pruner, dsn):
    made = [fetched() for _ in range(2)]
    await put(store, *made)
    await put(store, *(again(one, f"Ada Marsh {uuid.uuid4()}.") for one in made))
    await ages(pool, 300, *made)
    first, second = sorted(made, key=lambda one: one.article_id)
    writer = await asyncpg.connect(dsn)
    try:
        key = int.from_bytes(second.article_id.bytes[:8], signed=True)
        await writer.execute("select pg_advisory_lock($1)", key)
        done = await pruner.revisions(KEPT, START, 10)
        assert (done.deleted, done.is_last) == (1, False)
        assert await pruner.revisions(KEPT, done.place, 10) is None
        assert (await pruner.articles(KEPT, START, 10)).deleted == 1
    finally:
        await writer.close()
    assert (await numbers(pool, first), await numbers(pool, second)) == ([], [1, 2])
    assert (await pruner.revisions(KEPT, done.place, 10)).deleted == 1
    assert await numbers(pool, second) == [2]


async def test_one_process_at_a_time_deletes(pool, pruner):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(x'776972'::int, 2)")
        assert await pruner.articles(KEPT, START, 10) is None
        assert await pruner.revisions(KEPT, START, 10) is None
    assert (await pruner.articles(KEPT, START, 10)).is_last


async def test_old_news_that_was_stored_lately_is_passed_over_many_at_a_time(store, pool, pruner):
    lately, old = [fetched(days=200) for _ in range(25)], fetched(days=100)
    await put(store, *lately, old)
    await ages(pool, 61, old)
    first = await pruner.articles(KEPT, START, 2)
    assert (first.deleted, first.is_last) == (0, False)
    second = await pruner.articles(KEPT, first.place, 2)
    assert (second.deleted, second.is_last) == (1, True)
    assert await count(pool, "articles") == 25
