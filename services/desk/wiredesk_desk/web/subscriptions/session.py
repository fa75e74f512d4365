"""The connection to webhooks: public addresses and what the operator allows by name, looked at when it connects.

What may be reached is decided by the fetcher's own rules, so its distribution has to be installed.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

from wiredesk.client.hosts import is_loopback
from wiredesk.version import __version__
from wiredesk_desk.settings import DeskOptions
from wiredesk_desk.web.subscriptions.posting import Post

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
# Of an answer nobody reads more than its status.
_CONNECT_SECONDS = 10


class ForbiddenAddressError(OSError):
    """The webhook's host is at an address that must not be connected to."""


@asynccontextmanager
async def open_session(options: DeskOptions) -> AsyncIterator[Post]:
    """Yield what posts. It follows no redirect, and uses no proxy, cookie or credential of this machine.

    Raises:
        ModuleNotFoundError: the fetcher is not installed beside the desk.
    """
    import aiohttp  # noqa: PLC0415 - comes with the fetcher

    from wiredesk_fetcher.addresses import Reach  # noqa: PLC0415 - may not be installed

    is_here = is_loopback(options.host) and not options.is_open
    reach = Reach(allowed=(*options.webhook_addresses, *(_LOOPBACK if is_here else ())))

    def guarded_socket(address: Any) -> socket.socket:
        family, kind, protocol, _, (host, port, *_) = address
        if not reach.admits(str(host), int(port)):
            raise ForbiddenAddressError("its address is private, or its port none of the web's")
        return socket.socket(family, kind, protocol)

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=32, limit_per_host=8, socket_factory=guarded_socket),
        headers={"user-agent": f"Wiredesk/{__version__}"},
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
        trust_env=False,
    ) as session:

        async def post(url: str, content: bytes, headers: dict[str, str]) -> int:
            try:
                async with session.post(url, data=content, headers=headers, allow_redirects=False) as answer:
                    return answer.status
            except aiohttp.ClientConnectorError as error:
                raise OSError(str(error.os_error) or "it cannot be connected to") from None
            except aiohttp.ClientError as error:
                raise OSError(type(error).__name__) from None

        yield post
