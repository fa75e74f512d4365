"""A desk that is killed again and again: whoever subscribed is told of every article all the same."""

import asyncio
import json
import random
from collections import Counter

import pytest
from aiohttp import web

from tests.faults.harness.one_service import committed_all, free_port, member, spawn
from tests.faults.harness.servers import revision_book
from tests.integration.desk.web.server import database
from tests.integration.storage.records import enriched
from tests.wires import Raw, eventually, produce, read_all
from wiredesk.client.offsets import edges
from wiredesk.contracts.topics import ENRICHED, STORED
from wiredesk.postgres.connections import open_pool
from wiredesk_desk.config import System
from wiredesk_desk.feed_topics import feed_topic
from wiredesk_desk.web.subscriptions import making
from wiredesk_desk.web.subscriptions.keeping import Subscriptions

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(400)]

ARTICLES, AT_ONCE, KILLS = 400, 20, 8


class Hook:
    """A webhook that refuses each fifth message at first."""

    def __init__(self, rng):
        self.got: Counter[str] = Counter()
        self._rng = rng

    async def take(self, request):
        message = json.loads(await request.read())
        if self._rng.random() < 0.2:
            return web.Response(status=503)
        assert request.headers["webhook-id"] == message["data"]["event_id"]
        self.got[message["data"]["event_id"]] += 1
        return web.Response(status=204)


async def test_a_topic_and_a_webhook_have_every_article_though_the_desk_is_killed_again_and_again(
    kafka, dsn, lane, tmp_path, enter
):
    rng = random.Random(40)
    articles = [enriched(headline=f"Ferry {n} sails") for n in range(ARTICLES)]
    wanted = {str(one.event_id) for one in articles}
    hook = Hook(rng)
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port := free_port()).start()
    try:
        async with database(dsn) as options, open_pool(options) as pool:
            own = options.dsn.get_secret_value()
            subscriptions = Subscriptions(pool, lane.name)
            subscribed = making.Wanted(
                "ferries", {"q": "ferry"}, has_topic=True, webhook=f"http://127.0.0.1:{port}/hook"
            )
            await making.subscribe(System(kafka, lane, options.dsn, "test"), subscriptions, subscribed)

            async def desk():
                # Tries that fail come again at once: what is looked at is the kill, not the wait.
                return await spawn(
                    kafka, lane, "tests.faults.programs.hurried_desk", "serve", logs=tmp_path,
                    WIREDESK_STORAGE__DSN=own, WIREDESK_DESK__PORT="0",
                )  # fmt: skip

            running = await desk()
            async with member(kafka, lane, "wiredesk_storage", logs=tmp_path, WIREDESK_STORAGE__DSN=own):
                killing = asyncio.create_task(_kill(running, desk, rng))
                for start in range(0, ARTICLES, AT_ONCE):
                    some = articles[start : start + AT_ONCE]
                    records: list[Raw] = [
                        (str(one.article_id).encode(), one.model_dump_json().encode(), []) for one in some
                    ]
                    await produce(kafka, lane.topic(ENRICHED), records)
                    await asyncio.sleep(rng.uniform(0, 1.5))
                running = await killing
                try:
                    await committed_all(kafka, lane, "storage", within=120)
                    await eventually(lambda: _has(hook, wanted), within=120)
                    topic = lane.topic(feed_topic("feeds.ferries.v1"))
                    told = Counter(
                        json.loads(record.value or b"{}")["event_id"] for record in await read_all(kafka, topic)
                    )
                finally:
                    await running.kill()
            book = await revision_book(kafka, own, lane, articles)
            (left,) = await pool.fetch("select count(*) as n from wiredesk_desk.deliveries")
    finally:
        await runner.cleanup()
    assert set(told) == wanted
    assert set(hook.got) == wanted
    assert left["n"] == 0
    assert sum(end - start for start, end in (await edges(kafka, [lane.topic(STORED)])).values()) >= ARTICLES
    again = sum(told.values()) - ARTICLES, sum(hook.got.values()) - ARTICLES
    extra = f"{KILLS} kills: a topic and a webhook have all; {again[0]} and {again[1]} came again, with the same ids"
    enter(40, book, extra=extra)


async def _kill(running, desk, rng):
    """Kill the desk a moment after it began to answer, again and again; return the one that lives."""
    for _ in range(KILLS):
        async with asyncio.timeout(60):
            while (await running.health("/readyz"))[0] != 200:
                await asyncio.sleep(0.05)
        await asyncio.sleep(rng.uniform(0, 2.5))
        await running.kill()
        running = await desk()
    return running


async def _has(hook, wanted):
    return set(hook.got) >= wanted
