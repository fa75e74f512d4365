"""How far a partition is done: what may be committed while records finish in any order. Pure."""

from collections import deque


class Progress:
    """The records of one partition that were taken in hand and are not committed, in offset order.

    `committable` only grows; every record below it is done. Offsets may have holes (transaction markers, compaction).
    """

    def __init__(self) -> None:
        self.is_gone = False
        """whether the assignment has ended: nothing that is still in work may be published or committed"""
        self.next: int | None = None
        """the offset to be read next; None before anything is known of this assignment"""
        self.committed: int | None = None
        """what was committed by this assignment"""
        self._taken: deque[tuple[int, int]] = deque()
        self._done: set[int] = set()

    def take(self, offset: int, milliseconds: int) -> None:
        """Take the record at `offset` in hand; `milliseconds` is its time. Offsets only grow."""
        self._taken.append((offset, milliseconds))
        self.next = offset + 1

    def may_skip(self, offset: int) -> bool:
        """Return whether `offset` lies behind all that is known, with nothing in hand before it."""
        return not self.is_gone and not self._taken and (self.next is None or offset > self.next)

    def skip(self, offset: int) -> None:
        """Read on at `offset`: what lies before it and was not taken needs no work."""
        self.next = offset

    def done(self, offset: int) -> None:
        """All outputs of the record at `offset` are durable."""
        self._done.add(offset)
        while self._taken and self._taken[0][0] in self._done:
            self._done.remove(self._taken.popleft()[0])

    @property
    def ahead(self) -> int:
        """How many records from the oldest unfinished one on were taken: so many may come again after a crash."""
        return len(self._taken)

    @property
    def unfinished(self) -> int:
        """How many of them are not done."""
        return len(self._taken) - len(self._done)

    @property
    def oldest(self) -> int | None:
        """The time of the oldest unfinished record, in milliseconds since 1970; None when all are done."""
        return self._taken[0][1] if self._taken else None

    @property
    def committable(self) -> int | None:
        """The lowest offset that is not done; None when nothing is known."""
        return self._taken[0][0] if self._taken else self.next

    @property
    def uncommitted(self) -> int | None:
        """What should be committed now; None when there is nothing new."""
        offset = self.committable
        return offset if offset is not None and offset != self.committed else None
