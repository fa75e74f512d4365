"""How much a lane takes: so many records wait in it at most, so that it can be paused, and no topic overflows."""

import asyncio
import time
from collections.abc import Sized

from wiredesk.client import offsets
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane, MiB

# Of the texts and pages that wait. They are on four topics, of which local mode's hold 512 MiB each.
MOST_BYTES = 256 * MiB
_LOOK_SECONDS = 1.0
# How much of the mean each new record makes up.
_NEWS = 0.02


class Room:
    """How many more records may be put into a lane in which at most `most` are to wait, all its stages together."""

    def __init__(self, kafka: KafkaSettings, lane: Lane, most: int) -> None:
        self.waiting = 0
        """how many waited when it was looked at last"""
        self._kafka, self._lane, self._most = kafka, lane, most
        self._left = 0
        self._mean_bytes = 0.0
        self._looked_at = -_LOOK_SECONDS

    async def take(self, size: int, under_way: Sized) -> None:
        """Return when there is room for one more, of `size` bytes; those `under_way` are not acknowledged yet.

        Raises:
            InfrastructureError: Kafka cannot be reached.
        """
        self._mean_bytes += _NEWS * (size - self._mean_bytes)
        while self._left <= 0:
            await asyncio.sleep(self._looked_at + _LOOK_SECONDS - time.monotonic())
            self.waiting = await offsets.waiting(self._kafka, self._lane)
            self._looked_at = time.monotonic()
            self._left = room(self.waiting + len(under_way), self._most, self._mean_bytes)
        self._left -= 1


def room(waiting: int, most: int, mean_bytes: float) -> int:
    """Return how many more may go in; 0 or less: none. One may always wait, however large it is."""
    by_bytes = MOST_BYTES // max(mean_bytes, 1.0)
    return int(max(1, min(most, by_bytes))) - waiting
