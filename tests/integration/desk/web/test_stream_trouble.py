"""`/v1/stream` when Kafka is slow, or its topic another: nobody misses anything without hearing of it."""

from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from tests.integration.desk.web.server import send, serving, stored
from tests.integration.desk.web.test_stream import strange_receipts, streaming_from
from tests.integration.storage.records import enriched
from wiredesk.client import admin
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import STORED, Lane
from wiredesk_desk.web.live import hub
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker


async def test_a_broker_that_is_slow_with_its_first_answer_costs_nobody_an_article(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane, monkeypatch: pytest.MonkeyPatch
):
    receipts = await stored(options, *(enriched() for _ in range(3)))
    await send(kafka, lane, *receipts, partition=0)
    monkeypatch.setattr(hub, "READ_BACK", 0)
    getmany, asked = AIOKafkaConsumer.getmany, set[int]()

    async def slow(self: AIOKafkaConsumer, *partitions: Any, **options: Any) -> Any:
        if id(self) in asked:
            return await getmany(self, *partitions, **options)
        asked.add(id(self))
        return {}

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", slow)
    async with serving(options, kafka, lane) as server, streaming_from(server, after="0-0.1-0") as stream:
        assert await stream.articles(3) == [str(one.article_id) for one in receipts]


async def test_a_topic_that_was_made_anew_is_told_as_a_gap_and_read_from_its_beginning(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane
):
    await send(kafka, lane, *strange_receipts(5), partition=0)
    async with serving(options, kafka, lane) as server, streaming_from(server) as stream:
        await stream.next()
        before = stream.id
    async with admin.connect(kafka) as client:
        await client.delete_topics([lane.topic(STORED)])
    await admin.apply_topics(kafka, lane)
    receipts = await stored(options, enriched(), enriched())
    await send(kafka, lane, *receipts, partition=0)
    async with serving(options, kafka, lane) as server, streaming_from(server, after=before) as stream:
        heard: list[Any] = []
        while len(heard) < 3:
            event = await stream.next()
            assert event is not None
            heard += [event["event"]] if "event" in event else []
        assert heard == ["gap", "article", "article"]
