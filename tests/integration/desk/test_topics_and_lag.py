"""Topics, drift and lag on a real broker."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tests.wires import eventually
from wiredesk.client import admin, offsets
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.events import ArticleFetched, ArticleSubmitted
from wiredesk.contracts.topics import FETCHED, STORED, SUBMITTED, Lane, every_topic
from wiredesk.engine.verdicts.verdict import Judge
from wiredesk_desk.commands import topics as topics_command
from wiredesk_desk.running import Exit
from wiredesk_fetcher.core import given

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
                # A table takes nothing without a key.
                await producer.send_and_wait(lane.topic(topic), b"x", key=b"k")
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


async def exists(client: AIOKafkaAdminClient, name: str) -> bool:
    """Whether the broker has heard of a topic: it answers the one who creates it a little earlier."""
    return bool(await overrides(client, name))


async def overrides(client: AIOKafkaAdminClient, name: str) -> dict[str, str]:
    """The settings that are the topic's own (config source 1), as the broker says."""
    (answer,) = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    return {entry[0]: entry[1] for entry in answer.resources[0][4] if entry[3] == 1}


async def test_a_topic_made_by_hand_gets_our_settings_keeps_its_own_and_its_partitions(kafka: KafkaSettings):
    async with bare_lane(kafka) as (lane, client):
        name = lane.topic(STORED)
        theirs = {"preallocate": "true", "flush.messages": "7"}
        await client.create_topics([NewTopic(name, 1, 1, topic_configs={"retention.ms": "1000", **theirs})])
        await eventually(lambda: exists(client, name))
        drifts = {drift.setting: (drift.wanted, drift.found) for drift in await admin.diff_topics(kafka, lane)}
        assert drifts["retention.ms"] == ("604800000", "1000")
        assert drifts["message.timestamp.type"] == ("LogAppendTime", "CreateTime")

        changes = {change.topic: change for change in await admin.apply_topics(kafka, lane)}
        assert not changes[name].created
        assert {one.setting: (one.wanted, one.found) for one in changes[name].settings}.items() <= drifts.items()
        # The policy is the broker's default, and as it should be already.
        own = {k: v for k, v in admin.configuration(STORED, kafka).items() if k != "cleanup.policy"} | theirs
        assert await overrides(client, name) == own
        left = [(drift.topic, drift.setting, drift.found) for drift in await admin.diff_topics(kafka, lane)]
        assert left == [(name, "partitions", "1")]

        again = await admin.apply_topics(kafka, lane)
        assert not any(change.created or change.settings for change in again)
        assert await overrides(client, name) == own


async def test_a_bound_in_bytes_is_set_once_and_kept_by_whoever_sets_none(kafka: KafkaSettings):
    bound = 512 * 1024 * 1024
    async with bare_lane(kafka) as (lane, client):
        await admin.apply_topics(kafka, lane)
        bounded = await admin.apply_topics(kafka, lane, retention_bytes=bound)
        assert {one.setting for change in bounded for one in change.settings} == {"retention.bytes", "segment.bytes"}
        for bytes_ in (bound, None):
            again = await admin.apply_topics(kafka, lane, retention_bytes=bytes_)
            assert not any(change.created or change.settings for change in again)
        name = lane.topic(STORED)
        assert await overrides(client, name) == admin.configuration(STORED, kafka, bound)


async def test_a_topic_of_one_replica_is_not_told_to_wait_for_two(kafka: KafkaSettings):
    async with bare_lane(kafka) as (lane, _):
        await admin.apply_topics(kafka, lane)
        three = kafka.model_copy(update={"replication_factor": 3})
        changes = await admin.apply_topics(three, lane)
        assert not any(change.created or change.settings for change in changes)
        settings = {drift.setting for drift in await admin.diff_topics(three, lane)}
        assert settings == {"replication", "min.insync.replicas"}
        async with AIOKafkaProducer(**client_options(kafka), acks="all") as producer:
            await producer.send_and_wait(lane.topic(STORED), b"x")


@pytest.mark.parametrize("year", [2019, 9999])
async def test_the_brokers_clock_counts_and_not_the_producers(kafka: KafkaSettings, lane: Lane, year: int):
    """What a submission is given as its time: the `fetched_at` of a pasted text, and when retention deletes it."""
    name, stamp = lane.topic(SUBMITTED), int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000)
    before = datetime.now(UTC) - timedelta(seconds=1)
    async with AIOKafkaProducer(**client_options(kafka)) as producer:
        value = b'{"text": "The quay opened on Monday."}'
        sent = await producer.send_and_wait(name, value, partition=0, timestamp_ms=stamp)
    async with AIOKafkaConsumer(name, **client_options(kafka), auto_offset_reset="earliest") as consumer:
        record = await asyncio.wait_for(consumer.getone(), 30)
        found = await consumer.offsets_for_times({TopicPartition(name, 0): int(before.timestamp() * 1000)})
    received = Judge[ArticleSubmitted]("fetcher", SUBMITTED).receive(record, from_retry=False)
    event = given(received.event, received.at)
    assert isinstance(event, ArticleFetched)
    assert before < event.fetched_at < datetime.now(UTC) + timedelta(seconds=1)
    assert sent.timestamp == record.timestamp
    # What looks for records by time finds it.
    assert found[TopicPartition(name, 0)].offset == 0


async def test_apply_says_what_it_changed(kafka: KafkaSettings, monkeypatch, capsys):
    async with bare_lane(kafka) as (lane, client):
        name = lane.topic(SUBMITTED)
        settings = admin.configuration(SUBMITTED, kafka) | {"message.timestamp.type": "CreateTime"}
        await client.create_topics([NewTopic(name, kafka.partitions, 1, topic_configs=settings)])
        monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", ",".join(kafka.bootstrap_servers))
        monkeypatch.setenv("WIREDESK_KAFKA__PARTITIONS", str(kafka.partitions))
        monkeypatch.setenv("WIREDESK_LANE", lane.name)
        await eventually(lambda: exists(client, name))
        # Told as on a terminal, and yet printed as NDJSON, which no terminal's width cuts.
        monkeypatch.setattr("wiredesk_desk.commands.topics.for_people", lambda **_: True)
        for changed in (True, False):
            assert await topics_command.apply(grow=False, as_json=False) is Exit.OK
            told = {row["topic"]: row for row in map(orjson.loads, capsys.readouterr().out.splitlines())}
            wanted = "changed: message.timestamp.type CreateTime -> LogAppendTime" if changed else "as it should be"
            assert told[name]["done"] == wanted
            assert told[lane.topic(FETCHED)]["done"] == ("created" if changed else "as it should be")


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
