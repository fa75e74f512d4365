# ruff: noqa: T201 - the answer is a line on stdout
"""One run over a backlog: a tree's delivery engine with a trivial handler, or bare aiokafka as the floor under it.

`bench.engine` runs this file in the interpreter of the tree that is measured, so what depends on a tree's engine is
here and nowhere else: `_engine`. Takes a `Task` as JSON, prints a JSON object.
"""

import asyncio
import contextlib
import cProfile
import gc
import json
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

import wiredesk.contracts
from bench.engine_articles import cleaned
from wiredesk.client.metadata_refresh import space_out_refreshes
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched
from wiredesk.contracts.topics import CLEANED, FETCHED, Lane
from wiredesk.engine.broker import broker_for
from wiredesk.engine.concurrency import one_by_one
from wiredesk.engine.outcomes import Received
from wiredesk.engine.stage import Stage

_MOST_SECONDS = 300
# About as many bytes leave as came, as under the floor.
_CLEANED = cleaned("").model_copy(update={"minhash": None, "evidence": ()})


@dataclass(frozen=True, slots=True)
class Task:
    """What to run. `records` are read at least; those committed before `warm` were handled do not count."""

    kind: Literal["one_by_one", "batch", "floor"]
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
    blocks: int


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
                    self._end(Reading(committed, now.cpu, now.wall, now.blocks))
        self._of_commit = 0

    def _read(self, committed: int) -> Reading:
        return Reading(committed, time.process_time(), time.perf_counter(), sys.getallocatedblocks())

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
            gc.collect()
            self.garbage = now.blocks - sys.getallocatedblocks()
        self.last = now
        self.done.set()


async def _committed_records(consumer: Any) -> int:
    return sum([await consumer.committed(partition) or 0 for partition in consumer.assignment()])


@asynccontextmanager
async def _engine(task: Task, kafka: KafkaSettings, meter: Meter) -> AsyncIterator[None]:
    async def one(received: Received[ArticleFetched]) -> ArticleCleaned:
        meter.handling(1)
        return _answer(received.event)

    async def many(batch: Sequence[Received[ArticleFetched]]) -> Sequence[ArticleCleaned]:
        meter.handling(len(batch))
        return [_answer(received.event) for received in batch]

    handle: Any = one_by_one(one, concurrency=task.batch) if task.kind == "one_by_one" else many
    broker: Any = broker_for(kafka, client_id="bench")
    stage: Any = Stage(task.group, FETCHED, handle, broker, lane=Lane(task.lane), batch=task.batch)
    if hasattr(stage, "running"):
        async with stage.running():
            yield
        return
    stage.subscribe()
    await broker.start()
    space_out_refreshes(broker.config.producer._producer.producer)  # noqa: SLF001 - as the service does
    try:
        yield
    finally:
        stage.stopping.set()
        await broker.stop()


def _answer(fetched: ArticleFetched) -> ArticleCleaned:
    made = {"event_id": fetched.event_id, "article_id": fetched.article_id, "text": fetched.content}
    return _CLEANED.model_copy(update=made)


@asynccontextmanager
async def _floor(task: Task, kafka: KafkaSettings, meter: Meter) -> AsyncIterator[None]:
    """Read, send the same bytes on, wait for Kafka, commit: with the same options, and nothing else."""
    lane = Lane(task.lane)
    consumer = AIOKafkaConsumer(
        lane.topic(FETCHED),
        **client_options(kafka),
        group_id=lane.group(task.group),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(
        **client_options(kafka),
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        linger_ms=5,
        max_batch_size=256 * 1024,
        max_request_size=16 * 1024 * 1024,
    )

    async def work() -> None:
        while True:
            found = await consumer.getmany(timeout_ms=100, max_records=task.batch)
            records = [record for of_partition in found.values() for record in of_partition]
            if not records:
                continue
            meter.handling(len(records))
            sent = [
                await producer.send(lane.topic(CLEANED), record.value, record.key, headers=list(record.headers))
                for record in records
            ]
            await asyncio.gather(*sent)
            await consumer.commit()
            del found, records, sent

    await producer.start()
    await consumer.start()
    working = asyncio.create_task(work())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await consumer.stop()
        await producer.stop()


async def measured(task: Task) -> dict[str, float]:
    """Run the task. Returns, by name: microseconds, blocks, bytes or calls per record; nothing for `idle`.

    `idle` serves until standard input ends.

    Raises:
        TimeoutError: the backlog was not worked within five minutes.
    """
    meter = Meter(task)
    meter.watch()
    kafka = KafkaSettings(bootstrap_servers=[task.bootstrap_server])
    run: AbstractAsyncContextManager[None] = (_floor if task.kind == "floor" else _engine)(task, kafka, meter)
    async with run:
        # As the service does once it is up.
        gc.collect()
        gc.freeze()
        if task.measure == "idle":
            await asyncio.to_thread(sys.stdin.read)
            return {}
        async with asyncio.timeout(_MOST_SECONDS):
            await meter.done.wait()
    with contextlib.suppress(ValueError):
        tracemalloc.stop()
    return _per_record(meter, task.measure)


def _per_record(meter: Meter, measure: str) -> dict[str, float]:
    first, last = meter.first, meter.last
    assert first is not None
    assert last is not None
    records = last.committed - first.committed
    if measure == "memory":
        return {
            "blocks_in_hand": median(meter.in_hand),
            "bytes_in_hand": median(meter.peaks),
            "left_to_collector": meter.garbage / records,
        }
    if measure == "calls":
        return {"calls": meter.calls / records}
    return {"cpu": 1e6 * (last.cpu - first.cpu) / records, "wall": 1e6 * (last.wall - first.wall) / records}


def check_tree() -> None:
    """End the process when its packages are not those of the folder it was started in, the tree to measure."""
    if not Path(wiredesk.contracts.__file__).resolve().is_relative_to(Path.cwd().resolve()):
        raise SystemExit(f"the .venv of {Path.cwd()} belongs to another checkout: type `make -C {Path.cwd()} setup`")


if __name__ == "__main__":
    check_tree()
    print(json.dumps(asyncio.run(measured(Task(**json.loads(sys.argv[1]))))))
