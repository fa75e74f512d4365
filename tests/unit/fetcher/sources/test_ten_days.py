"""A thousand sources of all kinds, polled for ten days of simulated time; seen with `pytest -s` as a table."""

import heapq
import random
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from tests.unit.fetcher.sources import ten_days as days
from tests.unit.fetcher.sources.ten_days import END, HOUR, RETRY_AFTER, START, TTL, Feed, Kind, Trouble
from wiredesk_fetcher.sources.health import Health, State, after
from wiredesk_fetcher.sources.polled import Poll, Saw
from wiredesk_fetcher.sources.schedule import NEVER, Rhythm, is_conditional, next_poll, rhythm_after

# Seconds of work, which a machine with much else to do stretches.
pytestmark = pytest.mark.timeout(600)

MIX = {
    days.BUSY: 100,
    days.MEDIUM: 300,
    days.SLOW: 200,
    days.WEEKLY: 150,
    days.BY_DAY: 80,
    days.NO_HOST: 40,
    days.DOWN: 40,
    days.LEFT: 30,
    days.LIAR: 20,
    days.ASKING: 20,
    days.LIMITED: 20,
}
SAW = {
    Trouble.NO_HOST: Saw.HARD_ERROR,
    Trouble.GONE: Saw.GONE,
    Trouble.DOWN: Saw.SOFT_ERROR,
    Trouble.LIMITED: Saw.SOFT_ERROR,
}


@dataclass
class Source:
    """A feed, and what is remembered of it."""

    feed: Feed
    health: Health = field(default_factory=Health)
    rhythm: Rhythm = field(default_factory=Rhythm)
    name: str = ""
    due: datetime = START

    def get(self, at: datetime, *, conditional: bool) -> Poll:
        """Answer one GET."""
        if trouble := self.feed.ask(at):
            retry_after = RETRY_AFTER if trouble is Trouble.LIMITED else None
            return Poll(at, SAW[trouble], trouble.value, retry_after=retry_after)
        name, known = self.feed.name(at), self.feed.shown
        if conditional and name and name == self.name:
            self.feed.unchanged += 1
            return Poll(at, Saw.NOT_MODIFIED)
        self.name = name
        hint = TTL if self.feed.kind.least == TTL else None
        listed = self.feed.list(at)
        if self.feed.shown == known:
            return Poll(at, Saw.SAME_BODY, hint=hint)
        new = [number for number in listed if number >= known]
        for number in new:
            self.feed.find(number, at)
        published = tuple(self.feed.items[number] for number in listed) if self.feed.dated else ()
        return Poll(at, Saw.LISTING, "", len(listed), len(new), published, hint)

    def poll(self, at: datetime, jitter: float) -> datetime:
        """Poll once and return when next."""
        poll = self.get(at, conditional=is_conditional(self.rhythm))
        self.health, self.rhythm = after(self.health, poll), rhythm_after(self.rhythm, poll)
        self.due, why = next_poll(self.health, self.rhythm, poll, jitter=jitter)
        assert self.due > at
        assert why
        return self.due


@pytest.fixture(scope="module")
def sources() -> dict[Kind, list[Source]]:
    chance = random.Random(2026)
    world = {kind: [Source(feed) for feed in feeds] for kind, feeds in days.build(MIX, chance).items()}
    every = [source for sources in world.values() for source in sources]
    # All are added within an hour.
    queue = [(source.feed.kind.begins + chance.random() * HOUR, n) for n, source in enumerate(every)]
    heapq.heapify(queue)
    while queue[0][0] < END:
        at, n = queue[0]
        heapq.heapreplace(queue, (every[n].poll(at, chance.random()), n))
    return world


@pytest.fixture(scope="module")
def world(sources) -> days.World:
    return {kind: [source.feed for source in of_kind] for kind, of_kind in sources.items()}


def test_the_table(world):
    assert sum(len(feeds) for feeds in world.values()) == 1000
    print("", days.table(world), sep="\n")  # noqa: T201 - for whoever asks with -s


@pytest.mark.parametrize("kind", [kind for kind in MIX if kind.steady], ids=lambda kind: kind.name)
def test_each_steady_source_is_polled_as_often_as_it_publishes(world, kind):
    days.assert_asked_as_often_as_published(world[kind])


@pytest.mark.parametrize("kind", MIX, ids=lambda kind: kind.name)
def test_each_item_is_found_once_and_a_steady_source_loses_none_once_it_is_known(world, kind):
    days.assert_each_found_once(world[kind])


def test_neither_a_ttl_nor_a_retry_after_is_ever_undercut(world):
    days.assert_waits_obeyed(world)


def test_dead_hosts_are_probed_once_a_week(sources, world):
    assert all(source.health.state is State.DEAD for source in sources[days.NO_HOST])
    days.assert_probed_once_a_week(world[days.NO_HOST])


def test_what_is_gone_is_never_polled_again(sources, world):
    days.assert_left_alone_when_gone(world[days.LEFT])
    assert all(source.due == NEVER for source in sources[days.LEFT])


def test_a_server_that_lies_is_found_out_within_ten_polls(world):
    days.assert_lies_found_out(world[days.LIAR])


def test_an_outage_slows_polls_down_and_is_over_soon_after_it_ends(sources, world):
    days.assert_outage_slows_polls_and_passes(world[days.DOWN])
    assert all(source.health.state is State.HEALTHY for source in sources[days.DOWN])


def test_a_source_that_sleeps_at_night_is_polled_often_at_seven_in_the_morning(world):
    days.assert_asked_often_in_the_morning(world[days.BY_DAY])
