"""A desk that answers what it is told to, and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.factories import enriched
from wiredesk.contracts.events import ArticleEnriched

_OVER = web.AppKey("over", asyncio.Event)


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class ScriptedDesk:
    """Answers in turn; the last answer again and again."""

    address: str
    answers: list[Callable[[web.Request], Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    connections: Callable[[], int] = lambda: 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(request.path, dict(request.query), {k.lower(): v for k, v in request.headers.items()}))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        made: web.StreamResponse = await answer(request)
        return made


@asynccontextmanager
async def scripted_desk(*, keepalive_seconds: float = 75.0) -> AsyncIterator[ScriptedDesk]:
    """Serve one on loopback."""
    app = web.Application()
    app[_OVER] = asyncio.Event()
    runner = web.AppRunner(app, keepalive_timeout=keepalive_seconds, shutdown_timeout=0.1)
    desk = ScriptedDesk("")
    app.router.add_route("*", "/{path:.*}", desk.answer)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        desk.connections = lambda: len(runner.server.connections) if runner.server else 0
        desk.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield desk
    finally:
        app[_OVER].set()
        await runner.cleanup()


def says(body: Any, *, status: int = 200, **headers: str) -> Callable[[web.Request], Any]:
    """An answer: JSON, or bytes as they are."""

    async def answer(_: web.Request) -> web.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=raw, status=status, headers={"content-type": "application/json"} | named)

    return answer


def refuses(status: int, kind: str = "refused", detail: str = "no", **headers: str) -> Callable[[web.Request], Any]:
    """A problem."""
    return says({"type": f"urn:wiredesk:{kind}", "title": "No", "detail": detail}, status=status, **headers)


def streams(*parts: str, stays: bool = False) -> Callable[[web.Request], Any]:
    """A stream of these blocks; then it ends, or `stays` and says nothing."""

    async def answer(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await stream.prepare(request)
        for part in parts:
            await stream.write(part.encode())
        if stays:
            await request.app[_OVER].wait()
        return stream

    return answer


def told(position: str, event: ArticleEnriched | None = None, **more: Any) -> str:
    """An article as the stream tells it."""
    event = event or enriched()
    said = {"article_id": str(event.article_id), "revision": 1, "status": "inserted", "story_id": None, **more}
    whole = f'{json.dumps(said)[:-1]}, "article": {event.model_dump_json()}}}'
    return f"event: article\nid: {position}\ndata: {whole}\n\n"
