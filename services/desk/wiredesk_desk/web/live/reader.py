"""One who reads along."""

import asyncio
from dataclasses import dataclass
from typing import TypeAlias

from wiredesk_desk.web.live.interest import Interest
from wiredesk_desk.web.live.positions import Positions
from wiredesk_desk.web.live.receipts import Told
from wiredesk_storage.search.arrivals import Arrival

# What a reader wants and has not taken, and all that he has not looked past: then he is cut off.
QUEUED, BEHIND = 256, 20_000


@dataclass(frozen=True, slots=True)
class News:
    """An article that a reader wants, and the position after it."""

    told: Told
    arrival: Arrival
    position: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Receipts that nobody can read any more lay between where a reader stood and what comes next."""

    position: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Receipts were looked at, of which he wants none: this is where he stands."""

    position: str


Heard: TypeAlias = News | Gap | Passed


class Reader:
    """One who reads along, from `positions` on. `is_cut`: he took too little, and gets nothing more."""

    def __init__(self, interest: Interest, positions: Positions) -> None:
        self.interest = interest
        self.positions = positions
        self.is_cut = False
        # None: a gap.
        self._queue: asyncio.Queue[tuple[Told, Arrival | None] | None] = asyncio.Queue()
        self._waiting = 0

    def offer(self, told: Told, arrival: Arrival | None) -> None:
        """Hand over a receipt, with what he wants of it; never waits."""
        if not self.is_cut:
            self._waiting += arrival is not None
            self._put((told, arrival))

    def offer_gap(self) -> None:
        """Tell that something is missing here; never waits."""
        if not self.is_cut:
            self._put(None)

    def cut(self) -> None:
        """Give him nothing more but what he has yet to take."""
        if not self.is_cut:
            self._put(None)
            self.is_cut = True

    async def next(self) -> News | Gap | None:
        """Return the next article he wants, or a gap; None: nothing more comes, because he is cut off."""
        while not (self.is_cut and self._queue.empty()):
            heard = self._passed(await self._queue.get())
            if heard is not None:
                return heard
        return None

    def at_hand(self, most: int) -> list[News | Gap]:
        """Return what he would get next without waiting, `most` at most."""
        found: list[News | Gap] = []
        while len(found) < most and not self._queue.empty():
            heard = self._passed(self._queue.get_nowait())
            if heard is not None:
                found.append(heard)
        return found

    def _put(self, one: tuple[Told, Arrival | None] | None) -> None:
        self._queue.put_nowait(one)
        # What he does not want counts, too: he may be busy with what he missed for an hour.
        self.is_cut = self._waiting > QUEUED or self._queue.qsize() > BEHIND

    def _passed(self, one: tuple[Told, Arrival | None] | None) -> News | Gap | None:
        if one is None:
            return None if self.is_cut and self._queue.empty() else Gap(str(self.positions))
        told, arrival = one
        self.positions.passed(told.partition, told.offset)
        if arrival is None:
            return None
        self._waiting -= 1
        return News(told, arrival, str(self.positions))
