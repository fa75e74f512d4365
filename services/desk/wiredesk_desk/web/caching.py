"""ETags: what has not changed is not sent again; a stream has none. And HEAD, wherever GET is."""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A larger answer is sent as it comes.
_MAX_BYTES = 4 * 1024 * 1024
# Nobody waits for its end.
_ENDLESS = "/v1/stream"


class EntityTags:
    """Adds a weak ETag to answers of GET, and answers 304 to who has it. Weak: the same may be zipped or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI has it."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        known = {one.strip() for one in Headers(scope=scope).get("if-none-match", "").split(",")}
        if scope["method"] == "HEAD" and scope["path"] != _ENDLESS:
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        await self._app(scope, receive, _Tagging(known, send))


def _without_body(send: Send) -> Send:
    async def head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return head


class _Tagging:
    def __init__(self, known: set[str], send: Send) -> None:
        self._known, self._send = known, send
        self._start: Message | None = None
        self._passes = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = Headers(raw=message["headers"])
            length = headers.get("content-length", "")
            if length.isdecimal() and int(length) <= _MAX_BYTES and "etag" not in headers:
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body" and not self._passes:
            self._passes = True
            if message.get("more_body"):
                await self._send(self._start)
            elif await self._answered(self._start, message["body"]):
                return
        await self._send(message)

    async def _answered(self, start: Message, body: bytes) -> bool:
        """Send the beginning of the answer; return whether that was all of it."""
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        headers = MutableHeaders(raw=start["headers"])
        headers["etag"] = tag
        # A proxy may take the mark of a weak one off, and then it says the same.
        if self._known.isdisjoint({tag, tag.removeprefix("W/"), "*"}):
            await self._send(start)
            return False
        del headers["content-length"]
        headers.setdefault("vary", "Accept-Encoding")
        await self._send({"type": "http.response.start", "status": 304, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": b""})
        return True
