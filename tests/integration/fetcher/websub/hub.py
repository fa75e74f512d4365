"""A hub of our own on loopback, and a newsroom that it can call."""

import hmac
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web as server

from tests.integration.fetcher.newsroom import HOUR, Newsroom, feed, open_newsroom
from tests.unit.fetcher.crawling import Answer, Site
from tests.unit.fetcher.sites import site
from wiredesk.postgres.connections import Connections
from wiredesk.runtime.pool import Pool
from wiredesk_fetcher.sources.source import Source
from wiredesk_fetcher.sources.store import SourceStore
from wiredesk_fetcher.websub.callbacks import listening
from wiredesk_fetcher.websub.store import Subscriptions
from wiredesk_fetcher.websub.subscriber import Subscriber
from wiredesk_fetcher.websub.subscription import PROVEN

CHALLENGE = "a challenge <b>of the hub's</b>"


@dataclass
class Hub:
    """Takes requests (`asked` holds their forms), and calls back as a test tells it to."""

    session: aiohttp.ClientSession
    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    says: server.Response | None = None
    """instead of 202"""
    is_hasty: bool = False
    """it verifies before it answers"""

    async def take(self, request: server.Request) -> server.Response:
        self.paths.append(request.path)
        if request.method != "POST":
            return server.Response(status=404)
        assert request.content_type == "application/x-www-form-urlencoded"
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        if self.is_hasty:
            await self.verify()
        says, self.says = self.says, None
        return says or server.Response(status=202)

    @property
    def callback(self) -> str:
        return self.asked[-1]["hub.callback"]

    async def verify(self, mode: str = "", at: str = "", **said: str) -> tuple[int, str]:
        """Ask whether what was asked last is meant; return the answer's status and body."""
        given = {"topic": self.asked[-1]["hub.topic"], "challenge": CHALLENGE, "lease_seconds": "864000", **said}
        query = {"hub.mode": mode or self.asked[-1]["hub.mode"]}
        query |= {f"hub.{name}": value for name, value in given.items()}
        async with self.session.get(at or self.callback, params=query) as answer:
            return answer.status, await answer.text()

    async def deliver(self, body: bytes = b"<rss/>", *, secret: str = "", method: str = "sha256", at: str = "") -> int:
        """Deliver what is signed as it should be, or with another secret; return the status."""
        key = secret or next(form["hub.secret"] for form in reversed(self.asked) if "hub.secret" in form)
        return await self.send(body, f"{method}={hmac.new(key.encode(), body, method).hexdigest()}", at=at)

    async def send(self, body: bytes, signature: str = "", at: str = "", **headers: str) -> int:
        """Deliver `body` with any signature; return the status."""
        given = {"Content-Type": "application/rss+xml", **({"X-Hub-Signature": signature} if signature else {})}
        async with self.session.post(
            at or self.callback, data=io.BytesIO(body), headers={**given, **headers}
        ) as answer:
            return answer.status


@asynccontextmanager
async def open_hub() -> AsyncIterator[Hub]:
    """Yield a hub that listens."""
    # A connection for each request, as from hubs that are many machines.
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(30)) as session:
        hub = Hub(session)
        async with site(hub.take) as base:
            hub.url = f"{base}/hub"
            yield hub


@dataclass
class Wire:
    """A newsroom with subscriptions, and the port at which hubs call it."""

    room: Newsroom
    subscriptions: Subscriptions
    subscriber: Subscriber
    port: int

    async def state(self) -> str:
        """Return the state of the only subscription there is; nothing when there is none."""
        rows = await self.subscriptions._pool.fetch("select state from wiredesk_fetcher.subscriptions")
        assert len(rows) < 2
        return str(rows[0]["state"]) if rows else ""

    async def row(self) -> Any:
        """Return all that is kept of the only subscription there is."""
        (row,) = await self.subscriptions._pool.fetch("select * from wiredesk_fetcher.subscriptions")
        return row


@asynccontextmanager
async def open_wire(pool: Connections, store: SourceStore, reader: Pool, **fields: Any) -> AsyncIterator[Wire]:
    """Yield a newsroom (see `open_newsroom`) with a listener of its own."""
    async with open_newsroom(store, reader, **fields) as room:
        subscriptions, now = Subscriptions(pool, ""), room.crawler._now
        async with listening(subscriptions, host="127.0.0.1", port=0, now=now) as port:
            subscriptions._base = f"http://127.0.0.1:{port}/websub"
            room.poller._subscriptions = subscriptions
            yield Wire(room, subscriptions, Subscriber(subscriptions, room.crawler, now), port)


def hubbed(hub: Hub, *numbers: int, topic: str = "https://harbour.example/feed") -> Answer:
    """Return a feed of the items with these numbers, whose headers name the hub."""
    return feed(numbers, Link=f'<{hub.url}>; rel="hub", <{topic}>; rel="self"')


async def subscribe(wire: Wire, hub: Hub, site: Site, **said: str) -> Source:
    """Have the source of a site subscribed to, and return it."""
    await wire.room.add(f"{site.base}/feed")
    await wire.room.look()
    await wire.subscriber.look()
    assert await hub.verify(**said) == (200, CHALLENGE)
    wire.room.taken()
    return await wire.room.source()


async def prove(wire: Wire, hub: Hub, site: Site) -> None:
    """Have the hub tell of all that polls find until it is relied on."""
    await subscribe(wire, hub, site)
    for number in range(PROVEN):
        wire.room.now += HOUR
        site.answers["/feed"] = hubbed(hub, *range(number + 2, 0, -1))
        assert await hub.deliver() == 202
        await wire.room.look()
        assert wire.room.taken() == [f"Story {number + 2}"]


async def wait(wire: Wire) -> timedelta:
    """Return how long after its last poll the only source is polled next."""
    source = await wire.room.source()
    assert source.next_poll is not None
    assert source.health.last_poll is not None
    return source.next_poll - source.health.last_poll
