"""A small web on one port of loopback: hosts told apart by their names, and a book of who asked which of them when."""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.factories import STORY

ROBOTS, FEED = "/robots.txt", "/feed.xml"
_CONTACT = re.compile(r"\(\+(.+)\)")
_SERVER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Site:
    """How one host behaves. `listed` are the paths its feed lists; the first page asked for is put off when told to."""

    crawl_delay: float | None = None
    listed: tuple[str, ...] = ()
    puts_off: int = 0
    """seconds of Retry-After in its answer 429"""
    is_tarpit: bool = False
    """takes the connection and never answers"""

    @property
    def robots(self) -> str:
        """Its robots.txt."""
        rules = ["User-agent: *", "Disallow: /private/"]
        return "\n".join([*rules, *([f"Crawl-delay: {self.crawl_delay:g}"] if self.crawl_delay else [])])

    def feed(self, origin: str) -> str:
        """Its feed (RSS)."""
        items = "".join(
            f"<item><title>Harbour news {path}</title><link>{origin}{path}</link><guid>{origin}{path}</guid></item>"
            for path in self.listed
        )
        return f'<rss version="2.0"><channel><title>{origin}</title><link>{origin}</link>{items}</channel></rss>'


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, at the moment it came in (monotonic clock); `status` is 0 where no answer follows."""

    at: float
    host: str
    path: str
    by: str
    """the contact that the asker names"""
    status: int


@dataclass
class SmallWeb:
    """The book is written by the thread that serves, and only grows."""

    sites: Mapping[str, Site]
    book: list[Asked] = field(default_factory=list)
    port: int = 0

    def origin(self, host: str) -> str:
        """Where the addresses of a host begin."""
        return f"http://{host}:{self.port}"

    async def answer(self, request: web.Request) -> web.Response:
        """Write the request down, and answer as the host does."""
        at, host, path = time.monotonic(), request.url.host or "", request.path
        named = _CONTACT.search(request.headers.get("User-Agent", ""))
        site = self.sites[host]
        status = 0 if site.is_tarpit else 429 if self._puts_off(site, host, path) else 200
        self.book.append(Asked(at, host, path, named[1] if named else "", status))
        if not status:
            await asyncio.sleep(3600)
        if status != 200:
            return web.Response(status=status, headers={"Retry-After": str(site.puts_off)})
        if path == FEED:
            return web.Response(text=site.feed(self.origin(host)), content_type="application/rss+xml")
        if path == ROBOTS:
            return web.Response(text=site.robots, content_type="text/plain")
        return web.Response(text=f"{host}{path}\n\n{STORY}", content_type="text/plain")

    def _puts_off(self, site: Site, host: str, path: str) -> bool:
        return (
            bool(site.puts_off)
            and path not in (ROBOTS, FEED)
            and not any(one.host == host and one.status == 429 for one in self.book)
        )


@asynccontextmanager
async def small_web(sites: Mapping[str, Site]) -> AsyncIterator[SmallWeb]:
    """Serve `sites` while the block runs, from a thread of its own: what a test does besides blurs no times."""
    served, ready, enough = SmallWeb(sites), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", served.answer)
        # A client that hangs up ends its handler, so that nothing is left of a tarpit when the test ends.
        runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
            served.port = runner.addresses[0][1]
            ready.set()
            await enough.wait()
        finally:
            await runner.cleanup()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run, name="small-web")
    thread.start()
    try:
        assert await asyncio.to_thread(ready.wait, _SERVER_SECONDS), "the sites are not served"
        yield served
    finally:
        loop.call_soon_threadsafe(enough.set)
        await asyncio.to_thread(thread.join, _SERVER_SECONDS)
