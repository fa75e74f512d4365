"""More partitions for topics that are there: the one change of a topic that Kafka never takes back."""

import asyncio
from collections.abc import Iterable, Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.errors import BrokerResponseError, InvalidPartitionsError

from wiredesk.client.admin import Drift, connect, diff_topics
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import Lane

PARTITIONS = "partitions"


def lacking(drifts: Iterable[Drift]) -> list[Drift]:
    """Return those that say of a topic that it has fewer partitions than are set."""
    return [drift for drift in drifts if drift.setting == PARTITIONS and int(drift.found) < int(drift.wanted)]


async def grow_topics(kafka: KafkaSettings, lane: Lane) -> list[Drift]:
    """Give each topic of `lane` that has fewer partitions than are set the others; return what they had.

    Returns when all partitions have a leader. Idempotent: broken off, the same again goes on. Tables keep those they
    were made with, and so does what has a single one by design. Records stay where they are, and keys are spread anew.

    Raises:
        ConfigurationError: Kafka refuses it (rights, policy, a reassignment that is going on).
        InfrastructureError: Kafka cannot be reached, or leaders are not elected in time.
    """
    drifts, grown = lacking(await diff_topics(kafka, lane)), []
    async with connect(kafka) as client:
        for drift in drifts:
            try:
                await client.create_partitions({drift.topic: NewPartitions(int(drift.wanted))})
                grown.append(drift)
            except InvalidPartitionsError:
                # It has as many: somebody else was a moment earlier than the broker that was asked has heard.
                continue
            except BrokerResponseError as error:
                if error.retriable:
                    raise
                raise ConfigurationError(f"Kafka refuses more partitions for {drift.topic}: {error}") from error
        await _wait_for(client, {drift.topic: int(drift.wanted) for drift in drifts}, kafka.start_timeout_seconds)
    return grown


async def _wait_for(client: AIOKafkaAdminClient, wanted: Mapping[str, int], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while wanted:
                led = {
                    topic["topic"]: sum(partition["leader"] >= 0 for partition in topic["partitions"])
                    for topic in await client.describe_topics(list(wanted))
                }
                if all(led.get(name, 0) >= count for name, count in wanted.items()):
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise InfrastructureError("partitions are added but have no leaders: is a broker down?") from None
