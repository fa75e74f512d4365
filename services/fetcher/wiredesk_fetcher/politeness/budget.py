"""How long one page may take: the answers to all that is asked for it, and the waits for its hosts' time."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from wiredesk.contracts.errors import TransientError

T = TypeVar("T")

# Further requests for one page (robots.txt before it, a redirect behind it) are waited for in place for so long.
FURTHER = timedelta(seconds=10)


class Budget:
    """What is left of `seconds` for answers, robots.txt and redirects included, and of `patience` for hosts' time.

    Waiting for a host's time is no fault of an answer's. It is bounded for each request, by ten seconds once something
    has been asked, or, where it `is_for_all`, by `patience` in all.
    """

    def __init__(self, seconds: float, patience: timedelta, *, is_for_all: bool = False) -> None:
        self.left = seconds
        self.patience = patience
        self._whole = seconds
        self._is_for_all = is_for_all

    def asked(self) -> None:
        """Something was asked: the next request is not the first."""
        if not self._is_for_all:
            self.patience = max(self.patience, FURTHER)

    def check(self) -> None:
        """Do nothing while seconds are left.

        Raises:
            TransientError: none is left (`timeout`).
        """
        if self.left <= 0:
            raise self._spent()

    async def of(self, asking: Callable[[float], Awaitable[T]]) -> T:
        """Return what `asking` gives within the seconds that are left, which it is told.

        Raises:
            TransientError: none is left (`timeout`).
        """
        self.check()
        began = time.monotonic()
        try:
            return await asking(self.left)
        finally:
            self.left -= time.monotonic() - began

    @asynccontextmanager
    async def holding(self, lock: asyncio.Lock) -> AsyncIterator[None]:
        """Hold `lock`; what another does with it meanwhile takes of the seconds.

        Raises:
            TransientError: none is left (`timeout`).
        """

        async def acquire(seconds: float) -> None:
            async with asyncio.timeout(seconds):
                await lock.acquire()

        try:
            await self.of(acquire)
        except TimeoutError:
            raise self._spent() from None
        try:
            yield
        finally:
            lock.release()

    def _spent(self) -> TransientError:
        return TransientError(f"no whole answer within {self._whole:.3g} s", reason="timeout")
