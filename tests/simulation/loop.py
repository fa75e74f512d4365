"""An event loop whose clock jumps to the next timer: hours pass in milliseconds, and every run is the same again."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class StuckError(Exception):
    """Everybody waits, and nothing will ever happen."""


class _NeverWaits(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let the time pass at once."""
        if timeout is None:
            raise StuckError
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs callbacks in order, as asyncio does, on a clock of its own that begins at 0."""

    def __init__(self) -> None:
        self._waiting = _NeverWaits()
        super().__init__(self._waiting)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._waiting.now


def simulate(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on a loop of its own; all tasks it leaves behind are cancelled."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
