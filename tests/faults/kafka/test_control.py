"""The control: the same kill, on the framework's default acknowledgement and on the engine.

A ledger that cannot show a loss proves nothing, so the first must lose, every time.
"""

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.factories import fetched
from tests.wires import Raw, committed, eventually, produce, read_all
from wiredesk.client import offsets
from wiredesk.contracts.topics import CLEANED, FETCHED

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[3]
RECORDS = 20


@asynccontextmanager
async def _stage(kafka, lane, policy, what):
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "tests.faults.programs.one_stage",
            policy,
            what,
            ",".join(kafka.bootstrap_servers),
            lane.name,
        ),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def _outputs_after_a_kill(kafka, lane, policy, *, held):
    """Kill -9 the stage while it holds its first record, let a second one do the rest; return how many came out."""
    events = [fetched(f"text {n}") for n in range(RECORDS)]
    records: list[Raw] = [(b"k", event.model_dump_json().encode(), []) for event in events]
    await produce(kafka, lane.topic(FETCHED), records, partition=0)
    async with _stage(kafka, lane, policy, "hold"):
        await held()
    async with _stage(kafka, lane, policy, "work"):

        async def all_committed():
            return await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == RECORDS

        await eventually(all_committed, within=60)

        async def quiet():
            before = len(await read_all(kafka, lane.topic(CLEANED)))
            await asyncio.sleep(1)
            return before == len(await read_all(kafka, lane.topic(CLEANED)))

        await eventually(quiet)
    return len(await read_all(kafka, lane.topic(CLEANED)))


async def test_the_frameworks_default_acknowledgement_loses_the_record_in_hand(kafka, lane):
    async def offset_is_out():
        async def seen():
            return await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) > 0

        await eventually(seen, within=60)

    assert await _outputs_after_a_kill(kafka, lane, "default", held=offset_is_out) < RECORDS


async def test_the_engine_loses_nothing_of_the_same_kill(kafka, lane):
    async def has_been_handed_over():
        async def joined():
            stages = await offsets.lag(kafka, lane)
            return any(stage.service == "cleaner" and stage.members for stage in stages)

        await eventually(joined, within=60)
        # Longer than any acknowledgement of the control takes.
        await asyncio.sleep(2)
        assert await committed(kafka, lane.topic(FETCHED), lane.group("cleaner")) == 0

    assert await _outputs_after_a_kill(kafka, lane, "engine", held=has_been_handed_over) == RECORDS
