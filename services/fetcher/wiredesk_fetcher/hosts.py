"""Where what is known of hosts is kept: in PostgreSQL for all fetchers together, or in this process alone."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from wiredesk.postgres.connections import ACQUIRE_SECONDS, Connections, outages
from wiredesk_fetcher.politeness import clock
from wiredesk_fetcher.politeness.clock import Answered, Granted, Host, Later
from wiredesk_fetcher.politeness.robots import Access, Robots

T = TypeVar("T")

# A process that lives long meets many hosts.
_MOST = 10_000
# Of robots.txt as they came, and of those that are read: these take up to forty times as much memory.
_MOST_BYTES = 32 * 1024 * 1024
_MOST_BYTES_READ = 1024 * 1024

_READ = """
select next_request, planned_until, busy_until, turn, busy_answers, failures
from wiredesk_fetcher.hosts where host = $1 for update
"""
# The row is there before it is read: of two workers that meet a new host at once, one waits for the other.
_MEET = """
insert into wiredesk_fetcher.hosts (host, next_request, planned_until, busy_until, turn, busy_answers, failures)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
"""
_WRITE = """
update wiredesk_fetcher.hosts
set next_request = $2, planned_until = $3, busy_until = $4, turn = $5, busy_answers = $6, failures = $7
where host = $1
"""
_ROBOTS = "select access, body, expires_at from wiredesk_fetcher.robots where origin = $1 and expires_at > $2"
_KEEP_ROBOTS = """
insert into wiredesk_fetcher.robots (origin, access, body, expires_at) values ($1, $2, $3, $4)
on conflict (origin) do update set access = excluded.access, body = excluded.body, expires_at = excluded.expires_at
"""


class Hosts(ABC):
    """The hosts' clocks and robots.txt files. Every method may raise `InfrastructureError`: the place is away."""

    async def claim(
        self, host: str, now: datetime, delay: timedelta, lease: timedelta, *, has_waited: bool
    ) -> Granted | Later:
        """Claim a turn (see `clock.claim`). Of any number of workers at once, one gets it."""
        return await self._change(host, lambda state: clock.claim(state, now, delay, lease, has_waited=has_waited))

    async def give_back(
        self,
        host: str,
        turn: int,
        now: datetime,
        answered: Answered,
        *,
        delay: timedelta,
        retry_after: timedelta | None = None,
    ) -> None:
        """End a turn (see `clock.give_back`)."""
        await self._change(
            host,
            lambda state: (clock.give_back(state, turn, now, answered, delay=delay, retry_after=retry_after), None),
        )

    async def hold(self, host: str, until: datetime) -> None:
        """Let nobody ask a host before `until`."""
        await self._change(host, lambda state: (clock.held(state, until), None))

    @abstractmethod
    async def robots(self, origin: str, now: datetime) -> Robots | None:
        """Return the robots.txt of an origin as it was got last; None when it has to be got (again)."""

    @abstractmethod
    async def keep_robots(self, origin: str, robots: Robots, expires_at: datetime) -> None:
        """Remember a robots.txt until `expires_at`."""

    @abstractmethod
    async def _change(self, host: str, change: Callable[[Host], tuple[Host, T]]) -> T:
        """Put the state that `change` makes of a host's in its place; nobody else changes it meanwhile."""


class _Kept(Generic[T]):
    """What was of use last, by name: things of up to so many bytes together, and 10,000 at most."""

    def __init__(self, most_bytes: int = 0) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._things: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def get(self, name: str) -> T | None:
        found = self._things.get(name)
        if found is None:
            return None
        self._things.move_to_end(name)
        return found[0]

    def put(self, name: str, thing: T, size: int = 0) -> None:
        self.drop(name)
        self._things[name] = (thing, size)
        self._bytes += size
        while len(self._things) > _MOST or self._bytes > self._most_bytes:
            self.drop(next(iter(self._things)))

    def drop(self, name: str) -> None:
        _, size = self._things.pop(name, (None, 0))
        self._bytes -= size


class HostsHere(Hosts):
    """Hosts in this process's memory: for one fetcher, and for looking at one page."""

    def __init__(self) -> None:
        self._hosts: _Kept[Host] = _Kept()
        self._robots: _Kept[tuple[Access, bytes, datetime]] = _Kept(_MOST_BYTES)
        self._read: _Kept[Robots] = _Kept(_MOST_BYTES_READ)

    async def robots(self, origin: str, now: datetime) -> Robots | None:
        access, body, expires_at = self._robots.get(origin) or (Access.CLOSED, b"", now)
        if expires_at <= now:
            return None
        if (read := self._read.get(origin)) is None:
            read = Robots(access, body)
            self._read.put(origin, read, len(body))
        return read

    async def keep_robots(self, origin: str, robots: Robots, expires_at: datetime) -> None:
        self._robots.put(origin, (robots.access, robots.body, expires_at), len(robots.body))
        self._read.put(origin, robots, len(robots.body))

    async def _change(self, host: str, change: Callable[[Host], tuple[Host, T]]) -> T:
        after, result = change(self._hosts.get(host) or Host())
        self._hosts.put(host, after)
        return result


class HostsTogether(Hosts):
    """Hosts in PostgreSQL: the row of a host is locked for the moment of a claim, so no two workers get one turn."""

    def __init__(self, pool: Connections) -> None:
        self._pool = pool
        self._read = HostsHere()

    async def robots(self, origin: str, now: datetime) -> Robots | None:
        if (known := await self._read.robots(origin, now)) is not None:
            return known
        with outages():
            found = await self._pool.fetchrow(_ROBOTS, origin, now)
        if found is None:
            return None
        robots = Robots(Access(found["access"]), found["body"])
        await self._read.keep_robots(origin, robots, found["expires_at"])
        return robots

    async def keep_robots(self, origin: str, robots: Robots, expires_at: datetime) -> None:
        with outages():
            await self._pool.execute(_KEEP_ROBOTS, origin, robots.access.value, robots.body, expires_at)
        await self._read.keep_robots(origin, robots, expires_at)

    async def _change(self, host: str, change: Callable[[Host], tuple[Host, T]]) -> T:
        with outages():
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                found = await connection.fetchrow(_READ, host)
                if found is None:
                    await connection.execute(_MEET, host, *astuple(Host()))
                    found = await connection.fetchrow(_READ, host)
                    assert found is not None
                before = Host(*found.values())
                after, result = change(before)
                if after != before:
                    await connection.execute(_WRITE, host, *astuple(after))
                return result
