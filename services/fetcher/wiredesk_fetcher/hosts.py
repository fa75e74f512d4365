"""Where what is known of hosts is kept: in PostgreSQL for all fetchers together, or in this process alone."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import TypeVar

from wiredesk.postgres.connections import ACQUIRE_SECONDS, Connections, outages
from wiredesk_fetcher.politeness import clock
from wiredesk_fetcher.politeness.clock import Answered, Granted, Host, Later
from wiredesk_fetcher.politeness.robots import Access, Robots

T = TypeVar("T")

# A process that lives long meets many hosts.
_MOST = 10_000

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


class HostsHere(Hosts):
    """Hosts in this process's memory: for one fetcher, and for looking at one page."""

    def __init__(self) -> None:
        self._hosts: OrderedDict[str, Host] = OrderedDict()
        self._robots: OrderedDict[str, tuple[Robots, datetime]] = OrderedDict()

    async def robots(self, origin: str, now: datetime) -> Robots | None:
        robots, expires_at = self._robots.get(origin, (None, now))
        return robots if expires_at > now else None

    async def keep_robots(self, origin: str, robots: Robots, expires_at: datetime) -> None:
        _remember(self._robots, origin, (robots, expires_at))

    async def _change(self, host: str, change: Callable[[Host], tuple[Host, T]]) -> T:
        after, result = change(self._hosts.get(host, Host()))
        _remember(self._hosts, host, after)
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


def _remember(known: "OrderedDict[str, T]", name: str, value: T) -> None:
    known[name] = value
    known.move_to_end(name)
    if len(known) > _MOST:
        known.popitem(last=False)
