"""Asks an ASGI application without a socket."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status: int
    headers: Headers
    body: bytes


async def ask(
    app: ASGIApp,
    path: str = "/v1/search",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: Sequence[bytes] = (b"",),
    client: str = "192.0.2.1",
) -> Answer:
    """Ask an application; `body` comes in these pieces."""
    given = {"host": "127.0.0.1:8780", **(headers or {})}
    pieces = [{"type": "http.request", "body": one, "more_body": True} for one in body]
    pieces[-1]["more_body"] = False
    sent: list[Message] = []

    async def receive() -> Message:
        if not pieces:
            # He stays until he has his answer.
            await asyncio.Event().wait()
        return pieces.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "server": ("127.0.0.1", 8780),
        "client": (client, 1),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    await app(scope, receive, send)
    start, *rest = sent
    return Answer(start["status"], Headers(raw=start["headers"]), b"".join(one.get("body", b"") for one in rest))
