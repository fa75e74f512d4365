"""Sends to webhooks what is due: signed, in bounded time, to public addresses only, and again when it fails."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from wiredesk_desk.web.subscriptions import signing
from wiredesk_desk.web.subscriptions.keeping import Delivery, Subscriptions
from wiredesk_storage.archive import Archive

log = logging.getLogger(__name__)

ANSWER_SECONDS = 15.0
_AT_ONCE, _OF_ONE = 16, 2
_IDLE_SECONDS = 1.0
# Far longer than a try lasts, what it waits for in the store included.
_TAKEN = timedelta(seconds=120)
_FORGETS_EVERY = 3_600.0
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
        """Send what is due, sixteen at a time and two of one subscription, and look again each second.

        Raises:
            InfrastructureError: PostgreSQL is away; nothing is lost by beginning again.
        """
        trying: set[asyncio.Task[None]] = set()
        forgets_at = 0.0
        try:
            while True:
                if time.monotonic() > forgets_at:
                    await self._subscriptions.forget()
                    forgets_at = time.monotonic() + _FORGETS_EVERY
                room = _AT_ONCE - len(trying)
                due = await self._subscriptions.take(room, _TAKEN, _OF_ONE) if room else []
                trying |= {asyncio.create_task(self._deliver(one)) for one in due}
                if trying:
                    done, trying = await asyncio.wait(
                        trying, timeout=_IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                    )
                    for task in done:
                        task.result()
                else:
                    await asyncio.sleep(_IDLE_SECONDS)
        finally:
            for task in trying:
                task.cancel()
            await asyncio.gather(*trying, return_exceptions=True)

    async def _deliver(self, one: Delivery) -> None:
        found = await self._archive.arrivals([(one.article_id, one.revision)])
        arrival = found.get((one.article_id, one.revision))
        if arrival is None or arrival.hidden:
            # It was withdrawn, erased or deleted meanwhile: there is nothing to tell any more.
            await self._subscriptions.drop(one)
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
            await self._subscriptions.delivered(one)
            return
        error = error or f"it answered {status}"
        await self._subscriptions.failed(one.delivery_id, signing.again_in(one.attempts + 1), error)
        if status == GONE:
            await self._subscriptions.gone(
                one.subscription, "its webhook answered 410, gone: resume it once it is there"
            )
        log.info("webhook of %s failed, try %d: %s", one.subscription, one.attempts + 1, error)
