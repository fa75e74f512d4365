"""When a lane takes one more record."""

import asyncio

from tests.simulation.loop import simulate
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_desk.backfill import room as rooms


def test_what_was_under_way_and_has_arrived_since_makes_room(monkeypatch):
    async def nothing_waits(*_):
        return []

    monkeypatch.setattr("wiredesk.client.offsets.lag", nothing_waits)
    monkeypatch.setattr("time.monotonic", lambda: asyncio.get_running_loop().time())

    async def run():
        room = rooms.Room(KafkaSettings(), Lane("past"), most=2)
        under_way = {1, 2}

        async def arrive():
            await asyncio.sleep(5)
            under_way.clear()

        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(arrive())
            await room.take(100, under_way)
            assert not under_way
            await room.take(100, under_way)

    simulate(run())
