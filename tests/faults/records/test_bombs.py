"""Records that are small on the wire and huge once decompressed: buried unread, and nobody pays for them."""

import pytest
from aiokafka import AIOKafkaProducer

from tests.factories import url
from tests.faults.harness.one_service import committed_all, member, stage_ledger
from tests.faults.harness.pipeline import story
from tests.faults.harness.vitals import peak_megabytes, watched, works_through
from tests.wires import Raw, produce, read_all
from wiredesk.client.options import client_options
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.ids import article_id
from wiredesk.contracts.topics import FETCHED, SUBMITTED, MiB

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(300)]
# Less than a container of ours gets (512 MiB), and than any of the bombs holds on top of what a service needs.
PEAK_MIB = 400
ORIGIN_END = "wiredesk-origin-end"
# So far as each compression goes below the 8 MiB that the topic admits.
BOMBS = {"zstd": 256 * MiB, "gzip": 256 * MiB, "lz4": 256 * MiB, "snappy": 128 * MiB}
# The broker itself needs some hundred bytes of its heap for each while it checks the batch.
TINY = 1_000_000


async def _send_batch(kafka, topic, compression, values):
    """Send `values` as one batch; return the offset of the first and the last of them."""
    producer = AIOKafkaProducer(
        **client_options(kafka),
        acks="all",
        compression_type=compression,
        max_request_size=1024 * MiB,
        max_batch_size=1024 * MiB,
    )
    await producer.start()
    try:
        batch = producer.create_batch()
        count = 0
        for value in values:
            assert batch.append(key=b"k" if value else None, value=value, timestamp=None) is not None
            count += 1
        batch.close()
        sent = await (await producer.send_batch(batch, topic, partition=0))
    finally:
        await producer.stop()
    return sent.offset, sent.offset + count - 1


def _good(lane, places) -> list[Raw]:
    return [
        (b"k", ArticleSubmitted(url=place, text=story(n, lane.name)).model_dump_json().encode(), [])
        for n, place in enumerate(places)
    ]


async def _bombed(kafka, lane, tmp_path, bombs, *, within):
    """Set (compression, values) off among good records; return the books, where the bombs lay, and the peaks."""
    topic, places = lane.topic(SUBMITTED), [url() for _ in range(20 * (len(bombs) + 1))]
    good, ranges = _good(lane, places), []
    # All before the service: to make a bomb holds up this process, which is to watch the other one.
    for n, (compression, values) in enumerate(bombs):
        await produce(kafka, topic, good[20 * n : 20 * n + 20], partition=0)
        ranges.append(await _send_batch(kafka, topic, compression, values))
    await produce(kafka, topic, good[20 * len(bombs) :], partition=0)
    async with member(kafka, lane, "wiredesk_fetcher", logs=tmp_path) as fetcher:
        await fetcher.joined(kafka, lane, "fetcher")
        async with watched(fetcher.port) as vitals:
            await works_through(kafka, lane, "fetcher", fetcher, vitals, within=within)
        peak = peak_megabytes(fetcher.pid)
        assert await fetcher.stop() == 0
    # What is committed is over: whoever comes next meets no bomb.
    async with member(kafka, lane, "wiredesk_fetcher", logs=tmp_path) as second:
        await second.joined(kafka, lane, "fetcher")
        more = [url() for _ in range(5)]
        await produce(kafka, topic, _good(lane, more), partition=0)
        await committed_all(kafka, lane, "fetcher", within=60)
        calm = peak_megabytes(second.pid)
        assert await second.stop() == 0
    book = await stage_ledger(kafka, lane, list(map(article_id, places + more)), into=FETCHED, of=SUBMITTED)
    return book, ranges, peak, calm


async def _letters(kafka, lane):
    """Return what each dead letter says of itself: reason, origin, last offset."""
    records = await read_all(kafka, lane.topic(SUBMITTED.dead_letter("fetcher")))
    headers = [{name: (value or b"").decode() for name, value in record.headers} for record in records]
    return [(one[wire.REASON], one[wire.ORIGIN], one.get(ORIGIN_END)) for one in headers]


async def test_batches_that_decompress_to_a_quarter_gigabyte_are_buried_unread(kafka, lane, tmp_path, enter):
    bombs = [(compression, [b"\0" * size]) for compression, size in BOMBS.items()]
    book, ranges, peak, calm = await _bombed(kafka, lane, tmp_path, bombs, within=120)
    sizes = ", ".join(f"{compression} {size // MiB}" for compression, size in BOMBS.items())
    said = f"{sizes} MiB once decompressed: peak {peak:.0f} MiB, the next replica's {calm:.0f}"
    enter(32, book, extra=said)
    topic = lane.topic(SUBMITTED)
    assert await _letters(kafka, lane) == [("too_large", f"{topic}/0/{first}", str(last)) for first, last in ranges], (
        said
    )
    assert set(book.receipts.values()) == {1}
    assert max(peak, calm) < PEAK_MIB, said


async def test_a_bomb_takes_along_only_what_its_sender_put_into_its_batch(kafka, lane, tmp_path, enter):
    small = [record[1] for record in _good(lane, [url() for _ in range(3)])]
    bombs = [("zstd", [*small, b"\0" * (256 * MiB), *small])]
    book, ranges, peak, calm = await _bombed(kafka, lane, tmp_path, bombs, within=60)
    said = f"a bomb in a batch of {2 * len(small) + 1}: peak {peak:.0f} MiB"
    enter(32, book, extra=said)
    ((first, last),) = ranges
    assert await _letters(kafka, lane) == [("too_large", f"{lane.topic(SUBMITTED)}/0/{first}", str(last))], said
    assert last - first == 2 * len(small)
    assert max(peak, calm) < PEAK_MIB, said


async def test_a_batch_of_a_million_empty_records_is_buried_unread(kafka, lane, tmp_path, enter):
    bombs = [("zstd", (None for _ in range(TINY)))]
    book, ranges, peak, calm = await _bombed(kafka, lane, tmp_path, bombs, within=120)
    said = f"{TINY:,} empty records in one batch: peak {peak:.0f} MiB, the next replica's {calm:.0f}"
    enter(32, book, extra=said)
    ((first, last),) = ranges
    assert await _letters(kafka, lane) == [("too_large", f"{lane.topic(SUBMITTED)}/0/{first}", str(last))], said
    assert max(peak, calm) < PEAK_MIB, said
