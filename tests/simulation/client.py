"""aiokafka's consumer and FastStream's broker of one process, in memory, as far as the engine uses them.

They behave as the real ones do where that matters: what `getmany` had taken when it raises is gone and the position
stands behind it; nothing is handed out during a rebalance; a commit of an old generation is refused.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.errors import CommitFailedError, ConsumerStoppedError, IllegalStateError
from aiokafka.structs import TopicPartition
from faststream import AckPolicy

from tests.simulation.cluster import Cluster, Group, Process


class Consumer:
    """aiokafka's consumer, as far as the engine uses it."""

    def __init__(
        self, cluster: Cluster, process: Process, group: Group, listener: Any, options: dict[str, Any]
    ) -> None:
        self.process = process
        self.listener = listener
        self.from_end = options["auto_offset_reset"] != "earliest"
        self.commits_itself = options["ack_policy"] is not AckPolicy.MANUAL
        self.session = options["session_timeout_ms"] / 1000
        self.owned: set[TopicPartition] = set()
        self.at: dict[TopicPartition, int] = {}
        self.generation = 0
        self.reassigning = asyncio.Event()
        self._cluster = cluster
        self._group = group
        self._is_stopped = False

    async def start(self) -> None:
        """Join the group."""
        self._group.members.append(self)
        await self._group.rebalance()

    async def stop(self) -> None:
        """Leave the group."""
        self._is_stopped = True
        if self in self._group.members:
            self._group.members.remove(self)
            await self._group.rebalance()

    def assignment(self) -> set[TopicPartition]:
        """Return what is owned now."""
        return set(self.owned)

    def highwater(self, partition: TopicPartition) -> int:
        """Return the end of the log."""
        return len(self._cluster.logs[partition])

    async def position(self, partition: TopicPartition) -> int:
        """Return the next offset to be handed out."""
        self._owns(partition)
        return self.at[partition]

    async def committed(self, partition: TopicPartition) -> int | None:
        """Return the group's commit."""
        await self._cluster.network(self.process)
        return self._cluster.committed.get((self._group.name, partition))

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the starts of the logs."""
        await self._cluster.network(self.process)
        return dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the ends of the logs."""
        await self._cluster.network(self.process)
        return {partition: len(self._cluster.logs[partition]) for partition in partitions}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Hand out `offset` next."""
        self._owns(partition)
        self.at[partition] = offset

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        """Commit, unless the group has moved on."""
        generation = self.generation
        for partition in offsets:
            self._owns(partition)
        await self._cluster.network(self.process)
        if generation != self.generation:
            raise CommitFailedError
        for partition, offset in offsets.items():
            self._cluster.on_commit(self._group.name, partition, offset)
            self._cluster.committed[self._group.name, partition] = offset
        # The answer may be lost though the broker has done it.
        await self._cluster.network(self.process)

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list["ConsumerRecord[bytes, bytes]"]]:
        """Hand out what is there; whatever raises takes what was drained along with it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout_ms / 1000
        while True:
            await self.reassigning.wait()
            self.process.alive()
            if self._is_stopped:
                raise ConsumerStoppedError
            found: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]] = {}
            left = max_records or 500
            rng = self._cluster.rng
            for partition in rng.sample(sorted(self.owned), len(self.owned)):
                if (partitions and partition not in partitions) or self._cluster.is_away:
                    continue
                found[partition] = self._drain(partition, rng.randint(1, left))
                left -= len(found[partition])
                if left <= 0:
                    break
            found = {partition: records for partition, records in found.items() if records}
            if found or loop.time() >= until - 1e-6:
                if found and rng.random() < self._cluster.accidents:
                    raise MemoryError
                return found
            try:
                async with asyncio.timeout(until - loop.time()):
                    await self._cluster.news.wait()
            except TimeoutError:
                # In the middle of a rebalance, too.
                return {}

    def _drain(self, partition: TopicPartition, most: int) -> list["ConsumerRecord[bytes, bytes]"]:
        records: list[ConsumerRecord[bytes, bytes]] = []
        log = self._cluster.logs[partition]
        while self.at[partition] < len(log) and len(records) < most:
            entry = log[self.at[partition]]
            if entry.error is not None:
                raise entry.error()
            self.at[partition] += 1
            if not entry.is_marker:
                records.append(replace(entry.record))
        return records

    def _owns(self, partition: TopicPartition) -> None:
        if partition not in self.owned:
            raise IllegalStateError(f"{partition} is not assigned")


class Subscriber:
    """FastStream's subscriber without a handler: it makes the consumer when the broker starts."""

    def __init__(self, make: Callable[[], Consumer]) -> None:
        self.make = make
        self.consumer: Consumer | None = None


class Broker:
    """FastStream's broker of one process, as far as the engine uses it."""

    def __init__(self, cluster: Cluster, process: Process | None = None) -> None:
        self.process = process or Process()
        self._cluster = cluster
        self._subscribers: list[Subscriber] = []
        self._order: dict[TopicPartition, asyncio.Future[Any]] = {}

    def subscriber(self, topic: str, *, group_id: str, listener: Any, **options: Any) -> Subscriber:
        """Register a subscriber."""

        def make() -> Consumer:
            return Consumer(self._cluster, self.process, self._cluster.group(group_id, topic), listener, options)

        self._subscribers.append(Subscriber(make))
        return self._subscribers[-1]

    async def start(self) -> None:
        """Start the consumers."""
        for subscriber in self._subscribers:
            subscriber.consumer = subscriber.make()
            await subscriber.consumer.start()

    async def stop(self) -> None:
        """Stop the consumers."""
        for subscriber in self._subscribers:
            if subscriber.consumer is not None:
                await subscriber.consumer.stop()

    async def publish(
        self,
        value: bytes,
        topic: str,
        *,
        key: bytes | None,
        headers: dict[str, str],
        correlation_id: str,
        no_confirm: bool,
    ) -> "asyncio.Future[Any]":
        """Take a record; the future is done when it is durable. Records of a partition keep their order."""
        assert no_confirm
        assert correlation_id
        partition = TopicPartition(topic, self._cluster.partition_of(key))
        before = self._order.get(partition)
        sent = asyncio.ensure_future(
            self._send(value, partition, key, headers, before if before is not None and not before.done() else None)
        )
        self._order[partition] = sent
        return sent

    async def _send(
        self,
        value: bytes,
        partition: TopicPartition,
        key: bytes | None,
        headers: dict[str, str],
        before: "asyncio.Future[Any] | None",
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
            # An idempotent producer: behind a gap in the sequence the broker takes nothing.
            before.result()
        await self._cluster.network(self.process)
        self._cluster.append(partition.topic, value, key=key, headers=headers, partition=partition.partition)
        await self._cluster.network(self.process)
