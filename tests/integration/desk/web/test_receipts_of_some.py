"""Receipts of some partitions of their topic alone, for a reader who is behind on those."""

from contextlib import aclosing

import pytest
from pydantic import SecretStr

from tests.integration.desk.web.server import send
from tests.integration.desk.web.test_stream import strange_receipts
from wiredesk.client import growth
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_desk.config import System
from wiredesk_desk.web.live import receipts as receipts_module
from wiredesk_desk.web.live.receipts import Receipts

pytestmark = [pytest.mark.broker, pytest.mark.timeout(60)]


async def test_those_of_one_partition_are_read_on_while_they_come(kafka: KafkaSettings, lane: Lane):
    await send(kafka, lane, *strange_receipts(5), partition=0)
    await send(kafka, lane, *strange_receipts(3), partition=1)
    found: list[int] = []
    async with (
        Receipts(System(kafka, lane, SecretStr(""), "test")) as receipts,
        aclosing(receipts.batches({1: 1}, is_all=False)) as batches,
    ):
        async for batch in batches:
            assert {one.partition for one in batch.told} <= {1}
            found += [one.offset for one in batch.told]
            if len(found) == 2:
                await send(kafka, lane, *strange_receipts(1), partition=1)
            if len(found) == 3:
                break
    assert found == [1, 2, 3]


async def test_all_of_them_are_read_until_there_are_more_partitions(
    kafka: KafkaSettings, lane: Lane, monkeypatch: pytest.MonkeyPatch
):
    often = client_options(kafka) | {"metadata_max_age_ms": 500}
    monkeypatch.setattr(receipts_module, "client_options", lambda _: often)
    await send(kafka, lane, *strange_receipts(1), partition=0)
    async with (
        Receipts(System(kafka, lane, SecretStr(""), "test")) as receipts,
        aclosing(receipts.batches({0: 0, 1: 0})) as batches,
    ):
        assert (await anext(batches)).told or (await anext(batches)).told
        await growth.grow_topics(kafka.model_copy(update={"partitions": 3}), lane)
        async for batch in batches:
            assert not batch.told
        assert set((await receipts.edges()).ends) == {0, 1, 2}
