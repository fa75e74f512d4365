"""The Kafka of `make bench-engine`: one real broker, a backlog in it, and the latency of one record at a time."""

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from bench.engine import articles
from wiredesk.client import admin
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.topics import CLEANED, FETCHED, Lane
from wiredesk_local.servers.launch import kafka_server
from wiredesk_local.settings import LocalSettings
from wiredesk_local.state import StateDir

PARTITIONS = 2
BACKLOG, IDLE = Lane("backlog"), Lane("idle")
# Local mode keeps 26 MiB of a partition and no backlog; half of this is one partition's.
_RETENTION_BYTES = 2 * 1024 * 1024 * 1024
_TEXTS = 500
_ANSWER_SECONDS = 60
_WARM = 3
# A stage may wait up to 100 ms for its records to become more: arrivals must fall anywhere in that.
_BETWEEN_SECONDS = (0.02, 0.14)


@contextlib.asynccontextmanager
async def broker(folder: Path) -> AsyncIterator[KafkaSettings]:
    """Run Kafka on a free port with the topics of both lanes, for as long as the block runs.

    Raises:
        ConfigurationError: Kafka's jars cannot be had.
        InfrastructureError: it did not start.
    """
    state = StateDir(folder)
    state.create()
    server = await kafka_server(LocalSettings.load(), state, print)
    await server.start()
    try:
        kafka = KafkaSettings(bootstrap_servers=[server.bootstrap_server], partitions=PARTITIONS)
        for lane in (BACKLOG, IDLE):
            await admin.apply_topics(kafka, lane, retention_bytes=_RETENTION_BYTES)
        yield kafka
    finally:
        await asyncio.shield(server.stop())


async def write_backlog(kafka: KafkaSettings, records: int) -> float:
    """Write so many articles as the fetcher would; returns the mean size of their values in bytes."""
    texts = [articles.story(seed)[0] for seed in range(_TEXTS)]
    size = 0
    async with _producer(kafka, linger_ms=5) as producer:
        sent = []
        for number in range(records):
            record = _record(number, texts[number % _TEXTS])
            size += len(record.value)
            sent.append(await _send(producer, BACKLOG.topic(FETCHED), record))
        await asyncio.gather(*sent)
    return size / records


async def answers(kafka: KafkaSettings) -> int:
    """Return how many records have ever left for the next hop of the backlog."""
    consumer = AIOKafkaConsumer(BACKLOG.topic(CLEANED), **client_options(kafka))
    await consumer.start()
    try:
        return sum((await consumer.end_offsets(list(consumer.assignment()))).values())
    finally:
        await consumer.stop()


async def latencies(kafka: KafkaSettings, count: int) -> list[float]:
    """Return milliseconds from Kafka's acknowledgement of a record to its answer at a waiting consumer, one at a time.

    Raises:
        TimeoutError: no answer within a minute.
    """
    text = articles.story()[0]
    arrived: asyncio.Queue[tuple[bytes | None, float]] = asyncio.Queue()
    # A consumer for each partition: one for both may have asked for the other alone, and waits 500 ms for the answer.
    readers = [asyncio.create_task(_arrivals(kafka, partition, arrived)) for partition in range(PARTITIONS)]
    found = []
    try:
        async with _producer(kafka, linger_ms=0) as producer:
            for number in range(_WARM + count):
                correlation = str(uuid.uuid4())
                await (await _send(producer, IDLE.topic(FETCHED), _record(number, text, correlation)))
                acknowledged = time.perf_counter()
                async with asyncio.timeout(_ANSWER_SECONDS):
                    while (answer := await arrived.get())[0] != correlation.encode():
                        pass
                found.append(1000 * (answer[1] - acknowledged))
                await asyncio.sleep(random.uniform(*_BETWEEN_SECONDS))  # noqa: S311 - a pause, no secret
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    return found[_WARM:]


async def _arrivals(kafka: KafkaSettings, partition: int, arrived: asyncio.Queue[tuple[bytes | None, float]]) -> None:
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(IDLE.topic(CLEANED), partition)])
        while True:
            record = await consumer.getone()
            arrived.put_nowait((dict(record.headers).get(wire.CORRELATION), time.perf_counter()))
    finally:
        await consumer.stop()


@contextlib.asynccontextmanager
async def _producer(kafka: KafkaSettings, *, linger_ms: int) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        **client_options(kafka), acks="all", compression_type="zstd", linger_ms=linger_ms, max_batch_size=256 * 1024
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, topic: str, record: wire.Record) -> "asyncio.Future[object]":
    headers = [(name, value.encode()) for name, value in record.headers.items()]
    sent: asyncio.Future[object] = await producer.send(topic, record.value, record.key, headers=headers)
    return sent


def _record(number: int, text: str, correlation: str = "") -> wire.Record:
    carried = {wire.CORRELATION: correlation or str(uuid.uuid5(uuid.NAMESPACE_URL, str(number)))}
    return wire.encode(articles.fetched(number, text), source="fetcher", time=articles.AT, carried=carried)
