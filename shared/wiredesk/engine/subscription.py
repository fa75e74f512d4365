"""One consumer group on one topic: read, begin what may be begun, commit what is done, hand over in time.

There is no barrier: records finish in any order, and what is committed of a partition is the offset of the oldest that
is not done. Three things run side by side: reading fills the window, units of work empty it, commits follow. Nothing
here waits for Kafka inside a rebalance callback, but for the work in hand and one commit, both within `patience`.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from aiokafka import ConsumerRebalanceListener
from aiokafka.errors import ConsumerStoppedError, KafkaError
from aiokafka.structs import TopicPartition

from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError, PermanentError, TooLargeError
from wiredesk.contracts.events import Event
from wiredesk.contracts.topics import MAX_BATCH_BYTES, MAX_BATCH_RECORDS
from wiredesk.engine import metrics
from wiredesk.engine.in_hand.commits import Commits
from wiredesk.engine.in_hand.progress import Progress
from wiredesk.engine.in_hand.window import Item, Window
from wiredesk.engine.processing import Processor, Unit
from wiredesk.engine.reading.offset_gaps import OffsetGaps
from wiredesk.engine.reading.reader import Reader
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.verdicts import retry
from wiredesk.engine.verdicts.verdict import Judge, RawRecord, answer_to, placeholder
from wiredesk.engine.work import Work

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event | bytes)

# Few at a time: a batch of the largest size may hold records of its size, and they are in memory at once.
READ_AT_ONCE = 8
POLL_SECONDS = 1.0
# After so long without a break the others get their turn.
_YIELD_SECONDS = 0.02


class Subscription(ConsumerRebalanceListener, Generic[E]):  # type: ignore[misc]
    """Works one topic for a stage. `run` until it is cancelled, after `stop` has let the work in hand finish.

    `partitions` says how far each assigned partition is, `units` what is in work; `source` is FastStream's subscriber,
    which has the consumer, and is set before it starts.
    """

    def __init__(
        self, judge: Judge[E], processor: Processor[E], settings: EngineSettings, *, patience: float, from_retry: bool
    ) -> None:
        """`patience` (seconds, well below the session) is how long a rebalance is held up for the work in hand."""
        self.source: Any = None
        self.partitions: dict[TopicPartition, Progress] = {}
        self.units: dict[asyncio.Task[None], Unit] = {}
        self.commits = Commits(judge.stage, self.partitions, lambda: self.consumer)
        self.reader = Reader(judge.stage, self.partitions, self._bury)
        self._judge = judge
        self._processor = processor
        self._settings = settings
        self._patience = patience
        self._from_retry = from_retry
        self._work: Work[E] | None = None
        self._window = Window(settings.in_flight_records, settings.in_flight_mib * 1024 * 1024)
        self._gaps = OffsetGaps(judge.stage)
        self._interrupted = asyncio.Event()
        self._released = asyncio.Event()
        self._stopping = False
        self._paused_at: float | None = None

    @property
    def consumer(self) -> Any:
        """Aiokafka's consumer."""
        return self.source.consumer

    async def run(self, work: Work[E]) -> None:
        """Read, work and commit until cancelled. Ends by itself only when something is broken."""
        self._work = work
        tasks = [asyncio.create_task(step) for step in (self._read(), self.commits.follow())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in [*tasks, *self.units]:
                task.cancel()
            await asyncio.gather(*tasks, *self.units, return_exceptions=True)
            await self._gaps.close()

    async def stop(self, seconds: float) -> None:
        """Begin nothing more, let the work in hand finish within `seconds`, and commit it."""
        self._stopping = True
        await self._drain(seconds)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - all of them
        """Let the work in hand finish and commit it; what is not done in time comes again to the next owner."""
        if self.commits.is_assigned:
            self._paused_at = asyncio.get_running_loop().time()
        try:
            await self._drain(self._patience)
        finally:
            self.commits.is_assigned = False
            self._gaps.revoked({partition: progress.unfinished for partition, progress in self.partitions.items()})
            for progress in self.partitions.values():
                progress.is_gone = True
            self.partitions.clear()
            self._window.forget()
            if self.units:
                metrics.REDELIVERIES.labels(self._judge.stage, "rebalance").inc(len(self.units))
            if not self._stopping:
                self._interrupted.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing is asked here: heartbeats stand still meanwhile."""
        self.commits.is_assigned = True
        if self._paused_at is not None:
            paused = asyncio.get_running_loop().time() - self._paused_at
            self._paused_at = None
            metrics.REBALANCE_SECONDS.labels(self._judge.stage).observe(paused)
        self._gaps.assigned(self.consumer, list(assigned))

    def reads(self, partition: TopicPartition) -> bool:
        """Return whether more of `partition` would be taken in hand now if it came."""
        return bool(self._window.room) and partition in self._open()

    async def _drain(self, seconds: float) -> None:
        self._interrupted.set()
        until = asyncio.get_running_loop().time() + seconds
        await self._put_back_resting(seconds / 4)
        if self.units:
            await asyncio.wait(list(self.units), timeout=until - asyncio.get_running_loop().time())
        # Little is left of the time when a unit hangs, and one commit takes milliseconds.
        await self.commits.commit(max(until - asyncio.get_running_loop().time(), seconds / 10))

    async def _put_back_resting(self, seconds: float) -> None:
        """Put what is not due at the end of its topic: all that is done behind it can be committed then.

        Otherwise whoever gets the partition next would work that once more.
        """
        resting = [item for item in self._window.take_resting() if not item.progress.is_gone]
        if not resting:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._processor.put_back(resting)
        except (KafkaError, TimeoutError) as error:
            # They are at their place, and come again from there.
            log.warning("records that rest were not put back: %s", type(error).__name__)
            return
        for item in resting:
            item.progress.done(item.record.offset)
        self.commits.moved()

    # ---- reading ----

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._begin()
            open_ones, room = self._open(), self._window.room
            wait = self._poll_seconds(loop.time())
            full = not room or not (open_ones or not self.consumer.assignment())
            if self._stopping or full:
                self._released.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._released.wait()
                continue
            try:
                records = await self.reader.read(self.consumer, open_ones, min(room, READ_AT_ONCE), wait)
            except ConsumerStoppedError:
                # The service is ending; whoever stopped the consumer stops this as well.
                await asyncio.Event().wait()
            await self._admit(records)
            if records:
                # With records at hand the client answers without waiting, and nobody else would get a turn.
                await asyncio.sleep(0)
            else:
                await self.commits.pass_markers()

    def _open(self) -> list[TopicPartition]:
        """The assigned partitions whose oldest unfinished record is not too far behind."""
        return [
            partition
            for partition in self.consumer.assignment()
            if partition not in self.partitions or self.partitions[partition].ahead < self._settings.max_ahead
        ]

    def _poll_seconds(self, now: float) -> float:
        next_at = self._window.next_at()
        # What is ready already waits for other work to end, which begins it.
        return min(POLL_SECONDS, next_at - now) if next_at is not None and next_at > now else POLL_SECONDS

    async def _admit(self, records: Sequence[RawRecord]) -> None:
        self._gaps.look(self.consumer, records)
        items = [self._item(record) for record in records]
        turn = asyncio.get_running_loop().time()
        for item in items:
            if item.progress.is_gone:
                continue
            self._receive(item)
            self._window.add(item, asyncio.get_running_loop().time())
            if asyncio.get_running_loop().time() - turn > _YIELD_SECONDS:
                await asyncio.sleep(0)
                turn = asyncio.get_running_loop().time()

    def _item(self, record: RawRecord) -> Item:
        partition = TopicPartition(record.topic, record.partition)
        progress = self.partitions.get(partition)
        if progress is None or (progress.next is not None and record.offset < progress.next):
            # Lower than before: the log was made again. What is in hand of the old one has no offset to commit.
            progress = self.partitions[partition] = Progress()
        progress.take(record.offset, record.timestamp)
        return Item(record, partition, progress, from_retry=self._from_retry)

    def _receive(self, item: Item) -> None:
        assert self._work is not None
        try:
            item.received = self._judge.receive(item.record, from_retry=self._from_retry)
            if self._work.concurrency > 1:
                event = item.received.event
                item.article = item.record.key if isinstance(event, bytes) else wire.subject(event)
        except Exception as error:  # noqa: BLE001 - a bug that one record triggers must not stop the reading
            item.refused = answer_to(error)
            return
        if self._from_retry:
            wait = min(retry.rests_until(item.record) - self._processor.now().timestamp(), retry.REST_SECONDS)
            item.ready_at = asyncio.get_running_loop().time() + max(0.0, wait)

    async def _bury(self, partition: TopicPartition, first: int, after: int, is_too_large: bool) -> None:  # noqa: FBT001
        if is_too_large:
            error: PermanentError = TooLargeError(
                f"the batch of offsets {first} to {after - 1} has more than {MAX_BATCH_BYTES:,} bytes decompressed, "
                f"or more than {MAX_BATCH_RECORDS:,} records; it is at its origin"
            )
        else:
            error = InvalidRecordError("the client cannot decode it; its bytes are at its origin", reason="unreadable")
        progress = self.partitions.setdefault(partition, Progress()) if self.commits.is_assigned else None
        await self._processor.bury(placeholder(partition.topic, partition.partition, first), error, after - 1)
        log.warning("%s/%d: offsets %d to %d buried", partition.topic, partition.partition, first, after - 1)
        if progress is None or progress.is_gone:
            # Given away meanwhile: what lies before it may not be done, and whoever has it now buries it again.
            return
        progress.take(first, 0)
        progress.done(first)
        progress.skip(after)
        self.commits.moved()

    # ---- working ----

    def _begin(self) -> None:
        """Begin as many units as may be in work."""
        assert self._work is not None
        breaker = self._processor.breaker
        while not self._interrupted.is_set() and len(self.units) < self._work.concurrency:
            now = asyncio.get_running_loop().time()
            admitted = breaker.admits(now)
            most = self._work.batch if admitted is None else min(self._work.batch, admitted)
            items = self._window.take(most, now)
            if not items:
                return
            breaker.begin(len(items))
            unit = Unit(items)
            task = asyncio.create_task(self._finish(unit, self._work))
            self.units[task] = unit
            task.add_done_callback(self._ended)

    async def _finish(self, unit: Unit, work: Work[E]) -> None:
        finished = False
        try:
            finished = await self._processor.finish(unit, work, self._interrupted)
        finally:
            if finished:
                for item in unit.items:
                    item.progress.done(item.record.offset)
                self.commits.moved()
            else:
                self._processor.breaker.give_up(len(unit.items))
            self._window.release(unit.items)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        del self.units[task]
        self._released.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("a unit of work broke: %s", type(task.exception()).__name__)
            self._processor.poisoned = True
        elif self._work is not None:
            self._begin()
