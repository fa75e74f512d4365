"""THE delivery engine: records in → a verdict per record → all outputs durable → the offset committed.

The only file that configures FastStream subscribers. Its rules (proved in tests/faults):

- A record is worked to one verdict: event(s), a rejection, a retry, or a dead letter. Its neighbours neither fail with
  it nor wait for it; only records of one article are worked one after the other.
- Every output of a record is acknowledged by Kafka (acks=all, idempotent) before its offset is committed, and an offset
  is committed only when all before it in its partition are done.
- An outage is waited out in growing pauses; nothing is committed meanwhile. What comes again after a crash or a
  rebalance makes the same events, because ids are deterministic.
- Sizes are checked before sending: one over-size record poisons an idempotent producer.

Read once, then trust: a service only gives its `Work` (`wiredesk.engine.work`). FastStream makes, connects and closes
consumers and producer; the reading is ours (`subscription`).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from wiredesk.contracts import wire
from wiredesk.contracts.events import Event
from wiredesk.contracts.topics import Lane, Topic
from wiredesk.engine.circuit_breaker import CircuitBreaker
from wiredesk.engine.in_hand.window import Item
from wiredesk.engine.processing import Clock, Processor, wall_clock
from wiredesk.engine.reading import bounded_batches
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.subscription import Subscription
from wiredesk.engine.traces import Traces
from wiredesk.engine.verdicts.verdict import Judge
from wiredesk.engine.work import Work

E = TypeVar("E", bound=Event | bytes)

# How long Kafka may take to acknowledge a batch. With idempotence aiokafka itself would wait for ever.
PUBLISH_TIMEOUT_SECONDS = 60
# The window is bounded, and reading never waits for work: who does not poll for so long is stuck for good.
MAX_POLL_SECONDS = 3600
STOP_SECONDS = 20.0
# A consumer that raises at every read, so often running, has lost its group for good.
MAX_READ_ERRORS = 10


class Stage(Generic[E]):
    """One consumer group on one topic (and its retry topic, where it has one)."""

    def __init__(
        self,
        name: str,
        topic: Topic,
        broker: KafkaBroker,
        *,
        lane: Lane,
        encoded: bool = False,
        session: float = 15,
        settings: EngineSettings | None = None,
        clock: Clock = wall_clock,
        traces: Traces | None = None,
    ) -> None:
        """`encoded`: handlers get values as bytes. `session` seconds without heartbeat end membership."""
        settings = settings or EngineSettings()
        bounded_batches.install()
        self.name = name
        self.topic = topic
        self.lane = lane
        self.breaker = CircuitBreaker(settings)
        self.subscriptions: dict[str, Subscription[E]] = {}
        """by Kafka name of the topic"""
        self.is_stopping = False
        self._judge: Judge[E] = Judge(name, topic, encoded=encoded)
        self._processor = Processor(self._judge, self._publish, self.breaker, clock, traces)
        self._broker = broker
        self._session = session
        self._settings = settings
        self._tasks: list[asyncio.Task[None]] = []
        self._subscribe()

    @property
    def retry_topic(self) -> Topic | None:
        """The stage's retry topic, where it has one."""
        return self._judge.retry_topic

    @property
    def poisoned(self) -> bool:
        """Whether nothing can pass any more in this process."""
        return self._processor.poisoned

    @property
    def given_back_since(self) -> float | None:
        """Since when nothing of what is in hand passes because of an outage (event loop's clock), or None."""
        has_work = any(one.units for one in self.subscriptions.values())
        return self._processor.backoff.since if has_work else None

    @property
    def commits_fail(self) -> bool:
        """Whether the last commit of a subscription failed."""
        return any(one.commits.failed for one in self.subscriptions.values())

    def in_hand(self) -> list[tuple[Item, float]]:
        """Return the records in work, with when their present try began (event loop's clock)."""
        units = [unit for one in self.subscriptions.values() for unit in one.units.values()]
        return [(item, unit.since) for unit in units if unit.since is not None for item in unit.items]

    def broken(self) -> list[str]:
        """Return what has ended or cannot go on in this process; empty when all is well."""
        problems = []
        if not self.is_stopping and any(task.done() for task in self._tasks):
            problems.append("a consume task has ended")
        if any(one.reader.errors >= MAX_READ_ERRORS for one in self.subscriptions.values()):
            problems.append("a consumer has lost its group for good")
        if self.poisoned:
            problems.append("nothing can pass until it is started again (the log says why)")
        return problems

    @asynccontextmanager
    async def running(self, work: Work[E]) -> AsyncIterator[None]:
        """Work records while the block runs; the broker has to be started. At its end what is in hand is finished."""
        self._tasks = [asyncio.create_task(one.run(work)) for one in self.subscriptions.values()]
        try:
            yield
        finally:
            self.is_stopping = True
            try:
                await asyncio.gather(*(one.stop(STOP_SECONDS) for one in self.subscriptions.values()))
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    def _subscribe(self) -> None:
        group = self.lane.group(self.name)
        self._subscription(self.topic, group, from_retry=False)
        if self.retry_topic is not None:
            self._subscription(self.retry_topic, f"{group}.retry", from_retry=True)

    def _subscription(self, topic: Topic, group: str, *, from_retry: bool) -> None:
        subscription = Subscription(
            self._judge, self._processor, self._settings, patience=self._session / 2, from_retry=from_retry
        )
        subscription.source = self._broker.subscriber(
            self.lane.topic(topic),
            group_id=group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            isolation_level="read_committed",
            session_timeout_ms=int(self._session * 1000),
            heartbeat_interval_ms=int(self._session * 200),
            max_poll_interval_ms=MAX_POLL_SECONDS * 1000,
            listener=subscription,
            title=f"{self.name}:{topic.name}",
        )
        self.subscriptions[self.lane.topic(topic)] = subscription

    async def _publish(self, outputs: Sequence[wire.Record]) -> None:
        if not outputs:
            return
        async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
            sent: list[Any] = [
                await self._broker.publish(
                    output.value,
                    self.lane.topic(output.topic),
                    key=output.key,
                    headers=dict(output.headers),
                    # Without one the framework invents another at every delivery.
                    correlation_id=output.headers.get(wire.CORRELATION, ""),
                    no_confirm=True,
                )
                for output in outputs
            ]
            await (sent[0] if len(sent) == 1 else asyncio.gather(*sent))
