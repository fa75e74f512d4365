"""A thousand sources of all kinds, polled for ten days of simulated time; seen with `pytest -s` as a table.

Polls expected of a kind whose rate is steady: nine days, the first being for learning, divided by
clamp(a week / its weekly items, 5 minutes, 24 hours), or by what its server asks for where that is more. Each single
source must come within 10 % of it, or within one poll where that is more. A third of the sources date none of their
items, so that nothing but what is new in a listing tells their rate: for these it is two polls, as one item a day is
not learned in a day. The mean of a kind must come within 10 %.
"""

import heapq
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean

import pytest

from wiredesk_fetcher.sources.health import Health, State, after
from wiredesk_fetcher.sources.polled import Poll, Saw
from wiredesk_fetcher.sources.schedule import EVERY_NTH, NEVER, Rhythm, is_conditional, next_poll, rhythm_after

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
LEARNED, END = START + DAY, START + 10 * DAY
OUTAGE = (START + 5 * DAY, START + 5.5 * DAY)
GONE = START + 3 * DAY
ROOM = 30  # items in a listing
TTL, RETRY_AFTER = 2 * HOUR, 1.5 * HOUR
TOLERANCE = 0.10


@dataclass(frozen=True)
class Kind:
    """How sources of a kind publish and answer.

    Gaps are even within `spread` of `gap`, either way. `steady`: the number of polls is asserted.
    """

    name: str
    sources: int
    gap: timedelta
    steady: bool = True
    spread: float = 0.5
    day_and_night: bool = False
    least: timedelta = timedelta(minutes=5)
    begins: datetime = START

    @property
    def expected(self) -> float:
        """Polls from `LEARNED` to `END`."""
        return (END - LEARNED) / min(max(self.gap, self.least), DAY)


KINDS = [
    Kind("busy, 200 a day", 100, DAY / 200),
    Kind("medium, 20 a day", 300, DAY / 20),
    Kind("slow, 1 a day", 200, DAY, spread=0.2),
    Kind("weekly", 150, 7 * DAY),
    Kind("by day only, 60", 80, DAY / 60, steady=False, day_and_night=True),
    # Seven weeks before, so that they are long dead.
    Kind("dead host", 40, DAY, steady=False, begins=START - 49 * DAY),
    Kind("12 h outage, 20", 40, DAY / 20, steady=False),
    Kind("410 after 3 days", 30, DAY / 20, steady=False),
    Kind("lying 304, 20", 20, DAY / 20),
    Kind("TTL 2 h, 50 a day", 20, DAY / 50, least=TTL),
    Kind("429 each 5th, 50", 20, DAY / 50, steady=False),
]


@dataclass
class Source:
    """A server with its feed, and what is remembered of it. Positions count items in the order they are published."""

    kind: Kind
    dated: bool
    items: list[datetime]
    health: Health = field(default_factory=Health)
    rhythm: Rhythm = field(default_factory=Rhythm)
    sent: int = 0
    found: int = 0
    requests: int = 0
    lost: int = 0
    polls: list[Poll] = field(default_factory=list)
    dues: list[datetime] = field(default_factory=list)
    delays: list[timedelta] = field(default_factory=list)
    late_by: list[int] = field(default_factory=list)

    def get(self, at: datetime, *, conditional: bool) -> Poll:
        """Answer one GET."""
        self.requests += 1
        if failure := self.failure(at):
            return failure
        there = bisect_right(self.items, at)
        hint = TTL if self.kind.least == TTL else None
        if conditional and (there == self.sent or self.kind.name.startswith("lying")):
            return Poll(at, Saw.NOT_MODIFIED)
        self.sent = there
        return Poll(at, Saw.SAME_BODY, hint=hint) if there == self.found else self.listing(at, there, hint)

    def failure(self, at: datetime) -> Poll | None:
        name = self.kind.name
        if name == "dead host":
            return Poll(at, Saw.HARD_ERROR, "dns")
        if name.startswith("410") and at >= GONE:
            return Poll(at, Saw.GONE, "http_410")
        if name.startswith("12 h outage") and OUTAGE[0] <= at < OUTAGE[1]:
            return Poll(at, Saw.SOFT_ERROR, "http_503")
        if name.startswith("429") and self.requests % 5 == 0:
            return Poll(at, Saw.SOFT_ERROR, "http_429", retry_after=RETRY_AFTER)
        return None

    def listing(self, at: datetime, there: int, hint: timedelta | None) -> Poll:
        """Answer with a listing, and note what of it was not known before."""
        oldest = max(there - ROOM, 0)
        listed = self.items[oldest:there]
        new = self.items[max(oldest, self.found) : there]
        if self.found:
            self.lost += max(oldest - self.found, 0)
            self.delays += [at - item for item in new]
            missed = (len(self.polls) - bisect_left(self.polls, item, key=lambda poll: poll.at) for item in new)
            self.late_by += [polls + 1 for polls in missed]
        self.found = there
        return Poll(at, Saw.LISTING, "", len(listed), len(new), tuple(listed) if self.dated else (), hint)

    def poll(self, at: datetime, jitter: float) -> datetime:
        """Poll once and return when next."""
        poll = self.get(at, conditional=is_conditional(self.rhythm))
        self.health, self.rhythm = after(self.health, poll), rhythm_after(self.rhythm, poll)
        due, why = next_poll(self.health, self.rhythm, poll, jitter=jitter)
        assert due > at
        assert why
        self.polls.append(poll)
        self.dues.append(due)
        return due

    @property
    def counted(self) -> int:
        return sum(LEARNED <= poll.at < END for poll in self.polls)


def publications(kind: Kind, chance: random.Random) -> Iterator[datetime]:
    """Yield when items come out; by day only, none from 22 to 6 h."""
    at = START - 40 * kind.gap - chance.random() * kind.gap
    while at < END:
        # Two thirds of the day are day: the rate by day is the higher for it.
        at += kind.gap * (1 + kind.spread * (2 * chance.random() - 1)) * (2 / 3 if kind.day_and_night else 1)
        if kind.day_and_night and not 6 <= at.hour < 22:
            at = at.replace(hour=6, minute=0) + (DAY if at.hour >= 22 else timedelta())
        yield at


@pytest.fixture(scope="module")
def world() -> dict[str, list[Source]]:
    chance = random.Random(2026)
    sources = [Source(kind, n % 3 > 0, list(publications(kind, chance))) for kind in KINDS for n in range(kind.sources)]
    # All are added within an hour.
    queue = [(source.kind.begins + chance.random() * HOUR, n) for n, source in enumerate(sources)]
    heapq.heapify(queue)
    while queue[0][0] < END:
        at, n = queue[0]
        heapq.heapreplace(queue, (sources[n].poll(at, chance.random()), n))
    return {kind.name: [source for source in sources if source.kind is kind] for kind in KINDS}


def of(world: dict[str, list[Source]], name: str) -> list[Source]:
    """Return the sources of the kind whose name begins so."""
    return next(sources for kind, sources in world.items() if kind.startswith(name))


def test_the_table(world):
    assert sum(len(sources) for sources in world.values()) == 1000
    titles = ("kind", "sources", "expected", "polled", "ratio", "least", "most", "304s", "found / published", "delay")
    row = "{:<18}{:>8}{:>10}{:>9}{:>7}{:>7}{:>7}{:>8}{:>20}{:>9}"
    lines = [row.format(*titles)]
    for kind in KINDS:
        sources = world[kind.name]
        expected = kind.expected if kind.steady else None
        counts = [source.counted for source in sources]
        ratios = [count / expected for count in counts] if expected else []
        unchanged = sum(poll.saw is Saw.NOT_MODIFIED for source in sources for poll in source.polls)
        found = sum(len(source.delays) for source in sources)
        until = GONE if kind.name.startswith("410") else END
        published = sum(sum(source.polls[0].at < item < until for item in source.items) for source in sources)
        delays = [delay / HOUR for source in sources for delay in source.delays]
        numbers = [f"{expected:.1f}" if expected else "-", f"{mean(counts):.1f}"]
        numbers += [f"{ratio:.2f}" for ratio in (mean(ratios), min(ratios), max(ratios))] if ratios else ["-"] * 3
        delay = f"{mean(delays):.1f} h" if delays else "-"
        shown = f"{found} / {published}" if kind.name != "dead host" else "-"
        lines.append(row.format(kind.name, len(sources), *numbers, unchanged, shown, delay))
    print("", *lines, sep="\n")  # noqa: T201 - for whoever asks with -s


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.steady], ids=lambda kind: kind.name)
def test_each_steady_source_is_polled_as_often_as_it_publishes(world, kind):
    for source in world[kind.name]:
        slack = 1 if source.dated else 2
        assert abs(source.counted - kind.expected) <= max(TOLERANCE * kind.expected, slack)
    assert mean(source.counted for source in world[kind.name]) == pytest.approx(kind.expected, rel=TOLERANCE)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.steady], ids=lambda kind: kind.name)
def test_a_steady_source_loses_nothing_once_it_is_known(world, kind):
    assert all(source.lost == 0 for source in world[kind.name] if source.dated)


def test_neither_a_ttl_nor_a_retry_after_is_ever_undercut(world):
    waits = [
        (due - poll.at, poll.retry_after or TTL)
        for source in of(world, "TTL") + of(world, "429")
        for poll, due in zip(source.polls, source.dues, strict=True)
        if poll.retry_after or source.kind.least == TTL
    ]
    assert len(waits) > 1000
    assert all(wait >= asked for wait, asked in waits)


def test_dead_hosts_are_probed_once_a_week(world):
    for source in of(world, "dead host"):
        assert source.health.state is State.DEAD
        probes = [poll.at for poll in source.polls if poll.at >= START - 7 * DAY]
        gaps = [(later - sooner) / DAY for sooner, later in pairwise(probes)]
        assert all(6.3 <= gap <= 7.7 for gap in gaps)
        assert 1 <= sum(at >= START for at in probes) <= 2


def test_what_is_gone_is_never_polled_again(world):
    for source in of(world, "410"):
        assert [poll.saw for poll in source.polls].count(Saw.GONE) == 1
        assert source.polls[-1].saw is Saw.GONE
        assert source.dues[-1] == NEVER


def test_a_server_that_lies_is_found_out_within_ten_polls(world):
    for source in of(world, "lying"):
        assert max(source.late_by) <= EVERY_NTH
        assert source.lost == 0


def test_an_outage_slows_polls_down_and_is_over_soon_after_it_ends(world):
    for source in of(world, "12 h outage"):
        during = sum(OUTAGE[0] <= poll.at < OUTAGE[1] for poll in source.polls)
        assert during < 0.8 * (OUTAGE[1] - OUTAGE[0]) / source.kind.gap
        back = next(poll for poll in source.polls if poll.at >= OUTAGE[1])
        assert back.at - OUTAGE[1] < 6 * HOUR
        assert source.health.state is State.HEALTHY
        assert source.lost == 0


def test_a_source_that_sleeps_at_night_is_polled_often_at_seven_in_the_morning(world):
    for source in of(world, "by day only"):
        mornings = [
            (due - poll.at) / source.kind.gap
            for poll, due in zip(source.polls, source.dues, strict=True)
            if poll.at >= LEARNED and 6 <= poll.at.hour < 8
        ]
        assert max(mornings) < 2.5
