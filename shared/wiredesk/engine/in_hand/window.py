"""The records a stage has in hand: which may be begun next, and whether there is room for more. Pure."""

import heapq
from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiokafka.structs import TopicPartition

from wiredesk.contracts.errors import PermanentError, TransientError
from wiredesk.engine.in_hand.progress import Progress
from wiredesk.engine.outcomes import Received
from wiredesk.engine.verdicts.verdict import RawRecord


@dataclass(eq=False, slots=True)
class Item:
    """One record in hand. `progress` is of the assignment it was read in; `article` orders it among its like."""

    record: RawRecord
    partition: TopicPartition
    progress: Progress
    received: Received[Any] | None = None
    refused: PermanentError | TransientError | None = None
    article: Hashable = None
    ready_at: float = 0.0
    from_retry: bool = False
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.record.value or b"") + len(self.record.key or b"")


class Window:
    """Hands records out in the order they came, but never two of one article at a time.

    An item without an article waits for nobody. One that is `ready_at` a later time waits outside that order.
    """

    def __init__(self, records: int, size: int) -> None:
        """`records` and `size` (bytes) bound what is held; one record more may come in, however large."""
        self._records = records
        self._size = size
        self._held: set[Item] = set()
        self._bytes = 0
        self._ready: deque[Item] = deque()
        self._behind: dict[Hashable, deque[Item]] = {}
        self._later: list[tuple[float, int, Item]] = []
        self._number = count()

    @property
    def room(self) -> int:
        """How many more records may be read; 0 when the window is full."""
        return max(0, self._records - len(self._held)) if self._bytes < self._size else 0

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._bytes

    def add(self, item: Item, now: float) -> None:
        """Take an item in, in the order of its partition."""
        self._held.add(item)
        self._bytes += item.size
        if item.ready_at > now:
            heapq.heappush(self._later, (item.ready_at, next(self._number), item))
        else:
            self._line_up(item)

    def take(self, most: int, now: float) -> list[Item]:
        """Return up to `most` items that may be begun now; each has to be given back by `release`."""
        while self._later and self._later[0][0] <= now:
            self._line_up(heapq.heappop(self._later)[2])
        return [self._ready.popleft() for _ in range(min(most, len(self._ready)))]

    def next_at(self) -> float | None:
        """Return when the next waiting item becomes ready, or None."""
        return self._later[0][0] if self._later else None

    def take_resting(self) -> list[Item]:
        """Take out what waits for a later time; it needs no `release`."""
        resting = [item for _, _, item in self._later]
        self._later.clear()
        for item in resting:
            self._held.discard(item)
            self._bytes -= item.size
        return resting

    def release(self, items: Iterable[Item]) -> None:
        """Let go of items that were taken: the next of their articles may be begun."""
        for item in items:
            self._held.discard(item)
            self._bytes -= item.size
            if item.article is None:
                continue
            behind = self._behind[item.article]
            if behind:
                self._ready.append(behind.popleft())
            else:
                del self._behind[item.article]

    def forget(self) -> None:
        """Drop what is not begun: it comes again, to whom the partitions go."""
        waiting = [*self._ready, *(item for _, _, item in self._later)]
        waiting += [item for behind in self._behind.values() for item in behind]
        lined_up = {item.article for item in self._ready if item.article is not None}
        self._ready.clear()
        self._later.clear()
        for article in list(self._behind):
            self._behind[article].clear()
            if article in lined_up:
                del self._behind[article]
        for item in waiting:
            self._held.discard(item)
            self._bytes -= item.size

    def _line_up(self, item: Item) -> None:
        if item.article is None:
            self._ready.append(item)
        elif item.article in self._behind:
            self._behind[item.article].append(item)
        else:
            # Its own entry says that one of the article is on its way.
            self._behind[item.article] = deque()
            self._ready.append(item)
