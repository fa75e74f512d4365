"""What a service says of itself over HTTP, and how large its process is."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import orjson
import psutil

Problems = list[str]


async def ask(port: int, path: str) -> Problems | None:
    """Return the problems a service names under `path`; empty when it answers 200, None when nobody answers."""
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                answer = await reader.read()
            finally:
                # At once, also when nobody answers.
                writer.transport.abort()
    except (OSError, TimeoutError):
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    problems: Problems = orjson.loads(body)["problems"]
    assert bool(problems) == (b" 503 " in head.splitlines()[0])
    return problems


async def ready(port: int) -> bool:
    """Whether /readyz answers 200."""
    return await ask(port, "/readyz") == []


async def red(port: int) -> bool:
    """Whether /readyz answers, and with problems."""
    return bool(await ask(port, "/readyz"))


async def seconds_until(check: Callable[[], Awaitable[bool]], *, within: float) -> float:
    """Return how long it took until `check` was true; fail after `within` seconds."""
    started = time.monotonic()
    async with asyncio.timeout(within):
        while not await check():
            await asyncio.sleep(0.2)
    return time.monotonic() - started


def resident_megabytes(pid: int) -> float:
    """Memory of a process and its children."""
    process = psutil.Process(pid)
    return float(sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6)
