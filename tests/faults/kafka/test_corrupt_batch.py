"""A batch that rotted on the broker's disk: buried alone, with its place, and its neighbours pass."""

import struct
import uuid
from pathlib import Path

import pytest

from tests.factories import url
from tests.faults.harness.one_service import committed_all, member, stage_ledger
from tests.faults.harness.pipeline import story
from tests.wires import Raw, produce, read_all
from wiredesk.client import admin
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.ids import article_id
from wiredesk.contracts.topics import FETCHED, SUBMITTED, Lane
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(240)]
BATCH = 5
# A record batch on disk: base offset and length first, the records behind 61 bytes.
_HEAD = struct.Struct(">qi")
_RECORDS_AT = 61


def _rot(log: Path, offset: int) -> None:
    """Flip one bit in the records of the batch that begins at `offset`."""
    data, at = bytearray(log.read_bytes()), 0
    while at < len(data):
        base, length = _HEAD.unpack_from(data, at)
        if base == offset:
            middle = at + (_RECORDS_AT + _HEAD.size + length) // 2
            data[middle] ^= 1
            log.write_bytes(data)
            return
        at += _HEAD.size + length
    raise AssertionError(f"no batch begins at {offset}")


def _batches(lane: Lane, count: int) -> tuple[list[list[Raw]], list[uuid.UUID]]:
    places = [url() for _ in range(count * BATCH)]
    records: list[Raw] = [
        (b"k", ArticleSubmitted(url=place, text=story(n, lane.name)).model_dump_json().encode(), [])
        for n, place in enumerate(places)
    ]
    return [records[n : n + BATCH] for n in range(0, len(records), BATCH)], list(map(article_id, places))


@pytest.mark.parametrize("rotten", [[2], [0], [1, 2], [4]], ids=["between", "first", "two in a row", "last"])
async def test_a_batch_with_a_wrong_checksum_is_buried_alone(tmp_path, enter, rotten):
    broker = KafkaServer(
        tmp_path / "kafka", await kafka_jars(print), logs=tmp_path / "logs", pids=tmp_path / "pids", name="rotten"
    )
    await broker.start()
    kafka = KafkaSettings(bootstrap_servers=[broker.bootstrap_server], partitions=2)
    lane = Lane(f"t{uuid.uuid4().hex[:10]}")
    topic = lane.topic(SUBMITTED)
    bad: list[uuid.UUID] = []
    sent: list[uuid.UUID] = []
    try:
        await admin.apply_topics(kafka, lane)
        # Both partitions, so that the one that is sound has records in hand when the other cannot be read.
        for partition in (0, 1):
            batches, ids = _batches(lane, 5)
            for n, batch in enumerate(batches):
                await produce(kafka, topic, batch, partition=partition)
                mine = ids[n * BATCH : n * BATCH + BATCH]
                (bad if partition == 0 and n in rotten else sent).extend(mine)
        await broker.stop()
        for n in rotten:
            _rot(tmp_path / "kafka" / f"{topic}-0" / f"{0:020}.log", n * BATCH)
        await broker.start()
        async with member(kafka, lane, "wiredesk_fetcher", logs=tmp_path) as fetcher:
            await fetcher.joined(kafka, lane, "fetcher")
            try:
                seconds = await committed_all(kafka, lane, "fetcher", within=45)
            except TimeoutError:
                book = await stage_ledger(kafka, lane, sent, into=FETCHED, of=SUBMITTED)
                raise AssertionError(
                    f"stands after 45 s: {len(book.lost)} of {len(sent)} not out, {book.dead} dead letters"
                ) from None
            assert await fetcher.stop() == 0
        book = await stage_ledger(kafka, lane, sent, into=FETCHED, of=SUBMITTED)
        letters = [dict(one.headers) for one in await read_all(kafka, lane.topic(SUBMITTED.dead_letter("fetcher")))]
    finally:
        await broker.stop()
    enter(35, book, extra=f"batches {rotten} of five: buried, {len(bad)} records; all others out {seconds:.0f} s after")
    assert [(one[wire.REASON], one[wire.ORIGIN], one["wiredesk-origin-end"]) for one in letters] == [
        (b"unreadable", f"{topic}/0/{n * BATCH}".encode(), str(n * BATCH + BATCH - 1).encode()) for n in rotten
    ]
    assert set(book.receipts.values()) == {1}
