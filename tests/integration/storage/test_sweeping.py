"""Retention for as long as the process lives: several processes, a writer, outages, the settings."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from tests.integration.storage.aged import again, ages, fetched, numbers, put
from tests.integration.storage.records import count, disagreements
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.postgres.connections import open_pool
from wiredesk_storage.__main__ import worker
from wiredesk_storage.retention import sweeping
from wiredesk_storage.retention.pruning import START, Pruner
from wiredesk_storage.settings import StorageSettings

pytestmark = pytest.mark.broker


async def test_two_processes_and_a_writer_at_once_delete_each_once_and_nothing_that_comes_back(store, pool, options):
    old = [fetched() for _ in range(60)]
    await put(store, *old)
    await ages(pool, 61, *old)
    before = sweeping.DELETED.labels("articles")._value.get()
    async with open_pool(options) as other:
        pruners = [Pruner(pool), Pruner(other)]
        backs = [again(one, f"Ada Marsh is back {uuid.uuid4()}.", minutes=100) for one in old[::3]]

        async def sweeps(pruner):
            await sweeping.swept(
                "articles", lambda place, most: pruner.articles(timedelta(days=60), place, most), START, most=7
            )

        async def writes():
            return [(await put(store, one))[0].status.value for one in backs]

        async with asyncio.timeout(60):
            *_, answers = await asyncio.gather(*map(sweeps, pruners), writes())
    assert set(answers) <= {"inserted", "revised"}
    left = {row["article_id"] for row in await pool.fetch("select article_id from articles")}
    assert left == {one.article_id for one in backs}
    assert await disagreements(pool) == []
    deleted = sweeping.DELETED.labels("articles")._value.get() - before
    assert deleted == len(old) - answers.count("revised")


async def test_the_sweep_deletes_what_the_settings_say_and_nothing_without_them(store, pool, options):
    event = fetched()
    await put(store, event, again(event, "Ada Marsh two."))
    await ages(pool, 300, event)

    async def swept_until(is_done, **settings):
        task = asyncio.create_task(sweeping.sweep(pool, options.model_copy(update=settings)))
        try:
            async with asyncio.timeout(30):
                while not await is_done(task):
                    await asyncio.sleep(0.02)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def one_revision(_):
        return await numbers(pool, event) == [2]

    async def no_article(_):
        return await count(pool, "articles") == 0

    await swept_until(one_revision, revisions_days=60.0)
    assert await count(pool, "articles") == 1
    await swept_until(no_article, articles_days=60.0)


async def test_an_outage_ends_the_sweep_for_it_to_be_begun_again(options):
    async with open_pool(options) as pool:
        pass
    with pytest.raises(InfrastructureError):
        await sweeping.sweep(pool, options.model_copy(update={"articles_days": 60.0}))


async def test_the_storage_process_deletes_beside_its_work(store, pool, options):
    event = fetched()
    await put(store, event)
    await ages(pool, 61, event)
    # A lane of its own: it tells no stories, and needs no Kafka before its first record.
    settings = StorageSettings.model_validate(
        {"lane": "backfill", "storage": options.model_dump() | {"dsn": options.dsn, "articles_days": 60}}
    )
    async with worker(settings), asyncio.timeout(60):
        while await count(pool, "articles"):
            await asyncio.sleep(0.02)
