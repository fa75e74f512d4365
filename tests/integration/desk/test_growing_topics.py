"""More partitions for topics that are there, on a real broker: what grows, what does not, and what one is told."""

from collections.abc import AsyncIterator
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import NewPartitions
from aiokafka.partitioner import DefaultPartitioner
from pydantic import SecretStr

from tests.factories import url
from tests.integration.desk.sending import send
from tests.integration.desk.test_topics_and_lag import bare_lane
from tests.wires import eventually
from wiredesk.client import admin, growth, offsets
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleRejected, ArticleSubmitted, Rejection, ServiceName
from wiredesk.contracts.topics import CURRENT, FETCHED, SUBMITTED, Lane, every_topic
from wiredesk_desk.commands import topics as topics_command
from wiredesk_desk.commands.journeys import find
from wiredesk_desk.config import System
from wiredesk_desk.running import Exit

pytestmark = pytest.mark.broker
MORE = 4


@pytest.fixture
async def made(kafka: KafkaSettings) -> AsyncIterator[Lane]:
    """A lane whose topics have two partitions."""
    async with bare_lane(kafka) as (lane, _):
        await admin.apply_topics(kafka, lane)
        yield lane


@pytest.fixture
def more(kafka: KafkaSettings) -> KafkaSettings:
    return kafka.model_copy(update={"partitions": MORE})


@pytest.fixture
def typed(more: KafkaSettings, made: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody has set who types a verb."""
    monkeypatch.setenv("WIREDESK_KAFKA__BOOTSTRAP_SERVERS", ",".join(more.bootstrap_servers))
    monkeypatch.setenv("WIREDESK_KAFKA__PARTITIONS", str(MORE))
    monkeypatch.setenv("WIREDESK_LANE", made.name)


async def partitions(kafka: KafkaSettings, lane: Lane) -> dict[str, int]:
    async with admin.connect(kafka) as client:
        found = {topic["topic"]: len(topic["partitions"]) for topic in await client.describe_topics()}
    return {topic.name: found[lane.topic(topic)] for topic in every_topic()}


async def test_what_workers_share_grows_and_tables_and_single_partitions_stay(
    kafka: KafkaSettings, more: KafkaSettings, made: Lane
):
    before = await partitions(kafka, made)
    grown = await growth.grow_topics(more, made)
    spread = [topic for topic in every_topic() if not topic.is_table and before[topic.name] == kafka.partitions]
    assert [(one.topic, one.found, one.wanted) for one in grown] == [
        (made.topic(topic), str(kafka.partitions), str(MORE)) for topic in spread
    ]
    after = {name: MORE if name in {topic.name for topic in spread} else count for name, count in before.items()}
    assert await partitions(kafka, made) == after
    assert after[CURRENT.name] == kafka.partitions
    # Nothing is left to do, and doing it again does nothing.
    assert await admin.diff_topics(more, made) == []
    assert await growth.grow_topics(more, made) == []


async def test_growing_that_was_broken_off_goes_on(kafka: KafkaSettings, more: KafkaSettings, made: Lane):
    async with admin.connect(kafka) as client:
        await client.create_partitions({made.topic(SUBMITTED): NewPartitions(MORE)})

    async def is_heard_of() -> bool:
        return (await partitions(kafka, made))[SUBMITTED.name] == MORE

    await eventually(is_heard_of)
    grown = [one.topic for one in await growth.grow_topics(more, made)]
    assert made.topic(FETCHED) in grown
    assert made.topic(SUBMITTED) not in grown


async def test_apply_alone_adds_no_partition_and_says_what_to_type(
    kafka: KafkaSettings, made: Lane, typed: None, capsys: pytest.CaptureFixture[str]
):
    before = await partitions(kafka, made)
    assert await topics_command.apply(grow=False, as_json=True) is Exit.OK
    said = capsys.readouterr().err
    assert f"WIREDESK_KAFKA__PARTITIONS is {MORE}" in said
    assert f"{made.topic(FETCHED)} {kafka.partitions}" in said
    assert "topics apply --grow" in said
    assert made.topic(CURRENT) not in said
    assert await partitions(kafka, made) == before


async def test_apply_with_grow_says_what_it_had(
    kafka: KafkaSettings, made: Lane, typed: None, capsys: pytest.CaptureFixture[str]
):
    assert await topics_command.apply(grow=True, as_json=True) is Exit.OK
    out, said = capsys.readouterr()
    rows = {row["topic"]: row for row in map(orjson.loads, out.splitlines())}
    change = {"setting": "partitions", "found": str(kafka.partitions), "wanted": str(MORE)}
    assert rows[made.topic(FETCHED)] == {"topic": made.topic(FETCHED), "created": False, "changed": [change]}
    assert rows[made.topic(CURRENT)]["changed"] == []
    assert said == ""


async def test_a_setting_below_what_is_there_is_told_and_changes_nothing(
    kafka: KafkaSettings, more: KafkaSettings, made: Lane, monkeypatch: pytest.MonkeyPatch, typed: None, capsys
):
    await growth.grow_topics(more, made)
    monkeypatch.setenv("WIREDESK_KAFKA__PARTITIONS", str(kafka.partitions))
    assert await topics_command.apply(grow=True, as_json=True) is Exit.OK
    said = capsys.readouterr().err
    assert "Kafka takes no partition away" in said
    assert f"{made.topic(FETCHED)} {MORE}" in said
    assert (await partitions(kafka, made))[FETCHED.name] == MORE


async def test_an_article_that_ended_on_another_partition_than_its_key_has_now_is_found(
    kafka: KafkaSettings, more: KafkaSettings, made: Lane
):
    here = System(kafka, made, SecretStr(""), "test")
    articles = {one: ids.article_id(one) for one in (url() for _ in range(8))}
    refusals = [
        ArticleRejected(event_id=uuid4(), article_id=article, stage=ServiceName.FETCHER, reason=Rejection.GONE)
        for article in articles.values()
    ]
    await send(kafka, made, *(ArticleSubmitted(url=one) for one in articles), *refusals)
    ends = {one: end for one, (_, end) in (await offsets.edges(kafka, [made.topic(SUBMITTED)])).items()}
    async with AIOKafkaConsumer(**client_options(kafka), group_id=made.group("fetcher")) as fetcher:
        fetcher.assign(list(ends))
        await fetcher.commit(ends)
    assert await growth.grow_topics(more, made)
    moved = 0
    for address, article in articles.items():
        key = str(article).encode()
        moved += DefaultPartitioner()(key, [0, 1], [0, 1]) != DefaultPartitioner()(key, [*range(MORE)], [*range(MORE)])
        ((_, place),) = (await find(here, address)).rounds
        assert place.code == "rejected"
    assert moved
