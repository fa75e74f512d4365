"""The dead-letter topic missing, or not writable: what should go there holds its batch up, and nothing is skipped."""

import asyncio
from uuid import UUID

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tests.factories import fetched
from tests.faults.harness.servers import dead_letters, log_lines, only, stage_book
from tests.wires import Raw, committed, eventually, produce, read_all
from wiredesk.client import admin
from wiredesk.contracts.topics import CLEANED, FETCHED

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(400)]
LETTERS = FETCHED.dead_letter("cleaner")
STORY = (
    "{place} Opens Bridge {n} After Long Repair\n\n"
    "The bridge number {n} in {place} opened again on Monday after a repair that took {n} weeks, the city council "
    "said. Mayor Ada Marsh thanked the crews for their work in the rain.\n\nTraffic over the river had been sent "
    "through the harbour since the storm of last winter, when engineers found cracks in {n} of the supports.\n"
)


def _batch(poison_at: int) -> tuple[list[Raw], list[UUID]]:
    events = [fetched(STORY.format(place="Oslo", n=n)) for n in range(20)]
    records: list[Raw] = [(str(e.article_id).encode(), e.model_dump_json().encode(), []) for e in events]
    records.insert(poison_at, (b"k", b"{broken", []))
    return records, [event.article_id for event in events]


async def _committed(kafka, lane):
    return await committed(kafka, lane.topic(FETCHED), lane.group("cleaner"))


async def _until_committed(kafka, lane, count, *, within=90):
    async def done():
        return await _committed(kafka, lane) == count

    await eventually(done, within=within)


async def test_a_missing_dead_letter_topic_holds_the_batch_until_it_is_back(kafka, dsn, lane, tmp_path, enter):
    first, sent = _batch(5)
    second, more = _batch(10)
    letters = lane.topic(LETTERS)
    async with only(("cleaner",), kafka, dsn, lane, tmp_path) as running:
        # One goes there before, so that the producer knows the topic and has a place in its sequence.
        await produce(kafka, lane.topic(FETCHED), first, partition=0)
        await _until_committed(kafka, lane, 21)
        assert len(await dead_letters(kafka, letters)) == 1
        async with admin.connect(kafka) as client:
            await client.delete_topics([letters])
        await produce(kafka, lane.topic(FETCHED), second, partition=0)

        async def held():
            return len(log_lines(tmp_path / "cleaner.log", "batch given back")) > 0

        await eventually(held, within=150)
        # What lies before the poison is out, and committed: only the poison holds.
        await _until_committed(kafka, lane, 21 + 10)
        await admin.apply_topics(kafka, lane)
        await _until_committed(kafka, lane, 42, within=180)
        assert len(await dead_letters(kafka, letters)) == 1
        ends = list(running.ends)
    book = await stage_book(kafka, lane, CLEANED, LETTERS, [*sent, *more])
    enter(20, book, extra=f"topic deleted under way: not committed until it is back; processes ended: {len(ends)}")
    assert {code for _, code in ends} <= {1, 3, 4}


async def test_a_dead_letter_topic_missing_at_the_start_is_said_and_waited_for(
    kafka, dsn, lane, tmp_path, enter, monkeypatch
):
    monkeypatch.setenv("WIREDESK_KAFKA__START_TIMEOUT_SECONDS", "3")
    records, sent = _batch(5)
    letters = lane.topic(LETTERS)
    await produce(kafka, lane.topic(FETCHED), records, partition=0)
    async with admin.connect(kafka) as client:
        await client.delete_topics([letters])
    async with only(("cleaner",), kafka, dsn, lane, tmp_path) as running:

        async def gave_up():
            return ("cleaner", 4) in running.ends

        await eventually(gave_up, within=60)
        assert f"topics do not exist: {letters}" in (tmp_path / "cleaner.log").read_text()
        assert await _committed(kafka, lane) == 0
        await admin.apply_topics(kafka, lane)
        await _until_committed(kafka, lane, 21)
    book = await stage_book(kafka, lane, CLEANED, LETTERS, sent)
    enter(20, book, extra="topic missing at the start: exit 4 that names it, works once it is there")
    assert book.dead == 1
    assert len(await read_all(kafka, letters)) == 1


async def _admit(kafka, topic, largest):
    """Set how large a record `topic` admits."""
    async with admin.connect(kafka) as client:
        resource = ConfigResource(
            ConfigResourceType.TOPIC, topic, {"max.message.bytes": str(largest), "cleanup.policy": "delete"}
        )
        await client.alter_configs([resource])


async def test_a_dead_letter_topic_that_refuses_records_ends_the_process_until_it_takes_them(
    kafka, dsn, lane, tmp_path, enter
):
    records, sent = _batch(5)
    letters = lane.topic(LETTERS)
    await _admit(kafka, letters, 100)
    await produce(kafka, lane.topic(FETCHED), records, partition=0)
    async with only(("cleaner",), kafka, dsn, lane, tmp_path) as running:

        async def ended_twice():
            return running.ends.count(("cleaner", 1)) >= 2

        await eventually(ended_twice, within=150)
        assert await _committed(kafka, lane) == 5
        assert log_lines(tmp_path / "cleaner.log", "ending to be restarted")
        assert "MessageSizeTooLarge" in log_lines(tmp_path / "cleaner.log", "batch given back")[0]["event"]
        await _admit(kafka, letters, LETTERS.max_bytes)
        await _until_committed(kafka, lane, 21)
        # Nothing more happens to it.
        ends = len(running.ends)
        await asyncio.sleep(2)
        assert len(running.ends) == ends
    book = await stage_book(kafka, lane, CLEANED, LETTERS, sent)
    enter(20, book, extra=f"topic refuses records: {ends} ends with exit 1, then it passes")
    assert book.dead == 1
