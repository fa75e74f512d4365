"""Sends to webhooks what is due: signed, in bounded time, to public addresses only, and again when it fails."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Protocol

from wiredesk_desk.web.subscriptions import signing
from wiredesk_desk.web.subscriptions.keeping import Delivery, Subscriptions
from wiredesk_storage.archive import Archive

log = logging.getLogger(__name__)

ANSWER_SECONDS = 15.0
_AT_ONCE = 8
_IDLE_SECONDS = 1.0
# For longer than any try lasts.
_TAKEN = timedelta(seconds=60)
GONE = 410
_ERROR_CHARACTERS = 300


class Post(Protocol):
    """Sends a message and returns the status of the answer.

    Raises:
        OSError: it did not arrive, for a reason that is told in few words.
        TimeoutError: there was no answer.
    """

    async def __call__(self, url: str, content: bytes, headers: dict[str, str]) -> int: ...


class Poster:
    """Sends what is due until it is cancelled."""

    def __init__(self, subscriptions: Subscriptions, archive: Archive, post: Post) -> None:
        self._subscriptions, self._archive, self._post = subscriptions, archive, post

    async def run(self) -> None:
        """Send what is due, eight at a time, and look again each second.

        Raises:
            InfrastructureError: PostgreSQL is away; nothing is lost by beginning again.
        """
        while True:
            due = await self._subscriptions.take(_AT_ONCE, _TAKEN)
            await asyncio.gather(*(self._deliver(one) for one in due))
            if not due:
                await asyncio.sleep(_IDLE_SECONDS)

    async def _deliver(self, one: Delivery) -> None:
        found = await self._archive.arrivals([(one.article_id, one.revision)])
        arrival = found.get((one.article_id, one.revision))
        if arrival is None or arrival.hidden:
            # It was withdrawn, erased or deleted meanwhile: there is nothing to tell any more.
            await self._subscriptions.delivered(one.delivery_id)
            return
        now = datetime.now(UTC)
        content = signing.body(arrival.event, now)
        error, status = "", 0
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status = await self._post(
                    one.webhook, content, signing.headers(str(one.event_id), now, content, one.secret)
                )
        except TimeoutError:
            error = f"no answer within {ANSWER_SECONDS:g} s"
        except (OSError, ValueError) as failure:
            error = str(failure)[:_ERROR_CHARACTERS] or type(failure).__name__
        if 200 <= status < 300:
            await self._subscriptions.delivered(one.delivery_id)
            return
        error = error or f"it answered {status}"
        await self._subscriptions.failed(one.delivery_id, signing.again_in(one.attempts + 1), error)
        if status == GONE:
            await self._subscriptions.pause(one.subscription, paused=True, note="its webhook answered 410: gone")
        log.info("webhook of %s failed, try %d: %s", one.subscription, one.attempts + 1, error)
