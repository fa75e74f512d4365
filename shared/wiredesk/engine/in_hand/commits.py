"""Commits: the offset of the oldest record that is not done, of every partition, soon after it moved."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, MutableMapping
from typing import Any

from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from wiredesk.engine import metrics
from wiredesk.engine.in_hand.progress import Progress

log = logging.getLogger(__name__)

# Between two commits; so long what is done may come again after a crash.
EVERY_SECONDS = 0.05
COMMIT_SECONDS = 10.0
ASK_SECONDS = 1.0


class Commits:
    """Commits for one subscription. Tell it with `moved` that something is done; `failed` is about the last commit."""

    def __init__(
        self, stage: str, partitions: MutableMapping[TopicPartition, Progress], consumer: Callable[[], Any | None]
    ) -> None:
        """`partitions` is what is known of each partition now; it is the subscription's own and changes."""
        self.failed = False
        self.is_assigned = False
        """whether partitions and positions are of an assignment that holds: not while the group is being rebalanced"""
        self._stage = stage
        self._partitions = partitions
        self._consumer = consumer
        self._moved = asyncio.Event()

    def moved(self) -> None:
        """Take note that there may be something to commit."""
        self._moved.set()

    async def follow(self) -> None:
        """Commit what is done, soon after it is, until cancelled."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            if not await self.commit(COMMIT_SECONDS):
                self._moved.set()
                await asyncio.sleep(1)
            await asyncio.sleep(EVERY_SECONDS)

    async def commit(self, seconds: float) -> bool:
        """Commit what is done now, within `seconds`; False when that failed and should be tried again."""
        consumer = self._consumer()
        if consumer is None:
            return True
        owned = consumer.assignment()
        found = {
            partition: (progress, progress.uncommitted)
            for partition, progress in self._partitions.items()
            if partition in owned
        }
        offsets = {partition: offset for partition, (_, offset) in found.items() if offset is not None}
        if not offsets:
            return True
        try:
            async with asyncio.timeout(seconds):
                await consumer.commit(offsets)
        except (KafkaError, TimeoutError) as error:
            # After a rebalance the next owner reads these again: at least once, as promised.
            metrics.FAILED_COMMITS.labels(self._stage).inc()
            log.warning("offsets not committed: %s", type(error).__name__)
            self.failed = True
            return False
        self.failed = False
        for partition, offset in offsets.items():
            found[partition][0].committed = offset
        return True

    async def pass_markers(self) -> None:
        """Let partitions count as done up to their position behind what holds no record, as a transaction's marker.

        It would count as lag for ever.
        """
        consumer = self._consumer()
        if consumer is None:
            return
        for partition in consumer.assignment():
            # In a rebalance the client still tells where it stood before, behind records that were dropped since.
            if not self.is_assigned:
                return
            progress = self._partitions.setdefault(partition, Progress())
            if progress.ahead or (progress.next is not None and (consumer.highwater(partition) or 0) <= progress.next):
                continue
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(ASK_SECONDS):
                    position = await consumer.position(partition)
                if progress.may_skip(position):
                    progress.skip(position)
                    self.moved()
