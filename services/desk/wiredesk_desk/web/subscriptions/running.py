"""Follows the stream for every subscription, and hands over what each wants. One desk of a database does it at a time.

At least once: what was handed over is noted only then, so after a crash some of it comes again, with the same ids. A
topic has it once Kafka has acknowledged it; a webhook, once it is among the deliveries, in the same transaction in
which the subscription moves on.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import asyncpg

from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.postgres.connections import Connections, outages
from wiredesk.runtime.background import background
from wiredesk_desk.web.live.hub import Hub
from wiredesk_desk.web.live.interest import Interest
from wiredesk_desk.web.live.positions import Positions
from wiredesk_desk.web.live.reader import News, Reader
from wiredesk_desk.web.subscriptions.asking import question
from wiredesk_desk.web.subscriptions.keeping import Subscription, Subscriptions
from wiredesk_desk.web.subscriptions.posting import Poster
from wiredesk_desk.web.subscriptions.topics import feed_topic
from wiredesk_desk.web.wire import Wire

log = logging.getLogger(__name__)

# Two numbers, as the locks of migrations and stories have; nobody else takes this one.
_LEAD = "select pg_try_advisory_lock(x'776972'::int, 8)"
_LOOK_SECONDS = 2.0
_AT_ONCE = 100
# How far a reader whom nothing interests would have to read again.
_NOTED_EVERY_SECONDS = 10.0


class Subscribed:
    """Runs every subscription, for as long as this desk is the one that does."""

    def __init__(
        self, pool: Connections, subscriptions: Subscriptions, hub: Hub, kafka: Wire, poster: Poster | None
    ) -> None:
        """Without a `poster`, webhooks are left to a desk that has one."""
        self._pool, self._subscriptions, self._hub, self._kafka, self._poster = pool, subscriptions, hub, kafka, poster

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run them beside the block."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(background("subscriptions", self._lead))
            if self._poster is not None:
                await stack.enter_async_context(background("webhooks", self._poster.run))
            yield

    async def _lead(self) -> None:
        """Wait until no other desk runs them, then do, until the connection that says so is lost."""
        with outages():
            async with self._pool.acquire() as connection:
                while not await connection.fetchval(_LEAD):  # noqa: ASYNC110 - the lock is another process's
                    await asyncio.sleep(_LOOK_SECONDS)
                await self._run(connection)

    async def _run(self, lead: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> None:
        tasks: dict[tuple[object, ...], asyncio.Task[None]] = {}
        try:
            while True:
                # Also the proof that the lock is still held.
                await lead.execute("select 1")
                wanted = {(one.name, one.created_at) for one in await self._subscriptions.every() if not one.paused}
                for gone in tasks.keys() - wanted:
                    await _ended(tasks.pop(gone))
                for name, at in wanted - tasks.keys():
                    tasks[name, at] = asyncio.create_task(self._follow_for_ever(str(name)))
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            await asyncio.gather(*map(_ended, tasks.values()))

    async def _follow_for_ever(self, name: str) -> None:
        async def follow() -> None:
            found = await self._subscriptions.one(name)
            if found is not None and not found.paused:
                await self._follow(found)

        async with background(f"subscription {name}", follow):
            await asyncio.get_running_loop().create_future()

    async def _follow(self, one: Subscription) -> None:
        asked = question(one.question)
        interest = Interest(asked.q, asked.filters())
        async with self._hub.reader(interest, Positions.read(one.position)) as (reader, missed):
            batch: list[News] = []
            async for news in missed:
                if isinstance(news, News):
                    batch.append(news)
                else:
                    log.warning("subscription %s: receipts it had not read are no longer on the topic", one.name)
                if len(batch) >= _AT_ONCE:
                    await self._hand_over(one, batch, reader)
                    batch = []
            await self._hand_over(one, batch, reader)
            while True:
                try:
                    async with asyncio.timeout(_NOTED_EVERY_SECONDS):
                        first = await reader.next()
                except TimeoutError:
                    await self._hand_over(one, [], reader)
                    continue
                if first is None:
                    # It was too slow for what came, and goes on where it stands.
                    return
                await self._hand_over(one, [first, *reader.at_hand(_AT_ONCE - 1)], reader)

    async def _hand_over(self, one: Subscription, batch: Sequence[News], reader: Reader) -> None:
        position = str(reader.positions)
        events = [ArticleEnriched.model_validate_json(news.arrival.event) for news in batch]
        if one.topic is not None and events:
            client = await self._kafka.client()
            topic = feed_topic(one.topic)
            await asyncio.gather(
                *(client.send(wire.of_feed(topic, event, source="desk", time=datetime.now(UTC))) for event in events)
            )
        posted = [
            (event.event_id, news.arrival.article_id, news.arrival.revision)
            for event, news in zip(events, batch, strict=True)
        ]
        await self._subscriptions.moved(one.name, position, posted if one.webhook is not None else ())


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
