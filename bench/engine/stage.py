# ruff: noqa: T201 - the answer is a line on stdout
"""One run over a backlog: a tree's delivery engine with a trivial handler, or bare aiokafka as the floor under it.

`bench.engine` runs this file in the interpreter of the tree that is measured, so what depends on a tree's engine is
here and nowhere else: `_engine`. Takes a `Task` as JSON, prints a JSON object.
"""

import asyncio
import contextlib
import gc
import importlib
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

import wiredesk.contracts
from bench.engine.articles import cleaned
from bench.engine.meter import Meter, Task
from wiredesk.client.metadata_refresh import space_out_refreshes
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched
from wiredesk.contracts.topics import CLEANED, FETCHED, Lane
from wiredesk.engine.broker import broker_for
from wiredesk.engine.outcomes import Received
from wiredesk.engine.stage import Stage

_MOST_SECONDS = 300
# What a worker process of the cleaner gives back.
_HEADERS = dict.fromkeys(("ce_id", "ce_type", "ce_source", "ce_time", "ce_subject"), "x" * 36)
# About as many bytes leave as came, as under the floor.
_CLEANED = cleaned("").model_copy(update={"minhash": None, "evidence": ()})


@asynccontextmanager
async def _engine(task: Task, kafka: KafkaSettings, meter: Meter) -> AsyncIterator[None]:
    async def one(received: Received[ArticleFetched]) -> ArticleCleaned:
        meter.handling(1)
        return _answer(received.event)

    async def many(batch: Sequence[Received[ArticleFetched]]) -> Sequence[ArticleCleaned]:
        meter.handling(len(batch))
        return [_answer(received.event) for received in batch]

    async def encoded(received: Received[bytes]) -> wire.Record:
        meter.handling(1)
        return wire.Record(CLEANED, b"k", received.event, _HEADERS)

    broker: Any = broker_for(kafka, client_id="bench")
    if not hasattr(Stage, "running"):
        # A tree whose engine worked in batches: a barrier after each.
        module: Any = importlib.import_module("wiredesk.engine.concurrency")
        handle = many if task.kind == "batch" else module.one_by_one(one, concurrency=task.batch)
        old: Any = Stage
        stage: Any = old(task.group, FETCHED, handle, broker, lane=Lane(task.lane), batch=task.batch)
        stage.subscribe()
        stop: Any = stage.stopping.set
        running: Any = contextlib.nullcontext()
    else:
        module = importlib.import_module("wiredesk.engine.work")
        if task.kind == "batch":
            work = module.Work(many, batch=task.batch)
        else:
            handler = encoded if task.kind == "encoded" else one
            work = module.one_by_one(handler, concurrency=task.batch)
        stage = Stage(task.group, FETCHED, broker, lane=Lane(task.lane), encoded=task.kind == "encoded")
        stop, running = None, stage.running(work)
    await broker.start()
    space_out_refreshes(broker.config.producer._producer.producer)  # noqa: SLF001 - as the service does
    try:
        async with running:
            yield
    finally:
        if stop is not None:
            stop()
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
    """Run the task. Returns, by name: microseconds, blocks, bytes, objects or calls per record; nothing for `idle`.

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
    return meter.per_record()


def check_tree() -> None:
    """End the process when its packages are not those of the folder it was started in, the tree to measure."""
    if not Path(wiredesk.contracts.__file__).resolve().is_relative_to(Path.cwd().resolve()):
        raise SystemExit(f"the .venv of {Path.cwd()} belongs to another checkout: type `make -C {Path.cwd()} setup`")


if __name__ == "__main__":
    check_tree()
    print(json.dumps(asyncio.run(measured(Task(**json.loads(sys.argv[1]))))))
