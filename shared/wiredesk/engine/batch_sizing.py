"""How many records to take at a time, so that no batch outlasts the time a group gives its members between two reads.

A worker that takes longer is put out of its group, and the batch goes to the next, which may fare no better: the same
batch would go round for ever. So a worker starts with few records and lets its own pace say how many it may take.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from wiredesk.engine.verdict import RawRecord

MAX_POLL_SECONDS = 600.0
FIRST_BATCH = 10
# Of the allowed time: a batch may turn out four times slower than the last one.
SHARE = 0.25

Read = Callable[[Any], Awaitable[tuple[RawRecord, ...]]]


class AdaptiveBatches:
    """Reads for one FastStream batch subscriber, with `max_records` set before each read; its first value is the most.

    The pace is the time from one read to the next, pauses of an outage included.
    """

    def __init__(self, subscriber: Any, read: Read, max_poll_seconds: float) -> None:
        self._subscriber = subscriber
        self._read = read
        self._most = subscriber.max_records
        self._seconds = max_poll_seconds * SHARE
        self._given = 0
        self._given_at = 0.0
        subscriber.max_records = min(FIRST_BATCH, self._most)

    async def read(self, consumer: Any) -> tuple[RawRecord, ...]:
        """Return the next records; empty when there are none now."""
        if self._given:
            took = max(time.monotonic() - self._given_at, 0.001)
            fitting = int(self._given * self._seconds / took)
            self._subscriber.max_records = max(1, min(self._most, 2 * self._subscriber.max_records, fitting))
        batch = await self._read(consumer)
        self._given, self._given_at = len(batch), time.monotonic()
        return batch
