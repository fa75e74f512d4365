"""On a real PostgreSQL: what stories are looked up by goes with them, also what a release before looked them up by."""

from datetime import timedelta

import pytest

from tests.integration.storage.records import keep
from tests.integration.storage.test_stories import report
from tests.unit.storage.stories.articles import FERRY, FERRY_AGAIN
from wiredesk_storage.stories import keeping
from wiredesk_storage.stories.assigning import STORY_KEYS
from wiredesk_storage.stories.packing import unpacked

pytestmark = pytest.mark.broker
# So many heaviest words of a story were its keys in the releases that had the first migration of stories.
BEFORE = 32


async def keys(pool):
    return sorted(row["key"] for row in await pool.fetch("select key from story_keys"))


async def heaviest(pool, most):
    (row,) = await pool.fetch("select profile from stories where profile is not null")
    return sorted(unpacked(row["profile"]).keys(most))


@pytest.fixture
async def of_before(store, pool):
    """The record of an article whose story has the keys that the release before gave it."""
    one = report(FERRY)
    await keep([one], store=store)
    await pool.execute(
        "insert into story_keys select key, position from unnest($1::int[]) as key, stories on conflict do nothing",
        await heaviest(pool, BEFORE),
    )
    assert len(await keys(pool)) == BEFORE
    return one


@pytest.mark.usefixtures("of_before")
async def test_a_story_of_before_that_grows_has_the_keys_of_now(store, pool):
    await keep([report(FERRY_AGAIN)], store=store)
    assert await keys(pool) == await heaviest(pool, STORY_KEYS)


@pytest.mark.usefixtures("of_before")
async def test_a_story_of_before_that_is_closed_has_no_keys(pool):
    await pool.execute(
        "update stories set changed_at = now() - interval '20 days', last_seen = now() - interval '20 days'"
    )
    async with pool.acquire() as connection, connection.transaction():
        await keeping.close(connection, timedelta(days=7))
    assert await keys(pool) == []


async def test_a_story_of_before_whose_last_article_is_forgotten_has_no_keys(of_before, pool):
    async with pool.acquire() as connection, connection.transaction():
        await keeping.forget(connection, [of_before.event.article_id])
    assert await keys(pool) == []


async def test_of_many_stories_with_a_word_those_that_began_last_are_found(store, pool, monkeypatch):
    monkeypatch.setattr(keeping, "_STORIES_OF_KEY", 1)
    await keep([report(FERRY)], store=store)
    # Younger stories with the same words, to which nothing can come: only these are looked at.
    await pool.execute("insert into story_keys select key, position + 1000 from story_keys")
    await keep([report(FERRY_AGAIN)], store=store)
    assert await pool.fetchval("select count(*) from stories") == 2
