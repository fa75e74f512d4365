"""The verbs on a real broker: publish, tail, explain, dead letters."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.desk import deadletters, publish, status, watch
from services.desk.config import DSN, SERVERS
from services.desk.reading import read
from services.desk.running import Exit, Problem
from shared import deadletter, ids, wire
from shared.client import Wiredesk
from shared.errors import InvalidRecordError
from shared.events import ArticleRejected, ArticleSubmitted, Event, Rejection, Stage
from shared.settings import KafkaSettings
from shared.topics import CLEANED, REJECTED, SUBMITTED, Lane

pytestmark = pytest.mark.broker

Rows = Callable[[], list[dict[str, Any]]]
URL = "https://example.org/world/ferry"


@pytest.fixture(autouse=True)
def surroundings(kafka: KafkaSettings, lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment a person has who works on this lane."""
    monkeypatch.setenv(SERVERS, ",".join(kafka.bootstrap_servers))
    monkeypatch.setenv(DSN, "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setenv("WIREDESK_LANE", lane.name)


@pytest.fixture
def rows(capsys: pytest.CaptureFixture[str]) -> Rows:
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def send(kafka: KafkaSettings, lane: Lane, *events: Event, **carried: str) -> None:
    async with AIOKafkaProducer(**wire.client_options(kafka)) as producer:
        for event in events:
            record = wire.encode(event, source="test", time=datetime.now(UTC), carried=carried)
            headers = [(name, value.encode()) for name, value in record.headers.items()]
            await producer.send_and_wait(lane.topic(record.topic), record.value, key=record.key, headers=headers)


async def send_dead_letter(kafka: KafkaSettings, lane: Lane, value: bytes, *, times: int = 1) -> None:
    """What the cleaned topic's reader makes of `value`: the real dead letter of a real record."""
    async with AIOKafkaProducer(**wire.client_options(kafka)) as producer:
        sent = await producer.send_and_wait(lane.topic(CLEANED), value, key=b"k", headers=[("x-own", b"1")])
        consumer = AIOKafkaConsumer(lane.topic(CLEANED), **wire.client_options(kafka), auto_offset_reset="earliest")
        async with consumer:
            record = await anext(r async for r in consumer if (r.partition, r.offset) == (sent.partition, sent.offset))
        letter = deadletter.dead_letter(
            record,
            InvalidRecordError("no event", reason="invalid_json"),
            topic=CLEANED,
            stage="tagger",
            attempt=0,
            at=datetime.now(UTC),
        )
        headers = [(name, text.encode()) for name, text in letter.headers.items()]
        for _ in range(times):
            await producer.send_and_wait(lane.topic(letter.topic), letter.value, key=letter.key, headers=headers)


def rejected(article_id: UUID) -> ArticleRejected:
    return ArticleRejected(event_id=uuid4(), article_id=article_id, stage=Stage.FETCHER, reason=Rejection.GONE)


async def test_what_is_published_can_be_read_with_tail(rows: Rows):
    assert await publish.publish([URL], source="t", wait=False, timeout=1, as_json=False) == Exit.OK
    (submitted,) = rows()
    assert submitted["status"] == "submitted"
    async with asyncio.timeout(30):
        assert await watch.tail("submitted", from_start=True, entity=None, limit=1, as_json=False) == Exit.OK
    (record,) = rows()
    assert record["event"]["url"] == URL
    assert record["article_id"] == submitted["article_id"] == str(ids.article_id(URL))


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


async def test_publish_without_an_answer_times_out_and_says_how_to_look(capsys: pytest.CaptureFixture[str]):
    assert await publish.publish([URL], source="t", wait=True, timeout=0.5, as_json=False) == Exit.TIMEOUT
    captured = capsys.readouterr()
    assert json.loads(captured.out)["status"] == "no answer in time"
    assert f"wiredesk explain {ids.article_id(URL)}" in captured.err


async def test_explain_finds_every_record_of_one_article_and_of_no_other(
    kafka: KafkaSettings, lane: Lane, capsys: pytest.CaptureFixture[str]
):
    other = "https://example.org/other"
    await send(kafka, lane, ArticleSubmitted(url=other), ArticleSubmitted(url=f"{URL}?utm_source=feed"))
    await send(kafka, lane, rejected(ids.article_id(other)), rejected(ids.article_id(URL)))
    assert await watch.explain(URL, as_json=False) == Exit.OK
    captured = capsys.readouterr()
    hops = [json.loads(line) for line in captured.out.splitlines()]
    assert [hop["stage"] for hop in hops] == ["submitted", "rejected"]
    assert [hop["topic"] for hop in hops] == [lane.topic(SUBMITTED), lane.topic(REJECTED)]
    assert hops[1]["seconds_since_previous"] >= 0
    assert "It was rejected by fetcher: gone" in captured.err


async def test_explain_says_who_has_to_work_a_waiting_article(
    kafka: KafkaSettings, lane: Lane, capsys: pytest.CaptureFixture[str]
):
    await send(kafka, lane, ArticleSubmitted(text="A story."))
    article = ids.article_id(None, "A story.")
    assert await watch.explain(str(article), as_json=False) == Exit.OK
    assert "It waits for the fetcher (none is running" in capsys.readouterr().err


async def test_explain_of_an_unknown_article_says_what_to_try():
    with pytest.raises(Problem, match="no record of article") as caught:
        await watch.explain(str(uuid4()), as_json=False)
    assert "wiredesk search" in caught.value.todo


async def test_explain_reads_past_records_that_are_no_events(kafka: KafkaSettings, lane: Lane, rows: Rows):
    async with AIOKafkaProducer(**wire.client_options(kafka)) as producer:
        for value in (b"not json", None, b"\xff", b"[]"):
            await producer.send_and_wait(lane.topic(SUBMITTED), value, key=b"k", headers=[("ce_subject", b"\xff")])
    await send(kafka, lane, ArticleSubmitted(url=URL))
    assert await watch.explain(URL, as_json=False) == Exit.OK
    assert len(rows()) == 1


@pytest.mark.parametrize("ask", [lambda: deadletters.list_letters(every=False, reason=None, as_json=False)])
async def test_no_dead_letters_is_an_empty_list(ask: Callable[[], Awaitable[Exit]], rows: Rows):
    assert await ask() == Exit.OK
    assert rows() == []


async def test_a_dead_letter_is_listed_once_shown_whole_and_replayed_byte_for_byte(
    kafka: KafkaSettings, lane: Lane, rows: Rows
):
    value = b'{"broken": "\xff\x00'
    await send_dead_letter(kafka, lane, value, times=2)
    await deadletters.list_letters(every=False, reason=None, as_json=False)
    (listed,) = rows()
    assert (listed["reason"], listed["origin"].rsplit("/", 2)[0]) == ("invalid_json", lane.topic(CLEANED))

    await deadletters.show(listed["position"], as_json=False)
    (shown,) = rows()
    assert shown["value"] == '{"broken": "\\xff\x00'
    assert shown["headers"]["x-own"] == "1"

    assert await deadletters.replay([], every=True, as_json=False) == Exit.OK
    assert len(rows()) == 1
    back = [record async for record in read(kafka, [lane.topic(CLEANED)])]
    assert [record.value for record in back] == [value, value]
    original, again = sorted(back, key=lambda record: record.timestamp)
    assert (again.key, list(again.headers)) == (original.key, list(original.headers))

    await deadletters.list_letters(every=False, reason=None, as_json=False)
    assert rows() == [], "what was replayed is no longer open"
    await deadletters.list_letters(every=True, reason="invalid_json", as_json=False)
    assert len(rows()) == 1


async def test_one_dead_letter_can_be_replayed_by_its_position(kafka: KafkaSettings, lane: Lane, rows: Rows):
    await send_dead_letter(kafka, lane, b"first")
    await send_dead_letter(kafka, lane, b"second")
    await deadletters.list_letters(every=False, reason=None, as_json=False)
    positions = [row["position"] for row in rows()]
    assert await deadletters.replay([positions[1]], every=False, as_json=False) == Exit.OK
    values = [record.value async for record in read(kafka, [lane.topic(CLEANED)])]
    assert sorted(values) == [b"first", b"second", b"second"]


@pytest.mark.parametrize("position", ["x", "x/0/0", "{}/0/99", "{}/9/0", "{}/a/b"])
async def test_a_position_that_holds_no_dead_letter_is_refused(lane: Lane, position: str):
    with pytest.raises(Problem, match="dead letter"):
        await deadletters.show(position.format(lane.topic(CLEANED.dead_letter("tagger"))), as_json=False)


async def test_status_counts_what_waits_and_what_lies_on_the_topics(kafka: KafkaSettings, lane: Lane, rows: Rows):
    await send(kafka, lane, *(ArticleSubmitted(url=f"{URL}/{number}") for number in range(3)))
    assert await status.status(as_json=False) == Exit.OK
    found = rows()
    waiting = {row["stage"]: row["waiting"] for row in found if row["kind"] == "stage" and "later" not in row["reads"]}
    records = {row["topic"]: row["records"] for row in found if row["kind"] == "topic"}
    assert waiting == {"fetcher": 3, "cleaner": 0, "tagger": 0, "storage": 0}
    assert records[lane.topic(SUBMITTED)] == 3


async def test_reading_a_topic_gives_exactly_what_is_on_it(kafka: KafkaSettings, lane: Lane):
    async with AIOKafkaProducer(**wire.client_options(kafka)) as producer:
        sent = [await producer.send(lane.topic(SUBMITTED), b"%d" % number) for number in range(2000)]
        await asyncio.gather(*sent)
    found = [int(record.value) async for record in read(kafka, [lane.topic(SUBMITTED)])]
    assert sorted(found) == list(range(2000))
