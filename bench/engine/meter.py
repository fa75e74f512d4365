"""What a stage under measure takes, read whenever Kafka has answered one of its commits."""

import asyncio
import cProfile
import gc
import sys
import time
import tracemalloc
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer


@dataclass(frozen=True, slots=True)
class Task:
    """What to run. `records` are read at least; those committed before `warm` were handled do not count."""

    kind: Literal["one_by_one", "encoded", "batch", "floor"]
    measure: Literal["time", "memory", "calls", "idle"]
    bootstrap_server: str
    lane: str
    group: str
    batch: int
    records: int = 0
    warm: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """The process at a commit."""

    committed: int
    cpu: float
    wall: float


class Meter:
    """Reads the process whenever Kafka has answered a commit, whoever asked for it."""

    def __init__(self, task: Task) -> None:
        self.done = asyncio.Event()
        self.first: Reading | None = None
        self.last: Reading | None = None
        self.in_hand: list[float] = []
        self.peaks: list[float] = []
        self.calls = 0
        self.garbage = 0
        self._task = task
        self._handled = 0
        self._of_commit = 0
        self._most = 0
        self._base = (0, 0)
        self._profile = cProfile.Profile()

    def watch(self) -> None:
        """From now on every commit of this process is seen, and every read."""
        meter, read, commit = self, AIOKafkaConsumer.getmany, AIOKafkaConsumer.commit

        async def watched_commit(consumer: Any, *arguments: Any, **options: Any) -> None:
            await commit(consumer, *arguments, **options)
            await meter._committed(consumer)

        async def watched_read(consumer: Any, *arguments: Any, **options: Any) -> Any:
            # Not at the commit: there the engine still holds the batch.
            meter._rebase()
            return await read(consumer, *arguments, **options)

        AIOKafkaConsumer.commit = watched_commit
        if self._task.measure == "memory":
            AIOKafkaConsumer.getmany = watched_read

    def handling(self, records: int) -> None:
        """So many records have just reached the handler."""
        self._handled += records
        self._of_commit += records
        if self._task.measure == "memory":
            self._most = max(self._most, sys.getallocatedblocks())

    async def _committed(self, consumer: Any) -> None:
        task = self._task
        if task.measure == "idle" or self.last is not None:
            return
        if self.first is None:
            if self._handled >= task.warm:
                self._begin(await _committed_records(consumer))
        else:
            if task.measure == "memory":
                self._cycle()
            if self._handled >= task.records:
                # What follows is no cost of the engine: read first, and keep it when all is committed.
                now = self._read(0)
                if (committed := await _committed_records(consumer)) >= task.records:
                    self._end(Reading(committed, now.cpu, now.wall))
        self._of_commit = 0

    def _read(self, committed: int) -> Reading:
        return Reading(committed, time.process_time(), time.perf_counter())

    def _begin(self, committed: int) -> None:
        if self._task.measure == "memory":
            gc.collect()
            gc.disable()
            tracemalloc.start(1)
        self.first = self._read(committed)
        if self._task.measure == "calls":
            self._profile.enable()

    def _cycle(self) -> None:
        if self._of_commit:
            blocks, size = self._base
            self.in_hand.append((self._most - blocks) / self._of_commit)
            self.peaks.append((tracemalloc.get_traced_memory()[1] - size) / self._of_commit)

    def _rebase(self) -> None:
        tracemalloc.reset_peak()
        self._most = 0
        self._base = sys.getallocatedblocks(), tracemalloc.get_traced_memory()[0]

    def _end(self, now: Reading) -> None:
        if self._task.measure == "calls":
            self._profile.disable()
            self.calls = sum(entry.callcount for entry in self._profile.getstats())
        if self._task.measure == "memory":
            # Not by the blocks it frees: a full collection empties the interpreter's free lists as well.
            self.garbage = gc.collect()
        self.last = now
        self.done.set()

    def per_record(self) -> dict[str, float]:
        """Return, by name: microseconds, blocks, bytes, objects or calls per record. Only when `done`."""
        first, last = self.first, self.last
        assert first is not None
        assert last is not None
        records = last.committed - first.committed
        if self._task.measure == "memory":
            return {
                "blocks_in_hand": median(self.in_hand),
                "bytes_in_hand": median(self.peaks),
                "left_to_collector": self.garbage / records,
            }
        if self._task.measure == "calls":
            return {"calls": self.calls / records}
        return {"cpu": 1e6 * (last.cpu - first.cpu) / records, "wall": 1e6 * (last.wall - first.wall) / records}


async def _committed_records(consumer: Any) -> int:
    return sum([await consumer.committed(partition) or 0 for partition in consumer.assignment()])
