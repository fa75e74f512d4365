"""Kafka from the operator's side: create topics, report drift, read lag. The desk and local mode use it.

aiokafka's admin client raises nothing for a refused topic and knows no lag, so answers are checked here.
Every function opens and closes its own connections and raises `InfrastructureError` when Kafka cannot be reached.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    TopicAlreadyExistsError,
    for_code,
)

from shared.errors import ConfigurationError, InfrastructureError
from shared.settings import KafkaSettings
from shared.topics import DELAY_LANES, PARTITIONS, PUBLIC, Lane, Topic, every_topic
from shared.wire import client_options

REQUEST_TIMEOUT_MS = 15_000


@dataclass(frozen=True, slots=True)
class Change:
    """What `apply_topics` did to one topic."""

    topic: str
    created: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between `shared.topics` and the cluster."""

    topic: str
    setting: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """Position of one group in one partition; `committed` is None before its first commit."""

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


@asynccontextmanager
async def connect(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a started admin client.

    Raises:
        InfrastructureError: Kafka cannot be reached, or breaks off while in use.
    """
    client = AIOKafkaAdminClient(**client_options(kafka), request_timeout_ms=REQUEST_TIMEOUT_MS)
    try:
        await client.start()
        yield client
    except (KafkaError, TimeoutError, OSError) as error:
        raise _unreachable(kafka, error) from error
    finally:
        await client.close()


def partitions(topic: Topic, kafka: KafkaSettings) -> int:
    """Return how many partitions `topic` gets: dead letters keep their one, the others what is set."""
    return kafka.partitions if topic.partitions == PARTITIONS else topic.partitions


def configuration(topic: Topic, kafka: KafkaSettings, retention_bytes: int | None = None) -> dict[str, str]:
    """Return the Kafka settings of `topic`; `retention_bytes` bounds all its partitions together."""
    settings = {
        "cleanup.policy": "delete",
        "retention.ms": str(topic.retention // timedelta(milliseconds=1)),
        "max.message.bytes": str(topic.max_bytes),
    }
    if kafka.replication_factor >= 3:
        settings["min.insync.replicas"] = "2"
    if retention_bytes is not None:
        # Kafka deletes whole closed segments, so what stays is up to retention.bytes plus one segment a partition.
        share = retention_bytes // partitions(topic, kafka)
        settings |= {"segment.bytes": str(share // 2), "retention.bytes": str(share - share // 2)}
    return settings


async def apply_topics(kafka: KafkaSettings, lane: Lane, *, retention_bytes: int | None = None) -> list[Change]:
    """Create every topic of `lane` that is missing, and return when all partitions have a leader. Idempotent.

    Topics that exist are left as they are: `diff_topics` says what differs.

    Raises:
        ConfigurationError: Kafka refuses a topic (policy, rights, too few brokers for the replication factor).
        InfrastructureError: Kafka cannot be reached, or leaders are not elected in time.
    """
    async with connect(kafka) as client:
        existing = await client.list_topics()
        wanted = {lane.topic(topic): topic for topic in every_topic()}
        missing = [
            NewTopic(
                name,
                num_partitions=partitions(topic, kafka),
                replication_factor=kafka.replication_factor,
                topic_configs=configuration(topic, kafka, retention_bytes),
            )
            for name, topic in wanted.items()
            if name not in existing
        ]
        created = _created((await client.create_topics(missing)).topic_errors) if missing else set()
        await _wait_for_leaders(client, list(wanted), kafka.start_timeout_seconds)
    return [Change(name, created=name in created) for name in wanted]


def _created(answers: Sequence[tuple[Any, ...]]) -> set[str]:
    """The topics that are new: another process may have made one since the names were listed."""
    refused = [
        f"{name}: {message or for_code(code).__name__}"
        for name, code, message in answers
        if code not in (0, TopicAlreadyExistsError.errno)
    ]
    if refused:
        raise ConfigurationError("Kafka refused topics:\n  " + "\n  ".join(refused))
    return {name for name, code, _ in answers if code == 0}


async def _wait_for_leaders(client: AIOKafkaAdminClient, wanted: list[str], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while True:
                topics = await client.describe_topics(wanted)
                led = [t["topic"] for t in topics if t["partitions"] and all(p["leader"] >= 0 for p in t["partitions"])]
                if set(led) >= set(wanted):
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise InfrastructureError("topics are created but have no leaders: is a broker down?") from None


async def missing_topics(kafka: KafkaSettings, names: Iterable[str]) -> list[str]:
    """Return those of `names` that do not exist, sorted."""
    async with connect(kafka) as client:
        return sorted(set(names) - set(await client.list_topics()))


async def diff_topics(kafka: KafkaSettings, lane: Lane) -> list[Drift]:
    """Return every difference between `shared.topics` and the cluster, in topic order; empty when all is as written."""
    wanted = {lane.topic(topic): topic for topic in every_topic()}
    async with connect(kafka) as client:
        found = {topic["topic"]: topic for topic in await client.describe_topics()}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted if name in found]
        answers = await client.describe_configs(resources) if resources else []
    settings = {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _, _, _, name, entries in answer.resources
    }
    drifts = []
    for name, topic in wanted.items():
        if name not in found:
            drifts.append(Drift(name, "topic", "exists", "missing"))
            continue
        there = found[name]["partitions"]
        replicas = min(len(partition["replicas"]) for partition in there)
        expected = {"partitions": str(partitions(topic, kafka)), "replication": str(kafka.replication_factor)}
        expected |= configuration(topic, kafka)
        actual = settings[name] | {"partitions": str(len(there)), "replication": str(replicas)}
        drifts += [
            Drift(name, setting, value, actual.get(setting, "unset"))
            for setting, value in expected.items()
            if actual.get(setting) != value
        ]
    return drifts


async def lag(kafka: KafkaSettings, lane: Lane) -> list[StageLag]:
    """Return, for every service and topic it reads, the position of its group and its members, in pipeline order."""
    read = [(service, topic, lane.group(service)) for topic in PUBLIC for service in topic.consumers]
    read += [(service, topic, f"{lane.group(service)}.later") for topic in DELAY_LANES for service in topic.consumers]
    found = await edges(kafka, [lane.topic(topic) for _, topic, _ in read])
    async with connect(kafka) as client:
        stages = []
        for service, topic, group in read:
            name = lane.topic(topic)
            committed, state, members = await _group(client, group, name)
            positions = tuple(
                PartitionLag(place.partition, committed.get(place), start, end)
                for place, (start, end) in sorted(found.items())
                if place.topic == name
            )
            stages.append(StageLag(service, name, group, state, positions, members))
    return stages


async def counts(kafka: KafkaSettings, lane: Lane) -> dict[str, int]:
    """Return how many records each existing topic of `lane` holds now (end minus start), by Kafka name."""
    names = [lane.topic(topic) for topic in every_topic()]
    totals: dict[str, int] = {}
    for place, (start, end) in (await edges(kafka, names)).items():
        totals[place.topic] = totals.get(place.topic, 0) + end - start
    return {name: totals[name] for name in names if name in totals}


async def edges(kafka: KafkaSettings, names: list[str]) -> dict[TopicPartition, tuple[int, int]]:
    """Return the first and the next offset of every partition of those topics that exist."""
    async with connect(kafka) as client:
        described = await client.describe_topics()
    places = [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        if topic["topic"] in set(names)
        for partition in topic["partitions"]
    ]
    if not places:
        return {}
    consumer = AIOKafkaConsumer(**client_options(kafka), request_timeout_ms=REQUEST_TIMEOUT_MS)
    try:
        await consumer.start()
        starts = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
    except (KafkaError, TimeoutError, OSError) as error:
        raise _unreachable(kafka, error) from error
    finally:
        await consumer.stop()
    return {place: (starts[place], ends[place]) for place in places}


async def _group(
    client: AIOKafkaAdminClient, group: str, topic: str
) -> tuple[dict[TopicPartition, int], str, tuple[Member, ...]]:
    """Committed offsets, state and members of a group, as far as they concern `topic`."""
    coordinator = await _coordinator(client, group)
    offsets = await client.list_consumer_group_offsets(group, group_coordinator_id=coordinator)
    committed = {place: found.offset for place, found in offsets.items() if place.topic == topic and found.offset >= 0}
    members = []
    (answer,) = await client.describe_consumer_groups([group], group_coordinator_id=coordinator)
    _, _, state, _, _, described, *_ = answer.groups[0]
    for _, client_id, host, _, assignment in described:
        owned = ConsumerProtocolMemberAssignment.decode(assignment).partitions() if assignment else []
        mine = tuple(sorted(place.partition for place in owned if place.topic == topic))
        members.append(Member(client_id, host.lstrip("/"), mine))
    return committed, state, tuple(sorted(members, key=lambda member: (member.partitions, member.client_id)))


async def _coordinator(client: AIOKafkaAdminClient, group: str) -> int:
    # The first question about any group makes Kafka create its offsets topic, which takes a moment.
    async with asyncio.timeout(REQUEST_TIMEOUT_MS / 1000):
        while True:
            try:
                return int(await client.find_coordinator(group))
            except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError):
                await asyncio.sleep(0.1)


def _unreachable(kafka: KafkaSettings, error: Exception) -> InfrastructureError:
    what = f"Kafka at {', '.join(kafka.bootstrap_servers)} cannot be used ({type(error).__name__})"
    return InfrastructureError(what, reason="kafka")
