"""Records that their producer stamped years ago: retention goes by when the broker got them, so all are worked."""

import uuid
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic

from tests.factories import cleaned, enriched, fetched, url
from tests.faults.harness.flood import all_run, drained
from tests.faults.harness.pipeline import ledger, processes, story
from tests.wires import eventually, read_all
from wiredesk.client import admin, offsets
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import PUBLIC, SUBMITTED, Lane
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(240)]
LONG_AGO = int(datetime(2019, 1, 1, tzinfo=UTC).timestamp() * 1000)
# Retention is looked at each second instead of each half minute.
PROPERTIES = {"log.retention.check.interval.ms": 1000, "log.initial.task.delay.ms": 1000}


async def _stamped(kafka, topic, partition, encoded):
    """Send one record as a producer does that carries the time of the article over from its archive."""
    producer = AIOKafkaProducer(**client_options(kafka), acks="all")
    await producer.start()
    try:
        headers = [(name, text.encode()) for name, text in encoded.headers.items()]
        await producer.send_and_wait(
            topic, encoded.value, key=encoded.key, headers=headers, partition=partition, timestamp_ms=LONG_AGO
        )
    finally:
        await producer.stop()


async def _removed(kafka, topics):
    """Return the topics that retention has taken something of."""
    edges = await offsets.edges(kafka, topics)
    return {partition.topic for partition, (start, _) in edges.items() if start > 0}


async def test_records_stamped_in_2019_outlive_retention_and_are_worked(dsn, tmp_path, enter):
    broker = KafkaServer(
        tmp_path / "kafka",
        await kafka_jars(print),
        logs=tmp_path / "logs",
        pids=tmp_path / "pids",
        properties=PROPERTIES,
        name="retention",
    )
    await broker.start()
    kafka = KafkaSettings(bootstrap_servers=[broker.bootstrap_server], partitions=2)
    lane, control = Lane(f"t{uuid.uuid4().hex[:10]}"), f"control-{uuid.uuid4().hex[:10]}"
    now = datetime.now(UTC)
    submitted = ArticleSubmitted(url=url(), text=story(1, lane.name), source="archive")
    events = [submitted, fetched(story(2, lane.name)), cleaned(story(3, lane.name)), enriched(story(4, lane.name))]
    records = [wire.encode(event, source="archive", time=now) for event in events]
    try:
        await admin.apply_topics(kafka, lane)
        week = {"message.timestamp.type": "CreateTime", "retention.ms": str(7 * 24 * 3600 * 1000)}
        async with admin.connect(kafka) as client:
            await client.create_topics([NewTopic(control, 1, 1, topic_configs=week)])
        for topic in PUBLIC:
            record = next((one for one in records if one.topic == topic), records[0])
            await _stamped(kafka, lane.topic(topic), 0, record)

        # A topic that goes by the producer's clock shows when retention has been looked at: twice since all were there.
        for count in (1, 2):
            await _stamped(kafka, control, 0, records[0])

            async def control_gone(count=count):
                return list((await offsets.edges(kafka, [control])).values()) == [(count, count)]

            await eventually(control_gone, within=90)
        gone = await _removed(kafka, [lane.topic(topic) for topic in PUBLIC])
        async with processes(kafka, dsn, lane, tmp_path) as running:
            await all_run(kafka, lane, running)
            await drained(kafka, lane, within=90)
            assert running.ends == []
        sent = [wire.subject(event) for event in events]
        book = await ledger(kafka, dsn, lane, sent)
        stamps = [record.timestamp for record in await read_all(kafka, lane.topic(SUBMITTED))]
    finally:
        await broker.stop()
    # The records put on the receipts and the rejections by hand are no articles of this run's.
    book.rejected -= {wire.subject(submitted)}
    enter(33, book, extra=f"stamped 2019 on {len(PUBLIC)} topics: {len(gone)} lost records to retention")
    assert gone == set()
    assert min(stamps) >= int(now.timestamp() * 1000)
