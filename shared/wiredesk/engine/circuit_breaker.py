"""The circuit breaker: a stage in which nearly everything fails stops, instead of draining its topic."""

from collections import deque

from aiokafka import ConsumerRecord


class CircuitBreaker:
    """Stops a stage in which nearly everything fails, so a bad deployment cannot drain a topic into dead letters.

    Opens at more than `in_a_row` dead letters in a row, or at `share` of the last `window` records. The numbers are a
    judgement; the idea is that of getsentry/arroyo's dead-letter limit. Redelivered records count once.
    """

    def __init__(self, *, in_a_row: int = 200, window: int = 1000, share: float = 0.2) -> None:
        self.in_a_row = in_a_row
        self.share = share
        self.open = False
        self._run = 0
        self._last: deque[bool] = deque(maxlen=window)
        self._counted: dict[tuple[str, int], int] = {}

    def count(self, record: ConsumerRecord[bytes, bytes], *, dead: bool) -> None:
        """Take note of one verdict; sets `open`."""
        partition = (record.topic, record.partition)
        if record.offset <= self._counted.get(partition, -1):
            return
        self._counted[partition] = record.offset
        self._last.append(dead)
        self._run = self._run + 1 if dead else 0
        full = len(self._last) == self._last.maxlen
        if self._run > self.in_a_row or (full and sum(self._last) >= self.share * len(self._last)):
            self.open = True
