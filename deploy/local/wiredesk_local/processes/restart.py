"""Keeps one process running: starts it again after every end nobody asked for, later and later, and says so."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Collection

from wiredesk.contracts.errors import WiredeskError
from wiredesk_local.processes.child import Child

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# After so long without an end the next one counts as the first.
HEALTHY_SECONDS = 60.0


class Restarter:
    """One process under care. `start` is what (re)starts it: it returns once the process does its work."""

    def __init__(
        self,
        child: Child,
        start: Callable[[], Awaitable[None]],
        *,
        say: Callable[[str], None],
        changed: Callable[[], None],
        final: Collection[int] = (),
    ) -> None:
        """`changed` is called after every start and end; after an exit code in `final` it is not started again."""
        self.child = child
        self.restarts = 0
        self.failure = ""
        """why it ended for good; empty while it is cared for"""
        self.state = "starting"
        self._start = start
        self._say = say
        self._changed = changed
        self._final = frozenset(final)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it; an error of this first start is the caller's."""
        await self._start()
        self._turn("running")
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.child.name}")

    async def stop(self, patience: float, hurry: asyncio.Event | None = None) -> None:
        """Stop caring, then stop the process; return once it has gone."""
        self._turn("stopping")
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.child.stop(patience, hurry)
        self._turn("stopped")

    async def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            since = time.monotonic()
            code = await self.child.wait()
            if code in self._final:
                self.failure = _told(self.child)
                self._turn("failed")
                self._say(f"{self.child.name} has ended and is not started again: {self.failure}")
                return
            why = _ending(code)
            if time.monotonic() - since >= HEALTHY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._turn("waiting")
            while why:
                self._say(f"{self.child.name} {why}; starting it again in {pause:g} s (log: {self.child.log})")
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                self.restarts += 1
                why = await self._try_to_start()
            self._say(f"{self.child.name} is running again")
            self._turn("running")

    async def _try_to_start(self) -> str:
        """Return why it did not start; empty when it did."""
        try:
            await self._start()
        except Exception as error:  # noqa: BLE001 - whatever it is, it must be said and tried again
            why = str(error) if isinstance(error, WiredeskError | OSError) else type(error).__name__
            return f"did not start: {why}"
        return ""

    def _turn(self, state: str) -> None:
        self.state = state
        # On a full disk nobody can be told; the process is cared for all the same.
        with contextlib.suppress(OSError):
            self._changed()


def _told(child: Child) -> str:
    """What it said at its end, without its log: the last line that begins with its name, and what follows."""
    lines = [line.strip() for line in child.last_words(12).splitlines() if not line.lstrip().startswith("{")]
    name = f"{child.name.rpartition('-')[0] or child.name}: "
    first = max((n for n, line in enumerate(lines) if line.startswith(name)), default=0)
    return " ".join(lines[first:])


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"
