"""The brokers of Kafka in memory, as far as the engine sees them: logs, and groups that rebalance."""

import asyncio
import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import TopicPartition

if TYPE_CHECKING:
    from tests.simulation.client import Consumer

EPOCH_MS = 1_800_000_000_000
LATENCY_SECONDS = 0.01


class ProcessEndedError(BaseException):
    """The process that asks was killed: it never sees the answer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One offset of a log. `error` is what the client raises instead of handing the record out."""

    record: "ConsumerRecord[bytes, bytes]"
    error: Callable[[], Exception] | None = None
    is_marker: bool = False


@dataclass
class Cluster:
    """The brokers. `rng` decides every delay and every accident; `accidents` is how likely one is at each call."""

    rng: random.Random
    partitions: int = 2
    accidents: float = 0.0
    is_away: bool = False
    logs: dict[TopicPartition, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[tuple[str, TopicPartition], int] = field(default_factory=dict)
    groups: dict[tuple[str, str], "Group"] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    on_commit: Callable[[str, TopicPartition, int], None] = lambda *_: None
    on_append: Callable[["ConsumerRecord[bytes, bytes]"], None] = lambda _: None

    def partition_of(self, key: bytes | None) -> int:
        """Return where records of a key go, the same in every process."""
        return zlib.crc32(key or b"") % self.partitions

    def append(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        partition: int | None = None,
        **entry: Any,
    ) -> "ConsumerRecord[bytes, bytes]":
        """Put a record at the end of a log, stamped with the virtual time."""
        if partition is None:
            partition = self.partition_of(key)
        log = self.logs[TopicPartition(topic, partition)]
        sent = tuple((name, text.encode()) for name, text in (headers or {}).items())
        try:
            now = asyncio.get_running_loop().time()
        except RuntimeError:
            now = 0.0
        at = EPOCH_MS + int(now * 1000)
        record: ConsumerRecord[bytes, bytes] = ConsumerRecord(
            topic, partition, len(log), at, 1, key, value, None, len(key or b""), len(value or b""), sent
        )
        log.append(Entry(record, **entry))
        self.on_append(record)
        # Whoever waits now is woken; who comes later waits for the next one.
        self.news.set()
        self.news = asyncio.Event()
        return record

    def all_of(self, topic: str) -> list["ConsumerRecord[bytes, bytes]"]:
        """Return every record of a topic, in partition order."""
        found = [TopicPartition(topic, number) for number in range(self.partitions)]
        return [entry.record for partition in found for entry in self.logs[partition] if not entry.is_marker]

    def group(self, name: str, topic: str) -> "Group":
        """Return a consumer group on a topic."""
        return self.groups.setdefault((name, topic), Group(self, name, topic))

    def is_done(self) -> bool:
        """Whether every group has committed the end of every partition."""
        return all(
            self.committed.get((group, partition), 0) >= len(self.logs[partition])
            for (group, topic) in self.groups
            for partition in [TopicPartition(topic, number) for number in range(self.partitions)]
        )

    async def network(self, process: "Process") -> None:
        """Take the time of a request; raise when the brokers are away."""
        await asyncio.sleep(self.rng.random() * LATENCY_SECONDS)
        process.alive()
        if self.is_away or self.rng.random() < self.accidents:
            raise KafkaConnectionError("away")


class Process:
    """What dies at once when a worker is killed: its requests are never answered, its tasks never run on."""

    def __init__(self) -> None:
        self.is_dead = False
        self.calls = 0
        self.dies_at: int | None = None

    def alive(self) -> None:
        """Go on, unless the process is dead, or dies at this very call."""
        self.calls += 1
        if self.dies_at is not None and self.calls >= self.dies_at:
            self.is_dead = True
        if self.is_dead:
            raise ProcessEndedError


class Group:
    """A consumer group: eager rebalances, one at a time; who does not let go within the session is put out."""

    def __init__(self, cluster: Cluster, name: str, topic: str) -> None:
        self.cluster = cluster
        self.name = name
        self.topic = topic
        self.members: list[Consumer] = []
        self._turn = asyncio.Lock()

    async def rebalance(self) -> None:
        """Take all partitions from all members and share them out anew."""
        async with self._turn:
            members = list(self.members)
            for member in members:
                member.reassigning.clear()
            await asyncio.gather(*(self._revoke(member) for member in members))
            # Until the others have let go, too, a member still knows its old partitions and where it stood in them.
            if any(member.owned for member in members):
                await asyncio.sleep(self.cluster.rng.random() * 3)
            members = [member for member in self.members if not member.process.is_dead]
            shares: dict[Consumer, set[TopicPartition]] = {member: set() for member in members}
            for number in range(self.cluster.partitions if members else 0):
                shares[members[number % len(members)]].add(TopicPartition(self.topic, number))
            for member, share in shares.items():
                member.generation += 1
                member.owned = share
                member.at = {partition: self.start(member, partition) for partition in share}
                member.reassigning.set()
            for member, share in shares.items():
                await member.listener.on_partitions_assigned(share)

    def start(self, member: "Consumer", partition: TopicPartition) -> int:
        """Return where reading begins: at the commit, or where the consumer was told to."""
        end = len(self.cluster.logs[partition])
        return self.cluster.committed.get((self.name, partition), end if member.from_end else 0)

    async def _revoke(self, member: "Consumer") -> None:
        try:
            async with asyncio.timeout(member.session):
                await member.listener.on_partitions_revoked(set(member.owned))
        except (TimeoutError, ProcessEndedError):
            pass
