"""What shows only with time: memory and open files of the services, far behind a producer and through kills."""

import asyncio
import time
import uuid

import pytest

from tests.faults.harness.flood import Flow, all_run, drained, flood, watched
from tests.faults.harness.pipeline import SERVICES, ledger, processes
from wiredesk.client.client import Wiredesk

# Beside nothing else that measures, when two processes share the rows.
pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.xdist_group("measures")]
PADDING = "The council met again on Tuesday to hear what the repair had cost the city. " * 40
BACKLOG = 1_500
FLAT_MIB = 50
SOAK_SECONDS, KILL_EVERY_SECONDS, CALM_SECONDS = 240, 30, 100
# What a soak of minutes can tell from noise; an hour at this slope would show it beyond doubt.
GROWTH_MIB = 15
MORE_FILES = 5


async def test_a_producer_far_ahead_of_the_services_leaves_their_memory_flat(kafka, dsn, lane, tmp_path, enter, pace):
    backlog = int(BACKLOG / pace.slower)
    async with processes(kafka, dsn, lane, tmp_path) as running:
        await all_run(kafka, lane, running)
        async with watched(running) as uses:
            began = time.monotonic()
            sent = await flood(kafka, lane, backlog, uuid.uuid4().hex, padding=PADDING)
            published = time.monotonic() - began
            await drained(kafka, lane, within=700)
            seconds = time.monotonic() - began
        assert running.ends == []
    grown = {
        service: use.highest(seconds / 4, seconds) - use.highest(0, seconds / 4) for (service, _), use in uses.items()
    }
    book = await ledger(kafka, dsn, lane, sent)
    extra = f"published in {published:.0f} s, worked in {seconds:.0f} s; memory grew by {max(grown.values()):.0f} MiB"
    enter(28, book, extra=f"{extra} at most after the first quarter")
    assert seconds > 5 * published
    assert max(grown.values()) < FLAT_MIB, grown
    assert book.dead == 0


async def test_a_soak_with_kills_ends_with_flat_memory_and_no_more_open_files(kafka, dsn, lane, tmp_path, enter, pace):
    async with processes(kafka, dsn, lane, tmp_path) as running, Wiredesk(kafka, lane=lane.name) as wire:
        await all_run(kafka, lane, running)
        flow, stopped = Flow(wire, uuid.uuid4().hex, ahead=200), asyncio.Event()
        async with watched(running) as uses:
            began = time.monotonic()
            publishing = asyncio.create_task(flow.publish(stopped.is_set))
            for victim in SERVICES:
                await asyncio.sleep(KILL_EVERY_SECONDS)
                running.kill(victim)
            await all_run(kafka, lane, running)
            calm = time.monotonic() - began + 10
            await asyncio.sleep(max(calm + CALM_SECONDS, SOAK_SECONDS) - (time.monotonic() - began))
            end = time.monotonic() - began
            stopped.set()
            await publishing
            await drained(kafka, lane, within=pace.seconds(200))
        last = {service: uses[service, running.pid(service)] for service in SERVICES}
        assert len(running.ends) == len(SERVICES)
    book = await ledger(kafka, dsn, lane, flow.sent)
    middle = (calm + end) / 2
    grown = {s: one.highest(middle, end) - one.highest(calm, middle) for s, one in last.items()}
    files = {s: one.files(middle, end) - one.files(calm, middle) for s, one in last.items()}
    use = f"memory {max(grown.values()):+.1f} MiB, open files {max(files.values()):+d} in {end - calm:.0f} s of calm"
    rate = f"{len(flow.sent) / end:.0f} articles/s for {end:.0f} s"
    enter(29, book, extra=f"{rate}, a kill each {KILL_EVERY_SECONDS} s; at most {use}")
    assert max(grown.values()) < GROWTH_MIB, grown
    assert max(files.values()) <= MORE_FILES, files
    assert book.dead == 0
