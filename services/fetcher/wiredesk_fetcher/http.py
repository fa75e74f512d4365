"""The web: one request with all a hostile site can do to it held in bounds. The only file that opens a connection.

Bounds: addresses (checked on the address really connected to, so no DNS answer gets round them), ports, bytes, packed
and unpacked, and one deadline for a whole answer. Where a redirect goes is for `crawler` to decide.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

import aiohttp
from aiohttp.client_middlewares import ClientHandlerType, ClientMiddlewareType
from aiohttp.connector import AddrInfoType

from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import Rejection
from wiredesk.contracts.ids import registrable_host
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher import core
from wiredesk_fetcher.addresses import Reach
from wiredesk_fetcher.core import Response
from wiredesk_fetcher.names import Names
from wiredesk_fetcher.packing import Body, BrokenPackingError, UnknownPackingError
from wiredesk_fetcher.politeness.signatures import BotKey
from wiredesk_fetcher.settings import FetcherOptions

# Of each connection about twice as much waits unread.
_CHUNK = 64 * 1024


class _ForbiddenAddressError(OSError):
    pass


class _NoContactError(OSError):
    pass


UNKNOWN_HOST = "unknown_host"
# What the resolver says of a name that does not exist, and of one without an address; all else may be its own trouble.
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of answer is asked for."""

    accept: str
    is_read: Callable[[int, str], bool]
    """whether the body of an answer with this status and Content-Type is worth reading"""
    limit: Callable[[str], int]
    """bytes that a body of this Content-Type may have, decompressed"""
    is_cut: bool = False
    """a longer one is cut, not refused"""


PAGE = Wanted(
    accept="text/html, application/xhtml+xml, text/plain;q=0.8",
    is_read=lambda status, content_type: core.refused_head(status, content_type) is None,
    limit=core.limit,
)


class Web:
    """Gets answers through `session`, whose connector guards the addresses (see `open_web`)."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def ask(
        self,
        url: str,
        wanted: Wanted,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Response | Refusal:
        """Return the answer of one GET within `seconds`, or why it was refused. Follows no redirect.

        With a `form` it is a POST of it, urlencoded in UTF-8. Errors name the host, never the URL.

        Raises:
            TransientError: no answer in time, no connection, a broken answer, no such name (`unknown_host`).
        """
        host = registrable_host(url)
        try:
            async with (
                asyncio.timeout(seconds),
                self._session.request(
                    "GET" if form is None else "POST",
                    url,
                    data=form,
                    allow_redirects=False,
                    headers={"Accept": wanted.accept, **(headers or {})},
                ) as reply,
            ):
                return await _read(url, reply, wanted)
        except TimeoutError:
            raise TransientError(f"no whole answer within {seconds:.3g} s", reason="timeout") from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnicodeError):
            # The resolver raises UnicodeError for a label that is empty or too long.
            return Refusal(Rejection.INVALID_URL, "the URL has no valid host")
        except UnknownPackingError as error:
            return Refusal(Rejection.UNSUPPORTED_TYPE, f"only gzip and deflate can be unpacked, this is {error}")
        except BrokenPackingError as error:
            raise TransientError(f"{host}: {type(error).__name__}", reason="connection") from None
        except (aiohttp.ClientError, OSError) as error:
            return _failed(host, error)


def _failed(host: str, error: aiohttp.ClientError | OSError) -> Refusal:
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, _ForbiddenAddressError):
            return Refusal(Rejection.FORBIDDEN_ADDRESS, "not an address and port of the public web")
        if isinstance(error.os_error, _NoContactError):
            return Refusal(
                Rejection.NO_CONTACT,
                "no contact is set that a site could complain to: wiredesk sources contact you@example.org (or "
                "WIREDESK_FETCHER__CONTACT where the fetcher runs elsewhere), then submit it again",
            )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if error.os_error.errno in _NO_SUCH_NAME:
            raise TransientError(f"there is no host {error.host}", reason=UNKNOWN_HOST) from None
        raise TransientError(f"{host}: {type(error).__name__}", reason="dns") from None
    # Only the type: the text of an aiohttp error may hold the URL.
    raise TransientError(f"{host}: {type(error).__name__}", reason="connection") from None


async def _read(url: str, reply: aiohttp.ClientResponse, wanted: Wanted) -> Response | Refusal:
    content_type = reply.headers.get("Content-Type", "")
    head = Response(
        url,
        reply.status,
        content_type,
        reply.headers.get("Retry-After", ""),
        headers=tuple((name, value) for name, value in reply.headers.items()),
    )
    if not wanted.is_read(reply.status, content_type):
        return head
    allowed = wanted.limit(content_type)
    if (reply.content_length or 0) > allowed and not wanted.is_cut:
        return core.too_large(reply.content_length or 0, allowed)
    body = Body(", ".join(reply.headers.getall("Content-Encoding", ())), allowed)
    async for chunk in reply.content.iter_chunked(_CHUNK):
        body.add(chunk)
        if body.is_too_large:
            if wanted.is_cut:
                break
            return core.too_large(allowed + 1, allowed)
    return replace(head, body=body.whole())


@asynccontextmanager
async def open_web(options: FetcherOptions) -> AsyncIterator[Web]:
    """Yield the web, reachable as far as `options` admit. Uses no proxy, cookie or credential of this machine."""
    reach = Reach(options.ports, options.allow_addresses)

    def guarded_socket(address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (host, port, *_) = address
        # The same words for every address of a host: the connector keeps the type only of equal errors.
        if not reach.admits(str(host), int(port)):
            raise _ForbiddenAddressError("forbidden address")
        if not options.contact and not reach.is_own(str(host)):
            raise _NoContactError("no contact")
        return socket.socket(family, kind, protocol)

    headers = {"User-Agent": user_agent(options.contact), "Accept-Encoding": "gzip"}
    # What the connector takes by itself.
    names = Names(aiohttp.connector.DefaultResolver())  # type: ignore[attr-defined]
    try:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=0, socket_factory=guarded_socket, resolver=names),
            headers=headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            # A body is unpacked as far as there is room for it, and not where it waits to be read.
            auto_decompress=False,
            read_bufsize=_CHUNK,
            trust_env=False,
            middlewares=_signing(options),
        ) as session:
            yield Web(session)
    finally:
        await names.close()


def _signing(options: FetcherOptions) -> tuple[ClientMiddlewareType, ...]:
    """Return what signs every request of a session, whatever its method; nothing without a key."""
    if not options.bot_key:
        return ()
    key, as_string = BotKey.from_pem(options.bot_key.get_secret_value()), options.bot_agent_form == "string"

    async def sign(request: aiohttp.ClientRequest, send: ClientHandlerType) -> aiohttp.ClientResponse:
        now = datetime.now(UTC)
        request.headers.update(key.signed(str(request.url), now, options.bot_directory, as_string=as_string))
        return await send(request)

    return (sign,)


def user_agent(contact: str) -> str:
    """Return how the fetcher names itself; a contact that is a page is marked with +, as crawlers do."""
    return f"Wiredesk/{version('wiredesk')}" + (f" (+{contact})" if contact else "")
