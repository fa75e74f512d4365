"""`wiredesk explain` on a real broker: any article, wherever it is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer

from tests.factories import enriched, fetched, url
from tests.integration.desk.sending import dead, send, send_records
from tests.wires import eventually, read_all, running
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import ids, wire
from wiredesk.contracts.events import ArticleRejected, ArticleSubmitted, Rejection, ServiceName
from wiredesk.contracts.topics import ENRICHED, FETCHED, REJECTED, RETRY_TOPICS, SUBMITTED, Lane
from wiredesk.engine.outcomes import Received, RetryAt
from wiredesk.engine.work import one_by_one
from wiredesk.postgres.connections import open_pool
from wiredesk_desk.commands.explain import explain
from wiredesk_desk.config import DSN
from wiredesk_desk.dead_letters import commands
from wiredesk_desk.dead_letters.core import Selection
from wiredesk_desk.dead_letters.replay import replay
from wiredesk_desk.running import Exit, Problem
from wiredesk_storage.handlers import keep
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.store import Store

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("surroundings")]

Rows = Callable[[], list[dict[str, Any]]]


def rejected(article_id: UUID) -> ArticleRejected:
    return ArticleRejected(event_id=uuid4(), article_id=article_id, stage=ServiceName.FETCHER, reason=Rejection.GONE)


async def explained(rows: Rows, wanted: object) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The hops, and the row that says where it is of each submission."""
    assert await explain(str(wanted), as_json=False) == Exit.OK
    found = rows()
    return [row for row in found if row["kind"] == "hop"], [row for row in found if row["kind"] == "now"]


async def test_every_record_of_one_article_and_of_no_other_is_found(kafka: KafkaSettings, lane: Lane, rows: Rows):
    where, other = url(), url()
    await send(kafka, lane, ArticleSubmitted(url=other), ArticleSubmitted(url=f"{where}?utm_source=feed"))
    await send(kafka, lane, rejected(ids.article_id(other)), rejected(ids.article_id(where)))
    for wanted in (where, ids.article_id(where)):
        hops, (now,) = await explained(rows, wanted)
        assert [hop["stage"] for hop in hops] == ["submitted", "rejected"]
        assert [hop["topic"] for hop in hops] == [lane.topic(SUBMITTED), lane.topic(REJECTED)]
        assert hops[1]["seconds_since_previous"] >= 0
        assert now["state"] == "rejected"
        assert "It was rejected by fetcher: gone" in now["detail"]


async def test_an_article_that_waits_says_for_whom(kafka: KafkaSettings, lane: Lane, rows: Rows):
    text = f"A story {uuid4()}."
    await send(kafka, lane, ArticleSubmitted(text=text))
    _, (now,) = await explained(rows, ids.article_id(None, text))
    assert now["state"] == "waiting"
    assert "It waits for the fetcher (none is running" in now["detail"]


async def test_submissions_of_one_article_are_apart_and_one_is_found_by_its_correlation_id(
    kafka: KafkaSettings, lane: Lane, rows: Rows
):
    where = url()
    article, first, second = ids.article_id(where), f"run-{uuid4()}", str(uuid4())
    for correlation in (first, second):
        await send(kafka, lane, ArticleSubmitted(url=where), **{wire.CORRELATION: correlation})
    await send(kafka, lane, rejected(article), **{wire.CORRELATION: second})
    _, places = await explained(rows, where)
    assert [(now["correlation_id"], now["state"]) for now in places] == [(first, "waiting"), (second, "rejected")]
    for correlation, stages in ((first, ["submitted"]), (second, ["submitted", "rejected"])):
        hops, (now,) = await explained(rows, correlation)
        assert [hop["stage"] for hop in hops] == stages
        assert now["article_id"] == str(article)


async def test_a_correlation_id_of_several_articles_names_them(
    kafka: KafkaSettings, lane: Lane, rows: Rows, capsys: pytest.CaptureFixture[str]
):
    addresses = [url(), url()]
    await send(kafka, lane, *(ArticleSubmitted(url=one) for one in addresses), **{wire.CORRELATION: "nightly"})
    assert await explain("nightly", as_json=False) == Exit.OK
    assert {row["article_id"] for row in rows()} == {str(ids.article_id(one)) for one in addresses}


async def test_a_correlation_id_is_found_when_its_submission_is_gone(kafka: KafkaSettings, lane: Lane, rows: Rows):
    event = enriched()
    await send(kafka, lane, event, **{wire.CORRELATION: "old-run"})
    hops, (now,) = await explained(rows, "old-run")
    assert ([hop["stage"] for hop in hops], now["state"]) == (["enriched"], "waiting")


async def test_a_submission_that_waits_on_the_retry_topic_says_until_when(kafka: KafkaSettings, lane: Lane, rows: Rows):
    where = url()
    until = datetime.now(UTC) + timedelta(minutes=5)

    async def busy(_: Received[ArticleSubmitted]) -> RetryAt:
        return RetryAt(until, "http_503")

    async def waits() -> bool:
        return bool(await read_all(kafka, lane.topic(RETRY_TOPICS[0])))

    async with running(kafka, lane, "fetcher", SUBMITTED, one_by_one(busy, concurrency=1)):
        await send(kafka, lane, ArticleSubmitted(url=where), **{wire.CORRELATION: "c-9"})
        await eventually(waits)
        hops, (now,) = await explained(rows, where)
    assert [(hop["stage"], hop["tries"]) for hop in hops] == [("submitted", 1), ("retry", 1)]
    assert now["state"] == "retry"
    assert f"until {until + timedelta(milliseconds=1):%Y-%m-%d %H:%M}" in now["detail"]
    assert "http_503; worker" in now["detail"]


async def test_a_dead_letter_its_replay_and_its_discard_are_told(kafka: KafkaSettings, lane: Lane, rows: Rows):
    event = fetched()
    about = {"ce_subject": str(event.article_id), wire.CORRELATION: "c-1"}
    key = str(event.article_id).encode()
    await send_records(kafka, lane, [wire.Record(FETCHED, key, b"{broken", about)])
    letter = dead(FETCHED, "cleaner", b"{broken", key=key, headers=about)
    (position,) = await send_records(kafka, lane, [letter])
    _, (now,) = await explained(rows, event.article_id)
    assert now["state"] == "dead_letter"
    assert f"wiredesk dlq show {position}" in now["detail"]

    await commands.discard([position], Selection(), reason="broken at the source", as_json=False)
    rows()
    _, (now,) = await explained(rows, event.article_id)
    assert (now["state"], now["detail"].endswith("Discarded: broken at the source")) == ("discarded", True)

    assert await replay([position], Selection(), as_json=False) == Exit.OK
    rows()
    hops, (now,) = await explained(rows, "c-1")
    assert now["state"] == "waiting"
    assert hops[-1]["detail"] == f"replay of {position}"


async def test_records_that_are_no_events_are_read_past(kafka: KafkaSettings, lane: Lane, rows: Rows):
    where = url()
    async with AIOKafkaProducer(**client_options(kafka)) as producer:
        for value in (b"not json", None, b"\xff", b"[]"):
            await producer.send_and_wait(lane.topic(SUBMITTED), value, key=b"k", headers=[("ce_subject", b"\xff")])
    await send(kafka, lane, ArticleSubmitted(url=where))
    hops, _ = await explained(rows, where)
    assert len(hops) == 1


async def test_an_article_never_seen_says_what_to_try(dsn: str, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Problem, match="the store does not answer"):
        await explain(str(uuid4()), as_json=False)
    await bring_up(StorageOptions.model_validate({"dsn": dsn}))
    monkeypatch.setenv(DSN, dsn)
    with pytest.raises(Problem, match="never seen") as caught:
        await explain(str(uuid4()), as_json=False)
    assert "wiredesk search" in caught.value.todo


async def test_an_article_that_only_the_store_still_has_is_stored(
    dsn: str, rows: Rows, monkeypatch: pytest.MonkeyPatch
):
    options = StorageOptions.model_validate({"dsn": dsn})
    await bring_up(options)
    event = enriched()
    value = event.model_dump_json().encode()
    received = Received(value, at=datetime.now(UTC), topic=ENRICHED.name, partition=0, offset=0)
    async with open_pool(options) as pool:
        await keep([received], store=Store(pool))
    monkeypatch.setenv(DSN, dsn)
    _, (now,) = await explained(rows, event.url)
    assert now["state"] == "stored"
    assert "(inserted, revision 1); its records are no longer on the topics" in now["detail"]
