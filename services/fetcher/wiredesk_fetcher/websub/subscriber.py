"""The subscriber: asks hubs for subscriptions, renews them in time, and ends those that nobody wants any more.

Any number of fetchers do so side by side: a subscription is taken by one of them at a time. Whether a hub agrees is
what it says when it calls back, which may be at another fetcher, and before it has answered.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from wiredesk.contracts.errors import InfrastructureError, TransientError
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher import core
from wiredesk_fetcher.crawler import Crawler, NotYetError
from wiredesk_fetcher.http import Wanted
from wiredesk_fetcher.websub.store import Subscriptions
from wiredesk_fetcher.websub.subscription import Subscription, request

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
AT_ONCE = 4
_ANSWER = Wanted(accept="*/*", is_read=lambda *_: False, limit=lambda _: 0)


class Subscriber:
    """Asks for as long as `run` runs; `problem` says why it cannot, empty when all is well."""

    def __init__(self, subscriptions: Subscriptions, crawler: Crawler, now: Callable[[], datetime]) -> None:
        self.problem = ""
        self._subscriptions = subscriptions
        self._crawler = crawler
        self._now = now

    async def run(self) -> None:
        """Ask until cancelled. An outage of PostgreSQL is waited out."""
        has_moved = False
        while True:
            try:
                if not has_moved:
                    # Once: of two fetchers with different addresses neither is to take what the other has.
                    await self._subscriptions.move(self._now())
                    has_moved = True
                await self.look()
                self.problem = ""
            except InfrastructureError as error:
                if not self.problem:
                    log.warning("subscribing waits: %s", error)
                self.problem = str(error)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Ask the hubs whose time it is, and return when they have answered.

        Raises:
            InfrastructureError: PostgreSQL is away; what was taken is taken again later.
        """
        taken = await self._subscriptions.take(self._now(), AT_ONCE)
        # Each to its end, whatever becomes of the others.
        for ended in await asyncio.gather(*map(self._ask, taken), return_exceptions=True):
            if isinstance(ended, InfrastructureError):
                raise ended
            if isinstance(ended, BaseException):
                log.error("asking a hub broke: %s", type(ended).__name__)

    async def _ask(self, subscription: Subscription) -> None:
        host = urlsplit(subscription.hub).hostname
        try:
            problem = await self._asked(subscription)
        except NotYetError as later:
            await self._subscriptions.postpone(subscription, later.at)
            return
        except TransientError as error:
            problem = error.reason
        if problem:
            # The hub's host alone: its address may hold what is secret.
            log.info("the hub %s does not take a request (%s)", host, problem)

    async def _asked(self, subscription: Subscription) -> str:
        """Return why the hub does not take the request, or nothing. It may send us to another (section 5.1)."""
        at, form, hops = subscription.hub, request(subscription), 0
        while True:
            answer = await self._crawler.post(at, form, _ANSWER)
            if isinstance(answer, Refusal):
                return answer.reason.value
            target = core.next_hop(at, answer.status, answer.header("Location"), hops)
            if target is None:
                return "" if 200 <= answer.status < 300 else f"http_{answer.status}"
            if isinstance(target, Refusal):
                return target.reason.value
            if at.startswith("https:") and not target.startswith("https:"):
                return "insecure_redirect"
            at, hops = target, hops + 1
