"""The dead letters and what was done about them, as they are on Kafka now or were a moment ago."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from wiredesk_desk.config import System
from wiredesk_desk.dead_letters import store
from wiredesk_desk.dead_letters.core import OPEN, Letter, state
from wiredesk_desk.dead_letters.rows import Settled
from wiredesk_desk.web.kept.recent import Recent

# Their topics are read from the beginning: a page that asks often shall not hurt.
KEPT_SECONDS = 2.0
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Known:
    """Every dead letter of the lane, the oldest first, and what was done about which."""

    letters: Sequence[Letter]
    settled: Settled

    @property
    def open(self) -> int:
        """How many nobody has settled."""
        return sum(state(letter, self.settled) == OPEN for letter in self.letters)


class Letters:
    """Reads them, at most every two seconds. Raises `InfrastructureError` when Kafka is away, or slow for 10 s."""

    def __init__(self, here: System) -> None:
        self._here = here
        self.known: Recent[Known] = Recent(
            self._read, name="the dead letters", keeps=KEPT_SECONDS, patience=PATIENCE_SECONDS
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Yield it, and read no more at the end."""
        try:
            yield self
        finally:
            await self.known.close()

    async def _read(self) -> Known:
        # In this order: a letter that is settled meanwhile is open for two seconds more, and none is lost.
        settled = await store.settlements(self._here)
        return Known(await store.letters(self._here), settled)
