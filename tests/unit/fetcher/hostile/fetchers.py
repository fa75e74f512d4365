"""A whole fetcher: handler, poller, probe and subscriber on real sockets, with what they keep in memory."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.unit.fetcher.hostile.servers import LURE, Guarded, Lure, open_guarded, open_lure
from tests.unit.fetcher.sites import options
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.ids import article_id
from wiredesk.contracts.topics import SUBMITTED
from wiredesk.contracts.wire import Record
from wiredesk.engine.outcomes import Received
from wiredesk.runtime.pool import Pool
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.feeds.hubs import Hub
from wiredesk_fetcher.handlers import fetch
from wiredesk_fetcher.hosts import HostsHere
from wiredesk_fetcher.http import open_web
from wiredesk_fetcher.notes import Notes
from wiredesk_fetcher.sources.poller import Poller
from wiredesk_fetcher.sources.probe import Found, Missed, probe
from wiredesk_fetcher.sources.source import Source, source_id
from wiredesk_fetcher.sources.store import Listed, Page
from wiredesk_fetcher.websub.subscriber import Subscriber
from wiredesk_fetcher.websub.subscription import State, Subscription

_NUMBERS = count()


class Shelf:
    """What `SourceStore` keeps for a poller and for the notes of pages, in memory: for one source and one page."""

    def __init__(self) -> None:
        self.source: Source | None = None
        self.page: Page | None = None
        self.next_visit: datetime | None = None
        self.written = 0

    async def known(self, _source: Source, _identities: Sequence[bytes]) -> set[bytes]:
        return set()

    async def on_the_wire(self, _articles: Sequence[UUID]) -> set[UUID]:
        return set()

    async def is_polled(self, _source: Source) -> bool:
        return True

    async def finish(self, source: Source, _items: Sequence[Listed], _now: datetime) -> None:
        self.source = source
        self.written += 1

    async def postpone(self, _source: Source, _at: datetime) -> None:
        self.written += 1

    async def keep_page(self, page: Page, next_visit: datetime | None) -> None:
        self.page, self.next_visit = page, next_visit

    async def visited(self, page: Page, next_visit: datetime | None) -> None:
        await self.keep_page(page, next_visit)
        self.written += 1


class Hubs:
    """What `Subscriptions` keeps for a poller and a subscriber, in memory: the hub named last, due once."""

    def __init__(self) -> None:
        self.due: list[Subscription] = []

    async def named(self, source: UUID, hub: Hub | None, _now: datetime) -> None:
        if hub is not None:
            asked = Subscription(source, hub.url, hub.topic, "https://wire.example", "token", "key", State.ASKED)
            self.due.append(asked)

    async def told_for(self, _source: UUID, **_poll: Any) -> timedelta:
        return timedelta()

    async def take(self, _now: datetime, _most: int) -> list[Subscription]:
        due, self.due = self.due, []
        return due

    async def postpone(self, _subscription: Subscription, _at: datetime) -> None: ...


class Names(AbstractResolver):
    """Gives a name the addresses that `known` has for it, the next ones each time, the last ones from then on.

    A name that ends in `-lure.example` is the lure's. What is a number to the system is one here. No other exists.
    """

    def __init__(self) -> None:
        self.known: dict[str, list[Sequence[str]]] = {}
        self.asked: list[str] = []

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - a resolver is asked so
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self.known.get(host.lower().rstrip("."))
        if host.endswith("-lure.example"):
            addresses: Iterable[str] = [LURE]
        elif answers:
            addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        else:
            addresses = [host]
        loop = asyncio.get_running_loop()
        found: list[ResolveResult] = []
        for address in addresses:
            for kind, _, protocol, _, (name, *_) in await loop.getaddrinfo(
                address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
            ):
                found.append(
                    ResolveResult(
                        hostname=host,
                        host=str(name),
                        port=port,
                        family=kind,
                        proto=protocol,
                        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                    )
                )
        return found

    async def close(self) -> None: ...


@dataclass
class Fetcher:
    """A fetcher that may reach the lure and nothing else, and what came of its work."""

    lure: Lure
    guarded: Guarded
    names: Names
    crawler: Crawler = field(init=False)
    poller: Poller = field(init=False)
    subscriber: Subscriber = field(init=False)
    # Any: it stands in for the store, which is a class of its own.
    shelf: Any = field(default_factory=Shelf)
    submitted: list[ArticleSubmitted] = field(default_factory=list)
    told: list[Record] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)

    def new_site(self) -> str:
        """Return the lure's address under a name of its own, so that nothing is known of it."""
        return f"http://n{next(_NUMBERS)}-lure.example:{self.lure.port}"

    @property
    def strangers(self) -> set[str]:
        """Return the addresses but the lure's that a connection was attempted to."""
        return {address for address in self.attempts if address.removeprefix("::ffff:") != LURE}

    async def fetch(self, url: str, *, notes: Any = None) -> Any:
        """Work a submission of `url` as the stage does; return the outcome, or the error it is tried again for."""
        submission = ArticleSubmitted(url=url)
        return await self.fetched(submission, notes=notes)

    async def fetched(self, submission: ArticleSubmitted, *, notes: Any = None) -> Any:
        """Work a submission as `fetch` does."""
        received = Received(submission, at=datetime.now(UTC), topic=SUBMITTED.name, partition=0, offset=0)
        note = (notes or Notes(self.shelf, None)).note
        try:
            return await fetch(received, crawler=self.crawler, clock=now, note=note)
        except TransientError as error:
            return error

    async def poll(self, url: str) -> Source:
        """Poll the source at `url` as it was left, a new one the first time; return how it is then."""
        kept = self.shelf.source
        source = kept if kept is not None and kept.url == url else new_source(url)
        before = self.shelf.written
        await self.poller.poll(source)
        assert self.shelf.written > before, "a poll must be written down"
        after: Source = self.shelf.source
        return after

    async def revisit(self, url: str, **fields: Any) -> None:
        """Look again at the page of `url`."""
        names = {"etag": "", "last_modified": "", "body_hash": "", **fields}
        page = Page(article_id=article_id(url), fetched_at=now(), submission=ArticleSubmitted(url=url), **names)
        before = self.shelf.written
        await self.poller.revisit(page)
        assert self.shelf.written > before, "a visit must be written down"

    async def probe(self, url: str) -> tuple[tuple[Found, ...], tuple[Missed, ...]]:
        """Look for sources at `url`, as `sources add` does."""
        return await probe(self.crawler, url, lambda _: None)


def now() -> datetime:
    return datetime.now(UTC)


def new_source(url: str) -> Source:
    return Source(
        source_id=source_id(url), url=url, title="", kind="", site_url="", labels={}, added_at=now() - timedelta(days=1)
    )


@asynccontextmanager
async def open_fetcher(reader: Pool | None, *, is_open: bool = False, **fields: Any) -> AsyncIterator[Fetcher]:
    """Yield a fetcher whose every connection is watched; none leaves this machine, whatever the fetcher tries.

    Ports are no obstacle and a contact is set, so that an address alone is what stops it. Where it `is_open`, the
    guarded servers are allowed by name.
    """
    async with open_lure() as lure, open_guarded() as guarded:
        names = Names()
        given = options(
            **{
                "allow_addresses": "127.0.0.2/32" + (",127.0.0.1/32,::1/128" if is_open else ""),
                "ports": f"80,443,{guarded.port}",
                "contact": "mailto:desk@harbour.example",
                "per_host": 8,
                **fields,
            }
        )
        fetcher = Fetcher(lure, guarded, names)
        loop = asyncio.get_running_loop()
        connect = loop.sock_connect

        async def watched(sock: socket.socket, address: Any) -> None:
            fetcher.attempts.append(str(address[0]))
            if not address[0].removeprefix("::ffff:").startswith("127.") and address[0] != "::1":
                raise ConnectionRefusedError
            await connect(sock, address)

        with (
            patch.object(aiohttp.connector, "DefaultResolver", lambda **_: names),
            patch.object(loop, "sock_connect", watched),
        ):
            async with open_web(given) as web:
                fetcher.crawler = Crawler(web, HostsHere(), given, now)
                hubs: Any = Hubs()
                fetcher.subscriber = Subscriber(hubs, fetcher.crawler, now)
                fetcher.poller = Poller(
                    fetcher.shelf,
                    fetcher.crawler,
                    _into(fetcher.submitted),
                    _into(fetcher.told),
                    at_once=8,
                    backlog=100,
                    now=now,
                    jitter=lambda: 0.5,
                    subscriptions=hubs,
                )
                # It is the tests' own, and outlives the poller.
                fetcher.poller._reader = reader
                yield fetcher


def _into(kept: list[Any]) -> Any:
    async def put(one: Any) -> None:
        kept.append(one)

    return put
