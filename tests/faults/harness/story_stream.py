"""Stories that keep coming while something is broken, and how long until new ones come out again."""

import asyncio
import contextlib
import itertools
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import asyncpg

from tests.faults.harness.pipeline import Ledger, ledger, story
from tests.faults.harness.probe import seconds_until
from wiredesk.client import offsets
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.topics import Lane

MARKERS = 8


class Stream:
    """Publishes stories until stopped; what Kafka acknowledged counts as sent."""

    def __init__(self, wire: Wiredesk, dsn: str, pause: float) -> None:
        """Wait `pause` seconds after each story."""
        self.sent: list[uuid.UUID] = []
        self._wire, self._dsn, self._pause = wire, dsn, pause
        self._run = uuid.uuid4().hex
        self._numbers = itertools.count()
        self._enough = asyncio.Event()
        self._publishing: asyncio.Task[None] | None = None

    async def publish(self) -> uuid.UUID:
        """Publish one story now; the same again when Kafka does not take it, as the client's contract says."""
        text = story(next(self._numbers), self._run)
        while True:
            try:
                submission = await self._wire.publish(text=text, source="faults")
            except InfrastructureError:
                continue
            self.sent.append(submission.article_id)
            return submission.article_id

    async def _publish_on(self) -> None:
        while not self._enough.is_set():
            await self.publish()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), self._pause)

    async def start(self) -> None:
        """Publish one story, wait for its receipt (so all services run), then keep publishing."""
        submission = await self._wire.publish(text=story(next(self._numbers), self._run), source="faults")
        self.sent.append(submission.article_id)
        await self._wire.result(submission, timeout=120)
        self._publishing = asyncio.create_task(self._publish_on())

    async def stop(self) -> None:
        """Stop after the story in hand; raises what publishing raised."""
        self._enough.set()
        if self._publishing is not None:
            publishing, self._publishing = self._publishing, None
            await publishing

    async def break_off(self) -> None:
        """Stop now, whatever the story in hand waits for."""
        if self._publishing is not None:
            self._publishing.cancel()
            await asyncio.gather(self._publishing, return_exceptions=True)

    async def count(self, articles: Iterable[uuid.UUID] | None = None) -> int:
        """How many of `articles` (of all sent, when None) are in the database."""
        connection = await asyncpg.connect(self._dsn)
        try:
            found: int = await connection.fetchval(
                "SELECT count(DISTINCT article_id) FROM revisions WHERE article_id = ANY($1)",
                list(self.sent if articles is None else articles),
            )
        finally:
            await connection.close()
        return found

    async def all_stored(self) -> bool:
        """Whether everything sent is in the database."""
        return await self.count() == len(self.sent)

    async def through(self, *, within: float) -> float:
        """Publish some markers now; return after how many seconds the last of them is stored."""
        started = time.monotonic()
        async with asyncio.timeout(within):
            markers = await asyncio.gather(*(self.publish() for _ in range(MARKERS)))

            async def passed() -> bool:
                return await self.count(markers) == MARKERS

            await seconds_until(passed, within=within)
        return time.monotonic() - started

    async def settle(self, kafka: KafkaSettings, lane: Lane, *, within: float = 240) -> Ledger:
        """Stop publishing; return the books once all is stored and no stage has anything left."""
        await self.stop()
        await seconds_until(self.all_stored, within=within)

        async def drained() -> bool:
            return not any(stage.lag for stage in await offsets.lag(kafka, lane))

        await seconds_until(drained, within=60)
        return await ledger(kafka, self._dsn, lane, self.sent)


@asynccontextmanager
async def stream(kafka: KafkaSettings, dsn: str, lane: Lane, *, pause: float = 0.1) -> AsyncIterator[Stream]:
    """A stream that has begun; stopped at the end whatever happens."""
    async with Wiredesk(kafka, lane=lane.name) as wire:
        running = Stream(wire, dsn, pause)
        try:
            await running.start()
            yield running
        except BaseException:
            # Kafka may stay away, and what failed would never be told.
            await running.break_off()
            raise
        await running.stop()
