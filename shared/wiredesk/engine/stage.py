"""THE delivery engine: batch in → a verdict per record → all outputs durable → one commit.

The only file that configures FastStream subscribers. Its rules (proved in tests/faults):

- A record is worked to one verdict: event(s), a rejection, a retry, or a dead letter. Its neighbours are not touched.
- Every output of the batch is acknowledged by Kafka (acks=all, idempotent) before FastStream commits the batch.
- An outage raises after a growing pause; nothing is committed and the whole batch comes again. Ids are deterministic,
  so what comes again makes the same events.
- Sizes are checked before sending: one over-size record poisons an idempotent producer.

Read once, then trust: a service only gives a handler (`wiredesk.engine.outcomes`).
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from aiokafka import ConsumerRecord
from aiokafka.errors import MessageSizeTooLargeError, OutOfOrderSequenceNumber, ProducerFenced
from aiokafka.structs import TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage

from wiredesk.contracts import wire
from wiredesk.contracts.errors import (
    BrokenError,
    InfrastructureError,
    InvalidRecordError,
    PermanentError,
    TransientError,
)
from wiredesk.contracts.events import Event
from wiredesk.contracts.topics import RETRY_TOPICS, Lane, Topic
from wiredesk.engine import dead_letters, metrics
from wiredesk.engine.batch_sizing import MAX_POLL_SECONDS, AdaptiveBatches
from wiredesk.engine.circuit_breaker import CircuitBreaker
from wiredesk.engine.offset_gaps import OffsetGaps
from wiredesk.engine.outcomes import Answer, BatchHandler, Received
from wiredesk.engine.retry import read_retry
from wiredesk.engine.unreadable import CarefulReader
from wiredesk.engine.verdict import Judge, RawRecord, answer_to

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)
Batch = Sequence[RawRecord]

# How long Kafka may take to acknowledge a batch. With idempotence aiokafka itself would wait for ever.
PUBLISH_TIMEOUT_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30.0
# How long what is not due rests on the retry topic before it is written back behind the others: a copy a minute each.
RETRY_REST_SECONDS = 60.0
_RETRY_PAUSES_SECONDS = (0.2, 1.0)
_POISON = (OutOfOrderSequenceNumber, ProducerFenced, MessageSizeTooLargeError, BrokenError)


class Stage(Generic[E]):
    """One consumer group on one topic (and its retry topic, where it has one).

    `stopping` is set by the service to cut pauses short. For liveness: since when each topic has a batch in hand, when
    it last had one (`in_hand`, `active_at`: monotonic seconds by Kafka name), and `poisoned`.
    """

    def __init__(
        self,
        name: str,
        topic: Topic,
        handle: BatchHandler[E],
        broker: KafkaBroker,
        *,
        lane: Lane,
        batch: int = 100,
        session: float = 15,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`handle` gets at most `batch` valid events at a time; `session` seconds without heartbeat end membership."""
        self.name = name
        self.topic = topic
        self.lane = lane
        self.retry_topic = next((t for t in RETRY_TOPICS if t.name == topic.retry(name).name), None)
        self.breaker = CircuitBreaker()
        self.stopping = asyncio.Event()
        self.in_hand: dict[str, float] = {}
        self.active_at: dict[str, float] = {}
        self.poisoned = False
        self._judge: Judge[E] = Judge(name, topic, self.retry_topic)
        self._handle = handle
        self._broker = broker
        self._batch = batch
        self._session = session
        self._clock = clock
        self._pause = 0.0

    def subscribe(self) -> list[Any]:
        """Register the subscribers on the broker and return them. Call before the broker starts."""
        group = self.lane.group(self.name)
        subscribers = [self._subscriber(self.topic, group, self._work)]
        if self.retry_topic is not None:
            subscribers.append(self._subscriber(self.retry_topic, f"{group}.retry", self._work_due))
        return subscribers

    def _subscriber(self, topic: Topic, group: str, work: Callable[[Batch], Awaitable[None]]) -> Any:
        gaps = OffsetGaps(self.name, patience=self._session / 2)
        subscriber = self._broker.subscriber(
            self.lane.topic(topic),
            group_id=group,
            batch=True,
            max_records=self._batch,
            batch_timeout_ms=100,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            session_timeout_ms=int(self._session * 1000),
            heartbeat_interval_ms=int(self._session * 200),
            max_poll_interval_ms=int(MAX_POLL_SECONDS * 1000),
            listener=gaps,
            parser=_parse,
            decoder=_raw,
            no_reply=True,
            title=f"{self.name}:{topic.name}",
        )
        gaps.subscriber = subscriber
        careful = CarefulReader(subscriber, self._bury).read
        subscriber.get_msg = AdaptiveBatches(subscriber, careful, MAX_POLL_SECONDS).read  # type: ignore[method-assign]

        @subscriber
        async def consume(message: KafkaMessage) -> None:
            await gaps.look(message)
            await self._guarded(message.raw_message, work)

        return subscriber

    async def _guarded(self, batch: Batch, work: Callable[[Batch], Awaitable[None]]) -> None:
        topic = batch[0].topic
        self.in_hand[topic] = time.monotonic()
        started = time.perf_counter()
        try:
            await work(batch)
        except Exception as error:
            cause = _cause(error)
            self.poisoned = self.poisoned or isinstance(cause, _POISON)
            self._pause = min(max(self._pause * 2, 0.1), LONGEST_PAUSE_SECONDS)
            metrics.REDELIVERIES.labels(self.name).inc()
            message = dead_letters.printable(f"{type(cause).__name__}: {cause}", 200)
            log.warning("batch given back, again in %.1f s: %s", self._pause, message)
            await self._sleep(self._pause)
            raise
        finally:
            self.in_hand.pop(topic, None)
            self.active_at[topic] = time.monotonic()
        self._pause = 0.0
        metrics.BATCH_SECONDS.labels(self.name).observe(time.perf_counter() - started)
        metrics.BATCH_RECORDS.labels(self.name).observe(len(batch))

    async def _work(self, batch: Batch, *, from_retry: bool = False) -> None:
        self._check_breaker()
        answers: list[tuple[RawRecord, Answer, int]] = []
        valid: list[tuple[RawRecord, Received[E]]] = []
        for record in batch:
            try:
                valid.append((record, self._judge.receive(record, from_retry=from_retry)))
            except PermanentError as error:
                answers.append((record, error, 0))
        for (record, received), answer in zip(
            valid, await self._answers([received for _, received in valid]), strict=True
        ):
            answers.append((record, answer, received.attempt))
        now = self._clock()
        verdicts = []
        for record, answer, attempt in answers:
            verdict = self._judge.decide(record, answer, attempt, now)
            self.breaker.count(record, dead=verdict.is_fault)
            verdicts.append(verdict)
        self._check_breaker()
        await self._publish([output for verdict in verdicts for output in verdict.outputs])
        for verdict in verdicts:
            metrics.count(self.name, verdict.outcome, verdict.reasons)

    def _check_breaker(self) -> None:
        if self.breaker.open:
            metrics.CIRCUIT_OPEN.labels(self.name).set(1)
            raise InfrastructureError("the circuit breaker is open: too many dead letters", reason="circuit_open")

    async def _answers(self, received: Sequence[Received[E]]) -> list[Answer]:
        answers = await self._attempt(received)
        if self.retry_topic is None:
            # No retry topic: a transient failure gets two more tries here, then it is a dead letter.
            for pause in _RETRY_PAUSES_SECONDS:
                again = [i for i, answer in enumerate(answers) if isinstance(answer, TransientError)]
                if again:
                    await self._sleep(pause)
                    for i, answer in zip(again, await self._attempt([received[i] for i in again]), strict=True):
                        answers[i] = answer
        return answers

    async def _attempt(self, received: Sequence[Received[E]]) -> list[Answer]:
        if not received:
            return []
        try:
            # A handler that does not answer every record once is a bug like any other of its own.
            return [answer for _, answer in zip(received, await self._handle(received), strict=True)]
        except Exception as error:  # noqa: BLE001 - sorted by answer_to, which raises outages again
            answer = answer_to(error)
        if len(received) == 1:
            return [answer]
        # One record broke a batch handler: each alone shows which.
        return [answer for one in received for answer in await self._attempt([one])]

    async def _publish(self, outputs: Sequence[wire.Record]) -> None:
        async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
            sent: list[Any] = [
                await self._broker.publish(
                    output.value,
                    self.lane.topic(output.topic),
                    key=output.key,
                    headers=dict(output.headers),
                    correlation_id=output.headers.get(wire.CORRELATION, ""),
                    no_confirm=True,
                )
                for output in outputs
            ]
            # The in-memory broker of the stream tests delivers at once and gives None.
            await asyncio.gather(*(future for future in sent if future is not None))

    async def _work_due(self, batch: Batch) -> None:
        """Work the due records of a retry batch and write the others back; both before the commit."""
        now = self._clock().timestamp()
        soonest = min(_not_before(record) for record in batch)
        if soonest > now:
            rested = max(0.0, now - max(record.timestamp for record in batch) / 1000)  # clocks may be apart
            await self._sleep(min(soonest - now, max(0.0, RETRY_REST_SECONDS - rested)))
            now = self._clock().timestamp()
        due = [record for record in batch if _not_before(record) <= now]
        rest = [record for record in batch if _not_before(record) > now]
        if due:
            await self._work(due, from_retry=True)
        if rest and self.retry_topic is not None:
            topic = self.retry_topic
            await self._publish(
                [wire.Record(topic, r.key, r.value or b"", wire.readable_headers(r.headers)) for r in rest]
            )

    async def _bury(self, partition: TopicPartition, offset: int) -> None:
        """Make the dead letter of a record that cannot be decoded durable. It has no bytes, but says where they lie."""
        self._check_breaker()
        record: RawRecord = ConsumerRecord(
            partition.topic, partition.partition, offset, 0, 0, None, None, None, -1, -1, ()
        )
        error = InvalidRecordError("the client cannot decode it; its bytes are at its origin", reason="unreadable")
        verdict = self._judge.decide(record, error, 0, self._clock())
        self.breaker.count(record, dead=True)
        await self._publish(verdict.outputs)
        metrics.count(self.name, verdict.outcome, verdict.reasons)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()


def _not_before(record: RawRecord) -> float:
    """When a retry record is due; a forged one at once, so that it becomes a dead letter."""
    try:
        return read_retry(wire.decode_headers(record.headers), from_retry=True)[1]
    except PermanentError:
        return 0.0


def _cause(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _parse(batch: Batch, original: Callable[[tuple[RawRecord, ...]], Awaitable[Any]]) -> Any:
    # FastStream decodes headers here, and a raise in a parser is a silent loss: the record is skipped and the next
    # acknowledgement commits past it. So it gets the records without headers; the engine reads the real ones.
    message = await original(tuple(replace(record, headers=()) for record in batch))
    message.raw_message = tuple(batch)
    return message


async def _raw(message: Any) -> Any:
    return message.body
