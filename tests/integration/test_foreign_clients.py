"""Kafka clients of others publish to us and read what leaves us, with nothing installed beside them."""

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import confluent_kafka
import kafka as kafka_python  # type: ignore[import-untyped]
import pytest
from kafka.errors import KafkaError  # type: ignore[import-untyped]

from tests.factories import enriched
from tests.wires import Raw, produce, read_all
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import CURRENT, ENRICHED, FETCHED, SUBMITTED, Lane

pytestmark = pytest.mark.broker

SUBMISSION = json.dumps({"url": "https://example.org/a", "source": "somebody else's program"}).encode()
SECONDS = 30.0


def publish_confluent(servers: str, topic: str) -> None:
    producer = confluent_kafka.Producer({"bootstrap.servers": servers, "compression.type": "lz4"})
    producer.produce(topic, SUBMISSION, headers=[(wire.CORRELATION, b"theirs")])
    assert producer.flush(SECONDS) == 0


def read_confluent(servers: str, topic: str) -> Sequence[bytes | None]:
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": servers, "group.id": uuid.uuid4().hex, "auto.offset.reset": "earliest"}
    )
    try:
        consumer.subscribe([topic])
        message = consumer.poll(SECONDS)
        assert message is not None
        assert message.error() is None
        return [message.value()]
    finally:
        consumer.close()


def publish_python(servers: str, topic: str) -> None:
    producer = kafka_python.KafkaProducer(bootstrap_servers=servers, compression_type="gzip")
    try:
        producer.send(topic, SUBMISSION, headers=[(wire.CORRELATION, b"theirs")]).get(timeout=SECONDS)
    finally:
        producer.close()


def read_python(servers: str, topic: str) -> Sequence[bytes | None]:
    consumer = kafka_python.KafkaConsumer(
        topic, bootstrap_servers=servers, auto_offset_reset="earliest", consumer_timeout_ms=int(SECONDS * 1000)
    )
    try:
        return [next(consumer).value]
    finally:
        consumer.close()


PUBLISHERS = [pytest.param(publish_confluent, id="confluent-kafka"), pytest.param(publish_python, id="kafka-python")]
READERS = [pytest.param(read_confluent, id="confluent-kafka"), pytest.param(read_python, id="kafka-python")]


@pytest.mark.parametrize("publish", PUBLISHERS)
async def test_a_submission_of_theirs_is_one_of_ours(kafka: KafkaSettings, lane: Lane, publish: Callable[..., None]):
    await asyncio.to_thread(publish, ",".join(kafka.bootstrap_servers), lane.topic(SUBMITTED))
    (record,) = await read_all(kafka, lane.topic(SUBMITTED))
    event = wire.decode(record.value, ArticleSubmitted)
    assert event.source == "somebody else's program"
    assert dict(record.headers)[wire.CORRELATION] == b"theirs"


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("topic", [ENRICHED, CURRENT], ids=lambda topic: topic.name)
async def test_they_read_what_our_services_send_compressed_as_those_do(
    kafka: KafkaSettings, lane: Lane, read: Callable[..., Sequence[bytes | None]], topic: Any
):
    event = enriched("Ada Marsh opened the bridge in Oslo. " * 50)
    value = event.model_dump_json(exclude_none=True).encode()
    sent: Raw = (str(event.article_id).encode(), value, [])
    # The producer of the tests uses zstd, as the services do.
    await produce(kafka, lane.topic(topic), [sent])
    assert list(await asyncio.to_thread(read, ",".join(kafka.bootstrap_servers), lane.topic(topic))) == [value]


async def test_without_the_brokers_gzip_one_of_them_could_not(kafka: KafkaSettings, lane: Lane):
    """The control: on a topic between the services the producers' own codec stays."""
    await produce(kafka, lane.topic(FETCHED), [(b"k", b"x" * 5000, [])])
    with pytest.raises((KafkaError, AssertionError), match="zstd"):
        await asyncio.to_thread(read_python, ",".join(kafka.bootstrap_servers), lane.topic(FETCHED))
