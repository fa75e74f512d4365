"""The web: one GET with everything a hostile site can do to it held in bounds. The only file that opens a connection.

Bounds: addresses (checked on the address really connected to, so no DNS answer gets round them), ports, redirects,
decompressed bytes, one deadline round the whole hop chain, and how many articles one host serves at a time.
"""

import asyncio
import socket
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import version
from itertools import count

import aiohttp
from aiohttp.connector import AddrInfoType

from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import Rejection
from wiredesk.contracts.ids import registrable_host
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher import core
from wiredesk_fetcher.addresses import Reach
from wiredesk_fetcher.core import Response
from wiredesk_fetcher.settings import FetcherOptions

_CHUNK = 64 * 1024


class _ForbiddenAddressError(OSError):
    pass


HOST_BUSY = "host_busy"
UNKNOWN_HOST = "unknown_host"
# What the resolver says of a name that does not exist, and of one without an address; all else may be its own trouble.
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


class Web:
    """Gets pages through `session`, whose connector guards the addresses (see `open_web`)."""

    def __init__(self, session: aiohttp.ClientSession, options: FetcherOptions) -> None:
        self._session = session
        self._options = options
        self._turns: weakref.WeakValueDictionary[str, asyncio.Semaphore] = weakref.WeakValueDictionary()

    async def get(self, url: str) -> Response | Refusal:
        """Return the answer at the end of the hop chain, or why it was refused. Errors name the host, never the URL.

        Raises:
            TransientError: no answer within the deadline, no connection, a broken answer, no such name
                (`unknown_host`), or the host is busy with other articles (`host_busy`).
        """
        host = registrable_host(url)
        turn = self._turns.setdefault(host, asyncio.Semaphore(self._options.per_host))
        try:
            async with asyncio.timeout(self._options.queue_seconds):
                await turn.acquire()
        except TimeoutError:
            raise TransientError(f"{host} is busy with other articles", reason=HOST_BUSY) from None
        try:
            async with asyncio.timeout(self._options.deadline_seconds):
                return await self._follow(url)
        except TimeoutError:
            raise TransientError(
                f"no whole answer within {self._options.deadline_seconds:g} s", reason="timeout"
            ) from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnicodeError):
            # The resolver raises UnicodeError for a label that is empty or too long.
            return Refusal(Rejection.INVALID_URL, "the URL has no valid host")
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, _ForbiddenAddressError):
                return Refusal(Rejection.FORBIDDEN_ADDRESS, "not an address and port of the public web")
            if isinstance(error, aiohttp.ClientConnectorDNSError):
                if error.os_error.errno in _NO_SUCH_NAME:
                    raise TransientError(f"there is no host {error.host}", reason=UNKNOWN_HOST) from None
                raise TransientError(f"{host}: {type(error).__name__}", reason="dns") from None
            # Only the type: the text of an aiohttp error may hold the URL.
            raise TransientError(f"{host}: {type(error).__name__}", reason="connection") from None
        finally:
            turn.release()

    async def _follow(self, url: str) -> Response | Refusal:
        for hops in count():
            async with self._session.get(url, allow_redirects=False) as reply:
                target = core.next_hop(url, reply.status, reply.headers, hops)
                if target is None:
                    return await _read(url, reply)
            if isinstance(target, Refusal):
                return target
            url = target
        raise AssertionError("unreachable")


async def _read(url: str, reply: aiohttp.ClientResponse) -> Response | Refusal:
    content_type = reply.headers.get("Content-Type", "")
    head = Response(url, reply.status, content_type, reply.headers.get("Retry-After", ""))
    if core.refused_head(reply.status, content_type):
        return head
    allowed = core.limit(content_type)
    if (reply.content_length or 0) > allowed:
        return core.too_large(reply.content_length or 0, allowed)
    body = bytearray()
    async for chunk in reply.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > allowed:
            return core.too_large(len(body), allowed)
    return replace(head, body=bytes(body))


@asynccontextmanager
async def open_web(options: FetcherOptions) -> AsyncIterator[Web]:
    """Yield the web, reachable as far as `options` admit. Uses no proxy, cookie or credential of this machine."""
    reach = Reach(options.ports, options.allow_addresses)

    def guarded_socket(address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (host, port, *_) = address
        if not reach.admits(str(host), int(port)):
            # The same words for every address of a host: the connector keeps the type only of equal errors.
            raise _ForbiddenAddressError("forbidden address")
        return socket.socket(family, kind, protocol)

    contact = f" (+{options.contact})" if options.contact else ""
    headers = {
        "User-Agent": f"Wiredesk/{version('wiredesk')}{contact}",
        "Accept": "text/html, application/xhtml+xml, text/plain;q=0.8",
        "Accept-Encoding": "gzip",
    }
    connector = aiohttp.TCPConnector(limit_per_host=options.per_host, socket_factory=guarded_socket)
    async with aiohttp.ClientSession(
        connector=connector,
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
    ) as session:
        yield Web(session, options)
