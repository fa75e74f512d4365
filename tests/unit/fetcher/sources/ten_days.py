"""Feeds of all kinds for ten days of simulated time, and what must hold of whoever polls them.

Polls expected of a kind whose rate is steady: nine days, the first being for learning, divided by
clamp(a week / its weekly items, 5 minutes, 24 hours), or by what its server asks for where that is more. Each single
feed must come within 10 % of it, or within one poll where that is more. A third of the feeds date none of their
items, so that nothing but what is new in a listing tells their rate: for these it is two polls, as one item a day is
not learned in a day. The mean of a kind must come within 10 %.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum, StrEnum
from itertools import pairwise
from statistics import mean
from typing import TypeAlias

import pytest

from wiredesk_fetcher.sources.schedule import EVERY_NTH

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
LEARNED, END = START + DAY, START + 10 * DAY
OUTAGE = (START + 5 * DAY, START + 5.5 * DAY)
GONE = START + 3 * DAY
ROOM = 30  # items in a listing
TTL, RETRY_AFTER = 2 * HOUR, 1.5 * HOUR
TOLERANCE = 0.10


class Trouble(StrEnum):
    """What is wrong with a server, by the reason that a poll of it gives."""

    NONE = ""
    NO_HOST = "unknown_host"
    NOT_FOUND = "http_404"
    GONE = "http_410"  # from `GONE` on
    DOWN = "http_503"  # during `OUTAGE`
    CUT = "connection"  # the same, and without an answer
    LIMITED = "http_429"  # each fifth time


class Names(Enum):
    """What a server calls a version of its feed."""

    ETAG = "ETag"
    LIE = "the same ETag for all"
    LAST_MODIFIED = "Last-Modified"
    NONE = "nothing"


@dataclass(frozen=True)
class Kind:
    """How feeds of a kind are published and sent.

    Gaps are even within `spread` of `gap`, either way. `steady`: the number of polls is asserted. `begins` is when the
    first of them is added, the last an hour later.
    """

    name: str
    gap: timedelta
    steady: bool = True
    spread: float = 0.5
    day_and_night: bool = False
    least: timedelta = timedelta(minutes=5)
    begins: datetime = START
    trouble: Trouble = Trouble.NONE
    names: Names = Names.ETAG

    @property
    def expected(self) -> float:
        """Polls from `LEARNED` to `END`."""
        return (END - LEARNED) / min(max(self.gap, self.least), DAY)


# Seven weeks before, so that they are long dead.
_LONG_AGO = START - 49 * DAY

BUSY = Kind("busy, 200 a day", DAY / 200)
MEDIUM = Kind("medium, 20 a day", DAY / 20)
SLOW = Kind("slow, 1 a day", DAY, spread=0.2)
WEEKLY = Kind("weekly", 7 * DAY)
BY_DAY = Kind("by day only, 60", DAY / 60, steady=False, day_and_night=True)
NO_HOST = Kind("dead host", DAY, steady=False, begins=_LONG_AGO, trouble=Trouble.NO_HOST)
NOT_FOUND = Kind("404 from the start", DAY, steady=False, begins=_LONG_AGO, trouble=Trouble.NOT_FOUND)
DOWN = Kind("12 h outage, 20", DAY / 20, steady=False, trouble=Trouble.DOWN)
CUT = Kind("12 h cut off, 20", DAY / 20, steady=False, trouble=Trouble.CUT)
LEFT = Kind("410 after 3 days", DAY / 20, steady=False, trouble=Trouble.GONE)
LIAR = Kind("lying 304, 20", DAY / 20, names=Names.LIE)
ASKING = Kind("TTL 2 h, 50 a day", DAY / 50, least=TTL)
LIMITED = Kind("429 each 5th, 50", DAY / 50, steady=False, trouble=Trouble.LIMITED)
SINCE = Kind("Last-Modified, 20", DAY / 20, names=Names.LAST_MODIFIED)
NAMELESS = Kind("no ETag, 20", DAY / 20, names=Names.NONE)


@dataclass
class Feed:
    """A feed as its server has it, what it was asked, and which of its items were found.

    Items are numbered in the order they are published. `first` is the first listing that was sent, and `shown` how many
    items there were at the last. `found` are the numbers of items in the order they were found.
    """

    kind: Kind
    dated: bool
    items: list[datetime]
    asked: list[datetime] = field(default_factory=list)
    unchanged: int = 0
    first: range = range(0)
    shown: int = 0
    lost: list[int] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    delays: list[timedelta] = field(default_factory=list)
    late_by: list[int] = field(default_factory=list)

    def ask(self, at: datetime) -> Trouble:
        """Note a GET, and return what keeps it from its answer."""
        self.asked.append(at)
        match self.kind.trouble:
            case Trouble.GONE:
                happens = at >= GONE
            case Trouble.DOWN | Trouble.CUT:
                happens = self.is_away(at)
            case Trouble.LIMITED:
                happens = len(self.asked) % 5 == 0
            case _:
                happens = True
        return self.kind.trouble if happens else Trouble.NONE

    def is_away(self, at: datetime) -> bool:
        """Tell whether the whole site is out of order."""
        return self.kind.trouble in (Trouble.DOWN, Trouble.CUT) and OUTAGE[0] <= at < OUTAGE[1]

    def name(self, at: datetime) -> str:
        """Return what the server calls the feed as it is now; "" for nothing."""
        there = bisect_right(self.items, at)
        if self.kind.names is Names.LAST_MODIFIED:
            return format_datetime(self.items[there - 1], usegmt=True)
        return {Names.ETAG: f'"{there}"', Names.LIE: '"always"'}.get(self.kind.names, "")

    def list(self, at: datetime) -> range:
        """Send a listing: return the numbers of its items."""
        there = bisect_right(self.items, at)
        listed = range(max(there - ROOM, 0), there)
        if self.shown:
            self.lost += range(self.shown, listed.start)
        else:
            self.first = listed
        self.shown = there
        return listed

    def find(self, number: int, at: datetime) -> None:
        """Note an item that was found; how late tells nothing of those that were there before the feed was added."""
        self.found.append(number)
        if number not in self.first:
            item = self.items[number]
            self.delays.append(at - item)
            self.late_by.append(len(self.asked) - bisect_left(self.asked, item))

    @property
    def counted(self) -> int:
        """Return how often it was asked from `LEARNED` to `END`."""
        return sum(LEARNED <= at < END for at in self.asked)


World: TypeAlias = dict[Kind, list[Feed]]


def build(mix: Mapping[Kind, int], chance: random.Random) -> World:
    """Return so many feeds of each kind; each third dates none of its items."""
    return {
        kind: [Feed(kind, n % 3 > 0, list(_publications(kind, chance))) for n in range(feeds)]
        for kind, feeds in mix.items()
    }


def _publications(kind: Kind, chance: random.Random) -> Iterator[datetime]:
    """Yield when items come out; by day only, none from 22 to 6 h."""
    at = START - 40 * kind.gap - chance.random() * kind.gap
    while at < END:
        # Two thirds of the day are day: the rate by day is the higher for it.
        at += kind.gap * (1 + kind.spread * (2 * chance.random() - 1)) * (2 / 3 if kind.day_and_night else 1)
        if kind.day_and_night and not 6 <= at.hour < 22:
            at = at.replace(hour=6, minute=0) + (DAY if at.hour >= 22 else timedelta())
        yield at


def table(world: World) -> str:
    """Return a line for each kind: its polls in the last nine days, and over all what it sent and what was found."""
    titles = ("kind", "feeds", "expected", "polled", "ratio", "least", "most", "304s", "found / published", "delay")
    row = "{:<18}{:>8}{:>10}{:>9}{:>7}{:>7}{:>7}{:>8}{:>20}{:>9}"
    lines = [row.format(*titles)]
    for kind, feeds in world.items():
        counts = [feed.counted for feed in feeds]
        ratios = [count / kind.expected for count in counts] if kind.steady else []
        until = GONE if kind.trouble is Trouble.GONE else END
        published = sum(sum(feed.asked[0] < item < until for item in feed.items) for feed in feeds)
        delays = [delay / HOUR for feed in feeds for delay in feed.delays]
        numbers = [f"{kind.expected:.1f}" if kind.steady else "-", f"{mean(counts):.1f}"]
        numbers += [f"{ratio:.2f}" for ratio in (mean(ratios), min(ratios), max(ratios))] if ratios else ["-"] * 3
        shown = f"{len(delays)} / {published}" if delays else "-"
        delay = f"{mean(delays):.1f} h" if delays else "-"
        unchanged = sum(feed.unchanged for feed in feeds)
        lines.append(row.format(kind.name, len(feeds), *numbers, unchanged, shown, delay))
    return "\n".join(lines)


# ---- what must hold when the ten days are over ----


def assert_asked_as_often_as_published(feeds: Iterable[Feed]) -> None:
    for feed in feeds:
        slack = max(TOLERANCE * feed.kind.expected, 1 if feed.dated else 2)
        assert abs(feed.counted - feed.kind.expected) <= slack, feed.kind.name
    kind = feed.kind
    assert mean(feed.counted for feed in feeds) == pytest.approx(kind.expected, rel=TOLERANCE), kind.name


def assert_each_found_once(feeds: Iterable[Feed]) -> None:
    """Only what had left the listing before anybody could see it may be missing, and none of a steady feed's items."""
    for feed in feeds:
        assert sorted(feed.found) == sorted({*range(feed.first.start, feed.shown)} - {*feed.lost}), feed.kind.name
        assert not (feed.kind.steady and feed.dated and feed.lost), feed.kind.name


def assert_waits_obeyed(world: World) -> None:
    """Neither a TTL nor a Retry-After is ever undercut."""
    waits = [(later - sooner, TTL) for feed in world[ASKING] for sooner, later in pairwise(feed.asked)]
    waits += [
        (later - sooner, RETRY_AFTER)
        for feed in world[LIMITED]
        for sooner, later in zip(feed.asked[4::5], feed.asked[5::5], strict=False)
    ]
    assert len(waits) > 1000
    assert all(wait >= asked for wait, asked in waits)


def assert_probed_once_a_week(feeds: Iterable[Feed]) -> None:
    for feed in feeds:
        probes = [at for at in feed.asked if at >= START - 7 * DAY]
        assert all(6.3 <= (later - sooner) / DAY <= 7.7 for sooner, later in pairwise(probes))
        assert 1 <= sum(at >= START for at in probes) <= 2


def assert_left_alone_when_gone(feeds: Iterable[Feed]) -> None:
    assert all(sum(at >= GONE for at in feed.asked) == 1 for feed in feeds)


def assert_lies_found_out(feeds: Iterable[Feed]) -> None:
    """Within ten polls. That is before anything has left the listing, but where neither dates nor polls tell a rate."""
    for feed in feeds:
        assert 1 < max(feed.late_by) <= EVERY_NTH
        assert not (feed.dated and feed.lost)


def assert_outage_slows_polls_and_passes(feeds: Iterable[Feed]) -> None:
    for feed in feeds:
        during = sum(OUTAGE[0] <= at < OUTAGE[1] for at in feed.asked)
        assert 0 < during < 0.8 * (OUTAGE[1] - OUTAGE[0]) / feed.kind.gap
        assert next(at for at in feed.asked if at >= OUTAGE[1]) - OUTAGE[1] < 6 * HOUR
        assert not feed.lost


def assert_asked_often_in_the_morning(feeds: Iterable[Feed]) -> None:
    """A feed that sleeps from 22 h on is asked often again at 6."""
    for feed in feeds:
        gaps = [later - at for at, later in pairwise(feed.asked) if at >= LEARNED and 6 <= at.hour < 8]
        assert max(gaps) < 2.5 * feed.kind.gap
