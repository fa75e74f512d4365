"""What many ask, and what costs much to answer: asked of a server once at a time, and kept for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from wiredesk.contracts.errors import InfrastructureError

T = TypeVar("T")


class Recent(Generic[T]):
    """An answer that is at most `keeps` seconds old; who asks while it is being found waits for the same one.

    `name` is what is asked, for messages. A failure is told to everybody who waits, and is not kept.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]], *, name: str, keeps: float, patience: float) -> None:
        self._ask, self._name, self._keeps, self._patience = ask, name, keeps, patience
        self._asking: asyncio.Task[T] | None = None
        self._again: asyncio.Task[T] | None = None
        self._until = 0.0

    async def __call__(self) -> T:
        """Return the answer.

        Raises:
            InfrastructureError: there was none within `patience` seconds, or what was asked raises it.
        """
        asking = self._asking
        if asking is None or (asking.done() and not self._is_good(asking)):
            asking = self._asking = asyncio.create_task(self._answer(), name=f"ask for {self._name}")
        # Whoever goes does not take it away from the others.
        return await asyncio.shield(asking)

    def forget(self) -> None:
        """Ask anew next time, even where a question is under way: what it is about has changed."""
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
        self._again = None
        return await self._answer()

    async def _answer(self) -> T:
        try:
            async with asyncio.timeout(self._patience):
                found = await self._ask()
        except TimeoutError:
            raise InfrastructureError(f"{self._name}: no answer within {self._patience:g} s") from None
        self._until = asyncio.get_running_loop().time() + self._keeps
        return found
