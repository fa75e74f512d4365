"""`/v1/status` and `/v1/journey` over HTTP: each server is told for itself."""

from uuid import uuid4

import pytest

from tests.integration.desk.sending import dead, send, send_records
from tests.integration.desk.web.server import Server, serving, stored
from tests.integration.storage.records import enriched
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import ids, wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import CLEANED, SUBMITTED, Lane
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker


async def test_what_waits_and_what_lies_where_is_told_with_the_store_beside_it(
    desk_server: Server, kafka: KafkaSettings, lane: Lane, options: StorageOptions
):
    await stored(options, enriched(), enriched())
    await send(kafka, lane, ArticleSubmitted(url="https://news.example/a"))
    await send_records(kafka, lane, [dead(CLEANED, "tagger", b"{broken")])
    found = await desk_server.get("/v1/status")
    assert found["kafka"]["ok"], found
    waiting = {(one["stage"], one["reads"]): one["waiting"] for one in found["kafka"]["stages"]}
    assert waiting["fetcher", lane.topic(SUBMITTED)] == 1
    assert found["kafka"]["dead_letters"] == 1
    records = {one["topic"]: one["records"] for one in found["kafka"]["topics"]}
    assert records[lane.topic(CLEANED.dead_letter("tagger"))] == 1
    assert (found["store"]["ok"], found["store"]["articles"]) == (True, 2)
    assert found["store"]["freshness"]["articles"] == 2
    assert found["store"]["freshness"]["since_fetched"] > 0
    assert (found["here"], found["drifts"]) == ({"ok": True, "problem": None, "processes": []}, [])
    assert found["stream_readers"] == 0


async def test_while_kafka_is_away_the_store_is_told(archive_server: Server, options: StorageOptions):
    await stored(options, enriched())
    found = await archive_server.get("/v1/status")
    assert (found["kafka"]["ok"], found["kafka"]["stages"]) == (False, [])
    assert "Kafka" in found["kafka"]["problem"]
    assert (found["store"]["ok"], found["store"]["articles"]) == (True, 1)


async def test_while_postgresql_is_away_kafka_is_told(kafka: KafkaSettings, lane: Lane):
    away = StorageOptions.model_validate({"dsn": "postgresql://nobody:secret@127.0.0.1:1/nothing"})
    async with serving(away, kafka, lane) as server:
        answer = await server.ask("GET", "/v1/status")
    found = answer.json
    assert (found["kafka"]["ok"], found["store"]["ok"], found["store"]["articles"]) == (True, False, None)
    assert "PostgreSQL" in found["store"]["problem"]
    assert "secret" not in answer.text


async def test_the_journey_of_an_article_is_found_by_its_url_its_id_and_its_correlation_id(
    desk_server: Server, kafka: KafkaSettings, lane: Lane
):
    where = f"https://news.example/{uuid4()}"
    article, correlation = ids.article_id(where), f"run-{uuid4()}"
    await send(kafka, lane, ArticleSubmitted(url=where), **{wire.CORRELATION: correlation})
    by_url = await desk_server.get("/v1/journey", params={"of": where})
    assert (
        by_url == await desk_server.get(f"/v1/journey/{article}") == await desk_server.get(f"/v1/journey/{correlation}")
    )
    (submission,) = by_url["submissions"]
    assert (by_url["article_id"], by_url["state"]) == (str(article), "waiting")
    assert (submission["correlation_id"], submission["state"]) == (correlation, "waiting")
    assert [(hop["stage"], hop["topic"]) for hop in submission["hops"]] == [("submitted", lane.topic(SUBMITTED))]


async def test_an_article_that_only_the_store_has_is_told_as_stored(desk_server: Server, options: StorageOptions):
    event = enriched()
    await stored(options, event)
    found = await desk_server.get(f"/v1/journey/{event.article_id}")
    assert (found["state"], found["submissions"]) == ("stored", [])
    assert "no longer on the topics" in found["detail"]


async def test_what_was_never_seen_is_not_found_and_what_can_be_no_article_is_wrong(desk_server: Server):
    assert (await desk_server.ask("GET", f"/v1/journey/{uuid4()}")).status == 404
    answer = await desk_server.ask("GET", "/v1/journey?of=two%20words")
    assert (answer.status, answer.json["type"]) == (422, "urn:wiredesk:wrong-request")


async def test_a_journey_without_kafka_is_an_outage_with_a_time_to_come_back(archive_server: Server):
    answer = await archive_server.ask("GET", f"/v1/journey/{uuid4()}")
    assert (answer.status, answer.json["type"]) == (503, "urn:wiredesk:unavailable")
    assert int(answer.headers["retry-after"]) > 0
