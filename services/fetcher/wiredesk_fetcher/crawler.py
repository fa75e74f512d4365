"""A polite GET: robots.txt asked first, the host's clock obeyed at every hop, redirects followed within bounds.

Pages and polls come through here, so that one host never hears two of our voices at once.
"""

import asyncio
import weakref
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from wiredesk.contracts.errors import InfrastructureError, TransientError
from wiredesk.contracts.events import Rejection
from wiredesk.contracts.ids import registrable_host
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher import core
from wiredesk_fetcher.core import Response, RobotsSay
from wiredesk_fetcher.hosts import Hosts
from wiredesk_fetcher.http import PAGE, Wanted, Web
from wiredesk_fetcher.politeness import robots
from wiredesk_fetcher.politeness.budget import FURTHER, Budget
from wiredesk_fetcher.politeness.clock import NAP, Answered, Granted
from wiredesk_fetcher.politeness.robots import Access, Robots
from wiredesk_fetcher.settings import FetcherOptions

T = TypeVar("T")

HOST_BUSY = "host_busy"
ROBOTS_CLOSED = "robots_closed"
# A robots.txt that could not be read forbids everything; for how long is ours to say.
_CLOSED_FOR = timedelta(minutes=10)
# What a host's answer may take on top of its deadline until its turn is given back.
_LEASE_MARGIN = timedelta(seconds=15)
_MOST_MOVED = 10_000
_PERMANENT = frozenset({301, 308})
_ROBOTS = Wanted(
    accept="text/plain, */*;q=0.1",
    is_read=lambda status, _: 200 <= status < 300,
    limit=lambda _: robots.MAX_ROBOTS_BYTES,
    is_cut=True,
)


class NotYetError(Exception):
    """The host may not be asked before `at`; nothing was asked."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"not before {at.isoformat()}")
        self.at = at


def clock_of(url: str) -> str:
    """Return whose clock counts for `url`: its registrable domain, or its host; all ports of a machine are one."""
    host = registrable_host(url)
    name, colon, port = host.rpartition(":")
    if colon and port.isdecimal() and (":" not in name or name.endswith("]")):
        host = name
    return host.strip("[]")


class Crawler:
    """Asks politely, as far as `hosts` remembers and `options` say; `now` is the wall clock (UTC)."""

    def __init__(self, web: Web, hosts: Hosts, options: FetcherOptions, now: Callable[[], datetime]) -> None:
        self._web = web
        self._hosts = hosts
        self._options = options
        self._now = now
        self._moved: OrderedDict[str, tuple[str, int, str]] = OrderedDict()
        self._semaphores: weakref.WeakValueDictionary[str, asyncio.Semaphore] = weakref.WeakValueDictionary()
        self._reading: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def get(
        self,
        url: str,
        wanted: Wanted = PAGE,
        *,
        has_waited: bool = False,
        headers: Mapping[str, str] | None = None,
        patience: timedelta | None = None,
    ) -> Response | Refusal:
        """Return the answer at the end of the hop chain, or why it was refused.

        `has_waited`: a time was named for it before, and it comes back now. `headers` go along on every hop.
        For so long as `patience` the hosts' time is waited for here in all; without it for a moment, and for each
        further request ten seconds.

        Raises:
            NotYetError: it is not the host's time.
            TransientError: no answer, or the robots.txt cannot be read (`robots_closed`).
            InfrastructureError: what is known of hosts is out of reach.
        """
        at, hops, moved_to = self._moved.pop(url, (url, 0, url))
        budget = self._budget(NAP) if patience is None else self._budget(patience, is_for_all=True)
        if hops:
            budget.asked()
        while True:
            try:
                answer = await self._hop(at, wanted, budget, has_waited=has_waited, headers=headers)
            except NotYetError:
                if hops:
                    self._remember(url, at, hops, moved_to)
                raise
            if isinstance(answer, Refusal):
                return answer
            target = core.next_hop(at, answer.status, answer.header("Location"), hops)
            if target is None:
                return replace(answer, moved_to="" if moved_to == url else moved_to)
            if isinstance(target, Refusal):
                return target
            if moved_to == at and answer.status in _PERMANENT:
                moved_to = target
            at, hops, has_waited = target, hops + 1, True
            budget.asked()

    async def post(self, url: str, form: Mapping[str, str], wanted: Wanted) -> Response | Refusal:
        """Return the answer of one POST of `form` at its host's time, or why it was refused. Follows no redirect.

        Raises:
            NotYetError, TransientError, InfrastructureError: as `get` does.
        """
        # robots.txt is about what a crawler comes upon (RFC 9309); who names an address for requests has invited them.
        return await self._ask(url, wanted, None, self._budget(NAP), has_waited=True, form=form)

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that the robots.txt of a URL's host names; none when it cannot be read now."""
        try:
            file, _ = await self._robots_of(url, self._budget(FURTHER), has_waited=True)
        except (NotYetError, TransientError):
            return ()
        return file.sitemaps() if isinstance(file, Robots) else ()

    # ---- one hop ----

    def _budget(self, patience: timedelta, *, is_for_all: bool = False) -> Budget:
        return Budget(self._options.deadline_seconds, patience, is_for_all=is_for_all)

    async def _hop(
        self,
        url: str,
        wanted: Wanted,
        budget: Budget,
        *,
        has_waited: bool,
        headers: Mapping[str, str] | None,
    ) -> Response | Refusal:
        file, was_read = await self._robots_of(url, budget, has_waited=has_waited)
        if isinstance(file, Refusal):
            return file
        if not file.allows(url):
            return Refusal(Rejection.ROBOTS, f"robots.txt of {urlsplit(url).hostname} does not allow it")
        if was_read:
            budget.asked()
        answer = await self._ask(url, wanted, file, budget, has_waited=has_waited or was_read, headers=headers)
        if isinstance(answer, Refusal):
            return answer
        return replace(answer, robots=RobotsSay(file.access.value, file.content_usage(url), file.licences()))

    async def _ask(
        self,
        url: str,
        wanted: Wanted,
        file: Robots | None,
        budget: Budget,
        *,
        has_waited: bool,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Response | Refusal:
        # A host that is not asked is not down.
        budget.check()
        host = clock_of(url)
        delay = self._delay(host, file)
        asking = partial(self._web.ask, url, wanted, headers=headers, form=form)
        if not delay:
            async with self._one_of_few(registrable_host(url)):
                return await budget.of(asking)
        turn = await self._turn(host, delay, budget, has_waited=has_waited)
        answered, retry_after = Answered.DOWN, None
        try:
            answer = await budget.of(asking)
            answered = Answered.WELL
            if isinstance(answer, Response) and answer.status in (429, 503):
                answered = Answered.BUSY
                retry_after = core.wait(answer.retry_after, self._now()) if answer.retry_after else None
        except asyncio.CancelledError:
            answered = Answered.WELL
            raise
        finally:
            # Not given back, it ends with its lease.
            with suppress(InfrastructureError):
                giving = self._hosts.give_back(host, turn, self._now(), answered, delay=delay, retry_after=retry_after)
                await asyncio.shield(giving)
        return answer

    async def _turn(self, host: str, delay: timedelta, budget: Budget, *, has_waited: bool) -> int:
        lease = timedelta(seconds=budget.left) + _LEASE_MARGIN
        began = now = self._now()
        until = began + budget.patience
        while True:
            claimed = await self._hosts.claim(host, now, delay, lease, has_waited=has_waited)
            if isinstance(claimed, Granted):
                budget.patience -= max(now - began, timedelta())
                return claimed.turn
            if claimed.at > until:
                raise NotYetError(claimed.at)
            has_waited = True
            await asyncio.sleep(max(0.0, (claimed.at - now).total_seconds()))
            now = self._now()

    @asynccontextmanager
    async def _one_of_few(self, host: str) -> AsyncIterator[None]:
        """Be one of the few that ask a host without a delay at a time."""
        turns = self._semaphores.setdefault(host, asyncio.Semaphore(self._options.per_host))
        try:
            async with asyncio.timeout(self._options.queue_seconds):
                await turns.acquire()
        except TimeoutError:
            raise TransientError(f"{host} is busy with other articles", reason=HOST_BUSY) from None
        try:
            yield
        finally:
            turns.release()

    def _delay(self, host: str, file: Robots | None) -> timedelta:
        own = timedelta(seconds=self._options.delays.get(host, self._options.delay_seconds))
        return max(own, (file.delay() if file else None) or timedelta())

    # ---- robots.txt ----

    async def _robots_of(self, url: str, budget: Budget, *, has_waited: bool) -> tuple[Robots | Refusal, bool]:
        """Return the robots.txt of a URL's origin, and whether it was read for this."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        async with budget.holding(self._reading.setdefault(origin, asyncio.Lock())):
            file: Robots | Refusal | None = await self._hosts.robots(origin, self._now())
            was_read = file is None
            if file is None:
                file = await self._read_robots(origin, budget, has_waited=has_waited)
            if isinstance(file, Robots):
                await _read(file)
        if isinstance(file, Robots) and file.access is Access.CLOSED:
            raise TransientError(
                f"robots.txt of {parts.hostname} cannot be read, so nothing may be fetched", reason=ROBOTS_CLOSED
            )
        return file, was_read

    async def _read_robots(self, origin: str, budget: Budget, *, has_waited: bool) -> Robots | Refusal:
        at, hops = f"{origin}/robots.txt", 0
        while True:
            answer = await self._ask(at, _ROBOTS, None, budget, has_waited=has_waited)
            if isinstance(answer, Refusal):
                if answer.reason is not Rejection.UNSUPPORTED_TYPE:
                    return answer
                file = robots.unreachable()
                break
            target = core.next_hop(at, answer.status, answer.header("Location"), hops)
            if target is None or isinstance(target, Refusal):
                file = robots.of_answer(answer.status, answer.body)
                break
            at, hops, has_waited = target, hops + 1, True
            budget.asked()
        kept = _CLOSED_FOR if file.access is Access.CLOSED else robots.KEPT
        await self._hosts.keep_robots(origin, file, self._now() + kept)
        await _read(file)
        host = clock_of(origin)
        if (delay := self._delay(host, file)) > self._delay(host, None):
            # It was asked before it was known how long to wait after it.
            await self._hosts.hold(host, self._now() + delay)
        return file

    def _remember(self, url: str, at: str, hops: int, moved_to: str) -> None:
        """Go on at `at` when `url` comes again: its first hops have been asked."""
        self._moved[url] = (at, hops, moved_to)
        if len(self._moved) > _MOST_MOVED:
            self._moved.popitem(last=False)


async def _read(file: Robots) -> None:
    if file.takes_long:
        # Others are served meanwhile.
        await asyncio.to_thread(file.delay)
