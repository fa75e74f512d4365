"""The topics of a lane, on whatever Kafka local mode uses."""

from collections.abc import Awaitable, Callable

from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_local.servers.kafka import TOPIC_BYTES
from wiredesk_local.settings import LocalSettings

# (Kafka, lane, bytes that all partitions of one topic may take together; None: no bound)
ApplyTopics = Callable[[KafkaSettings, Lane, int | None], Awaitable[object]]


async def apply_topics(kafka: KafkaSettings, lane: Lane, retention_bytes: int | None) -> object:
    """Create what is missing. Raises what `wiredesk.client.admin.apply_topics` raises."""
    from wiredesk.client import admin  # noqa: PLC0415 - brings aiokafka, which only a start needs

    return await admin.apply_topics(kafka, lane, retention_bytes=retention_bytes)


async def make_topics(apply: ApplyTopics, settings: LocalSettings, kafka: KafkaSettings, lane: str) -> None:
    """Create what is missing of `lane`. A Kafka of the operator's keeps its own bounds."""
    await apply(kafka, Lane(lane), None if settings.existing_kafka else TOPIC_BYTES)
