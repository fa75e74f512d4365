"""Talks that take time or have no end."""

import asyncio
import zlib

from tests.unit.fetcher.hostile.servers import Talk

# A byte so often: no read ever waits long for the next one.
_PACE = 0.05
_HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_CHUNKED = _HTML + b"Transfer-Encoding: chunked\r\n\r\n"
_GZIP = _HTML + b"Content-Encoding: gzip\r\n\r\n"


def _drip(head: bytes, piece: bytes) -> Talk:
    """Return a talk that says `head`, and then `piece` byte by byte for ever."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            for byte in piece:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(_PACE)

    return talk


def flood(head: bytes, piece: bytes) -> Talk:
    """Return a talk that says `head`, and then hundreds of `piece` at a time for ever."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        many = piece * (8192 // len(piece) + 1)
        while True:
            writer.write(many)
            await writer.drain()
            # On loopback a drain may never wait, and both sides share a loop.
            await asyncio.sleep(0.01)

    return talk


def _halting(said: bytes) -> Talk:
    """Return a talk that says so much and no more, until it is left."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read()

    return talk


def late(answer: bytes, seconds: float) -> Talk:
    """Return a talk that says `answer` after a while."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        writer.write(answer)
        await writer.drain()

    return talk


# What deflate makes of nothing, for ever: bytes that never become a byte of the page.
_EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
_GZIP_HEAD = zlib.compressobj(wbits=31).flush(zlib.Z_SYNC_FLUSH)

SLOW: dict[str, Talk] = {
    "nothing": _halting(b""),
    "status by byte": _drip(b"", b"HTTP/1.1 200 OK" + b"K" * 1000),
    "headers by byte": _drip(b"HTTP/1.1 200 OK\r\n", b"X-Drip: a\r\n"),
    "one header by byte": _drip(_HTML + b"X-Drip: ", b"a"),
    "body by byte": _drip(_HTML + b"Content-Length: 100000\r\n\r\n", b"a"),
    "chunks by byte": _drip(_CHUNKED, b"1\r\na\r\n"),
    "chunk size by byte": _drip(_CHUNKED, b"0"),
    "chunk extension by byte": _drip(_CHUNKED + b"1;", b"a"),
    "trailers by byte": _drip(_CHUNKED + b"4\r\nNews\r\n0\r\n", b"X-Drip: a\r\n"),
    "gzip of nothing by byte": _drip(_GZIP + _GZIP_HEAD, _EMPTY_BLOCK),
    "continue by byte": _drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "early hints by byte": _drip(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"),
    "half a page": _halting(_HTML + b"Content-Length: 100000\r\n\r\n<p>News"),
    "a page without an end": _halting(_HTML + b"\r\n<p>News</p>"),
}
# A server that begins to speak TLS.
HANDSHAKES: dict[str, Talk] = {
    "nothing": _halting(b""),
    "half a hello": _halting(b"\x16\x03\x03\x40\x00\x02"),
    "hello by byte": _drip(b"", b"\x16\x03\x03\x40\x00" + b"\x02" * 1000),
}

FLOODS: dict[str, Talk] = {
    "headers": flood(b"HTTP/1.1 200 OK\r\n", b"X-Flood: a\r\n"),
    "one header": flood(b"HTTP/1.1 200 OK\r\nX-Flood: ", b"a"),
    "status": flood(b"HTTP/1.1 200 ", b"a"),
    "continue": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "early hints": flood(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"),
    "chunk extensions": flood(_CHUNKED + b"1;", b"a=b;"),
    "tiny chunks": flood(_CHUNKED, b"1\r\na\r\n"),
    "chunk size": flood(_CHUNKED, b"0"),
    "trailers": flood(_CHUNKED + b"4\r\nNews\r\n0\r\n", b"X-Flood: a\r\n"),
    "gzip of nothing": flood(_GZIP + _GZIP_HEAD, _EMPTY_BLOCK),
    "gzip members of nothing": flood(_GZIP, zlib.compressobj(wbits=31).flush()),
    "body": flood(_HTML + b"\r\n", b"<p>News</p>"),
    "line ends": flood(b"", b"\r\n"),
}
