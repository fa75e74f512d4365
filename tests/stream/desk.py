"""A cleaner on a Kafka in memory, for tests of what a stage does with what it is given."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulation.client import Broker
from tests.simulation.cluster import EPOCH_MS, Cluster
from wiredesk.contracts import wire
from wiredesk.contracts.topics import CLEANED, FETCHED, Lane
from wiredesk.engine.outcomes import Received
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.stage import Stage
from wiredesk.engine.work import one_by_one

LANE = Lane("desk")
IN, OUT = LANE.topic(FETCHED), LANE.topic(CLEANED)
DEAD = LANE.topic(FETCHED.dead_letter("cleaner"))


def now():
    """Return the virtual time in seconds."""
    return asyncio.get_running_loop().time()


def clock():
    """Return the virtual wall clock."""
    return datetime.fromtimestamp(EPOCH_MS / 1000, UTC) + timedelta(seconds=now())


class Desk:
    """A cleaner that gets bytes, on a Kafka in memory. It remembers what it was given, when, and how much at once."""

    def __init__(self, *, partitions=1, **settings):
        self.cluster = Cluster(random.Random(1), partitions=partitions)
        broker: Any = Broker(self.cluster)
        self.broker = broker
        limits = EngineSettings(**settings)
        self.stage: Stage[Any] = Stage("cleaner", FETCHED, broker, lane=LANE, encoded=True, settings=limits)
        self.begun: list[tuple[bytes, float]] = []
        self.now_in_work = 0
        self.most_in_work = 0
        self.takes = 1.0
        self.error: Exception | None = None

    def send(self, *values, key: bytes | None = b"k", **entry):
        for value in values:
            self.cluster.append(IN, value, key=key, **entry)

    async def handle(self, received: Received[bytes]):
        self.begun.append((received.event, now()))
        self.now_in_work += 1
        self.most_in_work = max(self.most_in_work, self.now_in_work)
        try:
            await asyncio.sleep(self.takes)
        finally:
            self.now_in_work -= 1
        if self.error is not None:
            raise self.error
        return wire.Record(CLEANED, b"k", received.event, {})

    @asynccontextmanager
    async def running(self, concurrency=1) -> AsyncIterator[None]:
        await self.broker.start()
        async with self.stage.running(one_by_one(self.handle, concurrency=concurrency)):
            yield

    def out(self, topic=OUT):
        return [one.value for one in self.cluster.all_of(topic)]

    @property
    def committed(self):
        return sum(self.cluster.committed.values())


def values(count, first=0):
    """Return so many different values, in order."""
    return [f"{number:03}".encode() for number in range(first, first + count)]
