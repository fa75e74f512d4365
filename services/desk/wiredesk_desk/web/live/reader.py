"""One who reads along."""

import asyncio
from dataclasses import dataclass

from wiredesk_desk.web.live.interest import Interest
from wiredesk_desk.web.live.positions import Positions
from wiredesk_desk.web.live.receipts import Told
from wiredesk_storage.search.arrivals import Arrival

# What a reader has not taken: then he is cut off.
QUEUED = 256


@dataclass(frozen=True, slots=True)
class News:
    """An article that a reader wants, and the position after it."""

    told: Told
    arrival: Arrival
    position: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Receipts that are no longer on the topic lay between where a reader stood and what comes next."""

    position: str


class Reader:
    """One who reads along, from `positions` on. `is_cut`: he took too little, and gets nothing more."""

    def __init__(self, interest: Interest, positions: Positions) -> None:
        self.interest = interest
        self.positions = positions
        self.is_cut = False
        self._queue: asyncio.Queue[tuple[Told, Arrival | None]] = asyncio.Queue()
        self._waiting = 0

    def offer(self, told: Told, arrival: Arrival | None) -> None:
        """Hand over a receipt, with what he wants of it; never waits."""
        if self.is_cut:
            return
        self._waiting += arrival is not None
        self.is_cut = self._waiting > QUEUED
        self._queue.put_nowait((told, arrival))

    def at_hand(self, most: int) -> list[News]:
        """Return what he wants of what is there already, `most` at most; does not wait."""
        found: list[News] = []
        while len(found) < most and not self._queue.empty():
            told, arrival = self._queue.get_nowait()
            self.positions.passed(told.partition, told.offset)
            if arrival is not None:
                self._waiting -= 1
                found.append(News(told, arrival, str(self.positions)))
        return found

    async def next(self) -> News | None:
        """Return the next article he wants; None: nothing more comes, because he is cut off."""
        while not (self.is_cut and self._queue.empty()):
            told, arrival = await self._queue.get()
            self.positions.passed(told.partition, told.offset)
            if arrival is not None:
                self._waiting -= 1
                return News(told, arrival, str(self.positions))
        return None
