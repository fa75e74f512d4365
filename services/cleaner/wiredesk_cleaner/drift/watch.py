"""All hosts: the figures of each page come in; an alarm that begins or ends goes out. Pure.

Of each host there are its last 20 pages and its habit, which is all pages before them, the latest weighing most. When
the last ones leave the habit an alarm begins, and the habit stands still. The alarm is over when they are back, and
settled when 100 pages more have come: then what came after the change is the habit.

Simulated hosts whose pages do not depend on each other have at most 0.2 false alarms in 10,000 pages. A text, headline
or date that is lost is said after 6 to 10 pages, words that are down to a third after 15; later, the noisier the host
was before. Ten pages of another kind in a row are an alarm, over some 15 pages later: where every tenth page is of that
kind, and they come in rows of three, there are 4 in 10,000 pages.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from wiredesk_cleaner.drift.evidence import LAST, Difference, Habit
from wiredesk_cleaner.drift.figures import Figure, Seen

# A change that has lasted for so many pages is the new habit.
LASTS = 100
# One takes about 8 KB.
MOST_HOSTS = 5000

_Values = tuple[float | None, ...]


class Turn(StrEnum):
    """What becomes of a host: an alarm begins, passes, becomes the habit, or is forgotten for hosts seen later."""

    BEGAN = "began"
    OVER = "over"
    SETTLED = "settled"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Drift:
    """A host whose pages clean differently `since` (UTC), and in what; the strongest evidence first, never empty."""

    host: str
    since: datetime
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A turn, which is said once, and the drift as it was last."""

    turn: Turn
    drift: Drift


class Watch:
    """The hosts seen last, `hosts` of them at most. Not for several threads."""

    def __init__(self, hosts: int = MOST_HOSTS) -> None:
        self._most = hosts
        # In the order of their last pages.
        self._hosts: dict[str, _Host] = {}

    def observe(self, seen: Seen, now: datetime) -> list[Change]:
        """Take a page in and return what it changes, mostly nothing; `now` in UTC. Never raises or blocks."""
        host = self._hosts.pop(seen.host, None) or _Host(seen.host)
        self._hosts[seen.host] = host
        changes = [change] if (change := host.observe(seen.values, now)) else []
        if len(self._hosts) > self._most:
            drift = self._hosts.pop(next(iter(self._hosts))).drift
            changes += [Change(Turn.FORGOTTEN, drift)] if drift else []
        return changes

    def drifting(self) -> list[Drift]:
        """Return the hosts with an alarm, the strongest evidence first."""
        found = [host.drift for host in self._hosts.values() if host.drift]
        return sorted(found, key=lambda drift: -drift.differences[0].nats)


class _Host:
    __slots__ = ("_after", "_habits", "_last", "_name", "_pages", "_strayed", "drift")

    def __init__(self, name: str) -> None:
        self._name = name
        self._last: deque[_Values] = deque()
        self._habits = _no_habits()
        # The habits-to-be of an alarm.
        self._after = _no_habits()
        # Since it was first seen, or since its alarm began.
        self._pages = 0
        self._strayed: Sequence[Difference | None] = [None] * len(Figure)
        self.drift: Drift | None = None

    def observe(self, values: _Values, now: datetime) -> Change | None:
        self._pages += 1
        self._last.append(values)
        if len(self._last) > LAST:
            self._take_in(self._last.popleft())
        if len(self._last) < LAST:
            return None
        found = [
            habit.difference(figure, [value for value in column if value is not None])
            for figure, habit, column in zip(Figure, self._habits, zip(*self._last, strict=True), strict=True)
        ]
        self._learn(found)
        return self._begin(found, now) if self.drift is None else self._go_on(found, self.drift)

    def _take_in(self, values: _Values) -> None:
        """A page becomes habit when it is no longer among the last, so that those are compared with others only."""
        if self.drift is not None and self._pages <= LAST:
            # It was among the last when the alarm began: partly they are of the old kind.
            return
        for habit, value in zip(self._habits if self.drift is None else self._after, values, strict=True):
            if value is not None:
                habit.add(value)

    def _learn(self, found: Sequence[Difference | None]) -> None:
        """Once in `LAST` pages, of the window before: a change that is under way shall not hide itself."""
        if self._pages % LAST:
            return
        for habit, strayed in zip(self._habits, self._strayed, strict=True):
            if strayed is not None:
                habit.learn(strayed)
        self._strayed = found

    def _begin(self, found: Sequence[Difference | None], now: datetime) -> Change | None:
        if not any(one and habit.is_left_by(one) for one, habit in zip(found, self._habits, strict=True)):
            return None
        self._pages, self._after = 0, _no_habits()
        self.drift = Drift(self._name, now, _lasting(found))
        return Change(Turn.BEGAN, self.drift)

    def _go_on(self, found: Sequence[Difference | None], drift: Drift) -> Change | None:
        lasting = _lasting(found)
        if not lasting:
            self.drift = None
            return Change(Turn.OVER, drift)
        self.drift = replace(drift, differences=lasting)
        if self._pages < LASTS:
            return None
        settled, self.drift = self.drift, None
        self._habits, self._strayed = self._after, [None] * len(Figure)
        return Change(Turn.SETTLED, settled)


def _no_habits() -> list[Habit]:
    return [Habit() for _ in Figure]


def _lasting(found: Sequence[Difference | None]) -> tuple[Difference, ...]:
    return tuple(sorted((one for one in found if one and one.lasts), key=lambda one: -one.nats))
