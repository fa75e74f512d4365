"""kill -9 of every service and of the broker in the middle of the stream: nothing lost, nothing doubled."""

import asyncio
import random
import uuid

import pytest

from tests.faults.harness.pipeline import SERVICES, ledger, processes, publish_stories
from tests.wires import eventually
from wiredesk.client import admin
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars

pytestmark = [pytest.mark.broker, pytest.mark.timeout(500)]


async def _all_stored(kafka, dsn, lane, sent):
    async def stored():
        return not (await ledger(kafka, dsn, lane, sent)).lost

    await eventually(stored, within=240)


async def test_kill_minus_nine_of_each_service_loses_nothing_and_doubles_nothing(kafka, dsn, lane, tmp_path, enter):
    run = uuid.uuid4().hex
    async with processes(kafka, dsn, lane, tmp_path) as running, Wiredesk(kafka, lane=lane.name) as wire:
        first = await wire.publish(text=f"A first article shows that all four services of {run} run. It is short.")
        await wire.result(first, timeout=90)
        publishing = asyncio.create_task(publish_stories(wire, 300, run, pause=0.04))
        for service in random.sample(SERVICES, len(SERVICES)):
            await asyncio.sleep(2)
            running.kill(service)
        sent = [first.article_id, *await publishing]
        await _all_stored(kafka, dsn, lane, sent)
        killed = list(running.ends)
        codes = await running.stop()
    book = await ledger(kafka, dsn, lane, sent)
    assert sorted(killed) == sorted((service, -9) for service in SERVICES)
    enter(1, book, extra="each service once; all exit 0 afterwards")
    assert book.dead == 0
    assert set(book.receipts) == set(sent)
    assert codes == [0, 0, 0, 0]


async def test_a_broker_killed_and_started_again_loses_nothing(dsn, tmp_path, enter):
    broker = KafkaServer(
        tmp_path / "kafka", await kafka_jars(print), logs=tmp_path / "logs", pids=tmp_path / "pids", name="restarted"
    )
    await broker.start()
    kafka = KafkaSettings(bootstrap_servers=[broker.bootstrap_server], partitions=2)
    lane, run = Lane(f"t{uuid.uuid4().hex[:10]}"), uuid.uuid4().hex
    try:
        await admin.apply_topics(kafka, lane)
        async with processes(kafka, dsn, lane, tmp_path) as running, Wiredesk(kafka, lane=lane.name) as wire:
            publishing = asyncio.create_task(publish_stories(wire, 200, run, pause=0.04))
            await asyncio.sleep(3)
            await broker.stop(patience=0)
            await asyncio.sleep(3)
            await broker.start()
            sent = await publishing
            await _all_stored(kafka, dsn, lane, sent)
            ends = list(running.ends)
        book = await ledger(kafka, dsn, lane, sent)
    finally:
        await broker.stop()
    enter(7, book, extra="single broker, kill -9, away for 3 s")
    assert book.dead == 0
    # A broker that is away is waited for: no service gives up on it once it runs.
    assert [end for end in ends if end[1] not in (1, 3)] == []
