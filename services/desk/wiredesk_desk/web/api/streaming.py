"""`/v1/stream`: what is stored, as it is stored (server-sent events)."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import Field
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.web.asking import Asked
from wiredesk_desk.web.context import TheDesk
from wiredesk_desk.web.live.hub import Hub, TooManyReadersError
from wiredesk_desk.web.live.interest import Interest
from wiredesk_desk.web.live.positions import Positions, WrongPositionError
from wiredesk_desk.web.live.reader import Gap, Heard, Passed
from wiredesk_desk.web.problems import Refused

log = logging.getLogger(__name__)
router = APIRouter(tags=["stream"])

# A comment so often keeps proxies from closing a connection that says nothing.
HEARTBEAT_SECONDS = 15.0
# Who takes nothing for so long is cut off.
SLOW_SECONDS = 30.0
_RETRY_MS = 2_000
# Who wants nothing of what he has missed hears so often how far he is.
_PASSED_EVERY_SECONDS = 1.0


class Followed(Asked):
    """What to be told of."""

    brief: bool = Field(False, description="ids only, without the article")
    after: str | None = Field(None, max_length=40_000, description="like Last-Event-ID, for who cannot set a header")


@router.get("/v1/stream", summary="Articles as they are stored", response_class=Response)
async def stream(
    desk: TheDesk,
    asked: Annotated[Followed, Query()],
    last_event_id: Annotated[str | None, Header(max_length=40_000)] = None,
) -> Response:
    """Stream what is stored, new and revised, with the filters of a search (`text/event-stream`).

    Each event is an `article`: `article_id`, `revision`, `status`, `story_id`, and the enriched event as `article`. Its
    id is where the stream stands: given back as `Last-Event-ID`, nothing in between is missed as long as the topic
    keeps it; an event `gap` says that something was. At least once: an article may come again.
    """
    given = last_event_id or asked.after
    try:
        after = Positions.read(given) if given else None
    except WrongPositionError as error:
        raise Refused(422, "wrong-request", str(error)) from None
    if desk.hub.is_full:
        raise _full(desk.settings.desk.streams)
    return EventStream(desk.hub, Interest(asked.q, asked.filters()), after, brief=asked.brief)


class EventStream(Response):
    """The stream of one reader, until he goes, is too slow, or the desk ends."""

    def __init__(self, hub: Hub, interest: Interest, after: Positions | None, *, brief: bool) -> None:
        super().__init__(
            media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"}
        )
        del self.headers["content-length"]
        self._hub, self._interest, self._after, self._brief = hub, interest, after, brief

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI has it."""
        telling = asyncio.create_task(self._tell(send))
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({telling, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (telling, gone):
                task.cancel()
            await asyncio.gather(telling, gone, return_exceptions=True)
        if not telling.cancelled() and (error := telling.exception()) is not None:
            # Only the class of the error: its text may quote an article.
            log.error("a stream broke off: %s", type(error).__name__)

    async def _tell(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            async with aclosing(self._events()) as events:
                async for event in events:
                    async with asyncio.timeout(SLOW_SECONDS):
                        await send({"type": "http.response.body", "body": event.encode(), "more_body": True})
        except (TimeoutError, InfrastructureError, TooManyReadersError):
            # He comes back by himself, and with his position: nothing is lost.
            pass
        await send({"type": "http.response.body", "body": b""})

    async def _events(self) -> AsyncGenerator[str, None]:
        yield f"retry: {_RETRY_MS}\n\n"
        async with self._hub.reader(self._interest, self._after) as (reader, missed):
            # From the first moment on he has a position to come back with.
            yield f": welcome\nid: {reader.positions}\n\n"
            told = time.monotonic()
            async for one in missed:
                if isinstance(one, Passed) and time.monotonic() - told < _PASSED_EVERY_SECONDS:
                    continue
                told = time.monotonic()
                yield self._written(one)
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        news = await reader.next()
                except TimeoutError:
                    # Without data it is no event, and yet moves the position that he comes back with.
                    yield f": still here\nid: {reader.positions}\n\n"
                    continue
                if news is None:
                    return
                yield self._written(news)

    def _written(self, one: Heard) -> str:
        if isinstance(one, Passed):
            return f": reading\nid: {one.position}\n\n"
        if isinstance(one, Gap):
            return f"event: gap\nid: {one.position}\ndata: {{}}\n\n"
        said = {
            "article_id": str(one.arrival.article_id),
            "revision": one.arrival.revision,
            "status": one.told.status,
            "story_id": str(one.arrival.story_id) if one.arrival.story_id else None,
            "copy_of": str(one.arrival.copy_of) if one.arrival.copy_of else None,
        }
        data = json.dumps(said)
        if not self._brief:
            data = f'{data[:-1]}, "article": {one.arrival.event}}}'
        # JSON has no bare line breaks: it is one line of data, for those who break lines as Unicode does, too.
        return f"event: article\nid: {one.position}\ndata: {data}\n\n"


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _full(streams: int) -> Refused:
    detail = f"{streams} streams are read already, and no more are admitted (WIREDESK_DESK__STREAMS)"
    return Refused(503, "full", detail, headers={"retry-after": "10"})
