"""A processor whose publishing fails as it is told to."""

import asyncio
from datetime import timedelta
from typing import Any

from aiokafka.structs import TopicPartition

from tests.factories import NOON, record
from wiredesk.contracts import wire
from wiredesk.contracts.topics import CLEANED, FETCHED, SUBMITTED
from wiredesk.engine.circuit_breaker import CircuitBreaker
from wiredesk.engine.in_hand.progress import Progress
from wiredesk.engine.in_hand.window import Item
from wiredesk.engine.processing import Processor, Unit
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.verdicts.verdict import Judge
from wiredesk.engine.work import Work

CLEANER: Judge[bytes] = Judge("cleaner", FETCHED, encoded=True)
FETCHER: Judge[bytes] = Judge("fetcher", SUBMITTED, encoded=True)
PARTITION = TopicPartition("t", 0)


class Bench:
    """A processor whose publishing raises what it is told to, and then works."""

    def __init__(self, judge=CLEANER, *errors, traces=None):
        self.judge = judge
        self.errors = list(errors)
        self.published: list[wire.Record] = []
        self.handled: list[bytes] = []
        self.answers: dict[bytes, Any] = {}
        self.breaker = CircuitBreaker(EngineSettings(breaker_in_a_row=2))
        self.processor: Processor[Any] = Processor(judge, self._publish, self.breaker, lambda: NOON, traces)
        self.interrupted = asyncio.Event()

    async def _publish(self, outputs):
        await asyncio.sleep(0.01)
        if self.errors:
            raise self.errors.pop(0)
        self.published += outputs

    async def handle(self, batch):
        self.handled += [one.event for one in batch]
        return [self.answers.get(one.event, wire.Record(CLEANED, b"k", one.event, {})) for one in batch]

    def item(self, value, *, offset=0, headers=(), from_retry=False):
        source = record(value, offset=offset, headers=headers)
        received = self.judge.receive(source, from_retry=from_retry)
        return Item(source, PARTITION, Progress(), received=received, from_retry=from_retry)

    async def finish(self, *items):
        return await self.processor.finish(Unit(items), Work(self.handle), self.interrupted)

    @property
    def values(self):
        return [output.value for output in self.published]


def later(minutes):
    not_before = str(int((NOON + timedelta(minutes=minutes)).timestamp() * 1000)).encode()
    return ((wire.ATTEMPT, b"1"), (wire.NOT_BEFORE, not_before), (wire.ORIGIN, b"articles.submitted.v1/0/3"))
