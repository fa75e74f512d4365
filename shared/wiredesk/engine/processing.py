"""From records in hand to durable outputs: the handler's answers, a verdict for each, one publish, then the count."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from aiokafka.errors import MessageSizeTooLargeError, OutOfOrderSequenceNumber, ProducerFenced

from wiredesk.contracts import wire
from wiredesk.contracts.errors import BrokenError, PermanentError
from wiredesk.contracts.events import Event
from wiredesk.engine import metrics
from wiredesk.engine.backoff import Backoff, cause_of, sleep
from wiredesk.engine.circuit_breaker import CircuitBreaker
from wiredesk.engine.in_hand.window import Item
from wiredesk.engine.outcomes import Answer
from wiredesk.engine.traces import Open, Traces
from wiredesk.engine.verdicts import retry
from wiredesk.engine.verdicts.verdict import Judge, Verdict
from wiredesk.engine.work import Work, answers_of, persistent_answers_of

E = TypeVar("E", bound=Event | bytes)

Publish = Callable[[Sequence[wire.Record]], Awaitable[None]]
Clock = Callable[[], datetime]

# After one of these nothing can pass in this process: only a new producer, or a new pool of processes, goes on.
_POISON = (OutOfOrderSequenceNumber, ProducerFenced, MessageSizeTooLargeError, BrokenError)


@dataclass(eq=False, slots=True)
class Unit:
    """Records in work together. `since` (event loop's clock) is when the present try began; None in a pause."""

    items: Sequence[Item]
    since: float | None = None
    verdicts: Sequence[Verdict] | None = field(default=None, repr=False)
    spans: Open | None = field(default=None, repr=False)


class Processor(Generic[E]):
    """Brings units to their end. Shared by a stage's subscriptions; `poisoned` says that no try can pass any more."""

    def __init__(
        self,
        judge: Judge[E],
        publish: Publish,
        breaker: CircuitBreaker,
        clock: Clock,
        traces: Traces | None = None,
    ) -> None:
        """`publish` returns when all records are durable, or raises; `clock` is the wall clock (UTC)."""
        self.backoff = Backoff(judge.stage)
        self.breaker = breaker
        self.poisoned = False
        self._judge = judge
        self._publish = publish
        self._traces = traces
        self._seconds = metrics.BATCH_SECONDS.labels(judge.stage)
        self._records = metrics.BATCH_RECORDS.labels(judge.stage)
        self._circuit_open = metrics.CIRCUIT_OPEN.labels(judge.stage)
        self._ages = metrics.ARTICLE_AGE.labels(judge.stage)
        metrics.begin(judge.stage)
        self.now = clock

    async def finish(self, unit: Unit, work: Work[E], interrupted: asyncio.Event) -> bool:
        """Return True when every output of `unit` is durable; False when it was interrupted or its partitions went.

        An outage is waited out in growing pauses; what the handler answered is kept over those of the publishing, so
        that nothing is worked twice in one process.
        """
        is_durable = False
        try:
            is_durable = await self._finish(unit, work, interrupted)
        finally:
            if unit.spans is not None:
                unit.spans.end(self.now(), durable=is_durable)
        return is_durable

    async def _finish(self, unit: Unit, work: Work[E], interrupted: asyncio.Event) -> bool:
        loop = asyncio.get_running_loop()
        while any(not item.progress.is_gone for item in unit.items):
            unit.since = loop.time()
            try:
                if unit.verdicts is None:
                    began = self.now()
                    unit.verdicts = await self._verdicts(unit.items, work, interrupted)
                    if self._traces is not None:
                        records = [item.record for item in unit.items]
                        unit.verdicts, unit.spans = self._traces.begin(records, unit.verdicts, began)
                kept = [
                    verdict
                    for item, verdict in zip(unit.items, unit.verdicts, strict=True)
                    if not item.progress.is_gone
                ]
                await self._publish([output for verdict in kept for output in verdict.outputs])
            except Exception as error:  # noqa: BLE001 - what is no outage has become a verdict before
                self.poisoned = self.poisoned or isinstance(cause_of(error), _POISON)
                self.backoff.failed(error)
                unit.since = None
                if interrupted.is_set():
                    return False
                await self.backoff.wait(interrupted)
                if interrupted.is_set():
                    return False
                continue
            self.backoff.passed()
            self._seconds.observe(loop.time() - unit.since)
            self._records.observe(len(unit.items))
            self._count(kept, loop.time())
            metrics.observe_ages(self._ages, (output for verdict in kept for output in verdict.outputs), self.now())
            return bool(kept)
        return False

    async def bury(self, record: Any, error: PermanentError, origin_end: int) -> None:
        """Make the dead letter durable of records that cannot be read: `record` has the first one's position."""
        verdict = self._judge.decide(record, error, self.now())
        (letter,) = verdict.outputs
        letter = wire.Record(
            letter.topic, letter.key, letter.value, {**letter.headers, wire.ORIGIN_END: str(origin_end)}
        )
        await self._publish([letter])
        self._count([verdict], asyncio.get_running_loop().time())

    async def put_back(self, items: Sequence[Item]) -> None:
        """Make records of the retry topic, which are not due, durable at its end."""
        assert self._judge.retry_topic is not None
        await self._publish([retry.written_back(item.record, self._judge.retry_topic) for item in items])

    def _count(self, verdicts: Sequence[Verdict], now: float) -> None:
        was_open = self.breaker.is_open
        for verdict in verdicts:
            self.breaker.count(is_fault=verdict.is_fault(self._judge.topic), now=now)
            if verdict.outcome != retry.WAITING:
                metrics.count(self._judge.stage, verdict.outcome, verdict.reasons)
        if was_open != self.breaker.is_open:
            self._circuit_open.set(self.breaker.is_open)

    async def _verdicts(self, items: Sequence[Item], work: Work[E], interrupted: asyncio.Event) -> Sequence[Verdict]:
        now = self.now()
        begun = [item for item in items if item.refused is None and not _waits(item, now)]
        received = [item.received for item in begun if item.received is not None]
        if self._judge.retry_topic is None:
            found = await persistent_answers_of(work.handle, received, lambda seconds: sleep(seconds, interrupted))
        else:
            found = await answers_of(work.handle, received)
        answers, now = iter(found), self.now()
        worked = set(begun)
        return [self._verdict(item, next(answers) if item in worked else item.refused, now) for item in items]

    def _verdict(self, item: Item, answer: Answer | None, now: datetime) -> Verdict:
        if answer is None:
            assert self._judge.retry_topic is not None
            return Verdict(retry.WAITING, [retry.written_back(item.record, self._judge.retry_topic)])
        return self._judge.decide(item.record, answer, now, received=item.received, from_retry=item.from_retry)


def _waits(item: Item, now: datetime) -> bool:
    return item.from_retry and retry.not_before(item.record) > now.timestamp()


def wall_clock() -> datetime:
    """Return the time (UTC)."""
    return datetime.now(UTC)
