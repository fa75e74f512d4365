"""The crawler along redirects: every hop waits its turn, asks its own robots.txt, and is asked once."""

from datetime import timedelta

import pytest

from tests.unit.fetcher.crawling import DELAY, Answer, Clock, moved, open_polite, rules, serve
from wiredesk.contracts.events import Rejection
from wiredesk_fetcher.crawler import NotYetError
from wiredesk_fetcher.hosts import HostsHere
from wiredesk_fetcher.politeness.clock import Answered, Granted

MINUTE = timedelta(minutes=1)


async def test_each_hop_waits_its_turn():
    async with serve(a=moved("/b"), b=moved("/c"), c=Answer()) as news, open_polite() as crawler:
        answer = await crawler.get(f"{news.base}/a")
    assert answer.url == f"{news.base}/c"
    assert news.asked == ["/robots.txt", "/a", "/b", "/c"]
    assert min(news.gaps) > DELAY / 2


async def test_a_redirect_to_another_place_asks_that_ones_robots_txt():
    async with (
        serve(robots=rules("User-agent: *\nDisallow: /\n"), inside=Answer()) as other,
        serve(a=moved(f"{other.base}/inside")) as news,
        open_polite() as crawler,
    ):
        refused = await crawler.get(f"{news.base}/a")
    assert refused.reason is Rejection.ROBOTS
    assert (news.asked, other.asked) == (["/robots.txt", "/a"], ["/robots.txt"])


async def test_a_redirect_into_what_robots_txt_disallows_is_not_followed():
    async with (
        serve(robots=rules("User-agent: *\nDisallow: /inside\n"), a=moved("/inside")) as news,
        open_polite() as crawler,
    ):
        refused = await crawler.get(f"{news.base}/a")
    assert refused.reason is Rejection.ROBOTS
    assert news.asked == ["/robots.txt", "/a"]


async def test_a_later_hop_whose_time_is_far_off_is_resumed_there():
    hosts, clock = HostsHere(), Clock()
    async with serve(story=Answer()) as other:
        there = other.base.replace("127.0.0.1", "localhost")
        async with serve(a=moved(f"{there}/story", 301)) as news, open_polite(hosts, clock) as crawler:
            turn = await hosts.claim("localhost", clock(), MINUTE, MINUTE, has_waited=False)
            assert isinstance(turn, Granted)
            await hosts.give_back("localhost", turn.turn, clock(), Answered.BUSY, delay=MINUTE, retry_after=5 * MINUTE)
            for _ in range(2):
                with pytest.raises(NotYetError) as later:
                    await crawler.get(f"{news.base}/a", has_waited=True)
                assert 4 * MINUTE < later.value.at - clock() <= 5 * MINUTE
            assert (news.asked, other.asked) == (["/robots.txt", "/a"], [])
            clock.ahead = 6 * MINUTE
            answer = await crawler.get(f"{news.base}/a", has_waited=True)
            assert (answer.url, answer.moved_to) == (f"{there}/story", f"{there}/story")
            assert (news.asked, other.asked) == (["/robots.txt", "/a"], ["/robots.txt", "/story"])
            # What has come to its end begins anew.
            await crawler.get(f"{news.base}/a")
    assert news.pages == ["/a", "/a"]


@pytest.mark.parametrize(
    ("first", "second", "end"),
    [
        pytest.param(301, 308, "/c", id="permanent"),
        pytest.param(301, 302, "/b", id="permanent, then temporary"),
        pytest.param(302, 301, "", id="temporary, then permanent"),
        pytest.param(307, 303, "", id="temporary"),
    ],
)
async def test_only_permanent_redirects_tell_that_a_page_has_moved(first, second, end):
    async with (
        serve(a=moved("/b", first), b=moved("/c", second), c=Answer()) as news,
        open_polite(delay_seconds=0) as crawler,
    ):
        answer = await crawler.get(f"{news.base}/a")
    assert answer.url == f"{news.base}/c"
    assert answer.moved_to == (end and news.base + end)


async def test_a_page_that_does_not_redirect_has_not_moved():
    async with serve(a=Answer()) as news, open_polite(delay_seconds=0) as crawler:
        assert (await crawler.get(f"{news.base}/a")).moved_to == ""


async def test_headers_go_along_on_every_hop():
    async with serve(a=moved("/b"), b=Answer(b"", 304)) as news, open_polite(delay_seconds=0) as crawler:
        answer = await crawler.get(f"{news.base}/a", headers={"If-None-Match": '"one"'})
    assert answer.status == 304
    assert [headers.get("If-None-Match") for headers in news.headers] == [None, '"one"', '"one"']
