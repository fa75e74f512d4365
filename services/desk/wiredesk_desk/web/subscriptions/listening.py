"""`subscriptions listen`: a webhook on this machine, to see what is posted and whether it is signed as it should be."""

import asyncio
import hmac
import json
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.runtime.health import Server
from wiredesk_desk.output import emit, for_people, paragraph, say
from wiredesk_desk.own_tables import own_tables
from wiredesk_desk.running import Exit
from wiredesk_desk.web.sockets import listen
from wiredesk_desk.web.subscriptions import signing
from wiredesk_desk.web.subscriptions.keeping import Subscription, Subscriptions

_HOST = "127.0.0.1"
# An article of a Kafka record, and what is around it.
_MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """What was posted. `subscription` is the one whose secret it is signed with; None: with none that is known."""

    at: datetime
    message_id: str
    subscription: str | None
    headline: str
    url: str | None


class Listener:
    """Takes messages, tells of each, and answers 204; of one that nobody can check, because PostgreSQL is away, 503."""

    def __init__(self, subscriptions: Subscriptions, tell: Callable[[Message], None]) -> None:
        self._subscriptions, self._tell = subscriptions, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI has it."""
        if scope["type"] == "http":
            answer = await self._answer(Request(scope, receive))
            await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return PlainTextResponse("Messages are posted here.\n", 405, {"allow": "POST"})
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > _MOST_BYTES:
                return PlainTextResponse("That is more than an article.\n", 413)
        try:
            known = await self._subscriptions.every()
        except InfrastructureError:
            return PlainTextResponse("Nobody can check the signature now.\n", 503)
        self._tell(message(request.headers, bytes(content), known))
        return Response(status_code=204)


async def listen_to_posts(port: int, *, as_json: bool) -> Exit:
    """Take what is posted to a port of this machine until Ctrl-C, and print a line for each.

    Raises:
        ConfigurationError: the port is taken, or PostgreSQL lets nobody in.
        InfrastructureError: PostgreSQL does not answer.
    """
    people = for_people(as_json=as_json)
    async with own_tables() as (here, pool):
        app = Listener(Subscriptions(pool, here.lane.name), _told if people else _emitted)
        with listen(_HOST, port, "--port") as listening:
            server = Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, server.end)
            address = f"http://{_HOST}:{listening.getsockname()[1]}/hook"
            say(f"listening at {address}; Ctrl-C ends. What is new comes here with")
            say(f"  wiredesk subscribe NAME --webhook {address}")
            await server.serve(sockets=[listening])
    return Exit.OK


def message(headers: Mapping[str, str], content: bytes, known: Sequence[Subscription]) -> Message:
    """Return what a message says, whatever was posted, and of which subscription it is."""
    said = {name: headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")}
    of = next((one.name for one in known if one.secret and _is_signed(said, content, one.secret)), None)
    try:
        article = json.loads(content)["data"]
        headline, url = str(article["headline"]), article.get("url")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        headline, url = "(no article)", None
    return Message(datetime.now(UTC), said["id"], of, headline, url if isinstance(url, str) else None)


def _is_signed(said: Mapping[str, str], content: bytes, secret: str) -> bool:
    own = signing.signature(said["id"], said["timestamp"], content, secret).encode()
    # There may be several, while a secret is being changed.
    return any(hmac.compare_digest(own, one.encode()) for one in said["signature"].split(" "))


def _told(one: Message) -> None:
    signed = f"signed by {one.subscription}" if one.subscription else "signed by no subscription of this system"
    paragraph(f"{one.at.astimezone():%H:%M:%S}  {signed}: {one.headline}")
    if one.url:
        paragraph(one.url, indent=" " * 10)


def _emitted(one: Message) -> None:
    emit({name: getattr(one, name) for name in Message.__dataclass_fields__})
