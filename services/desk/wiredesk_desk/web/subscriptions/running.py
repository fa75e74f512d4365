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
from wiredesk.contracts.errors import WiredeskError
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.postgres.connections import ACQUIRE_SECONDS, Connections, outages
from wiredesk.runtime.background import background
from wiredesk_desk.feed_topics import feed_topic
from wiredesk_desk.web.live.hub import Hub
from wiredesk_desk.web.live.interest import Interest
from wiredesk_desk.web.live.positions import Positions
from wiredesk_desk.web.live.reader import Gap, Heard, News, Passed, Reader
from wiredesk_desk.web.subscriptions.asking import question
from wiredesk_desk.web.subscriptions.keeping import Subscription, Subscriptions
from wiredesk_desk.web.subscriptions.posting import Poster
from wiredesk_desk.web.wire import Wire

log = logging.getLogger(__name__)

# Two numbers, as the locks of migrations and stories have; their second ones are small.
# One of a transaction: the connection may be one of a pooler's. The lane is part of it.
_LEAD = "select pg_try_advisory_xact_lock(x'776972'::int, hashtext($1))"
_LOOK_SECONDS = 2.0
_AT_ONCE = 100
# How far a reader whom nothing interests would have to read again.
_NOTED_EVERY_SECONDS = 10.0
_NOTE_CHARACTERS = 300


class Subscribed:
    """Runs every subscription, for as long as this desk is the one that does."""

    def __init__(
        self,
        pool: Connections,
        subscriptions: Subscriptions,
        hub: Hub,
        kafka: Wire,
        poster: Poster | None,
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
        """Run them when no other desk does, until the connection that says so is lost; else ask again later."""
        with outages():
            while True:
                async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                    if await connection.fetchval(_LEAD, f"subscriptions of {self._subscriptions.lane}"):
                        await self._run(connection)
                await asyncio.sleep(_LOOK_SECONDS)

    async def _run(self, lead: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> None:
        tasks: dict[tuple[str, datetime], asyncio.Task[None]] = {}
        try:
            while True:
                # Also the proof that the lock is still held.
                await lead.execute("select 1")
                wanted = await self._subscriptions.told()
                for gone in tasks.keys() - wanted:
                    await _ended(tasks.pop(gone))
                for name, at in wanted - tasks.keys():
                    tasks[name, at] = asyncio.create_task(self._follow_for_ever(name))
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            await asyncio.gather(*map(_ended, tasks.values()))

    async def _follow_for_ever(self, name: str) -> None:
        async def follow() -> None:
            one = await self._subscriptions.one(name)
            if one is None or one.paused:
                return
            try:
                await self._follow(one)
            except WiredeskError as error:
                # Kafka or the store: of an outage everybody hears elsewhere, of a topic that is gone only here.
                await self._subscriptions.note(one, f"stands still: {error}"[:_NOTE_CHARACTERS])
                raise

        async with background(f"subscription {name}", follow):
            await asyncio.get_running_loop().create_future()

    async def _follow(self, one: Subscription) -> None:
        """Hand over what it wants until it is gone, or was too slow for what came: then it goes on where it stands."""
        asked = question(one.question)
        interest = Interest(asked.q, asked.filters())
        async with self._hub.reader(interest, Positions.read(one.position), is_own=True) as (reader, missed):
            if await self._catch_up(one, reader, missed):
                while await self._hand_over_next(one, reader):
                    pass

    async def _catch_up(self, one: Subscription, reader: Reader, missed: AsyncIterator[Heard]) -> bool:
        """Hand over what it missed; return whether it is still there."""
        batch: list[Heard] = []
        async for heard in missed:
            batch.append(heard)
            if len(batch) >= _AT_ONCE or isinstance(heard, Passed):
                if not await self._hand_over(one, batch, reader):
                    return False
                batch = []
        return await self._hand_over(one, batch, reader)

    async def _hand_over_next(self, one: Subscription, reader: Reader) -> bool:
        """Hand over what comes next, or note after a while that nothing did; return whether more may come."""
        before = str(reader.positions)
        try:
            async with asyncio.timeout(_NOTED_EVERY_SECONDS):
                first = await reader.next()
        except TimeoutError:
            return str(reader.positions) == before or await self._hand_over(one, [], reader)
        if first is None:
            return False
        return await self._hand_over(one, [first, *reader.at_hand(_AT_ONCE - 1)], reader)

    async def _tell_of_gap(self, one: Subscription) -> None:
        log.warning("subscription %s: receipts that it had not read cannot be read any more", one.name)
        now = datetime.now(UTC)
        await self._subscriptions.note(
            one, f"missed what was stored before {now:%Y-%m-%d %H:%M} UTC: receipts are gone"
        )

    async def _hand_over(self, one: Subscription, heard: Sequence[Heard], reader: Reader) -> bool:
        """Hand over what it wants of this, and note where it stands; return whether it is still there."""
        position = str(reader.positions)
        if any(isinstance(some, Gap) for some in heard):
            await self._tell_of_gap(one)
        news = [some for some in heard if isinstance(some, News)]
        events = [ArticleEnriched.model_validate_json(some.arrival.event) for some in news]
        if one.topic is not None and events:
            client = await self._kafka.client()
            topic = feed_topic(one.topic)
            await asyncio.gather(
                *(client.send(wire.of_feed(topic, event, source="desk", time=datetime.now(UTC))) for event in events)
            )
        posted = [
            (event.event_id, some.arrival.article_id, some.arrival.revision)
            for event, some in zip(events, news, strict=True)
        ]
        # What a webhook has yet to get is delivered once it took it.
        has_delivered = bool(events) and (one.topic is not None or one.webhook is None)
        return await self._subscriptions.moved(
            one, position, posted if one.webhook is not None else (), has_delivered=has_delivered
        )


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
