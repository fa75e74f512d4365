"""Reads topics from their beginning to their present end: for `explain` and the dead letters."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from shared import admin
from shared.errors import ConfigurationError, InfrastructureError
from shared.settings import KafkaSettings
from shared.wire import client_options

RawRecord: TypeAlias = ConsumerRecord[bytes, bytes]

STALL_SECONDS = 15.0


async def read(
    kafka: KafkaSettings, topics: Iterable[str], *, key: bytes | None = None
) -> AsyncGenerator[RawRecord, None]:
    """Yield every record that is on `topics` now, in order within a partition; with `key` only of its partition.

    Raises:
        ConfigurationError: a topic does not exist.
        InfrastructureError: Kafka cannot be reached, or stops giving records before the end.
    """
    topics = list(topics)
    edges = await admin.edges(kafka, topics)
    if missing := set(topics) - {place.topic for place in edges}:
        raise ConfigurationError(f"there is no topic {', '.join(missing)}. Type: wiredesk topics apply")
    left = {place: edge for place, edge in edges.items() if edge[0] < edge[1] and _may_hold(place, key, edges)}
    if not left:
        return
    async with _consumer(kafka) as consumer:
        consumer.assign(list(left))
        for place, (start, _) in left.items():
            # A seek to a number is exact; seek_to_beginning races with the automatic reset.
            consumer.seek(place, start)
        while left:
            batches = await consumer.getmany(*left, timeout_ms=int(STALL_SECONDS * 1000), max_records=500)
            if not batches:
                raise InfrastructureError(f"Kafka gave no records for {STALL_SECONDS:g} s", reason="kafka")
            for place, records in batches.items():
                end = left[place][1]
                for record in records:
                    if record.offset < end:
                        yield record
                if records[-1].offset + 1 >= end:
                    del left[place]
                    consumer.pause(place)


async def read_one(kafka: KafkaSettings, place: TopicPartition, offset: int) -> RawRecord | None:
    """Return the record at one position, or None when there is none (any more)."""
    start, end = (await admin.edges(kafka, [place.topic])).get(place, (0, 0))
    if not start <= offset < end:
        return None
    async with _consumer(kafka) as consumer:
        consumer.assign([place])
        consumer.seek(place, offset)
        batches = await consumer.getmany(place, timeout_ms=int(STALL_SECONDS * 1000), max_records=1)
        found = next(iter(batches.get(place, [])), None)
        return found if found is not None and found.offset == offset else None


@contextlib.asynccontextmanager
async def _consumer(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        await consumer.start()
        yield consumer
    except (KafkaError, OSError) as error:
        servers = ", ".join(kafka.bootstrap_servers)
        raise InfrastructureError(
            f"Kafka at {servers} cannot be used ({type(error).__name__})", reason="kafka"
        ) from error
    finally:
        await consumer.stop()


def _may_hold(place: TopicPartition, key: bytes | None, known: Iterable[TopicPartition]) -> bool:
    """Whether records of `key` can be in this partition: every producer of ours uses Kafka's standard hash."""
    if key is None:
        return True
    numbers = sorted(other.partition for other in known if other.topic == place.topic)
    return bool(DefaultPartitioner()(key, numbers, numbers) == place.partition)
