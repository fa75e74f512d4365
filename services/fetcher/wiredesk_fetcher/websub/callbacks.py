"""What hubs call: verification of subscriptions (GET, section 5.3), and deliveries (POST, section 7).

The port is open to strangers. Whoever knows no token learns nothing; a body is never held, only hashed; time and bytes
are bounded. No request line reaches a log, because its path is what lets a hub in.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from aiohttp import web

from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk_fetcher.feeds.document import MAX_FEED_BYTES
from wiredesk_fetcher.websub.store import Subscriptions
from wiredesk_fetcher.websub.subscription import Signature, State, Subscription, lease_of

log = logging.getLogger(__name__)

BODY_SECONDS = 30.0
_CHUNK = 64 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# What aiohttp says of a broken request may quote it.
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.disabled = True


class Callbacks:
    """Answers hubs; all it knows is in `subscriptions`, so any fetcher answers for all. `now` is the time (UTC)."""

    def __init__(self, subscriptions: Subscriptions, now: Callable[[], datetime]) -> None:
        self._subscriptions = subscriptions
        self._now = now

    async def answer(self, asked: web.Request) -> web.Response:
        """Return the answer to any request: 503 when PostgreSQL is away, so that the hub comes again."""
        # A web server before us may take the front of the path off, or leave it.
        token = asked.path.rpartition("/")[2]
        try:
            known = await self._subscriptions.find(token) if _TOKEN.fullmatch(token) else None
            if asked.method == "GET":
                return await self._verify(asked, known)
            if asked.method == "POST":
                return await self._deliver(asked, known)
        except InfrastructureError:
            return web.Response(status=503)
        except (ConnectionError, web.RequestPayloadError):
            return web.Response(status=400)
        except Exception as error:  # noqa: BLE001 - the text of any error may quote a stranger, or the path
            log.error("answering a hub broke: %s", type(error).__name__)  # noqa: TRY400 - as above
            return web.Response(status=500)
        return web.Response(status=405)

    async def _verify(self, asked: web.Request, known: Subscription | None) -> web.Response:
        mode, challenge = asked.query.get("hub.mode", ""), asked.query.get("hub.challenge", "")
        agrees = False
        if known is not None and asked.query.get("hub.topic") == known.topic:
            if mode == "denied":
                await self._subscriptions.denied(known, self._now())
                log.info("a hub denies a subscription to %s", known.topic)
                return web.Response()
            if mode == "subscribe" and challenge:
                lease = lease_of(asked.query.get("hub.lease_seconds", ""))
                agrees = await self._subscriptions.verified(known, lease, self._now())
            elif mode == "unsubscribe" and challenge:
                agrees = await self._subscriptions.end(known)
        if not agrees:
            return web.Response(status=404)
        # A stranger's text: nothing may take it for a page (section 5.3).
        return web.Response(text=challenge, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})

    async def _deliver(self, asked: web.Request, known: Subscription | None) -> web.Response:
        if known is None or known.state in (State.DENIED, State.LEAVING):
            # The hub may take it off its list (section 7).
            return web.Response(status=410)
        signature, size = Signature(asked.headers.get("X-Hub-Signature", ""), known.secret), 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for piece in asked.content.iter_chunked(_CHUNK):
                    size += len(piece)
                    if size > MAX_FEED_BYTES:
                        break
                    signature.update(piece)
        except TimeoutError:
            return web.Response(status=408)
        is_signed = signature.holds()
        # What is too large to be checked may be true, and a poll does no harm.
        if is_signed or size > MAX_FEED_BYTES:
            await self._subscriptions.delivered(known, self._now(), is_signed=is_signed)
        # The same whether it is signed or not: nobody can try signatures here (section 7.1).
        return web.Response(status=202)


@asynccontextmanager
async def listening(
    subscriptions: Subscriptions, *, host: str, port: int, now: Callable[[], datetime]
) -> AsyncIterator[int]:
    """Serve callbacks on `host` and `port` meanwhile; yield the port. 0 takes any.

    Raises:
        ConfigurationError: it cannot listen there.
    """
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", Callbacks(subscriptions, now).answer)
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_SILENT,
        # A signature is of the bytes as they were sent.
        auto_decompress=False,
        keepalive_timeout=30,
        shutdown_timeout=2,
    )
    await runner.setup()
    try:
        try:
            # Fetchers on one machine share the port: each can answer for all.
            await web.TCPSite(runner, host, port, reuse_port=True).start()
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen for hubs on {host}:{port} ({error.strerror}): "
                "set WIREDESK_FETCHER__WEBSUB_HOST and WIREDESK_FETCHER__WEBSUB_PORT"
            ) from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
