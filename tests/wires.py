"""Small hands for tests on a real broker: produce raw records, read whole topics, run a stage in process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane, MiB, Topic
from wiredesk.contracts.wire import Record
from wiredesk.engine.broker import broker_for
from wiredesk.engine.stage import Stage
from wiredesk.engine.work import Work

Raw = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]


def raw(record: Record) -> Raw:
    """Return a record that was made of an event as `produce` takes it."""
    return record.key, record.value, [(name, text.encode()) for name, text in record.headers.items()]


async def produce(kafka: KafkaSettings, topic: str, records: Iterable[Raw], *, partition: int | None = None) -> None:
    """Send (key, value, headers) and wait until all are durable."""
    producer = AIOKafkaProducer(**client_options(kafka), acks="all", max_request_size=64 * MiB, compression_type="zstd")
    await producer.start()
    try:
        sent = [
            await producer.send(topic, value=value, key=key, headers=headers, partition=partition)
            for key, value, headers in records
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def read_all(kafka: KafkaSettings, topic: str) -> list["ConsumerRecord[bytes, bytes]"]:
    """Return every record of `topic`, in partition order; checked against the broker's own offsets."""
    consumer = AIOKafkaConsumer(topic, **client_options(kafka), auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = list(consumer.assignment())
        starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        wanted = sum(ends[partition] - starts[partition] for partition in partitions)
        found: list[ConsumerRecord[bytes, bytes]] = []
        async with asyncio.timeout(30):
            while len(found) < wanted:
                for partition, records in (await consumer.getmany(timeout_ms=200)).items():
                    # What is written meanwhile came too late for this call.
                    found += [record for record in records if record.offset < ends[partition]]
        assert len(found) == wanted
        return sorted(found, key=lambda r: (r.partition, r.offset))
    finally:
        await consumer.stop()


async def committed(kafka: KafkaSettings, topic: str, group: str) -> int:
    """Return the sum of the group's committed offsets on `topic`."""
    consumer = AIOKafkaConsumer(**client_options(kafka), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, p) for p in range(kafka.partitions)]
        return sum([await consumer.committed(partition) or 0 for partition in partitions])
    finally:
        await consumer.stop()


async def eventually(check: Callable[[], Awaitable[bool]], *, within: float = 30) -> None:
    """Return when `check` is true; fail after `within` seconds."""
    async with asyncio.timeout(within):
        while not await check():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def running(
    kafka: KafkaSettings, lane: Lane, name: str, topic: Topic, work: Work[Any], **options: Any
) -> AsyncIterator[Stage[Any]]:
    """Run one stage in this process."""
    broker = broker_for(kafka, client_id="test")
    stage: Stage[Any] = Stage(name, topic, broker, lane=lane, **options)
    await broker.start()
    try:
        async with stage.running(work):
            yield stage
    finally:
        await broker.stop()
