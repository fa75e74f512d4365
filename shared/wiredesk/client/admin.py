"""Kafka from the operator's side: create topics, report drift. The desk, local mode and every start use it.

aiokafka's admin client raises nothing for a refused topic, so answers are checked here.
Every function opens and closes its own connections and raises `InfrastructureError` when Kafka cannot be reached.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    KafkaError,
    TopicAlreadyExistsError,
    for_code,
)

from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import PARTITIONS, Lane, Topic, every_topic

REQUEST_TIMEOUT_MS = 15_000


@dataclass(frozen=True, slots=True)
class Change:
    """What `apply_topics` did to one topic."""

    topic: str
    created: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between `wiredesk.contracts.topics` and the cluster."""

    topic: str
    setting: str
    wanted: str
    found: str


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
        raise unreachable(kafka, error) from error
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
    """Return every difference between the topics as written and the cluster, in topic order."""
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


def unreachable(kafka: KafkaSettings, error: Exception) -> InfrastructureError:
    """Return what to raise when `error` came out of a client of that Kafka."""
    what = f"Kafka at {', '.join(kafka.bootstrap_servers)} cannot be used ({type(error).__name__})"
    return InfrastructureError(what, reason="kafka")
