"""Feeds of `tests.unit.fetcher.sources.ten_days` behind real sockets, and a poller whose days pass as fast as it polls.

Time is not waited for: it jumps to when the next source is due. So that polls overlap all the same, each has a time of
its own that stands still while it lasts, the one at which it was due: it is in the context of the task that polls, and
the server is told it before. A source is never late for it, as the time jumps no further ahead of a poll under way than
the shortest wait that can come of it. What happens is the same at each run, however the polls overlap.

Hosts have no delay: one for whose turn a request had to wait would wait for it in real time, and for ever where the
time stands still.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit

from tests.unit.fetcher.sites import options
from tests.unit.fetcher.sources.ten_days import END, HOUR, RETRY_AFTER, ROOM, TTL, Feed, Kind, Names, Trouble, World
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.sources import SourceHealth
from wiredesk.contracts.wire import Record
from wiredesk.postgres.connections import Connections
from wiredesk.runtime.pool import Pool
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.hosts import HostsTogether
from wiredesk_fetcher.http import open_web
from wiredesk_fetcher.sources.poller import LEASE, Poller
from wiredesk_fetcher.sources.schedule import JITTER, SHORTEST
from wiredesk_fetcher.sources.source import Source, source_id
from wiredesk_fetcher.sources.store import SourceStore

AT_ONCE = 8
AHEAD = SHORTEST * (1 - JITTER)

_NOW: ContextVar[datetime] = ContextVar("now")
_NEXT = "select url, next_poll from wiredesk_fetcher.sources where next_poll is not null order by next_poll limit 1"


@dataclass
class Site:
    """A feed with a host of its own, and what became of it.

    `now` is the time of its poll that is under way, or of its last. `requests` counts what came of polls; what is
    repeated within a poll is cut, and not noted as asked a second time. `robots` holds when its robots.txt was got.
    """

    feed: Feed
    host: str
    now: datetime
    requests: int = 0
    robots: list[datetime] = field(default_factory=list)
    told: list[SourceHealth] = field(default_factory=list)

    def answer(self, path: str, headers: dict[str, str]) -> bytes | None:
        """Return the answer to a GET; None: the connection is cut."""
        if path == "/robots.txt" and not self.feed.is_away(self.now):
            self.robots.append(self.now)
            return _answer(404)
        self.requests += 1
        if self.feed.asked[-1:] == [self.now]:
            return None
        if trouble := self.feed.ask(self.now):
            asks = {"Retry-After": f"{RETRY_AFTER.seconds}"} if trouble is Trouble.LIMITED else {}
            return None if trouble is Trouble.CUT else _answer(int(trouble.removeprefix("http_")), asks)
        name = self.feed.name(self.now)
        is_dated = self.feed.kind.names is Names.LAST_MODIFIED
        if name and headers.get("if-modified-since" if is_dated else "if-none-match") == name:
            self.feed.unchanged += 1
            return _answer(304)
        named = {"Last-Modified" if is_dated else "ETag": name} if name else {}
        return _answer(200, {"Content-Type": "application/rss+xml", **named}, self._listing())

    def _listing(self) -> bytes:
        feed = self.feed
        ttl = f"<ttl>{feed.kind.least // timedelta(minutes=1)}</ttl>" if feed.kind.least == TTL else ""
        # The newest first, as most feeds have it.
        items = "".join(
            f"<item><title>Tide table {number}</title><link>http://{self.host}/{number}</link>"
            + (f"<pubDate>{format_datetime(feed.items[number])}</pubDate>" if feed.dated else "")
            + "</item>"
            for number in reversed(feed.list(self.now))
        )
        return f"<rss version='2.0'><channel><title>{self.host}</title>{ttl}{items}</channel></rss>".encode()


def _answer(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} Said", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Connection(asyncio.Protocol):
    """Answers one GET for the site that it names as its host."""

    def __init__(self, sites: dict[str, Site]) -> None:
        self._sites = sites
        self._head = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._head += data
        if not self._head.endswith(b"\r\n\r\n"):
            return
        request, *lines = self._head.decode("ascii").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        answer = self._sites[headers["host"].partition(":")[0]].answer(request.split()[1], headers)
        if answer is None:
            self._transport.abort()
        else:
            self._transport.write(answer)
            self._transport.close()


class Town:
    """A thousand feeds, the poller that reads them, and when the days are over the sources as PostgreSQL knows them."""

    def __init__(self, world: World, pool: Connections, reader: Pool) -> None:
        self.world = world
        self.known: dict[str, Source] = {}
        self.sites = {site.host: site for site in _sites(world)}
        self.store = SourceStore(pool)
        self._pool = pool
        self._reader = reader

    def of(self, url: str | None) -> Site:
        """Return the site of a URL."""
        return self.sites[urlsplit(url or "").hostname or ""]

    def of_kind(self, kind: Kind) -> list[Site]:
        """Return the sites of a kind."""
        return [site for site in self.sites.values() if site.feed.kind is kind]

    async def submit(self, submission: ArticleSubmitted) -> None:
        number = int(urlsplit(submission.url or "").path[1:])
        self.of(submission.url).feed.find(number, _NOW.get())

    async def tell(self, record: Record) -> None:
        health = SourceHealth.model_validate_json(record.value)
        self.of(health.url).told.append(health)

    async def resolve(self, host: str | bytes | None, port: Any, **wanted: Any) -> Any:
        """Stand in for `getaddrinfo` of the loop: every site lies on loopback but those whose name is not known."""
        site = self.sites.get(str(host))
        if site is not None and site.feed.kind.trouble is Trouble.NO_HOST:
            site.requests += 1
            site.feed.ask(site.now)
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return socket.getaddrinfo("127.0.0.1" if site else host, port, **wanted)

    async def live(self, chance: Random) -> None:
        """Add all sources and poll them until `END`; each is added within an hour of when its kind begins."""
        given = options(deadline_seconds=120)
        async with self._serve() as port, open_web(given) as web:
            for site in self.sites.values():
                url = f"http://{site.host}:{port}/feed"
                added_at = site.feed.kind.begins + chance.random() * HOUR
                fields: Any = {"title": "", "kind": "", "site_url": "", "labels": {}, "added_at": added_at}
                await self.store.add(Source(source_id(url), url, **fields))
            crawler = Crawler(web, HostsTogether(self._pool), given, _NOW.get)
            poller = Poller(
                self.store,
                crawler,
                self.submit,
                self.tell,
                at_once=AT_ONCE,
                backlog=ROOM,
                now=_NOW.get,
                # Of the time alone, which is another at each poll: so it does not matter which of two ends first.
                jitter=lambda: Random(_NOW.get().timestamp()).random(),
            )
            # It is the tests' own, and outlives the poller.
            poller._reader = self._reader
            await self._poll(poller)
        self.known = {self.of(source.url).host: source for source in await self.store.all()}

    @asynccontextmanager
    async def _serve(self) -> AsyncIterator[int]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(self.sites), "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _poll(self, poller: Poller) -> None:
        under_way: dict[asyncio.Task[None], datetime] = {}
        while True:
            # Before it is read who is next: what has ended by now has been written by then.
            under_way = {task: began for task, began in under_way.items() if not task.done()}
            row = await self._pool.fetchrow(_NEXT)
            assert row is not None
            url, due = row
            oldest = min(under_way.values(), default=due)
            if due >= END and not under_way:
                return
            if due >= END or len(under_way) == AT_ONCE or due >= oldest + AHEAD:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                continue
            site = self.of(url)
            # Taken again because its lease has ended: the log says what broke.
            assert due != site.now + LEASE
            site.now = due
            _NOW.set(due)
            await poller.look()
            begun = poller._tasks - under_way.keys()
            assert len(begun) <= 1
            assert poller.problem == ""
            under_way |= dict.fromkeys(begun, due)


def _sites(world: World) -> Iterator[Site]:
    feeds = [feed for of_kind in world.values() for feed in of_kind]
    for number, feed in enumerate(feeds):
        yield Site(feed, f"feed{number}.example", feed.kind.begins)
