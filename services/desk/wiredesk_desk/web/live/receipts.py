"""The receipts of stored articles, in batches, from wherever a reader stands."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from wiredesk.client import offsets
from wiredesk.client.options import client_options
from wiredesk.client.records import Entry
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleStored, StoreStatus
from wiredesk.contracts.topics import STORED
from wiredesk.engine.reading import bounded_batches
from wiredesk.engine.reading.bounded_batches import UnreadableBatchError
from wiredesk_desk.config import System
from wiredesk_desk.reading import one_by_one

_WAIT_MS = 500
_AT_ONCE = 500
# What is new for a reader; the other receipts say that nothing changed for him.
_NEW = (StoreStatus.INSERTED, StoreStatus.REVISED)


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt: of which revision of which article, and where it lies. `article_id` is None: it tells nothing new."""

    partition: int
    offset: int
    article_id: UUID | None = None
    revision: int = 0
    status: str = ""


@dataclass(frozen=True, slots=True)
class Edges:
    """The first offset that is still there, and the next one to come, of each partition."""

    starts: Mapping[int, int]
    ends: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Receipts as they came. `has_gap`: before or among them were some that the client cannot read."""

    told: Sequence[Told]
    has_gap: bool = False


class Receipts:
    """The topic of receipts, read without a group: everybody reads all of it."""

    def __init__(self, here: System) -> None:
        self._topic = here.lane.topic(STORED)
        self._kafka = here.kafka
        self._consumer: AIOKafkaConsumer | None = None

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            InfrastructureError: Kafka cannot be reached, or the topic does not exist.
        """
        bounded_batches.install()
        consumer = AIOKafkaConsumer(
            **client_options(self._kafka),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        self._consumer = consumer
        try:
            await consumer.start()
        except (KafkaError, OSError) as error:
            await consumer.stop()
            raise InfrastructureError(f"Kafka cannot be used: {type(error).__name__}", reason="kafka") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._consumer is not None:
            await self._consumer.stop()

    async def edges(self) -> Edges:
        """Return where the topic begins and ends now.

        Raises:
            InfrastructureError: Kafka is away, or there is no such topic.
        """
        found = await offsets.edges(self._kafka, [self._topic])
        if not found:
            raise InfrastructureError(f"there is no topic {self._topic}", reason="kafka")
        starts = {partition.partition: start for partition, (start, _) in found.items()}
        return Edges(starts, {partition.partition: end for partition, (_, end) in found.items()})

    async def batches(self, start: Mapping[int, int], *, is_all: bool = True) -> AsyncGenerator[Batch, None]:
        """Yield receipts from `start` (an offset a partition) on, in the order of each partition.

        A batch is empty where nothing came for half a second. Ends when the topic has more partitions than these, which
        `is_all` says are all of them.

        Raises:
            InfrastructureError: Kafka cannot be used any more.
        """
        consumer = self._used()
        stands = {TopicPartition(self._topic, number): offset for number, offset in start.items()}
        consumer.assign(list(stands))
        for partition, offset in stands.items():
            consumer.seek(partition, offset)
        try:
            while not is_all or len(consumer.partitions_for_topic(self._topic) or ()) <= len(start):
                before = dict(stands)
                try:
                    found = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=_AT_ONCE)
                    records = [record for some in found.values() for record in some]
                except UnreadableBatchError:
                    records = await one_by_one(consumer, stands)
                has_gap = stands != before
                stands |= {TopicPartition(one.topic, one.partition): one.offset + 1 for one in records}
                yield Batch([_told(Entry.of(record, STORED)) for record in records], has_gap)
        except KafkaError as error:
            raise InfrastructureError(f"Kafka: {type(error).__name__}", reason="kafka") from error

    async def has_passed(self, number: int, offset: int) -> bool:
        """Whether everything before `offset` was read: markers of transactions, too, which nobody sees."""
        return int(await self._used().position(TopicPartition(self._topic, number))) >= offset

    def _used(self) -> AIOKafkaConsumer:
        assert self._consumer is not None, "not entered"
        return self._consumer


def _told(entry: Entry) -> Told:
    _, partition, offset = entry.position.rsplit("/", 2)
    event = entry.event
    if not isinstance(event, ArticleStored) or event.status not in _NEW:
        return Told(int(partition), int(offset))
    return Told(int(partition), int(offset), event.article_id, event.revision, event.status.value)
