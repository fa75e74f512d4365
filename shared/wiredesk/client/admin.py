"""Kafka from the operator's side: create and configure topics, report drift. The desk and local mode use it.

aiokafka's admin client raises nothing for a refused topic, so answers are checked here.
Every function opens and closes its own connections and raises `InfrastructureError` when Kafka cannot be reached.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    KafkaError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)

from wiredesk.client.options import client_options
from wiredesk.client.refusals import explained
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import PARTITIONS, Lane, Topic, every_topic

REQUEST_TIMEOUT_MS = 15_000
# DYNAMIC_TOPIC_CONFIG in an answer about settings: the value is set on this topic, and is no default.
_OF_THE_TOPIC = 1


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between `wiredesk.contracts.topics` and the cluster."""

    topic: str
    setting: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class Change:
    """What `apply_topics` did to one topic: created it, or changed settings (what was `found` is now `wanted`)."""

    topic: str
    created: bool
    settings: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A topic as it is: how many partitions and replicas, each setting that holds, and those that are its own."""

    partitions: int
    replicas: int
    settings: Mapping[str, str]
    overrides: Mapping[str, str]


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
        raise await explained(kafka, unreachable(kafka, error)) from error
    finally:
        await client.close()


def partitions(topic: Topic, kafka: KafkaSettings) -> int:
    """Return how many partitions `topic` gets: dead letters keep their one, the others what is set."""
    return kafka.partitions if topic.partitions == PARTITIONS else topic.partitions


def configuration(topic: Topic, kafka: KafkaSettings, retention_bytes: int | None = None) -> dict[str, str]:
    """Return the Kafka settings of `topic`; `retention_bytes` bounds all its partitions together."""
    settings = {
        "cleanup.policy": "compact" if topic.is_table else "delete",
        # The broker's clock counts. A producer's own would decide when its record is deleted, and how new its text is.
        "message.timestamp.type": "LogAppendTime",
        # Of a table: how long a reader that was away still learns that something is gone.
        "delete.retention.ms" if topic.is_table else "retention.ms": str(topic.retention // timedelta(milliseconds=1)),
        "max.message.bytes": str(topic.max_bytes),
    }
    if topic.is_exit:
        # Whatever its producer chose, the broker keeps it like this.
        settings["compression.type"] = kafka.exit_compression
    if kafka.replication_factor >= 3:
        settings["min.insync.replicas"] = "2"
    if retention_bytes is not None:
        # Kafka deletes whole closed segments, so what stays is up to retention.bytes plus one segment a partition.
        share = retention_bytes // partitions(topic, kafka)
        settings |= {"segment.bytes": str(share // 2), "retention.bytes": str(share - share // 2)}
    return settings


async def apply_topics(kafka: KafkaSettings, lane: Lane, *, retention_bytes: int | None = None) -> list[Change]:
    """Create every topic of `lane` that is missing, and return when all partitions have a leader. Idempotent.

    Topics that exist get the settings of `configuration` where theirs differ, and keep what else is set on them.
    Partitions and replicas are not changed: `diff_topics` says where they differ, `wiredesk.client.growth` adds some.

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
        found = await _describe(client, [name for name in wanted if name not in created])
        changed = {}
        for name, there in found.items():
            drifts = _drifts(
                name, _possible(configuration(wanted[name], kafka, retention_bytes), there), there.settings
            )
            if drifts:
                await _configure(client, name, there, drifts)
                changed[name] = tuple(drifts)
        await _wait_for_settings(client, changed, kafka.start_timeout_seconds)
    return [Change(name, name in created, changed.get(name, ())) for name in wanted]


async def _describe(client: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, _Found]:
    """Return those of `names` that exist, as they are."""
    topics = {topic["topic"]: topic["partitions"] for topic in await client.describe_topics()}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names if name in topics]
    answers = await client.describe_configs(resources) if resources else []
    found = {}
    for answer in answers:
        for code, message, _, name, entries in answer.resources:
            if code == UnknownTopicOrPartitionError.errno:
                continue  # made so lately, or deleted, that this broker does not know it
            if code:
                raise ConfigurationError(f"Kafka does not tell how {name} is set: {message or for_code(code).__name__}")
            # An entry begins: name, value, whether it is read-only, where the value is from.
            found[name] = _Found(
                partitions=len(topics[name]),
                replicas=min(len(partition["replicas"]) for partition in topics[name]),
                settings={entry[0]: entry[1] for entry in entries},
                overrides={entry[0]: entry[1] for entry in entries if entry[3] == _OF_THE_TOPIC},
            )
    return found


def _possible(settings: Mapping[str, str], there: _Found) -> dict[str, str]:
    """`settings` without what would make a topic of so few replicas refuse every record."""
    needed = int(settings.get("min.insync.replicas", "1"))
    return {name: value for name, value in settings.items() if name != "min.insync.replicas" or there.replicas > needed}


def _drifts(name: str, wanted: Mapping[str, str], actual: Mapping[str, str]) -> list[Drift]:
    return [
        Drift(name, setting, value, actual.get(setting, "unset"))
        for setting, value in wanted.items()
        if actual.get(setting) != value
    ]


async def _configure(client: AIOKafkaAdminClient, name: str, there: _Found, drifts: Sequence[Drift]) -> None:
    # Kafka takes what is sent for all that the topic has of its own: an override left out would be lost.
    settings = {**there.overrides, **{drift.setting: drift.wanted for drift in drifts}}
    for answer in await client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, settings)]):
        for code, message, *_ in answer.resources:
            if code:
                raise ConfigurationError(f"Kafka refused to configure {name}: {message or for_code(code).__name__}")


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


async def _wait_for_settings(
    client: AIOKafkaAdminClient, changed: Mapping[str, Sequence[Drift]], seconds: float
) -> None:
    """A broker says what it has heard of, and it hears of a change a little later than it answers."""
    try:
        async with asyncio.timeout(seconds):
            while changed:
                found = await _describe(client, list(changed))
                if not any(
                    name not in found
                    or _drifts(name, {one.setting: one.wanted for one in drifts}, found[name].settings)
                    for name, drifts in changed.items()
                ):
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise InfrastructureError("topics are configured but their brokers do not say so: is one down?") from None


async def missing_topics(kafka: KafkaSettings, names: Iterable[str]) -> list[str]:
    """Return those of `names` that do not exist, sorted."""
    async with connect(kafka) as client:
        return sorted(set(names) - set(await client.list_topics()))


async def create_topic(kafka: KafkaSettings, name: str, topic: Topic) -> bool:
    """Create one topic that is none of `wiredesk.contracts.topics`, named `name`, and return whether it was missing.

    Raises:
        ConfigurationError: Kafka refuses it.
        InfrastructureError: Kafka cannot be reached, or leaders are not elected in time.
    """
    async with connect(kafka) as client:
        if name in await client.list_topics():
            return False
        wanted = NewTopic(
            name,
            num_partitions=partitions(topic, kafka),
            replication_factor=kafka.replication_factor,
            topic_configs=configuration(topic, kafka),
        )
        _created((await client.create_topics([wanted])).topic_errors)
        await _wait_for_leaders(client, [name], kafka.start_timeout_seconds)
        return True


async def diff_topics(kafka: KafkaSettings, lane: Lane) -> list[Drift]:
    """Return every difference between the topics as written and the cluster, in topic order.

    How many partitions a table has is none: of more, two would have a last record of one key, and a null clear one.
    """
    wanted = {lane.topic(topic): topic for topic in every_topic()}
    async with connect(kafka) as client:
        found = await _describe(client, list(wanted))
    drifts = []
    for name, topic in wanted.items():
        if name not in found:
            drifts.append(Drift(name, "topic", "exists", "missing"))
            continue
        there = found[name]
        many = there.partitions if topic.is_table else partitions(topic, kafka)
        expected = {"partitions": str(many), "replication": str(kafka.replication_factor)}
        actual = {"partitions": str(there.partitions), "replication": str(there.replicas)}
        drifts += _drifts(name, expected | configuration(topic, kafka), actual | dict(there.settings))
    return drifts


def unreachable(kafka: KafkaSettings, error: Exception) -> InfrastructureError:
    """Return what to raise when `error` came out of a client of that Kafka."""
    what = f"Kafka at {', '.join(kafka.bootstrap_servers)} cannot be used ({type(error).__name__})"
    return InfrastructureError(what, reason="kafka")
