"""A site that notes what it is asked, and a crawler that is polite to it."""

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from aiohttp import web as server

from tests.unit.fetcher.sites import options, site
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.hosts import Hosts, HostsHere
from wiredesk_fetcher.http import open_web

# Long enough to tell a wait from none on a busy machine.
DELAY = 0.4


@dataclass
class Answer:
    """What a site says for a path."""

    body: str | bytes = "<p>The ferry runs again.</p>"
    status: int = 200
    content_type: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)


def moved(to: str, status: int = 302) -> Answer:
    return Answer(b"", status, headers={"Location": to})


class Site:
    """Answers by path, 404 where it has nothing; `asked` holds the paths and `times` when they were asked."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []
        self.times: list[float] = []
        self.headers: list[Mapping[str, str]] = []
        self.base = ""

    async def answer(self, request: server.Request) -> server.Response:
        self.times.append(asyncio.get_running_loop().time())
        self.asked.append(request.path)
        self.headers.append(request.headers)
        said = self.answers.get(request.path, Answer("nothing here", 404))
        body = said.body.encode() if isinstance(said.body, str) else said.body
        return server.Response(
            body=body, status=said.status, content_type=said.content_type, headers=dict(said.headers)
        )

    @property
    def pages(self) -> list[str]:
        """Return what was asked but robots.txt."""
        return [path for path in self.asked if path != "/robots.txt"]

    @property
    def gaps(self) -> list[float]:
        """Return the seconds between two requests."""
        return [later - earlier for earlier, later in pairwise(self.times)]


@asynccontextmanager
async def serve(**answers: Answer):
    """Serve a site whose robots.txt is `robots` and whose pages are the others by name; yield it."""
    paths = {"/robots.txt" if name == "robots" else f"/{name}": answer for name, answer in answers.items()}
    serving = Site(paths)
    async with site(serving.answer) as base:
        serving.base = base
        yield serving


class Clock:
    """The time, `ahead` of the machine's."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def open_polite(hosts: Hosts | None = None, clock: Clock | None = None, **fields: Any):
    """Yield a crawler that waits `DELAY` between two requests to a host."""
    given = options(**{"delay_seconds": DELAY, **fields})
    async with open_web(given) as web:
        yield Crawler(web, hosts or HostsHere(), given, clock or Clock())


def rules(text: str) -> Answer:
    return Answer(text, content_type="text/plain")
