"""Reading: whatever the client raises, no record is passed over, and one that cannot be read harms nobody else.

When aiokafka's `getmany` raises, what it had taken out of its fetches by then, of this partition and of others, is gone
while the position stands behind it; the next commit would lose it silently (0.14, seen on a real broker). So after any
error all partitions are read again from the first record that was not handed out, for a while one record at a time:
a bad one is alone then, and becomes a dead letter that says where its bytes lie.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException, KafkaError
from aiokafka.structs import TopicPartition

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.engine import metrics
from wiredesk.engine.in_hand.progress import Progress
from wiredesk.engine.reading.bounded_batches import UnreadableBatchError
from wiredesk.engine.verdicts.verdict import RawRecord, where

log = logging.getLogger(__name__)

# Reads of one record each after an error; a batch of the broker's may hold more that cannot be read.
CAREFUL_READS = 200
CAREFUL_SECONDS = 0.05
# A damaged batch may have been damaged on its way: it is fetched so often before it is given up.
TRIES = 3
LONGEST_PAUSE_SECONDS = 5.0
# For one question to the broker.
ASK_SECONDS = 10.0

_UNREADABLE = (UnreadableBatchError, UnicodeDecodeError, CorruptRecordException)

Bury = Callable[[TopicPartition, int, int, bool], Awaitable[None]]


class Reader:
    """Reads one subscription. `bury(partition, first, after, is_too_large)` makes the dead letter durable, or raises.

    `errors` is how many reads running have failed. May wait as long as the broker is away.
    """

    def __init__(self, stage: str, progress: Mapping[TopicPartition, Progress], bury: Bury) -> None:
        """`progress` is what is known of each partition now; it is the subscription's own and changes."""
        self.errors = 0
        self._stage = stage
        self._progress = progress
        self._bury = bury
        self._careful = 0
        self._turn = 0
        self._tries: dict[tuple[TopicPartition, int], int] = {}

    async def read(
        self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], most: int, seconds: float
    ) -> Sequence[RawRecord]:
        """Return at most `most` records of `partitions` (empty: of any), waiting up to `seconds` for the first.

        Raises:
            ConsumerStoppedError: the consumer was stopped.
        """
        alone = None
        if self._careful and partitions:
            self._careful -= 1
            self._turn += 1
            alone = sorted(partitions)[self._turn % len(partitions)]
            partitions, most, seconds = [alone], 1, CAREFUL_SECONDS
        try:
            found = await consumer.getmany(*partitions, timeout_ms=math.ceil(seconds * 1000), max_records=most)
        except ConsumerStoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be passed over
            await self._recover(consumer, alone, error)
            return ()
        self.errors = 0
        return [record for records in found.values() for record in records]

    async def _recover(self, consumer: AIOKafkaConsumer, alone: TopicPartition | None, error: Exception) -> None:
        self.errors += 1
        self._careful = CAREFUL_READS
        metrics.REWINDS.labels(self._stage, type(error).__name__).inc()
        if alone is not None and isinstance(error, _UNREADABLE):
            await self._skip(consumer, alone, error)
            return
        log.warning("reading again, one by one, after %s", where(error))
        if self.errors > 1:
            await asyncio.sleep(min(0.1 * 2**self.errors, LONGEST_PAUSE_SECONDS))
        await self._rewind(consumer)

    async def _skip(self, consumer: AIOKafkaConsumer, partition: TopicPartition, error: Exception) -> None:
        """Bury what cannot be read at the position, once it is certain, and read on behind it."""
        try:
            position = await self._position(consumer, partition)
            tries = self._tries[partition, position] = self._tries.get((partition, position), 0) + 1
            first, after, is_too_large = position, position + 1, False
            if isinstance(error, UnreadableBatchError) and error.first is not None and error.after is not None:
                first, after = max(error.first, position), max(error.after, position + 1)
                is_too_large = error.is_too_large
            if not is_too_large and tries < TRIES:
                consumer.seek(partition, position)
                return
            await self._bury(partition, first, after, is_too_large)
            consumer.seek(partition, after)
            self._tries.clear()
        except (KafkaError, InfrastructureError, OSError) as problem:
            # It stands where it stood, and is met again.
            log.warning("%s/%d: not skipped: %s", partition.topic, partition.partition, type(problem).__name__)
            await asyncio.sleep(1)
            await self._rewind(consumer)

    async def _rewind(self, consumer: AIOKafkaConsumer) -> None:
        """Go back to the first record not handed out. Returns only when done: to read on would lose records."""
        while True:
            try:
                for partition in consumer.assignment():
                    consumer.seek(partition, await self._position(consumer, partition))
            except (KafkaError, TimeoutError) as problem:
                log.warning("not read again yet: %s", type(problem).__name__)
                await asyncio.sleep(1)
            else:
                return

    async def _position(self, consumer: AIOKafkaConsumer, partition: TopicPartition) -> int:
        """The offset of the first record that was not handed out."""
        progress = self._progress.get(partition)
        if progress is not None and progress.next is not None:
            return progress.next
        async with asyncio.timeout(ASK_SECONDS):
            committed = await consumer.committed(partition)
            if committed is not None:
                return int(committed)
            return int((await consumer.beginning_offsets([partition]))[partition])
