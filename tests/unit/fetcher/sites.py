"""Sites on loopback: well-behaved ones, and ones that speak raw bytes."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web as server

from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.hosts import HostsHere
from wiredesk_fetcher.http import open_web
from wiredesk_fetcher.politeness.robots import Robots, of_answer
from wiredesk_fetcher.settings import FetcherOptions

LOOPBACK = "127.0.0.1/32"


def options(**fields: Any) -> FetcherOptions:
    """Return options for sites on loopback that want no delay between requests."""
    return FetcherOptions.model_validate(
        {"allow_addresses": LOOPBACK, "deadline_seconds": 10, "delay_seconds": 0, **fields}
    )


class WithoutRobots(HostsHere):
    """Hosts whose robots.txt is known not to be there, so that a site hears nothing but what a test asks."""

    async def robots(self, _origin: str, _now: datetime) -> Robots:
        return of_answer(404, b"")


@asynccontextmanager
async def open_crawler(given: FetcherOptions):
    """Yield a crawler that asks no robots.txt."""
    async with open_web(given) as web:
        yield Crawler(web, WithoutRobots(), given, lambda: datetime.now(UTC))


@asynccontextmanager
async def site(handler):
    """Serve `handler` for every path on loopback; yield its address without a path."""
    app = server.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = server.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_site(talk, host="127.0.0.1"):
    """Serve connections with `talk(reader, writer)`; yield the port and the list of connections made."""
    connections = []

    async def serve(reader, writer):
        connections.append(writer)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, host, 0)
    try:
        yield listening.sockets[0].getsockname()[1], connections
    finally:
        listening.close()
        for writer in connections:
            writer.transport.abort()
        await listening.wait_closed()


async def get(url: str, **fields: Any) -> Any:
    async with open_crawler(options(**fields)) as web:
        return await web.get(url)


async def drip_body(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_headers(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Drip: a\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def say_nothing(reader, _writer):
    await reader.read()
    await asyncio.sleep(30)


async def redirect_slowly(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(0.2)
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()
