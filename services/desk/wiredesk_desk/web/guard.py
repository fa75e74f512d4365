"""Who may ask: the host that was asked, the token, the origin of a write, how much and how often.

On loopback nobody needs a token, so three ways must be closed by which a page of another site could ask in the name of
whoever looks at it: a name that leads here (DNS rebinding: only known hosts are answered), a form or script that
writes (writes come from our own pages or carry JSON, which another site's page cannot send unasked), and reading by a
script (no CORS unless it is set).
"""

import logging
import time
from collections import OrderedDict
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wiredesk.client.hosts import is_loopback
from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.settings import DeskOptions
from wiredesk_desk.tokens.keeping import Scope as TokenScope
from wiredesk_desk.tokens.keeping import Token
from wiredesk_desk.web import problems
from wiredesk_desk.web.admission import Bucket, Known, household
from wiredesk_desk.web.problems import Refused

log = logging.getLogger(__name__)

COOKIE = "wiredesk_token"
OPEN_PATHS = ("/login", "/logout", "/static/", "/favicon.ico")
# The largest submission is a page of 5 MiB, written as JSON.
MAX_BODY_BYTES = 12 * 1024 * 1024
# Of who has shown no token.
_MAX_OPEN_BYTES = 64 * 1024
# As RFC 9110 has it; what is not answered at all is told so by the routes.
_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
_ADDRESSES = 10_000

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Lets through what may pass, and answers the rest itself. Every answer gets the headers that keep a page safe."""

    def __init__(self, app: ASGIApp, options: DeskOptions, known: Known) -> None:
        self._app = app
        self._options = options
        self._known = known
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        guarded = _Guarded(send)
        try:
            self._check_host(request)
            self._check_rate(request)
            await self._check_token(request)
            self._check_origin(request)
            bounded = _bounded(request, receive)
        except (Refused, InfrastructureError) as refusal:
            await self._refuse(request, refusal)(scope, receive, guarded)
            return
        try:
            await self._app(scope, bounded, guarded)
        except Exception as error:  # noqa: BLE001 - whatever it is, who asked gets an answer, and that is a safe one
            # Only the class of the error: its text may quote an article.
            log.error("%s %r: a fault, %s", request.method, scope["path"], type(error).__name__)  # noqa: TRY400 - as above
            if not guarded.has_begun:
                details, _ = problems.described(error)
                await problems.response(details)(scope, receive, guarded)

    def _refuse(self, request: Request, refusal: Exception) -> Response:
        details, headers = problems.described(refusal)
        if details.status == 401 and problems.is_for_people(request):
            return RedirectResponse("/login", status_code=303)
        return problems.response(details, headers)

    def _check_host(self, request: Request) -> None:
        """Refuse a name that is not ours."""
        if self._options.needs_tokens and not self._options.allowed_hosts:
            # A token opens it, and a browser sends the one it has to no other name.
            return
        host = _host_name(request.headers.get("host", ""))
        known = {one.lower() for one in (*self._options.allowed_hosts, self._options.host)}
        if not (host in known or is_loopback(host)):
            todo = "allow it: WIREDESK_DESK__ALLOWED_HOSTS"
            raise Refused(421, "wrong-host", "this desk is not asked under this name", todo=todo)

    def _check_rate(self, request: Request) -> None:
        if not self._options.needs_tokens:
            return
        address = household(request.client.host if request.client else "")
        bucket = self._buckets.pop(address, None) or Bucket(self._options.requests_per_second)
        self._buckets[address] = bucket
        while len(self._buckets) > _ADDRESSES:
            self._buckets.popitem(last=False)
        if (wait := bucket.take(time.monotonic())) > 0:
            raise Refused(
                429, "too-many-requests", "more requests than WIREDESK_DESK__REQUESTS_PER_SECOND allows",
                headers={"retry-after": str(max(1, round(wait)))},
            )  # fmt: skip

    async def _check_token(self, request: Request) -> None:
        if not self._options.needs_tokens or request.scope["path"].startswith(OPEN_PATHS) or self._asks_first(request):
            return
        token = await self._token(request)
        if token is None:
            raise Refused(
                401, "no-token", "this desk is opened by a token",
                todo="wiredesk tokens add NAME", headers={"www-authenticate": 'Bearer realm="wiredesk"'},
            )  # fmt: skip
        if request.method not in _SAFE and token.scope is not TokenScope.WRITE:
            todo = "wiredesk tokens add NAME --scope write"
            raise Refused(403, "read-only", f"the token {token.name} only reads", todo=todo)

    def _asks_first(self, request: Request) -> bool:
        """Whether a browser asks if a script of an allowed origin may ask (CORS): it never sends a token then."""
        return (
            request.method == "OPTIONS"
            and "access-control-request-method" in request.headers
            and request.headers.get("origin") in self._options.allowed_origins
        )

    async def _token(self, request: Request) -> Token | None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            given = request.cookies.get(COOKIE, "")
        return await self._known(given.strip()) if given.strip() else None

    def _check_origin(self, request: Request) -> None:
        """Refuse a write that a page of another site may have sent."""
        if request.method in _SAFE:
            return
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        ours = f"{request.url.scheme}://{request.headers.get('host', '')}"
        is_json = request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
        # Before a proxy that speaks TLS for us, a browser calls an origin ours of which we know the host alone.
        host = request.headers.get("host")
        is_ours = origin in (None, ours) or (site == "same-origin" and urlsplit(origin or "").netloc == host)
        if site not in (None, "same-origin", "none") or not is_ours:
            raise Refused(403, "other-origin", "a write came from a page of another site")
        if site is None and origin is None and not is_json:
            raise Refused(415, "not-json", "send JSON: content-type: application/json")


def _host_name(host: str) -> str:
    """Return a `Host` header's name in lower case; nothing where it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _bounded(request: Request, receive: Receive) -> Receive:
    """Return what receives a body of bounded length."""
    most = _MAX_OPEN_BYTES if request.scope["path"].startswith(OPEN_PATHS) else MAX_BODY_BYTES
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most:
        raise Refused(413, "too-large", f"a request has at most {most:,} bytes")
    taken = 0

    async def received() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            # FastAPI lets no other error of ours pass while it reads.
            raise HTTPException(413, f"a request has at most {most:,} bytes")
        return message

    return received


class _Guarded:
    """Sends an answer with the headers that keep a page safe."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            # What one may read with a token, a shared cache must not keep.
            headers.setdefault("cache-control", "private, no-cache")
        await self._send(message)
