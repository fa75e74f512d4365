"""Growing pauses while a server everything depends on is away."""

import asyncio
import contextlib
import logging

from wiredesk.contracts.errors import WiredeskError
from wiredesk.engine import metrics
from wiredesk.engine.verdicts.dead_letters import printable

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 30.0


class Backoff:
    """One stage's pauses, shared by all its work in hand: however much of it fails at once, the pause grows once."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._pause = 0.0
        self._until = 0.0
        self.since: float | None = None
        """since when nothing passed (seconds of the event loop's clock); None when the last try passed"""

    @property
    def seconds(self) -> float:
        """How long the pause is now; 0 when the last try passed."""
        return self._pause

    def failed(self, error: BaseException) -> None:
        """Take note of an outage."""
        now = asyncio.get_running_loop().time()
        self.since = now if self.since is None else self.since
        cause = cause_of(error)
        metrics.REDELIVERIES.labels(self._stage, _reason(cause)).inc()
        # A timer may fire a moment early.
        if now < self._until - FIRST_PAUSE_SECONDS / 2:
            return
        self._pause = min(max(self._pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._until = now + self._pause
        message = printable(f"{type(cause).__name__}: {cause}", 200)
        log.warning("batch given back, again in %.1f s: %s", self._pause, message)

    def passed(self) -> None:
        """Take note that a try passed."""
        self._pause = 0.0
        self.since = None

    async def wait(self, interrupted: asyncio.Event) -> None:
        """Wait until the pause is over, or until `interrupted` is set."""
        await sleep(self._until - asyncio.get_running_loop().time(), interrupted)


async def sleep(seconds: float, interrupted: asyncio.Event) -> None:
    """Wait so many seconds, or until `interrupted` is set."""
    if seconds > 0:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await interrupted.wait()


def cause_of(error: BaseException) -> BaseException:
    """Return the first error in a group of them."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _reason(cause: BaseException) -> str:
    return cause.reason if isinstance(cause, WiredeskError) else type(cause).__name__
