"""What is known of a backfill, in PostgreSQL: who feeds it, whether it is paused, how far each input is."""

import hashlib
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from wiredesk.postgres.connections import Connections, outages
from wiredesk_desk.backfill.inputs import Input

# Who feeds says so every second; killed, another may feed after so long.
LEASE = timedelta(seconds=10)

_MEET = "insert into wiredesk_desk.backfills (lane) values ($1) on conflict do nothing"
_ONE = """
select paused, feeder, created_at, coalesce(feeder_until > now(), false) as is_fed
from wiredesk_desk.backfills where lane = $1
"""
_LEASE = """
update wiredesk_desk.backfills set feeder = $2, feeder_until = now() + $3
where lane = $1 and (feeder = $2 or feeder_until is null or feeder_until <= now()) returning paused
"""
_LEAVE = "update wiredesk_desk.backfills set feeder = null, feeder_until = null where lane = $1 and feeder = $2"
_PAUSE = "update wiredesk_desk.backfills set paused = $2 where lane = $1 returning lane"
_INPUTS = """
select name, size, position, before, fed, refused, without_page, began_at, noted_at, finished_at
from wiredesk_desk.backfill_inputs where lane = $1 order by began_at, name
"""
_BEGIN = """
insert into wiredesk_desk.backfill_inputs (lane, name, size) values ($1, $2, $3)
on conflict (lane, name) do update
set size = excluded.size, position = 0, before = '', fed = 0, refused = 0, without_page = 0,
    began_at = now(), noted_at = now(), finished_at = null
returning name, size, position, before, fed, refused, without_page, began_at, noted_at, finished_at
"""
_NOTE = """
update wiredesk_desk.backfill_inputs
set size = $3, position = $4, before = $5, fed = $6, refused = $7, without_page = $8, noted_at = now(),
    finished_at = case when $9 then now() end
where lane = $1 and name = $2
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """How far an input is. `noted_at` by the database's clock: what was fed after it may not be counted in."""

    name: str
    size: int
    position: int
    before: str
    fed: int
    refused: int
    without_page: int
    began_at: datetime
    noted_at: datetime
    finished_at: datetime | None

    @property
    def key(self) -> str:
        """What tells its records from all others on a topic; another one when it is fed from its beginning again."""
        return hashlib.sha256(f"{self.name}\n{self.began_at.isoformat()}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Backfill:
    """A lane that is or was fed. `feeder` is empty where nobody feeds it now."""

    paused: bool
    feeder: str
    created_at: datetime


class Backfills:
    """The tables, as far as they are of one lane. Every method raises `InfrastructureError` when PostgreSQL is away."""

    def __init__(self, pool: Connections, lane: str) -> None:
        self._pool, self.lane = pool, lane
        self._me = f"process {os.getpid()} on {socket.gethostname()}"

    async def one(self) -> Backfill | None:
        """Return what is known of the lane; None when it was never fed."""
        with outages():
            found = await self._pool.fetchrow(_ONE, self.lane)
        if found is None:
            return None
        return Backfill(found["paused"], found["feeder"] if found["is_fed"] else "", found["created_at"])

    async def lease(self) -> bool | None:
        """Say that this process feeds the lane; return whether it is paused, None where another process feeds it."""
        with outages():
            await self._pool.execute(_MEET, self.lane)
            paused: bool | None = await self._pool.fetchval(_LEASE, self.lane, self._me, LEASE)
        return paused

    async def leave(self) -> None:
        """Say that this process feeds the lane no more."""
        with outages():
            await self._pool.execute(_LEAVE, self.lane, self._me)

    async def pause(self, *, paused: bool) -> bool:
        """Pause or go on; return whether the lane was ever fed."""
        with outages():
            return await self._pool.fetchval(_PAUSE, self.lane, paused) is not None

    async def inputs(self) -> list[Kept]:
        """Return every input that was ever fed into the lane, in the order in which they were begun."""
        with outages():
            return [_kept(found) for found in await self._pool.fetch(_INPUTS, self.lane)]

    async def begin(self, one: Input) -> Kept:
        """Note that an input is fed from its beginning."""
        with outages():
            found = await self._pool.fetchrow(_BEGIN, self.lane, one.name, one.size)
        assert found is not None, "it returns what it wrote"
        return _kept(found)

    async def note(self, one: Kept, *, is_done: bool) -> None:
        """Note how far an input is, and whether it is done."""
        counts = one.fed, one.refused, one.without_page
        with outages():
            await self._pool.execute(_NOTE, self.lane, one.name, one.size, one.position, one.before, *counts, is_done)


def _kept(found: asyncpg.Record) -> Kept:
    return Kept(**dict(found))
