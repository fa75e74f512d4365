"""A network that is slow, resets connections and goes silent, between everybody and Kafka, and to PostgreSQL."""

import asyncio
import time
import uuid

import pytest

from tests.faults.harness.pipeline import processes
from tests.faults.harness.proxy import proxied
from tests.faults.harness.servers import kafka_behind_a_proxy, own_postgres
from tests.faults.harness.story_stream import stream
from wiredesk.client import admin
from wiredesk.contracts.topics import Lane

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1200)]
SLOW_SECONDS, RESETS_SECONDS, SILENT_SECONDS = 20, 30, 60
DRAINED_SECONDS = 300


async def _bad_weather(proxy):
    """All three in turn; return how many connections were reset."""
    proxy.to_server = proxy.to_client = 0.25
    await asyncio.sleep(SLOW_SECONDS)
    proxy.heal()
    proxy.reset_chance = 0.1
    await asyncio.sleep(RESETS_SECONDS)
    proxy.heal()
    proxy.silent = True
    await asyncio.sleep(SILENT_SECONDS)
    proxy.heal()
    return proxy.resets


def _words(resets, seconds, ends):
    return (
        f"round trip 500 ms for {SLOW_SECONDS} s, {resets} resets in {RESETS_SECONDS} s, silence {SILENT_SECONDS} s; "
        f"drained {seconds:.0f} s after it, {len(ends)} processes restarted"
    )


async def test_a_bad_network_to_kafka_loses_nothing(dsn, tmp_path, enter, pace):
    lane = Lane(f"t{uuid.uuid4().hex[:10]}")
    async with kafka_behind_a_proxy(tmp_path, seed=11) as (kafka, proxy):
        await admin.apply_topics(kafka, lane)
        async with (
            processes(kafka, dsn, lane, tmp_path) as running,
            stream(kafka, dsn, lane, pause=0.2) as flow,
        ):
            resets = await _bad_weather(proxy)
            healed = time.monotonic()
            book = await flow.settle(kafka, lane, within=pace.seconds(DRAINED_SECONDS))
            took = time.monotonic() - healed
            ends = list(running.ends)
    enter(11, book, extra=f"to Kafka: {_words(resets, took, ends)}")
    assert resets > 10
    assert book.dead == 0
    assert {code for _, code in ends} <= {1, 3}


async def test_a_bad_network_to_postgresql_loses_nothing(kafka, lane, tmp_path, enter, pace):
    async with own_postgres(tmp_path) as server, proxied(server.port, seed=12) as proxy:
        through_proxy = server.dsn.replace(f":{server.port}/", f":{proxy.port}/")
        async with (
            processes(kafka, through_proxy, lane, tmp_path) as running,
            stream(kafka, server.dsn, lane, pause=0.2) as flow,
        ):
            resets = await _bad_weather(proxy)
            healed = time.monotonic()
            book = await flow.settle(kafka, lane, within=pace.seconds(DRAINED_SECONDS))
            took = time.monotonic() - healed
            ends = list(running.ends)
    enter(11, book, extra=f"to PostgreSQL: {_words(resets, took, ends)}")
    assert resets > 0
    assert book.dead == 0
    assert ends == []
