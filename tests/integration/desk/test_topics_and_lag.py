"""Topics, drift and lag on a real broker."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from wiredesk.client import admin, offsets
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import FETCHED, STORED, SUBMITTED, Lane, every_topic

pytestmark = pytest.mark.broker


@asynccontextmanager
async def bare_lane(kafka: KafkaSettings) -> AsyncIterator[tuple[Lane, AIOKafkaAdminClient]]:
    """A lane without topics, and a client; what was made in it is deleted afterwards."""
    lane = Lane(f"t{uuid.uuid4().hex[:10]}")
    async with admin.connect(kafka) as client:
        yield lane, client
        names = [name for name in await client.list_topics() if name.startswith(lane.name)]
        await client.delete_topics(names)


async def test_applying_twice_creates_once_and_leaves_no_difference(kafka: KafkaSettings):
    async with bare_lane(kafka) as (lane, _):
        assert {drift.found for drift in await admin.diff_topics(kafka, lane)} == {"missing"}
        first = await admin.apply_topics(kafka, lane)
        again = await admin.apply_topics(kafka, lane)
        assert [change.topic for change in first] == [lane.topic(topic) for topic in every_topic()]
        assert all(change.created for change in first)
        assert not any(change.created for change in again)
        assert await admin.diff_topics(kafka, lane) == []


async def test_new_topics_take_records_at_once(kafka: KafkaSettings):
    async with bare_lane(kafka) as (lane, _):
        await admin.apply_topics(kafka, lane)
        async with AIOKafkaProducer(**client_options(kafka)) as producer:
            for topic in every_topic():
                await producer.send_and_wait(lane.topic(topic), b"x")
        assert await offsets.counts(kafka, lane) == {lane.topic(topic): 1 for topic in every_topic()}


async def test_a_bound_in_bytes_is_shared_by_the_partitions_of_a_topic(kafka: KafkaSettings):
    bound = 512 * 1024 * 1024
    async with bare_lane(kafka) as (lane, client):
        await admin.apply_topics(kafka, lane, retention_bytes=bound)
        assert await admin.diff_topics(kafka, lane) == []
        described = {topic["topic"]: len(topic["partitions"]) for topic in await client.describe_topics()}
        for topic in every_topic():
            settings = admin.configuration(topic, kafka, bound)
            kept = int(settings["retention.bytes"]) + int(settings["segment.bytes"])
            assert kept * described[lane.topic(topic)] <= bound
            assert int(settings["segment.bytes"]) >= topic.max_bytes


async def test_a_topic_made_by_hand_is_reported_and_left_as_it_is(kafka: KafkaSettings):
    async with bare_lane(kafka) as (lane, client):
        name = lane.topic(STORED)
        await client.create_topics([NewTopic(name, 1, 1, topic_configs={"retention.ms": "1000"})])
        assert [change.created for change in await admin.apply_topics(kafka, lane) if change.topic == name] == [False]
        drifts = {drift.setting: (drift.wanted, drift.found) for drift in await admin.diff_topics(kafka, lane)}
        assert drifts.keys() == {"partitions", "retention.ms", "max.message.bytes"}
        assert drifts["partitions"] == (str(kafka.partitions), "1")
        assert drifts["retention.ms"] == ("604800000", "1000")


async def test_a_topic_that_kafka_refuses_is_an_error_and_not_silence(kafka: KafkaSettings):
    async with bare_lane(kafka) as (lane, _):
        with pytest.raises(ConfigurationError, match=r"articles\.submitted\.v1.*[Rr]eplication factor"):
            await admin.apply_topics(kafka.model_copy(update={"replication_factor": 7}), lane)


async def test_topics_that_do_not_exist_are_named(kafka: KafkaSettings, lane: Lane):
    assert await admin.missing_topics(kafka, [lane.topic(FETCHED), "nowhere"]) == ["nowhere"]


async def test_lag_names_positions_members_and_the_partitions_each_owns(kafka: KafkaSettings, lane: Lane):
    name, group = lane.topic(SUBMITTED), lane.group("fetcher")
    async with AIOKafkaProducer(**client_options(kafka)) as producer:
        for number in range(5):
            await producer.send_and_wait(name, b"x", partition=number % 2)
    consumer = AIOKafkaConsumer(name, **client_options(kafka), group_id=group, client_id="me", enable_auto_commit=False)
    before = (await offsets.lag(kafka, lane))[0]
    async with consumer:
        await consumer.commit({TopicPartition(name, 0): 2})
        during = (await offsets.lag(kafka, lane))[0]
    after = (await offsets.lag(kafka, lane))[0]

    assert (before.service, before.topic, before.group, before.lag, before.members) == ("fetcher", name, group, 5, ())
    assert [position.committed for position in before.partitions] == [None, None]
    assert [(p.committed, p.end, p.lag) for p in during.partitions] == [(2, 3, 1), (None, 2, 2)]
    assert (during.state, [(m.client_id, m.partitions) for m in during.members]) == ("Stable", [("me", (0, 1))])
    assert (after.state, after.members, after.lag) == ("Empty", (), 3)


async def test_lag_lists_every_stage_and_the_retry_topic(kafka: KafkaSettings, lane: Lane):
    stages = await offsets.lag(kafka, lane)
    assert [stage.service for stage in stages] == ["fetcher", "cleaner", "tagger", "storage", "fetcher"]
    assert stages[-1].group == f"{lane.group('fetcher')}.retry"
    assert all(stage.lag == 0 and len(stage.partitions) == kafka.partitions for stage in stages)


async def test_a_broker_that_is_not_there_is_an_infrastructure_error():
    nowhere = KafkaSettings(bootstrap_servers=["127.0.0.1:1"])
    for question in (offsets.lag, offsets.counts, admin.diff_topics, admin.apply_topics):
        with pytest.raises(InfrastructureError, match=r"127\.0\.0\.1:1"):
            await question(nowhere, Lane())
