"""The verbs on a real broker: publish, tail, status."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer

from tests.integration.desk.sending import send, send_records, send_undecodable
from tests.integration.storage.records import enriched
from wiredesk.client import admin
from wiredesk.client.client import Wiredesk
from wiredesk.client.options import client_options
from wiredesk.client.records import Entry
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import ids, wire
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleRejected, ArticleSubmitted, Rejection, ServiceName
from wiredesk.contracts.topics import RETRY_TOPICS, SUBMITTED, Lane
from wiredesk_desk.commands import publish, status, tail
from wiredesk_desk.feed_topics import feed_name, feed_topic
from wiredesk_desk.reading import read
from wiredesk_desk.running import Exit, Problem

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("surroundings")]

Rows = Callable[[], list[dict[str, Any]]]
URL = "https://example.org/world/ferry"


def rejected(article_id: UUID) -> ArticleRejected:
    return ArticleRejected(event_id=uuid4(), article_id=article_id, stage=ServiceName.FETCHER, reason=Rejection.GONE)


async def test_what_is_published_can_be_read_with_tail(rows: Rows):
    assert await publish.publish([URL], source="t", wait=False, timeout=1, as_json=False) == Exit.OK
    (submitted,) = rows()
    assert submitted["status"] == "submitted"
    async with asyncio.timeout(30):
        assert await tail.tail("submitted", from_start=True, entity=None, limit=1, as_json=False) == Exit.OK
    (record,) = rows()
    assert record["event"]["url"] == URL
    assert record["article_id"] == submitted["article_id"] == str(ids.article_id(URL))


async def test_tail_from_the_start_is_in_order_over_all_partitions_and_goes_on_without_a_gap_or_a_repeat(
    kafka: KafkaSettings, lane: Lane, rows: Rows
):
    async with AIOKafkaProducer(**client_options(kafka)) as producer:

        async def sent(number: int) -> None:
            value = ArticleSubmitted(text=f"Story {number}").model_dump_json().encode()
            # To partitions in turn, each a whole millisecond younger: a topic knows no shorter time.
            await producer.send_and_wait(lane.topic(SUBMITTED), value, partition=number % kafka.partitions)
            await asyncio.sleep(0.002)

        for number in range(40):
            await sent(number)
        tailing = asyncio.create_task(tail.tail("submitted", from_start=True, entity=None, limit=60, as_json=False))
        for number in range(40, 60):
            await sent(number)
        async with asyncio.timeout(60):
            assert await tailing == Exit.OK
    found = [int(row["event"]["text"].removeprefix("Story ")) for row in rows()]
    assert found[:40] == list(range(40))
    assert sorted(found) == list(range(60))


async def test_the_topic_of_a_subscription_can_be_read_with_tail_and_one_that_is_not_there_is_told_of(
    kafka: KafkaSettings, lane: Lane, rows: Rows
):
    with pytest.raises(Problem, match=r"no topic .*feeds\.ferries\.v1"):
        await tail.tail("feeds.ferries", from_start=True, entity=None, limit=1, as_json=False)
    of = feed_topic(feed_name("ferries"))
    await admin.create_topic(kafka, lane.topic(of), of)
    event = enriched(headline="Ferry Late")
    await send_records(kafka, lane, [wire.of_feed(of, event, source="desk", time=datetime.now(UTC))])
    async with asyncio.timeout(30):
        assert await tail.tail("feeds.ferries", from_start=True, entity=None, limit=1, as_json=False) == Exit.OK
    (record,) = rows()
    assert record["event"]["headline"] == "Ferry Late"


async def test_publish_waits_for_the_end_of_each_and_tells_the_worst(kafka: KafkaSettings, lane: Lane, rows: Rows):
    async def refuse_the_first() -> None:
        async with Wiredesk(kafka, lane=lane.name) as wired:
            async for entry in wired.watch([SUBMITTED], from_start=True):
                event = rejected(UUID(entry.article_id))
                await send(kafka, lane, event, **{wire.CORRELATION: entry.correlation_id})
                return

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        refusing = group.create_task(refuse_the_first())
        code = await publish.publish([URL, "ftp://x/y"], source="t", wait=True, timeout=30, as_json=False)
        await refusing
    found = {row["what"]: (row["status"], row["reason"]) for row in rows()}
    assert found == {URL: ("rejected", "gone"), "ftp://x/y": ("refused", "invalid_url")}
    assert code == Exit.REJECTED


@pytest.fixture
async def refusing(kafka: KafkaSettings, lane: Lane) -> AsyncIterator[list[str]]:
    """A pipeline that rejects all that is submitted; yields whom it has seen."""
    seen: list[str] = []

    async def refuse() -> None:
        async with Wiredesk(kafka, lane=lane.name) as wired:
            async for entry in wired.watch([SUBMITTED], from_start=True):
                seen.append(entry.article_id)
                event = rejected(UUID(entry.article_id))
                await send(kafka, lane, event, **{wire.CORRELATION: entry.correlation_id})

    task = asyncio.create_task(refuse())
    yield seen
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def put_off(entry: Entry) -> wire.Record:
    headers = {
        wire.CORRELATION: entry.correlation_id,
        wire.REASON: "connection",
        wire.NOT_BEFORE: str(round((entry.at.timestamp() + 60) * 1000)),
    }
    return wire.Record(RETRY_TOPICS[0], b"k", entry.value, headers)


async def test_publish_tells_a_reader_each_stop_on_the_way(
    kafka: KafkaSettings, lane: Lane, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    said: list[str] = []
    delayed = asyncio.Event()

    def say(message: str) -> None:
        said.append(message)
        if "delayed" in message:
            delayed.set()

    async def delay_then_refuse() -> None:
        async with Wiredesk(kafka, lane=lane.name) as wired:
            async for entry in wired.watch([SUBMITTED], from_start=True):
                await send_records(kafka, lane, [put_off(entry)])
                await delayed.wait()
                event = rejected(UUID(entry.article_id))
                await send(kafka, lane, event, **{wire.CORRELATION: entry.correlation_id})
                return

    monkeypatch.setattr(publish, "for_people", lambda **_: True)
    monkeypatch.setattr(publish, "say", say)
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(delay_then_refuse())
        code = await publish.publish([URL], source="t", wait=True, timeout=30, as_json=False)
    assert code == Exit.REJECTED
    assert said[0] == f"{URL}: sent, article {ids.article_id(URL)}"
    assert said[1].startswith("delayed: the host does not answer; next try ")
    assert f"{URL}: rejected" in capsys.readouterr().out


async def test_publish_that_is_broken_off_says_that_it_was_sent_and_how_to_follow(capsys: pytest.CaptureFixture[str]):
    working = asyncio.create_task(publish.publish([URL], source="t", wait=True, timeout=60, as_json=False))
    # As soon as it waits it has been sent.
    async with asyncio.timeout(30):
        while not any(task.get_name() == "follow" for task in asyncio.all_tasks()):
            await asyncio.sleep(0.02)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert f"It was sent, and goes on. Type: wiredesk explain {ids.article_id(URL)}" in capsys.readouterr().err


async def test_a_list_is_published_once_and_the_same_command_goes_on_where_it_stopped(
    refusing: list[str], rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(publish, "AT_ONCE", 3)
    urls = [f"{URL}/{number}" for number in range(8)]
    file, journal = tmp_path / "urls.txt", tmp_path / "journal"

    async def published() -> tuple[Exit, dict[str, Any]]:
        code = await publish.publish_lines(str(file), source="t", wait=True, timeout=30, journal=journal, as_json=False)
        return code, {row["what"]: row["status"] for row in rows()}

    file.write_text("\n".join([*urls[:5], "ftp://x/y", "{broken"]))
    expected = dict.fromkeys(urls[:5], "rejected") | {"ftp://x/y": "refused", "line 7": "refused"}
    assert await published() == (Exit.REJECTED, expected)
    file.write_text("\n".join(urls))
    assert await published() == (Exit.REJECTED, dict.fromkeys(urls[5:], "rejected"))
    assert await published() == (Exit.OK, {})
    assert sorted(refusing) == sorted(str(ids.article_id(url)) for url in urls)


async def test_a_list_that_is_no_text_and_a_kafka_that_goes_away_have_their_own_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "urls.txt"
    file.write_bytes(b"https://example.org/\xe9\n")

    async def published() -> Exit:
        return await publish.publish_lines(str(file), source="t", wait=False, timeout=1, journal=None, as_json=False)

    with pytest.raises(Problem, match="is not UTF-8"):
        await published()

    async def away(*_arguments: object, **_options: object) -> None:
        raise InfrastructureError("Kafka did not take the submission", reason="kafka")

    file.write_text(f"{URL}\n{URL}/2\n")
    monkeypatch.setattr(Wiredesk, "submit", away)
    with pytest.raises(InfrastructureError, match="did not take"):
        await published()


async def test_publish_without_an_answer_times_out_and_says_how_to_look(capsys: pytest.CaptureFixture[str]):
    assert await publish.publish([URL], source="t", wait=True, timeout=0.5, as_json=False) == Exit.TIMEOUT
    captured = capsys.readouterr()
    assert json.loads(captured.out)["status"] == "no answer in time"
    assert f"wiredesk explain {ids.article_id(URL)}" in captured.err


async def test_status_counts_what_waits_and_what_lies_on_the_topics(kafka: KafkaSettings, lane: Lane, rows: Rows):
    await send(kafka, lane, *(ArticleSubmitted(url=f"{URL}/{number}") for number in range(3)))
    assert await status.status(as_json=False) == Exit.OK
    found = rows()
    waiting = {row["stage"]: row["waiting"] for row in found if row["kind"] == "stage" and "retry" not in row["reads"]}
    records = {row["topic"]: row["records"] for row in found if row["kind"] == "topic"}
    assert waiting == {"fetcher": 3, "cleaner": 0, "tagger": 0, "storage": 0}
    assert records[lane.topic(SUBMITTED)] == 3


async def test_reading_a_topic_gives_exactly_what_is_on_it(kafka: KafkaSettings, lane: Lane):
    async with AIOKafkaProducer(**client_options(kafka)) as producer:
        sent = [await producer.send(lane.topic(SUBMITTED), b"%d" % number) for number in range(2000)]
        await asyncio.gather(*sent)
    found = [int(record.value) async for record in read(kafka, [lane.topic(SUBMITTED)])]
    assert sorted(found) == list(range(2000))


async def test_reading_passes_over_what_the_client_cannot_decode(
    kafka: KafkaSettings, lane: Lane, monkeypatch: pytest.MonkeyPatch
):
    name = lane.topic(SUBMITTED)
    async with AIOKafkaProducer(**client_options(kafka)) as producer:
        for partition in (0, 1):
            for number in range(300):
                await producer.send(name, b"%d" % (300 * partition + number), partition=partition)
        await producer.flush()
        for around in (2, 0):
            await send_undecodable(producer, name, monkeypatch, around=around)
        await producer.send_and_wait(name, b"last", partition=0)
    found = [record.value async for record in read(kafka, [name])]
    assert sorted(found) == sorted([*(b"%d" % n for n in range(600)), b"near", b"near", b"last"])
