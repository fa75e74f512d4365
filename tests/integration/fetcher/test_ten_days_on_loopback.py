"""A thousand feeds over real sockets and real PostgreSQL, polled for ten days of simulated time.

Seen with `pytest -s` as a table. The same of a model, without either: tests/unit/fetcher/sources/test_ten_days.py. Most
feeds are slow here: a poll takes milliseconds, and one busy feed as many polls as two hundred slow ones.
"""

import asyncio
import random
from bisect import bisect_right
from itertools import chain, pairwise

import pytest

from tests.integration.fetcher.feeds_on_loopback import Town
from tests.unit.fetcher.sources import ten_days as days
from tests.unit.fetcher.sources.ten_days import DAY, Names, Trouble
from wiredesk_fetcher.sources.schedule import EVERY_NTH

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(3000)]

MIX = {
    days.BUSY: 2,
    days.MEDIUM: 9,
    days.SLOW: 400,
    days.WEEKLY: 518,
    days.BY_DAY: 2,
    days.NO_HOST: 12,
    days.NOT_FOUND: 12,
    days.DOWN: 6,
    days.CUT: 3,
    days.LEFT: 9,
    days.LIAR: 9,
    days.ASKING: 9,
    days.LIMITED: 3,
    days.SINCE: 3,
    days.NAMELESS: 3,
}


def states(town, kind):
    """Return the states that were told of each source of a kind."""
    return [[one.state.value for one in site.told] for site in town.sites.values() if site.feed.kind is kind]


def each_steady_feed_is_asked_as_often_as_it_publishes(town):
    for kind, feeds in town.world.items():
        if kind.steady:
            days.assert_asked_as_often_as_published(feeds)


def each_item_that_was_sent_is_submitted_once(town):
    for feeds in town.world.values():
        days.assert_each_found_once(feeds)


def all_that_was_published_until_the_last_poll_was_sent(town):
    for feed in chain(*town.world.values()):
        # The last poll that was bound to see it: a lie may hide it for nine more, and one in five may be refused.
        behind = {Trouble.GONE: 2, Trouble.LIMITED: 2}.get(feed.kind.trouble, 1)
        behind = EVERY_NTH if feed.kind.names is Names.LIE else behind
        if feed.kind.trouble not in (Trouble.NO_HOST, Trouble.NOT_FOUND):
            assert feed.shown >= bisect_right(feed.items, feed.asked[-behind]), feed.kind.name


def what_has_not_changed_is_not_sent_again(town):
    def share(kind):
        return sum(feed.unchanged for feed in town.world[kind]) / sum(len(feed.asked) for feed in town.world[kind])

    assert share(days.WEEKLY) > 2 / 3
    assert min(share(days.MEDIUM), share(days.SINCE), share(days.BY_DAY)) > 0.05
    assert share(days.LIAR) == pytest.approx(1 - 1 / EVERY_NTH, abs=0.01)
    assert share(days.NAMELESS) == 0


def neither_a_ttl_nor_a_retry_after_is_ever_undercut(town):
    days.assert_waits_obeyed(town.world)


def what_was_never_there_is_dead_after_thirty_polls_and_probed_once_a_week(town):
    for kind in (days.NO_HOST, days.NOT_FOUND):
        days.assert_probed_once_a_week(town.world[kind])
        assert all(told == ["failing", "dead"] for told in states(town, kind))
        for site in town.of_kind(kind):
            assert site.told[-1].at == site.feed.asked[30 - 1]


def what_is_gone_is_never_polled_again(town):
    days.assert_left_alone_when_gone(town.world[days.LEFT])
    assert all(told == ["healthy", "dead"] for told in states(town, days.LEFT))
    assert all(site.told[-1].next_poll is None for site in town.of_kind(days.LEFT))


def an_outage_slows_polls_down_and_is_over_soon_after_it_ends(town):
    for kind in (days.DOWN, days.CUT):
        days.assert_outage_slows_polls_and_passes(town.world[kind])
        assert all(told == ["healthy", "failing", "healthy"] for told in states(town, kind))


def a_server_that_lies_is_found_out_within_ten_polls(town):
    days.assert_lies_found_out(town.world[days.LIAR])


def a_feed_that_sleeps_at_night_is_asked_often_at_seven_in_the_morning(town):
    days.assert_asked_often_in_the_morning(town.world[days.BY_DAY])


def each_change_of_state_is_told_once_and_in_order(town):
    for site in town.sites.values():
        told = [one.state for one in site.told]
        assert all(before != after for before, after in pairwise(told))
        assert all(before.at < after.at for before, after in pairwise(site.told))
        assert told[-1] is town.known[site.host].health.state


def each_poll_is_one_request(town):
    for site in town.sites.values():
        polls = town.known[site.host].polls
        assert polls == len(site.feed.asked), site.feed.kind.name
        # aiohttp asks at once again when it has no answer.
        assert site.requests == polls or site.feed.kind is days.CUT, site.feed.kind.name


def a_robots_txt_is_got_before_the_first_poll_and_once_a_day_at_most(town):
    for site in town.sites.values():
        if site.feed.kind.trouble is not Trouble.NO_HOST:
            assert site.robots[0] == site.feed.asked[0]
            assert all(later - sooner >= DAY for sooner, later in pairwise(site.robots))


CHECKS = (
    each_steady_feed_is_asked_as_often_as_it_publishes,
    each_item_that_was_sent_is_submitted_once,
    all_that_was_published_until_the_last_poll_was_sent,
    what_has_not_changed_is_not_sent_again,
    neither_a_ttl_nor_a_retry_after_is_ever_undercut,
    what_was_never_there_is_dead_after_thirty_polls_and_probed_once_a_week,
    what_is_gone_is_never_polled_again,
    an_outage_slows_polls_down_and_is_over_soon_after_it_ends,
    a_server_that_lies_is_found_out_within_ten_polls,
    a_feed_that_sleeps_at_night_is_asked_often_at_seven_in_the_morning,
    each_change_of_state_is_told_once_and_in_order,
    each_poll_is_one_request,
    a_robots_txt_is_got_before_the_first_poll_and_once_a_day_at_most,
)


async def test_a_thousand_feeds_are_polled_for_ten_days_as_they_publish_and_answer(pool, reader, monkeypatch, subtests):
    assert sum(MIX.values()) == 1000
    chance = random.Random(2026)
    town = Town(days.build(MIX, chance), pool, reader)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", town.resolve)
    await town.live(chance)
    print("", days.table(town.world), sep="\n")  # noqa: T201 - for whoever asks with -s
    for check in CHECKS:
        with subtests.test(check.__name__.replace("_", " ")):
            check(town)
