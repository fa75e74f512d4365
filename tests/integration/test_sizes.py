"""Sizes on a real broker: what a source topic admits can be dead-lettered, and no output poisons the producer."""

import random

import pytest

from tests.factories import cleaned, fetched
from tests.wires import Raw, committed, eventually, produce, read_all, running
from wiredesk.contracts import wire
from wiredesk.contracts.topics import CLEANED, FETCHED, MiB
from wiredesk.engine.work import one_by_one

pytestmark = pytest.mark.broker


def _noise(size):
    """Bytes that no compression makes smaller."""
    return random.Random(7).randbytes(size)


async def _all_committed(kafka, lane, count):
    async def done():
        return await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == count

    await eventually(done)


async def test_the_largest_record_a_topic_admits_is_dead_lettered_byte_for_byte(kafka, lane):
    value = _noise(8 * MiB - wire.FRAMING_BYTES)
    await produce(kafka, lane.topic(FETCHED), [(b"k", value, [("origin-system", b"x" * 1000)])])

    async def never(_received):
        raise AssertionError("it is no event")

    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(never, concurrency=1)):
        await _all_committed(kafka, lane, 1)
    (letter,) = await read_all(kafka, lane.topic(FETCHED.dead_letter("cleaner")))
    assert letter.value == value
    assert dict(letter.headers)[wire.REASON] == b"invalid_json"


async def test_a_record_that_grows_by_decompression_leaves_a_letter_that_says_where_it_lies(kafka, lane):
    # Its topic admits the compressed size.
    value = b" " * (17 * MiB) + b"{"
    await produce(kafka, lane.topic(FETCHED), [(b"k", value, [])])

    async def never(_received):
        raise AssertionError("it is no event")

    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(never, concurrency=1)):
        await _all_committed(kafka, lane, 1)
    (letter,) = await read_all(kafka, lane.topic(FETCHED.dead_letter("cleaner")))
    headers = {name: text.decode() for name, text in letter.headers}
    assert (letter.value, headers[wire.REASON]) == (b"", "too_large")
    assert headers[wire.ORIGIN].startswith(f"{lane.topic(FETCHED)}/")
    assert headers[wire.ORIGIN_END] == headers[wire.ORIGIN].rpartition("/")[2]


async def test_an_output_that_is_too_large_is_one_dead_letter_and_its_neighbours_pass(kafka, lane):
    events = [fetched(f"text {n}") for n in range(30)]
    bloated = events[7].article_id

    async def clean(received):
        text = "word " * (2 * MiB) if received.event.article_id == bloated else received.event.content
        return cleaned(text).model_copy(update={"article_id": received.event.article_id})

    records: list[Raw] = [(str(e.article_id).encode(), e.model_dump_json().encode(), []) for e in events]
    await produce(kafka, lane.topic(FETCHED), records, partition=0)
    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(clean, concurrency=4)):
        await _all_committed(kafka, lane, 30)
    (letter,) = await read_all(kafka, lane.topic(FETCHED.dead_letter("cleaner")))
    assert dict(letter.headers)[wire.REASON] == b"too_large"
    assert letter.value == records[7][1]
    assert len(await read_all(kafka, lane.topic(CLEANED))) == 29
