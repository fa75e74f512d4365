"""The circuit breaker: a stage in which nearly everything fails stops, instead of draining its topic."""

from collections import deque

from wiredesk.engine.settings import EngineSettings


class CircuitBreaker:
    """Stops a stage in which nearly everything fails, so a bad deployment cannot drain a topic into dead letters.

    Opens at so many dead letters in a row, or at a share of the last records (`EngineSettings`; the numbers are a
    judgement, the idea of a dead-letter limit is that of getsentry/arroyo). After a rest it is half-open: a few records
    are tried, and the first that passes closes it. Times are seconds of the caller's clock. Pure.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._last: deque[bool] = deque(maxlen=settings.breaker_window)
        self._run = 0
        self._opened_at: float | None = None
        self._probes = 0

    @property
    def is_open(self) -> bool:
        """Whether the stage is held, half-open included."""
        return self._opened_at is not None

    def admits(self, now: float) -> int | None:
        """Return how many records may be begun now; None for any number. Each begun one is told with `begin`."""
        if self._opened_at is None:
            return None
        if now < self._opened_at + self._settings.breaker_rest_seconds:
            return 0
        return self._settings.breaker_probes - self._probes

    def begin(self, records: int) -> None:
        """Take note that so many records are begun."""
        if self.is_open:
            self._probes += records

    def give_up(self, records: int) -> None:
        """Take note that so many records were begun and not finished: others may be tried instead."""
        self._probes = max(0, self._probes - records)

    def count(self, *, is_fault: bool | None, now: float) -> None:
        """Take note of one verdict whose outputs are durable; None for one that says nothing."""
        if is_fault is None:
            self.give_up(1)
            return
        if self.is_open and not is_fault:
            self._close()
        self._last.append(is_fault)
        self._run = self._run + 1 if is_fault else 0
        full = len(self._last) == self._last.maxlen
        too_many = full and sum(self._last) >= self._settings.breaker_share * len(self._last)
        if self.is_open or self._run > self._settings.breaker_in_a_row or too_many:
            # Again from now on, when it was half-open: what is begun already goes to its end.
            self._opened_at = now
            self._probes = 0

    def _close(self) -> None:
        self._opened_at = None
        self._probes = 0
        self._last.clear()
