"""What many ask, and what costs much to answer: asked of a server once at a time, and kept for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar, cast

from wiredesk.contracts.errors import InfrastructureError

T = TypeVar("T")


class Recent(Generic[T]):
    """An answer that is at most `keeps` seconds old; who asks while it is being found waits for the same one.

    One that is up to `lends` seconds older is given to who asks while the next is being found: he does not wait.
    `name` is what is asked, for messages. A failure is told to everybody who waits, and is not kept.
    """

    def __init__(
        self, ask: Callable[[], Awaitable[T]], *, name: str, keeps: float, patience: float, lends: float = 0.0
    ) -> None:
        self._ask, self._name, self._keeps, self._patience, self._lends = ask, name, keeps, patience, lends
        self._asking: asyncio.Task[T] | None = None
        self._again: asyncio.Task[T] | None = None
        self._until = 0.0
        self._last: T | None = None

    async def __call__(self) -> T:
        """Return the answer.

        Raises:
            InfrastructureError: there was none within `patience` seconds, or what was asked raises it.
        """
        asking = self._asking
        if asking is None or (asking.done() and not self._is_good(asking)):
            asking = self._asking = asyncio.create_task(self._answer(), name=f"ask for {self._name}")
            asking.add_done_callback(_heard)
        is_lent = self._last is not None and asyncio.get_running_loop().time() < self._until + self._lends
        if is_lent and not asking.done() and asking is not self._again:
            return cast("T", self._last)
        # Whoever goes does not take it away from the others.
        return await asyncio.shield(asking)

    def forget(self) -> None:
        """Ask anew next time, even where a question is under way: what it is about has changed."""
        self._last = None
        if (asking := self._asking) is not None and asking.done():
            self._asking = None
        elif asking is not None and asking is not self._again:
            # One that has not begun to ask will hear of this change, too.
            self._again = self._asking = asyncio.create_task(self._after(asking), name=f"ask again for {self._name}")

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    def _is_good(self, asked: asyncio.Task[T]) -> bool:
        return not asked.cancelled() and asked.exception() is None and asyncio.get_running_loop().time() < self._until

    async def _after(self, asking: asyncio.Task[T]) -> T:
        try:
            await asyncio.gather(asking, return_exceptions=True)
        finally:
            asking.cancel()
        # What it said is from before the change.
        self._again = self._last = None
        return await self._answer()

    async def _answer(self) -> T:
        try:
            async with asyncio.timeout(self._patience):
                found = await self._ask()
        except TimeoutError:
            raise InfrastructureError(f"{self._name}: no answer within {self._patience:g} s") from None
        self._until = asyncio.get_running_loop().time() + self._keeps
        self._last = found if self._lends else None
        return found


def _heard(asked: asyncio.Task[T]) -> None:
    """Take note of a failure that nobody waits for: who asks next is told of his own."""
    if not asked.cancelled():
        asked.exception()
