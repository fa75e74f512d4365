"""What Kafka leaves out without a word, counted aloud: records removed before they were read, topics made again.

`earliest` jumps over what retention has removed, and begins a topic that was made again from its start; both look to
a consumer like any other fetch.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRebalanceListener, ConsumerRecord
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from wiredesk.engine import metrics

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class _Read:
    """The last batch of a partition: its first offset, the one after its last, and the end of the log at that time."""

    first: int
    after: int
    end: int


class OffsetGaps(ConsumerRebalanceListener):  # type: ignore[misc]
    """Compares where reading goes on with where it stopped. Set `subscriber` after making.

    It also holds a rebalance up, for `patience` seconds (well below the session), until the batch in hand is
    committed: its next owner need not work it again.

    One case cannot be seen: a topic made again and filled beyond the old position before the next fetch.
    """

    def __init__(self, stage: str, patience: float) -> None:
        self.subscriber: Any = None
        self._in_hand: Any = None
        self._stage = stage
        self._patience = patience
        self._read: dict[TopicPartition, _Read] = {}

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - the interface's
        """Wait for the batch in hand; what is not done in time is redelivered to the next owner."""
        until = time.monotonic() + self._patience
        while self._is_working and time.monotonic() < until:  # noqa: ASYNC110 - FastStream tells nobody
            await asyncio.sleep(_LOOK_SECONDS)

    @property
    def _is_working(self) -> bool:
        return self._in_hand is not None and self._in_hand.committed is None

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Compare the ends of the log with the committed offset, and with what was read of it before."""
        consumer = self.subscriber.consumer
        # Of a topic that is away just now nothing is assigned: what was read of it is kept until it is back.
        read = {partition: self._read.pop(partition, None) for partition in assigned}
        try:
            starts, ends = await consumer.beginning_offsets(list(read)), await consumer.end_offsets(list(read))
            for partition, before in read.items():
                committed = await consumer.committed(partition)
                if committed is not None and committed < starts[partition]:
                    self._removed(partition, starts[partition] - committed)
                else:
                    reached = max(committed or 0, before.after if before is not None else 0)
                    self._check_end(partition, reached, ends[partition], before.end if before is not None else reached)
        except KafkaError as error:
            log.warning("offset gaps not checked: %s", type(error).__name__)

    async def look(self, message: Any) -> None:
        """Take a batch in hand and compare it with the one before. Never raises; seldom asks Kafka."""
        self._in_hand = message
        batch: Sequence[ConsumerRecord[bytes, bytes]] = message.raw_message
        spans: dict[TopicPartition, tuple[int, int]] = {}
        for record in batch:
            partition = TopicPartition(record.topic, record.partition)
            first, _ = spans.get(partition, (record.offset, 0))
            spans[partition] = first, record.offset + 1
        consumer = self.subscriber.consumer
        owned = consumer.assignment() if consumer is not None else ()
        try:
            for partition in spans.keys() & owned:
                (first, after), before = spans[partition], self._read.get(partition)
                self._read[partition] = _Read(first, after, consumer.highwater(partition) or after)
                if before is not None and first > before.after:
                    start = (await consumer.beginning_offsets([partition]))[partition]
                    self._removed(partition, min(start, first) - before.after)
                elif before is not None and first < before.first:
                    end = (await consumer.end_offsets([partition]))[partition]
                    self._check_end(partition, before.after, end, before.end)
        except KafkaError as error:
            log.warning("offset gaps not checked: %s", type(error).__name__)

    def _removed(self, partition: TopicPartition, count: int) -> None:
        # A hole without removal is a transaction's marker, or a record that was buried unread.
        if count > 0:
            metrics.OFFSET_GAP.labels(self._stage).inc(count)
            log.error(
                "%s/%d: %d records were removed by retention before they were read",
                partition.topic,
                partition.partition,
                count,
            )

    def _check_end(self, partition: TopicPartition, reached: int, end: int, known_end: int) -> None:
        """Tell a log that is shorter than what was read of it from a batch that only comes again."""
        if end < reached:
            unread = max(0, known_end - reached)
            metrics.OFFSET_GAP.labels(self._stage).inc(unread)
            log.error(
                "%s/%d ends at %d but was read up to %d: the topic was made again; at least %d records were never read",
                *(partition.topic, partition.partition, end, reached, unread),
            )
