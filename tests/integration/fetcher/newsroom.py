"""A poller on real PostgreSQL whose time a test sets, and the feeds it reads."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.unit.fetcher.crawling import Answer
from tests.unit.fetcher.sites import options, raw_site
from wiredesk.contracts import topics
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.sources import SourceHealth
from wiredesk.contracts.wire import Record
from wiredesk.runtime.pool import Pool
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.hosts import Hosts, HostsHere
from wiredesk_fetcher.http import open_web
from wiredesk_fetcher.sources.poller import Poller
from wiredesk_fetcher.sources.source import Source, source_id
from wiredesk_fetcher.sources.store import SourceStore

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BACKLOG = 3
RSS = "application/rss+xml"


@dataclass
class Newsroom:
    """A poller and all that comes of it."""

    store: SourceStore
    poller: Poller = field(init=False)
    crawler: Crawler = field(init=False)
    now: datetime = START
    submitted: list[ArticleSubmitted] = field(default_factory=list)
    told: list[SourceHealth] = field(default_factory=list)
    before_submit: Callable[[ArticleSubmitted], None] = lambda _: None

    async def submit(self, submission: ArticleSubmitted) -> None:
        self.before_submit(submission)
        self.submitted.append(submission)

    async def tell(self, record: Record) -> None:
        assert record.topic is topics.SOURCES
        self.told.append(SourceHealth.model_validate_json(record.value))

    async def add(self, url: str, **fields: Any) -> Source:
        """Add a source that is due now, and return it."""
        given = {"title": "", "kind": "", "site_url": "", "labels": {}, **fields}
        await self.store.add(Source(source_id=source_id(url), url=url, added_at=self.now, **given))
        return next(one for one in await self.store.all() if one.url == url)

    async def look(self) -> None:
        """Begin what is due, and wait until it has ended."""
        await self.poller.look()
        await self.poller.finished()

    async def later(self, by: timedelta = 8 * DAY) -> None:
        """Look again when so much time has passed; a source that is polled at all is due after eight days."""
        self.now += by
        await self.look()

    async def source(self) -> Source:
        """Return the only source there is."""
        (one,) = await self.store.all()
        return one

    def taken(self) -> list[str]:
        """Return the headlines that were submitted since this was called last."""
        found = [one.feed_item.headline or "" for one in self.submitted if one.feed_item]
        self.submitted.clear()
        return found

    def states(self) -> list[str]:
        """Return the states that were told since this was called last."""
        found = [one.state.value for one in self.told]
        self.told.clear()
        return found


@asynccontextmanager
async def open_newsroom(
    store: SourceStore,
    reader: Pool,
    *,
    hosts: Hosts | None = None,
    is_running: bool = False,
    submit_backlog: Callable[[ArticleSubmitted], Awaitable[None]] | None = None,
    **fields: Any,
) -> AsyncIterator[Newsroom]:
    """Yield a newsroom; unless its time `is_running`, it stands still until a test moves it."""
    given, room, began = options(**fields), Newsroom(store), time.monotonic()

    def clock() -> datetime:
        return room.now + timedelta(seconds=time.monotonic() - began if is_running else 0)

    async with open_web(given) as web:
        room.crawler = Crawler(web, hosts or HostsHere(), given, clock)
        room.poller = Poller(
            store,
            room.crawler,
            room.submit,
            room.tell,
            at_once=8,
            backlog=BACKLOG,
            now=clock,
            jitter=lambda: 0.5,
            submit_backlog=submit_backlog,
        )
        # It is the tests' own, and outlives the poller.
        room.poller._reader = reader
        yield room


def item(number: int, title: str = "", *, guid: str = "", link: str = "", at: datetime | None = None) -> str:
    """Return an item; the higher its number, the newer it is."""
    published = at or START - 2 * DAY + number * HOUR
    return (
        f"<item><title>{title or f'Story {number}'}</title><link>{link or f'https://harbour.example/{number}'}</link>"
        f"<guid isPermaLink='false'>{guid or f'harbour-{number}'}</guid>"
        f"<pubDate>{format_datetime(published)}</pubDate></item>"
    )


def feed(items: Sequence[str] | Sequence[int], title: str = "Harbour Post", **headers: str) -> Answer:
    """Return a feed of items as written, or of the items with these numbers."""
    body = "".join(one if isinstance(one, str) else item(one) for one in items)
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{body}</channel></rss>'
    return Answer(text, content_type=RSS, headers={name.replace("_", "-"): value for name, value in headers.items()})


@asynccontextmanager
async def serve_etag(etag: bytes, answer: Answer) -> AsyncIterator[str]:
    """Serve `answer` on every path with an ETag of any bytes; yield the site's address."""
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {answer.content_type}\r\n"

    async def talk(reader: Any, writer: Any) -> None:
        is_robots = (await reader.readuntil(b"\r\n\r\n")).startswith(b"GET /robots.txt")
        found = head.encode() + b"ETag: %b\r\nContent-Length: %d\r\n\r\n%b" % (etag, len(body), body)
        writer.write(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n" if is_robots else found)
        await writer.drain()

    async with raw_site(talk) as (port, _):
        yield f"http://127.0.0.1:{port}"
