"""What Kafka leaves out without a word, counted aloud: records removed before they were read, topics made again.

`earliest` jumps over what retention has removed, and begins a topic that was made again from its start; both look to
a consumer like any other fetch.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from wiredesk.engine import metrics

log = logging.getLogger(__name__)

# For all questions about one suspicion; they are asked beside the work and hold nothing up.
ASK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Read:
    """The last read of a partition: its first offset, the one after its last, and the end of the log at that time.

    `unfinished` is how many of what was read were given back unworked when the partition went.
    """

    first: int
    after: int
    end: int
    unfinished: int = 0


class OffsetGaps:
    """Compares where reading goes on with where it stopped; asks the broker beside the work when that looks odd.

    One case cannot be seen: a topic made again and filled beyond the old position before the next fetch.
    """

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._read: dict[TopicPartition, _Read] = {}
        self._asking: set[asyncio.Task[None]] = set()

    def assigned(self, consumer: Any, partitions: Iterable[TopicPartition]) -> None:
        """Compare the ends of the log with the committed offset, and with what was read of it before. Does not wait."""
        # Of a topic that is away just now nothing is assigned: what was read of it is kept until it is back.
        self._ask(self._compare(consumer, {partition: self._read.pop(partition, None) for partition in partitions}))

    def revoked(self, unfinished: Mapping[TopicPartition, int]) -> None:
        """Take note of how many records read of each partition were not worked: with the topic they would go unread."""
        for partition in unfinished.keys() & self._read.keys():
            self._read[partition] = replace(self._read[partition], unfinished=unfinished[partition])

    def look(self, consumer: Any, records: Sequence["ConsumerRecord[bytes, bytes]"]) -> None:
        """Compare a read with the one before. Never raises, does not wait."""
        spans: dict[TopicPartition, tuple[int, int]] = {}
        for record in records:
            partition = TopicPartition(record.topic, record.partition)
            first, _ = spans.get(partition, (record.offset, 0))
            spans[partition] = first, record.offset + 1
        owned = consumer.assignment()
        for partition in spans.keys() & owned:
            (first, after), before = spans[partition], self._read.get(partition)
            self._read[partition] = _Read(first, after, consumer.highwater(partition) or after)
            if before is not None and first > before.after:
                self._ask(self._look_before(consumer, partition, first, before.after))
            elif before is not None and first < before.first:
                self._ask(self._look_behind(consumer, partition, before))

    async def close(self) -> None:
        """Ask no more."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    def _ask(self, question: Coroutine[Any, Any, None]) -> None:
        async def bounded() -> None:
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    await question
            except (KafkaError, TimeoutError) as error:
                log.warning("offset gaps not checked: %s", type(error).__name__)

        task = asyncio.create_task(bounded())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _compare(self, consumer: Any, read: dict[TopicPartition, _Read | None]) -> None:
        starts, ends = await consumer.beginning_offsets(list(read)), await consumer.end_offsets(list(read))
        for partition, before in read.items():
            committed = await consumer.committed(partition)
            if committed is not None and committed < starts[partition]:
                self._removed(partition, starts[partition] - committed)
            else:
                self._check_end(partition, before, ends[partition], committed or 0)

    async def _look_before(self, consumer: Any, partition: TopicPartition, first: int, expected: int) -> None:
        start = (await consumer.beginning_offsets([partition]))[partition]
        self._removed(partition, min(start, first) - expected)

    async def _look_behind(self, consumer: Any, partition: TopicPartition, before: _Read) -> None:
        end = (await consumer.end_offsets([partition]))[partition]
        self._check_end(partition, before, end)

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

    def _check_end(self, partition: TopicPartition, before: _Read | None, end: int, committed: int = 0) -> None:
        """Tell a log that is shorter than what was read of it from records that only come again."""
        # Of what somebody else read, only how far they came is known.
        before = before or _Read(first=0, after=0, end=0)
        reached = max(committed, before.after)
        if end < reached:
            unread = max(0, before.end - reached) + (before.unfinished if reached == before.after else 0)
            metrics.OFFSET_GAP.labels(self._stage).inc(unread)
            log.error(
                "%s/%d ends at %d but was read up to %d: the topic was made again; at least %d records went unworked",
                *(partition.topic, partition.partition, end, reached, unread),
            )
