"""How far an input is done: up to the oldest record that is not. Pure."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """What became of a record: on the wire, refused, or no page of a WARC file. An empty line has no end."""

    FED = "fed"
    REFUSED = "refused"
    WITHOUT_PAGE = "without_page"


@dataclass(slots=True)
class _Begun:
    after: int
    is_done: bool = False
    end: End | None = None


class Acknowledged:
    """What was begun in the order of the input, and ends in any.

    `position` is where the oldest unfinished begins, `counts` the ends of all before it: so the two can be kept
    together, and what lies behind is counted when it is met again.
    """

    def __init__(self, position: int, counts: Mapping[End, int]) -> None:
        self.position = position
        self.counts = Counter(counts)
        self._begun: deque[_Begun] = deque()

    def begin(self, after: int) -> _Begun:
        """Take note of the record that ends at `after`; what is returned goes to `done`."""
        one = _Begun(after)
        self._begun.append(one)
        return one

    def done(self, one: _Begun, end: End | None) -> None:
        """Note that Kafka has a record, or that there is nothing to send of it."""
        one.is_done, one.end = True, end
        while self._begun and self._begun[0].is_done:
            first = self._begun.popleft()
            self.position = first.after
            if first.end is not None:
                self.counts[first.end] += 1
