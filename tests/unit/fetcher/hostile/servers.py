"""A lure on 127.0.0.2 that says any bytes, and guarded servers on 127.0.0.1 and ::1 that must never hear one."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

LURE = "127.0.0.2"
GUARDED = ("127.0.0.1", "::1")

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
# What a server in there may answer anything with: a robots.txt, a page, a feed.
_SECRET = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<p>Secret</p>"


def ok(body: str | bytes, content_type: str = "text/html", headers: Mapping[str, str] | None = None) -> bytes:
    """Return an answer whose body is whole."""
    data = body.encode() if isinstance(body, str) else body
    named = {"Content-Type": content_type, "Content-Length": len(data), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return b"HTTP/1.1 200 OK\r\n" + head.encode() + b"\r\n" + data


def moved(to: str | bytes, status: int = 302) -> bytes:
    """Return a redirect whose Location is `to` as it stands."""
    location = to.encode() if isinstance(to, str) else to
    return b"HTTP/1.1 %d Moved\r\nLocation: %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % (status, location)


@dataclass
class Lure:
    """Answers each request by its host and path, or else its path, 404 where it has nothing, and ends the connection.

    An answer is bytes as they stand, or talk. `asked` holds the heads of the requests; `open` counts connections.
    """

    port: int = 0
    answers: dict[str, bytes | Talk] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)
    open: int = 0

    @property
    def base(self) -> str:
        return f"http://{LURE}:{self.port}"

    @property
    def paths(self) -> list[str]:
        """Return the paths that were asked for, but robots.txt."""
        return [path for head in self.asked if (path := _path(head)) != "/robots.txt"]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            path = _path(head)
            answer = self.answers.get(_host(head) + path) or self.answers.get(path, NOT_FOUND)
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(reader, writer)
        finally:
            self.open -= 1


def _path(head: bytes) -> str:
    return head.split(b" ", 2)[1].decode("latin-1")


def _host(head: bytes) -> str:
    return head.lower().partition(b"\r\nhost: ")[2].partition(b":")[0].decode("latin-1")


@asynccontextmanager
async def open_lure() -> AsyncIterator[Lure]:
    """Yield a lure that listens."""
    lure = Lure()
    async with listening(lure.talk, socket.create_server((LURE, 0), backlog=256)) as port:
        lure.port = port
        yield lure


@dataclass
class Guarded:
    """Servers on the guarded addresses, all on one port: `connections` made to them, and every byte they `heard`."""

    port: int = 0
    connections: int = 0
    heard: bytearray = field(default_factory=bytearray)

    @property
    def base(self) -> str:
        return f"http://{GUARDED[0]}:{self.port}"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while said := await reader.read(65536):
            self.heard += said
            if b"\r\n\r\n" in said:
                writer.write(_SECRET)
                await writer.drain()
                return


@asynccontextmanager
async def open_guarded() -> AsyncIterator[Guarded]:
    """Yield what must not be reached."""
    guarded = Guarded()
    v4, v6 = _on_one_port()
    async with listening(guarded.talk, v4) as port, listening(guarded.talk, v6):
        guarded.port = port
        yield guarded


def _on_one_port() -> tuple[socket.socket, socket.socket]:
    for _ in range(50):
        v4 = socket.create_server((GUARDED[0], 0))
        with suppress(OSError):
            return v4, socket.create_server((GUARDED[1], v4.getsockname()[1]), family=socket.AF_INET6)
        v4.close()
    raise OSError("no port is free on both")


@asynccontextmanager
async def listening(talk: Talk, at: socket.socket, **options: Any) -> AsyncIterator[int]:
    """Serve connections at a listening socket; yield its port. What is under way in the end is cut off."""
    talking: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talking.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
                await talk(reader, writer)
        finally:
            talking.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, sock=at, **options)
    try:
        yield at.getsockname()[1]
    finally:
        server.close()
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await server.wait_closed()
