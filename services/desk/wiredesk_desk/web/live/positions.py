"""Where a reader stands on the receipts: an offset a partition, as a text that a browser gives back. Pure."""

import re
from collections.abc import Iterator, Mapping

_ONE = re.compile(r"(\d{1,5})-(\d{1,19})")
_MOST = 2_000


class WrongPositionError(ValueError):
    """The text is no position of a stream."""


class Positions:
    """The next offset of each partition."""

    def __init__(self, offsets: Mapping[int, int]) -> None:
        self._offsets = dict(offsets)

    @classmethod
    def read(cls, text: str) -> "Positions":
        """Return the positions that `str` of some gave.

        Raises:
            WrongPositionError: it is no such text.
        """
        found: dict[int, int] = {}
        for part in text.split("."):
            one = _ONE.fullmatch(part)
            if one is None or len(found) >= _MOST:
                raise WrongPositionError("a Last-Event-ID is what an event of this stream had as its id")
            found[int(one[1])] = int(one[2])
        return cls(found)

    def __str__(self) -> str:
        """Return them as `partition-offset`, joined by dots."""
        return ".".join(f"{partition}-{offset}" for partition, offset in sorted(self._offsets.items()))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(sorted(self._offsets.items()))

    def of(self, partition: int) -> int | None:
        """Return the next offset of a partition; None: nothing is known of it."""
        return self._offsets.get(partition)

    def passed(self, partition: int, offset: int) -> None:
        """Note that the record at this offset was read; one before is no step back."""
        self._offsets[partition] = max(self._offsets.get(partition, 0), offset + 1)

    def is_beyond(self, others: "Positions") -> bool:
        """Whether any of these lies beyond that of the same partition."""
        return any(self._offsets.get(partition, 0) > offset for partition, offset in others)

    def behind(self, others: "Positions") -> int:
        """Return how many records lie between these and `others`, where these are the earlier ones."""
        return sum(max(0, offset - self._offsets.get(partition, 0)) for partition, offset in others)

    def within(self, ends: "Positions") -> "tuple[Positions, bool]":
        """Return the positions on the partitions of `ends`, and whether one lies beyond: it is of another topic.

        Of such a partition everything has to be read again.
        """
        known = {partition: (self._offsets.get(partition, 0), end) for partition, end in ends}
        kept = {partition: offset if offset <= end else 0 for partition, (offset, end) in known.items()}
        return Positions(kept), any(offset > end for offset, end in known.values())

    def on(self, others: "Positions") -> "Positions":
        """Return where these stand on the partitions of `others`: at the beginning of those that they do not know."""
        return Positions({partition: self._offsets.get(partition, 0) for partition, _ in others})

    def copy(self) -> "Positions":
        """Return the same positions, to go on from apart."""
        return Positions(self._offsets)
