"""Records that aiokafka cannot decode, such as one with a header name that is not UTF-8: they must harm nobody else.

Seen with aiokafka 0.14 on a real broker: `getmany` raises, and what it had taken out of the same fetch by then, of
this partition and of others, is gone while the position stands behind it. The next commit would lose it silently. So
after such an error all is read again from the last commit on, one record at a time, until the bad one is alone.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CorruptRecordException, KafkaError
from aiokafka.structs import TopicPartition

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.engine.verdict import RawRecord

log = logging.getLogger(__name__)

# Reads of one partition each; a batch of the broker's may hold more that cannot be read.
CAREFUL_READS = 200
_READ_MS = 50
_PAUSE_SECONDS = 1.0


class CarefulReader:
    """Reads for one FastStream subscriber. `bury(partition, offset)` makes a record's letter durable, or raises."""

    def __init__(self, subscriber: Any, bury: Callable[[TopicPartition, int], Awaitable[None]]) -> None:
        self._get_batch = subscriber.get_msg
        self._bury = bury
        self._careful = 0
        self._turn = 0

    async def read(self, consumer: AIOKafkaConsumer) -> tuple[RawRecord, ...]:
        """Return the next records, at most one while an unreadable one is near; empty when there are none now."""
        if self._careful:
            return await self._read_one(consumer)
        try:
            return tuple(await self._get_batch(consumer))
        except (UnicodeDecodeError, CorruptRecordException) as error:
            log.warning("a record cannot be read (%s): reading again, one by one", type(error).__name__)
            await self._rewind(consumer)
            self._careful = CAREFUL_READS
            return ()

    async def _read_one(self, consumer: AIOKafkaConsumer) -> tuple[RawRecord, ...]:
        self._careful -= 1
        partitions = sorted(consumer.assignment())
        if not partitions:
            await asyncio.sleep(_READ_MS / 1000)
            return ()
        self._turn += 1
        partition = partitions[self._turn % len(partitions)]
        try:
            found = await consumer.getmany(partition, timeout_ms=_READ_MS, max_records=1)
        except UnicodeDecodeError:
            await self._skip(consumer, partition)
            self._careful = CAREFUL_READS
            return ()
        return tuple(found.get(partition, ()))

    async def _skip(self, consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
        try:
            # All before it has been worked and committed: records are handed out one by one here.
            offset = await consumer.position(partition)
            await self._bury(partition, offset)
            await consumer.commit({partition: offset + 1})
            consumer.seek(partition, offset + 1)
        except (KafkaError, InfrastructureError, OSError) as error:
            # It stands where it stood, and is met again.
            log.warning("%s/%d: not skipped: %s", partition.topic, partition.partition, type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _rewind(self, consumer: AIOKafkaConsumer) -> None:
        """Go back to the last commit. Returns only when done: to read on would lose what `getmany` dropped."""
        while True:
            try:
                for partition in consumer.assignment():
                    committed = await consumer.committed(partition)
                    if committed is None:
                        await consumer.seek_to_beginning(partition)
                    else:
                        consumer.seek(partition, committed)
            except KafkaError as error:
                log.warning("not read again yet: %s", type(error).__name__)
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return
