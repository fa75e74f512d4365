"""The rights that each user is given, on a Kafka that refuses everything else: all of it works, and no more."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]
from pydantic import SecretStr

from deploy.kubernetes.contracts import contracts
from tests.conftest import NO_SERVERS
from tests.deploy.chart import SERVICES
from tests.deploy.database_roles import database_of_roles
from tests.deploy.guarded_kafka import DENIED, Guarded, Running, grant, laid_out, process
from tests.wires import eventually, produce, read_all
from wiredesk.client import admin, growth
from wiredesk.client.client import Wiredesk
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import ENRICHED, FETCHED, RETRY_TOPICS, STORED, SUBMITTED, Lane
from wiredesk_desk.feed_topics import feed_topic
from wiredesk_local.processes.child import free_port
from wiredesk_local.servers.kafka_jars import kafka_jars

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    """A Kafka with the rights, nothing that is allowed besides, and the topics, made by who may."""
    try:
        jars = await kafka_jars(print)
    except ConfigurationError as error:
        pytest.skip(f"{NO_SERVERS} {error}")
    server = laid_out(tmp_path_factory.mktemp("rights"), jars)
    await server.start()
    try:
        found = Guarded(server)
        await asyncio.to_thread(grant, found.operator("wiredesk"))
        await admin.apply_topics(found.by("topics"), Lane())
        yield found
    finally:
        await server.stop()


@pytest.fixture(scope="module")
async def system(guarded: Guarded, dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Every service with the login of its own user, and of its own role in PostgreSQL."""
    folder = tmp_path_factory.mktemp("services")
    async with database_of_roles(dsn) as dsns, AsyncExitStack() as stack:
        running = Running(guarded, dsns, folder, {service: free_port() for service in SERVICES})
        for service in SERVICES:
            await stack.enter_async_context(process(running, service))
        await eventually(running.is_ready, within=120)
        yield running


async def test_an_article_passes_every_service_and_a_subscription_is_told(system: Running):
    await system.verb("subscribe", "bridges", "bridge", "--topic")
    await system.verb("publish", "-", said=b"Oslo Opens a Bridge\n\nThe bridge opened on Monday, the city said.\n")
    everything = system.guarded.by("wiredesk")

    async def told() -> bool:
        return len(await read_all(everything, "feeds.bridges.v1")) == 1

    await eventually(told, within=60)
    stored = orjson.loads((await read_all(everything, STORED.name))[0].value)
    await system.verb("explain", stored["article_id"])
    await system.verb("withdraw", stored["article_id"], "--reason", "it never opened")
    await system.verb("status")
    # Its partitions are two here, which is a difference.
    await system.verb("topics", "diff", codes=(0, 1))


async def test_what_cannot_be_fetched_is_taken_up_again(system: Running):
    everything = system.guarded.by("wiredesk")
    await system.verb("publish", f"http://127.0.0.1:{free_port()}/{uuid.uuid4().hex}.html", "--no-wait")

    async def waits() -> bool:
        return bool(await read_all(everything, RETRY_TOPICS[0].name))

    await eventually(waits, within=60)


async def test_what_nobody_can_read_becomes_a_dead_letter_that_the_desk_replays(system: Running):
    everything = system.guarded.by("wiredesk")
    letters = FETCHED.dead_letter("cleaner").name

    async def count() -> int:
        return len(await read_all(everything, letters))

    before = await count()
    await produce(everything, FETCHED.name, [(b"k", b"no JSON at all", [])])

    async def is_there() -> bool:
        return await count() == before + 1

    async def came_again() -> bool:
        return await count() == before + 2

    await eventually(is_there, within=60)
    assert "invalid_json" in await system.verb("dlq", "list", "--json")
    await system.verb("dlq", "replay", "--stage", "cleaner")
    await eventually(came_again, within=60)


async def test_nobody_was_refused_anything(system: Running):
    await eventually(system.is_ready, within=30)
    for service, log in system.logs().items():
        assert [word for word in DENIED if word in log] == [], f"{service}: {log}"


async def test_every_service_has_tables_of_its_own_and_the_fetcher_sees_none_of_the_store(system: Running):
    async def owners() -> dict[str, str]:
        connection = await asyncpg.connect(system.dsns["desk"])
        try:
            rows = await connection.fetch(
                "select schemaname, tableowner from pg_tables where schemaname !~ '^(pg_|information_schema)'"
            )
        finally:
            await connection.close()
        return {row["schemaname"]: row["tableowner"].partition("_")[0] for row in rows}

    assert await owners() == {"public": "storage", "wiredesk_fetcher": "fetcher", "wiredesk_desk": "desk"}
    for service, forbidden in (("fetcher", "articles"), ("storage", "wiredesk_fetcher.sources")):
        connection = await asyncpg.connect(system.dsns[service])
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"select from {forbidden}")
        finally:
            await connection.close()


async def test_who_scales_sees_where_groups_and_topics_stand(system: Running):
    operator = system.guarded.operator("scaling")
    for read in contracts()["services"].values():

        def asked(read: dict[str, str] = read) -> int:
            (group,) = operator.list_consumer_group_offsets([ConsumerGroupTopicPartitions(read["group"])]).values()
            places = [Place(read["topic"], number) for number in range(2)]
            ends = operator.list_offsets({place: OffsetSpec.latest() for place in places})
            assert len(group.result(timeout=20).topic_partitions) <= 2
            return sum(end.result(timeout=20).offset for end in ends.values())

        assert await asyncio.to_thread(asked) >= 0


@pytest.mark.parametrize(
    ("user", "topic"), [("cleaner", SUBMITTED.name), ("scaling", ENRICHED.name), ("publisher", STORED.name)]
)
async def test_a_topic_of_others_is_not_read(guarded: Guarded, user: str, topic: str):
    consumer = AIOKafkaConsumer(**client_options(guarded.by(user)), auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        with pytest.raises(TopicAuthorizationFailedError):
            async with asyncio.timeout(20):
                await consumer.getone()
    finally:
        await consumer.stop()


@pytest.mark.parametrize(
    ("user", "topic"),
    [
        ("cleaner", ENRICHED.name),
        ("storage", FETCHED.name),
        ("desk", STORED.name),
        ("publisher", FETCHED.name),
        ("topics", SUBMITTED.name),
    ],
)
async def test_a_topic_of_others_is_not_written(guarded: Guarded, user: str, topic: str):
    with pytest.raises(TopicAuthorizationFailedError):
        await produce(guarded.by(user), topic, [(b"k", b"v", [])])


async def test_the_group_of_another_is_not_joined(guarded: Guarded):
    consumer = AIOKafkaConsumer(
        FETCHED.name,
        **client_options(guarded.by("cleaner")),
        group_id=Lane().group("tagger"),
        auto_offset_reset="earliest",
    )
    with pytest.raises(GroupAuthorizationFailedError):
        async with asyncio.timeout(20):
            await consumer.start()
    await consumer.stop()


async def test_a_worker_makes_no_topic(guarded: Guarded):
    name = f"feeds.{uuid.uuid4().hex}.v1"
    with pytest.raises(ConfigurationError):
        await admin.create_topic(guarded.by("cleaner"), name, feed_topic(name))
    assert await admin.create_topic(guarded.by("desk"), name, feed_topic(name))


async def test_a_program_that_submits_articles_may(guarded: Guarded):
    async with Wiredesk(guarded.by("publisher")) as wire:
        submission = await wire.publish(text=f"Oslo Opens a Bridge\n\n{uuid.uuid4()} crossed it on Monday.\n")
    found = await read_all(guarded.by("wiredesk"), SUBMITTED.name)
    assert submission.position in {f"{one.topic}/{one.partition}/{one.offset}" for one in found}


async def test_who_makes_topics_may_add_partitions_and_nobody_else(guarded: Guarded):
    def three(user: str) -> KafkaSettings:
        return guarded.by(user).model_copy(update={"partitions": 3})

    with pytest.raises(ConfigurationError, match="refuses more partitions"):
        await growth.grow_topics(three("desk"), Lane())
    assert await growth.grow_topics(three("topics"), Lane())
    assert growth.lacking(await admin.diff_topics(three("desk"), Lane())) == []


async def test_a_login_that_is_none_of_the_charts_gets_in_nowhere(guarded: Guarded):
    nobody = guarded.by("wiredesk").model_copy(update={"sasl_password": SecretStr("another")})
    with pytest.raises(InfrastructureError, match="refuses the login"):
        await admin.missing_topics(nobody, set())
