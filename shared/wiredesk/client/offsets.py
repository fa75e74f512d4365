"""Where the topics and the consumer groups stand: first and next offsets, committed offsets, lag, members.

aiokafka's admin client knows no lag, so it is put together here. Every function opens and closes its own connections
and raises `InfrastructureError` when Kafka cannot be reached.
"""

import asyncio
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import (
    CommitFailedError,
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
)

from wiredesk.client import admin
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.topics import PUBLIC, RETRY_TOPICS, Lane, every_topic


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """Offsets of one group in one partition; `committed` is None before its first commit."""

    partition: int
    committed: int | None
    start: int
    end: int

    @property
    def lag(self) -> int:
        """Records still to be worked; retention may have passed the committed offset."""
        return self.end - max(self.start, self.committed if self.committed is not None else self.start)


@dataclass(frozen=True, slots=True)
class Member:
    """One worker process of a group, and the partitions of the topic it owns."""

    client_id: str
    host: str
    partitions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StageLag:
    """How far one service is on one topic it reads. `state` is Kafka's: Stable, Empty, Dead, or rebalancing."""

    service: str
    topic: str
    group: str
    state: str
    partitions: tuple[PartitionLag, ...]
    members: tuple[Member, ...]

    @property
    def lag(self) -> int:
        """Records waiting, all partitions together."""
        return sum(partition.lag for partition in self.partitions)


async def lag(kafka: KafkaSettings, lane: Lane) -> list[StageLag]:
    """Return, for every service and topic it reads, the offsets of its group and its members, in pipeline order."""
    read = [(service, topic, lane.group(service)) for topic in PUBLIC for service in topic.consumers]
    read += [(service, topic, f"{lane.group(service)}.retry") for topic in RETRY_TOPICS for service in topic.consumers]
    found = await edges(kafka, [lane.topic(topic) for _, topic, _ in read])
    async with admin.connect(kafka) as client:
        stages = []
        for service, topic, group in read:
            name = lane.topic(topic)
            committed, state, members = await _group(client, group, name)
            partitions = tuple(
                PartitionLag(partition.partition, committed.get(partition), start, end)
                for partition, (start, end) in sorted(found.items())
                if partition.topic == name
            )
            stages.append(StageLag(service, name, group, state, partitions, members))
    return stages


async def waiting(kafka: KafkaSettings, lane: Lane) -> int:
    """Return how many records wait in `lane`, all stages together."""
    return sum(stage.lag for stage in await lag(kafka, lane))


async def counts(kafka: KafkaSettings, lane: Lane) -> dict[str, int]:
    """Return how many records each existing topic of `lane` holds now (end minus start), by Kafka name."""
    names = [lane.topic(topic) for topic in every_topic()]
    totals: dict[str, int] = {}
    for partition, (start, end) in (await edges(kafka, names)).items():
        totals[partition.topic] = totals.get(partition.topic, 0) + end - start
    return {name: totals[name] for name in names if name in totals}


async def edges(kafka: KafkaSettings, names: list[str]) -> dict[TopicPartition, tuple[int, int]]:
    """Return the first and the next offset of every partition of those topics that exist."""
    async with admin.connect(kafka) as client:
        described = await client.describe_topics()
    partitions = [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        if topic["topic"] in set(names)
        for partition in topic["partitions"]
    ]
    if not partitions:
        return {}
    consumer = AIOKafkaConsumer(**client_options(kafka), request_timeout_ms=admin.REQUEST_TIMEOUT_MS)
    try:
        await consumer.start()
        # Of partitions that it does not own it would learn a second later, as it asks for all topics. Nothing is read.
        consumer.assign(partitions)
        consumer.pause(*partitions)
        starts = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
    except (KafkaError, TimeoutError, OSError) as error:
        raise admin.unreachable(kafka, error) from error
    finally:
        await consumer.stop()
    return {partition: (starts[partition], ends[partition]) for partition in partitions}


async def rewind(kafka: KafkaSettings, lane: Lane, service: str) -> int:
    """Let `service` read its topic again from the first record that is kept; return how many records that are.

    What they make it makes again with the same ids. Idempotent. Its group must have no member.

    Raises:
        PermanentError: it has one (`group_has_members`).
    """
    (stage, *_) = [one for one in await lag(kafka, lane) if one.service == service]
    found = await edges(kafka, [stage.topic])
    consumer = AIOKafkaConsumer(
        **client_options(kafka),
        group_id=stage.group,
        enable_auto_commit=False,
        request_timeout_ms=admin.REQUEST_TIMEOUT_MS,
    )
    try:
        if stage.members:
            raise _has_members(stage.group)
        await consumer.start()
        consumer.assign(list(found))
        await consumer.commit({partition: start for partition, (start, _) in found.items()})
    except CommitFailedError as error:
        # One that joined since: Kafka takes no offsets from anybody else then.
        raise _has_members(stage.group) from error
    except (KafkaError, TimeoutError, OSError) as error:
        raise admin.unreachable(kafka, error) from error
    finally:
        await consumer.stop()
    return sum(end - start for start, end in found.values())


def _has_members(group: str) -> PermanentError:
    return PermanentError(f"the group {group} has members", reason="group_has_members")


async def _group(
    client: AIOKafkaAdminClient, group: str, topic: str
) -> tuple[dict[TopicPartition, int], str, tuple[Member, ...]]:
    """Committed offsets, state and members of a group, as far as they concern `topic`."""
    coordinator = await _coordinator(client, group)
    offsets = await client.list_consumer_group_offsets(group, group_coordinator_id=coordinator)
    committed = {
        partition: found.offset
        for partition, found in offsets.items()
        if partition.topic == topic and found.offset >= 0
    }
    members = []
    (answer,) = await client.describe_consumer_groups([group], group_coordinator_id=coordinator)
    _, _, state, _, _, described, *_ = answer.groups[0]
    for _, client_id, host, _, assignment in described:
        owned = ConsumerProtocolMemberAssignment.decode(assignment).partitions() if assignment else []
        mine = tuple(sorted(partition.partition for partition in owned if partition.topic == topic))
        members.append(Member(client_id, host.lstrip("/"), mine))
    return committed, state, tuple(sorted(members, key=lambda member: (member.partitions, member.client_id)))


async def _coordinator(client: AIOKafkaAdminClient, group: str) -> int:
    # The first question about any group makes Kafka create its offsets topic, which takes a moment.
    async with asyncio.timeout(admin.REQUEST_TIMEOUT_MS / 1000):
        while True:
            try:
                return int(await client.find_coordinator(group))
            except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError):
                await asyncio.sleep(0.1)
