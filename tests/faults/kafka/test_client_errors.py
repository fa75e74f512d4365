"""The Kafka client raises what nobody foresees, with records of another partition already in its hands."""

import asyncio

import pytest

from tests.factories import fetched
from tests.faults.harness.one_service import committed_all, feed, member, stage_ledger

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]
# So few that one read takes records out of both partitions.
FIRST, MORE = 8, 40


async def test_an_unforeseen_error_of_the_client_loses_nothing_it_had_taken_out(kafka, lane, tmp_path, enter):
    events, more = ([fetched(f"text {number}") for number in range(count)] for count in (FIRST, MORE))
    for partition in (0, 1):
        await feed(kafka, lane, events[partition::2], partition=partition)
    async with member(kafka, lane, "tests.faults.programs.client_error", logs=tmp_path) as first:
        await first.said("raised in partition")
        # What is committed next stands behind what was in the client's hands.
        for partition in (0, 1):
            await feed(kafka, lane, more[partition::2], partition=partition)
        # It may go on by itself, or end with an error and be started again by whoever runs it.
        working = asyncio.create_task(committed_all(kafka, lane, "cleaner", within=60))
        ending = asyncio.create_task(first.process.wait())
        done, pending = await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        ended = ending in done
        code = first.process.returncode if ended else await first.stop()
    async with member(kafka, lane, "tests.faults.programs.framed_stage", "work", logs=tmp_path) as second:
        await second.joined(kafka, lane, "cleaner")
        await committed_all(kafka, lane, "cleaner", within=60)
        assert await second.stop() == 0
    book = await stage_ledger(kafka, lane, [event.article_id for event in (*events, *more)])
    how = f"ends with {code} and is started again" if ended else "goes on"
    enter(34, book, extra=f"MemoryError in one partition while the other was drained: {how}")
    assert book.dead == 0
    assert code in ((1,) if ended else (0,))
