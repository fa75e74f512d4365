"""`POST /v1/submissions` over HTTP: onto the wire, and what became of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.desk.sending import dead, send, send_records
from tests.integration.desk.web.server import Server, stored
from tests.integration.storage.records import enriched
from tests.wires import eventually, read_all
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import ids, wire
from wiredesk.contracts.events import ArticleRejected, ArticleSubmitted, Rejection, ServiceName
from wiredesk.contracts.topics import FETCHED, SUBMITTED, Lane
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker
PATH = "/v1/submissions"


async def on_the_wire(kafka: KafkaSettings, lane: Lane) -> list[ArticleSubmitted]:
    return [wire.decode(record.value, ArticleSubmitted) for record in await read_all(kafka, lane.topic(SUBMITTED))]


async def waiting(server: Server, kafka: KafkaSettings, lane: Lane, body: dict[str, Any], *, status: int) -> Any:
    """A submission that is waited for, as a task; it is on the wire when this returns."""
    task = asyncio.create_task(server.post(f"{PATH}?wait=30", body, status=status))
    await eventually(lambda: _is_there(kafka, lane))
    return task


async def _is_there(kafka: KafkaSettings, lane: Lane) -> bool:
    return bool(await on_the_wire(kafka, lane))


async def test_a_url_is_on_the_wire_when_it_is_answered(desk_server: Server, kafka: KafkaSettings, lane: Lane):
    where = f"https://news.example/{uuid4()}"
    hint = datetime(2026, 11, 20, 12, tzinfo=UTC)
    body = {"url": where, "source": "newsdesk", "published_hint": hint.isoformat(), "correlation_id": "run-1"}
    answer = await desk_server.post(PATH, body, status=202)
    assert (answer["article_id"], answer["correlation_id"]) == (str(ids.article_id(where)), "run-1")
    assert (answer["state"], answer["result"], answer["dead_letter"]) == ("submitted", None, None)
    (event,) = await on_the_wire(kafka, lane)
    assert (event.url, event.source, event.published_hint) == (where, "newsdesk", hint)
    again = await desk_server.post(PATH, body, status=202)
    assert again["article_id"] == answer["article_id"], "publishing twice makes no second article"


async def test_who_waits_gets_the_receipt(
    desk_server: Server, kafka: KafkaSettings, lane: Lane, options: StorageOptions
):
    (receipt,) = await stored(options, enriched())
    body = {"text": f"A story {uuid4()}.", "correlation_id": "run-2"}
    task = await waiting(desk_server, kafka, lane, body, status=201)
    await send(kafka, lane, receipt, **{wire.CORRELATION: "run-2"})
    answer = await task
    assert (answer["state"], answer["result"]["status"]) == ("stored", "inserted")
    assert answer["result"]["article_id"] == str(receipt.article_id)


async def test_who_waits_gets_the_rejection_as_a_result(desk_server: Server, kafka: KafkaSettings, lane: Lane):
    where = f"https://news.example/{uuid4()}"
    task = await waiting(desk_server, kafka, lane, {"url": where, "correlation_id": "run-3"}, status=200)
    rejected = ArticleRejected(
        event_id=uuid4(), article_id=ids.article_id(where), stage=ServiceName.FETCHER, reason=Rejection.ROBOTS
    )
    await send(kafka, lane, rejected, **{wire.CORRELATION: "run-3"})
    answer = await task
    assert (answer["state"], answer["result"]["reason"]) == ("rejected", "robots")


async def test_who_waits_learns_where_the_dead_letter_lies(desk_server: Server, kafka: KafkaSettings, lane: Lane):
    task = await waiting(desk_server, kafka, lane, {"text": "A story.", "correlation_id": "run-4"}, status=200)
    letter = dead(FETCHED, "cleaner", b"{broken", headers={wire.CORRELATION: "run-4"})
    (position,) = await send_records(kafka, lane, [letter])
    answer = await task
    assert (answer["state"], answer["result"], answer["dead_letter"]) == ("dead_letter", None, position)


async def test_an_end_that_does_not_come_in_time_is_no_result_yet(desk_server: Server):
    answer = await desk_server.post(f"{PATH}?wait=0.5", {"text": "A story."}, status=202)
    assert (answer["state"], answer["result"]) == ("submitted", None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"url": "https://ada:hunter2@news.example/"}, "credentials-in-url"),
        ({"url": "ftp://news.example/a"}, "invalid-url"),
        ({"text": "  \n"}, "empty"),
        ({"html": "<rss><channel/></rss>"}, "not-an-article"),
        ({}, "wrong-request"),
        ({"text": "a", "html": "<p>a"}, "wrong-request"),
        ({"text": "a", "colour": "red"}, "wrong-request"),
        ({"text": "a", "correlation_id": "two words"}, "wrong-request"),
        ({"text": "a", "correlation_id": "x" * 257}, "wrong-request"),
        ({"text": "a", "published_hint": "soon"}, "wrong-request"),
    ],
)
async def test_what_would_be_rejected_is_refused_with_its_reason(
    desk_server: Server, kafka: KafkaSettings, lane: Lane, body: dict[str, str], kind: str
):
    answer = await desk_server.ask("POST", PATH, body=body)
    assert (answer.status, answer.json["type"]) == (422, f"urn:wiredesk:{kind}")
    assert "hunter2" not in answer.text
    assert await on_the_wire(kafka, lane) == []


async def test_only_json_is_taken(desk_server: Server):
    form = await desk_server.ask("POST", PATH, data=b"url=x", headers={"content-type": "text/plain"})
    assert form.status == 415
    broken = await desk_server.ask("POST", PATH, data=b"{", headers={"content-type": "application/json"})
    assert broken.status == 422


async def test_without_kafka_a_submission_is_an_outage_with_a_time_to_come_back(archive_server: Server):
    answer = await archive_server.ask("POST", PATH, body={"text": "A story."})
    assert (answer.status, answer.json["type"]) == (503, "urn:wiredesk:unavailable")
    assert int(answer.headers["retry-after"]) > 0
