"""Fixtures of all tests. Real servers are started once for the run, unless the environment names some."""

import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from shared import admin, wire
from shared.settings import KafkaSettings
from shared.topics import Lane, every_topic


@dataclass(frozen=True)
class Servers:
    """Where the real servers of this run are."""

    bootstrap_servers: list[str]
    dsn: str


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """Kafka and PostgreSQL: the ones the environment names, or local mode's."""
    bootstrap, dsn = os.environ.get("WIREDESK_KAFKA__BOOTSTRAP_SERVERS"), os.environ.get("WIREDESK_STORAGE__DSN")
    if bootstrap and dsn:
        yield Servers(bootstrap.split(","), dsn)
        return
    from deploy.local.servers import servers as local_servers  # noqa: PLC0415 - needs the `local` extra only here

    async with local_servers(tmp_path_factory.mktemp("servers")) as started:
        yield Servers(list(started.bootstrap_servers), started.dsn)


@pytest.fixture(scope="session")
def kafka(servers: Servers) -> KafkaSettings:
    """How to reach the real broker. Two partitions a topic: enough for order and sharing, quick to create."""
    return KafkaSettings(bootstrap_servers=servers.bootstrap_servers, partitions=2)


@pytest.fixture(scope="session")
def dsn(servers: Servers) -> str:
    """How to reach the real PostgreSQL."""
    return servers.dsn


@pytest.fixture
async def lane(kafka: KafkaSettings) -> AsyncIterator[Lane]:
    """A lane nobody else uses, with its topics; they are deleted afterwards."""
    lane = Lane(f"t{uuid.uuid4().hex[:10]}")
    await admin.apply_topics(kafka, lane)
    yield lane
    client = AIOKafkaAdminClient(**wire.client_options(kafka))
    await client.start()
    try:
        await client.delete_topics([lane.topic(topic) for topic in every_topic()])
    finally:
        await client.close()
