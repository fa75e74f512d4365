"""A producer that waits for a leader asks for metadata ten times a second at most."""

import asyncio
import itertools
import time
from types import SimpleNamespace

from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient

from wiredesk.client.metadata_refresh import PAUSE_SECONDS, space_out_refreshes


def _counting():
    """A client of aiokafka with its own loop; what it would send is counted instead."""
    client, asked = AIOKafkaClient(bootstrap_servers="127.0.0.1:1"), []

    async def ask(_cluster, _topics):
        asked.append(time.monotonic())
        return True

    client._metadata_update = ask
    return client, asked


async def _refresh(client, times):
    loop = asyncio.create_task(client._md_synchronizer())
    for _ in range(times):
        await client.force_metadata_update()
    loop.cancel()


async def test_refreshes_that_are_forced_one_after_the_other_keep_their_distance():
    client, asked = _counting()
    space_out_refreshes(SimpleNamespace(client=client))
    await _refresh(client, 4)
    gaps = [after - before for before, after in itertools.pairwise(asked)]
    assert len(gaps) == 3
    assert min(gaps) >= PAUSE_SECONDS * 0.9


async def test_the_first_refresh_waits_for_nothing():
    client, asked = _counting()
    space_out_refreshes(SimpleNamespace(client=client))
    before = time.monotonic()
    await _refresh(client, 1)
    assert asked[0] - before < PAUSE_SECONDS


async def test_a_producer_has_its_client_where_it_is_looked_for():
    producer = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1")
    space_out_refreshes(producer)
    assert producer.client._metadata_update.__name__ == "spaced"
    await producer.stop()
