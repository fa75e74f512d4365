"""Reads topics from their beginning to their present end: for `explain` and the dead letters."""

import contextlib
import heapq
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from datetime import datetime
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from wiredesk.client import offsets
from wiredesk.client.consumers import starts
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.engine.reading import bounded_batches
from wiredesk.engine.reading.bounded_batches import UnreadableBatchError

RawRecord: TypeAlias = ConsumerRecord[bytes, bytes]

STALL_SECONDS = 15.0
_AT_ONCE = 500


async def read_by_time(kafka: KafkaSettings, topic: str) -> AsyncGenerator[RawRecord, None]:
    """Yield every record that is on `topic` now, the oldest first over all its partitions, as `read` does otherwise."""
    edges = await offsets.edges(kafka, [topic])
    parts = [read(kafka, [topic], only=partition) for partition, (start, end) in edges.items() if start < end]
    async with contextlib.AsyncExitStack() as stack:
        heads: list[tuple[int, int, int, RawRecord]] = []
        for number, part in enumerate(parts):
            await stack.enter_async_context(contextlib.aclosing(part))
            await _push(heads, number, part)
        while heads:
            _, number, _, record = heapq.heappop(heads)
            yield record
            await _push(heads, number, parts[number])


async def _push(heads: list[tuple[int, int, int, RawRecord]], number: int, part: AsyncIterator[RawRecord]) -> None:
    record = await anext(part, None)
    if record is not None:
        heapq.heappush(heads, (record.timestamp, number, record.offset, record))


async def read(
    kafka: KafkaSettings,
    topics: Iterable[str],
    *,
    key: bytes | None = None,
    only: TopicPartition | None = None,
    since: datetime | None = None,
) -> AsyncGenerator[RawRecord, None]:
    """Yield every record that is on `topics` now, in order within a partition; with `key` only of its partition.

    With `only` of that partition alone; with `since` those that the brokers have got then or later.

    A record that the Kafka client cannot decode (a header name that is not UTF-8) is left out, and so is what follows
    it in its producer's batch: the client cannot get past it. So is a batch that is damaged or too large to unpack.

    Raises:
        ConfigurationError: a topic does not exist.
        InfrastructureError: Kafka cannot be reached, or stops giving records before the end.
    """
    topics = list(topics)
    edges = await offsets.edges(kafka, topics)
    if missing := set(topics) - {partition.topic for partition in edges}:
        raise ConfigurationError(f"there is no topic {', '.join(missing)}. Type: wiredesk topics apply")
    left = {
        partition: edge
        for partition, edge in edges.items()
        if edge[0] < edge[1] and _may_hold(partition, key, edges) and only in (None, partition)
    }
    if not left:
        return
    async with _consumer(kafka) as consumer:
        consumer.assign(list(left))
        if since is not None:
            begun = await starts(consumer, since)
            left = {
                partition: (begun[partition], end) for partition, (_, end) in left.items() if begun[partition] < end
            }
            consumer.pause(*(partition for partition in begun if partition not in left))
        for partition, (start, _) in left.items():
            # A seek to a number is exact; seek_to_beginning races with the automatic reset.
            consumer.seek(partition, start)
        stands = {partition: start for partition, (start, _) in left.items()}
        while left:
            for record in await _next(consumer, stands):
                if record.offset < left[TopicPartition(record.topic, record.partition)][1]:
                    yield record
            for partition in [
                partition for partition, (_, end) in left.items() if await consumer.position(partition) >= end
            ]:
                del left[partition], stands[partition]
                consumer.pause(partition)


async def _next(consumer: AIOKafkaConsumer, stands: dict[TopicPartition, int]) -> list[RawRecord]:
    """Return the next records of the partitions in `stands`, which says where reading stands and is kept up."""
    try:
        found = await _some(consumer, stands, _AT_ONCE)
    except UnreadableBatchError:
        found = await one_by_one(consumer, stands)
    stands |= {TopicPartition(record.topic, record.partition): record.offset + 1 for record in found}
    return found


async def one_by_one(consumer: AIOKafkaConsumer, stands: dict[TopicPartition, int]) -> list[RawRecord]:
    """Read again what the client had taken out of the same fetch and lost, past what it cannot decode.

    `stands` is where reading stood; what cannot be decoded is passed in it, what is returned is not.
    """
    found: list[RawRecord] = []
    for partition, offset in list(stands.items()):
        consumer.seek(partition, offset)
    for partition in list(stands):
        end = (await consumer.end_offsets([partition]))[partition]
        try:
            for _ in range(_AT_ONCE):
                if await consumer.position(partition) < end:
                    found += await _some(consumer, [partition], 1)
        except UnreadableBatchError as error:
            stands[partition] = max(error.after or 0, await consumer.position(partition) + 1)
            consumer.seek(partition, stands[partition])
    return found


async def _some(consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition], at_most: int) -> list[RawRecord]:
    batches = await consumer.getmany(*partitions, timeout_ms=int(STALL_SECONDS * 1000), max_records=at_most)
    if not batches:
        raise InfrastructureError(f"Kafka gave no records for {STALL_SECONDS:g} s", reason="kafka")
    return [record for records in batches.values() for record in records]


async def read_one(kafka: KafkaSettings, partition: TopicPartition, offset: int) -> RawRecord | None:
    """Return the record at one position, or None when there is none (any more)."""
    start, end = (await offsets.edges(kafka, [partition.topic])).get(partition, (0, 0))
    if not start <= offset < end:
        return None
    async with _consumer(kafka) as consumer:
        consumer.assign([partition])
        consumer.seek(partition, offset)
        batches = await consumer.getmany(partition, timeout_ms=int(STALL_SECONDS * 1000), max_records=1)
        found = next(iter(batches.get(partition, [])), None)
        return found if found is not None and found.offset == offset else None


@contextlib.asynccontextmanager
async def _consumer(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaConsumer]:
    bounded_batches.install()
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


def _may_hold(partition: TopicPartition, key: bytes | None, known: Iterable[TopicPartition]) -> bool:
    """Whether records of `key` can be in this partition: every producer of ours uses Kafka's standard hash."""
    if key is None:
        return True
    numbers = sorted(other.partition for other in known if other.topic == partition.topic)
    return bool(DefaultPartitioner()(key, numbers, numbers) == partition.partition)
