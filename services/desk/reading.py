"""Reads topics from their beginning to their present end: for `explain` and the dead letters."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError
from aiokafka.partitioner import DefaultPartitioner

from shared import admin
from shared.errors import ConfigurationError, InfrastructureError
from shared.settings import KafkaSettings
from shared.wire import client_options

RawRecord: TypeAlias = ConsumerRecord[bytes, bytes]

STALL_SECONDS = 15.0
_AT_ONCE = 500
_UNDECODABLE = (UnicodeDecodeError, CorruptRecordException)


async def read(
    kafka: KafkaSettings, topics: Iterable[str], *, key: bytes | None = None
) -> AsyncGenerator[RawRecord, None]:
    """Yield every record that is on `topics` now, in order within a partition; with `key` only of its partition.

    A record that the Kafka client cannot decode (a header name that is not UTF-8) is left out, and so is what follows
    it in its producer's batch: the client cannot get past it.

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
        stands = {place: start for place, (start, _) in left.items()}
        while left:
            for record in await _next(consumer, stands):
                if record.offset < left[TopicPartition(record.topic, record.partition)][1]:
                    yield record
            for place in [place for place, (_, end) in left.items() if await consumer.position(place) >= end]:
                del left[place], stands[place]
                consumer.pause(place)


async def _next(consumer: AIOKafkaConsumer, stands: dict[TopicPartition, int]) -> list[RawRecord]:
    """Return the next records of the places in `stands`, which says where reading stands and is kept up."""
    try:
        found = await _some(consumer, stands, _AT_ONCE)
    except _UNDECODABLE:
        found = await _one_by_one(consumer, stands)
    stands |= {TopicPartition(record.topic, record.partition): record.offset + 1 for record in found}
    return found


async def _one_by_one(consumer: AIOKafkaConsumer, stands: dict[TopicPartition, int]) -> list[RawRecord]:
    """Read again what the client had taken out of the same fetch and lost, past what it cannot decode."""
    found: list[RawRecord] = []
    for place, offset in list(stands.items()):
        consumer.seek(place, offset)
    for place in list(stands):
        end = (await consumer.end_offsets([place]))[place]
        try:
            for _ in range(_AT_ONCE):
                if await consumer.position(place) < end:
                    found += await _some(consumer, [place], 1)
        except _UNDECODABLE:
            stands[place] = await consumer.position(place) + 1
            consumer.seek(place, stands[place])
    return found


async def _some(consumer: AIOKafkaConsumer, places: Iterable[TopicPartition], at_most: int) -> list[RawRecord]:
    batches = await consumer.getmany(*places, timeout_ms=int(STALL_SECONDS * 1000), max_records=at_most)
    if not batches:
        raise InfrastructureError(f"Kafka gave no records for {STALL_SECONDS:g} s", reason="kafka")
    return [record for records in batches.values() for record in records]


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
