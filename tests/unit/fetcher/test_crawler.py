"""The crawler against sites on loopback: robots.txt first, the host's clock at each request, hosts in trouble."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web as server

from tests.unit.fetcher.crawling import DELAY, Answer, Clock, moved, open_polite, rules, serve
from tests.unit.fetcher.sites import site
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import Rejection
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher.crawler import ROBOTS_CLOSED, NotYetError
from wiredesk_fetcher.hosts import HostsHere

# What a busy machine may take off a wait as the site sees it.
AT_LEAST = DELAY / 2


# ---- robots.txt ----


async def test_robots_txt_is_asked_once_for_many_pages_and_before_the_first():
    names = [f"page{number}" for number in range(6)]
    async with serve(**{name: Answer() for name in names}) as news, open_polite(delay_seconds=0) as crawler:
        answers = await asyncio.gather(*(crawler.get(f"{news.base}/{name}") for name in names))
    assert [answer.status for answer in answers] == [200] * 6
    assert news.asked[0] == "/robots.txt"
    assert sorted(news.pages) == sorted(f"/{name}" for name in names)
    assert news.asked.count("/robots.txt") == 1


async def test_what_robots_txt_disallows_is_refused_and_never_asked():
    forbidding = rules("User-agent: Wiredesk\nDisallow: /inside\n")
    async with serve(robots=forbidding, inside=Answer(), outside=Answer()) as news, open_polite() as crawler:
        refused = await crawler.get(f"{news.base}/inside")
        allowed = await crawler.get(f"{news.base}/outside")
    assert isinstance(refused, Refusal)
    assert refused.reason is Rejection.ROBOTS
    assert "127.0.0.1" in refused.message
    assert allowed.robots.access == "rules"
    assert news.asked == ["/robots.txt", "/outside"]


async def test_without_a_robots_txt_everything_is_allowed():
    async with serve(story=Answer()) as news, open_polite() as crawler:
        answer = await crawler.get(f"{news.base}/story")
    assert (answer.status, answer.robots.access) == (200, "open")


async def test_while_robots_txt_cannot_be_read_nothing_is_asked_and_it_is_not_asked_again():
    async with serve(robots=Answer("", 503), story=Answer()) as news, open_polite(delay_seconds=0) as crawler:
        for _ in range(3):
            with pytest.raises(TransientError) as closed:
                await crawler.get(f"{news.base}/story")
            assert closed.value.reason == ROBOTS_CLOSED
    assert news.asked == ["/robots.txt"]


async def test_a_robots_txt_that_could_not_be_read_is_asked_again_some_minutes_later():
    clock = Clock()
    async with serve(robots=Answer("", 500), story=Answer()) as news, open_polite(clock=clock) as crawler:
        with pytest.raises(TransientError):
            await crawler.get(f"{news.base}/story")
        news.answers["/robots.txt"] = rules("User-agent: *\nDisallow:\n")
        clock.ahead = timedelta(minutes=11)
        assert (await crawler.get(f"{news.base}/story")).status == 200
    assert news.asked == ["/robots.txt", "/robots.txt", "/story"]


async def test_a_robots_txt_is_trusted_for_a_day():
    clock = Clock()
    async with (
        serve(robots=rules("User-agent: *\nAllow: /\n"), story=Answer()) as news,
        open_polite(clock=clock) as crawler,
    ):
        for hours in (0, 23, 25):
            clock.ahead = timedelta(hours=hours)
            assert (await crawler.get(f"{news.base}/story")).status == 200
    assert news.asked == ["/robots.txt", "/story", "/story", "/robots.txt", "/story"]


async def test_a_robots_txt_that_redirects_is_followed():
    elsewhere = {"moved.txt": rules("User-agent: *\nDisallow: /\n")}
    async with serve(robots=moved("/moved.txt", 301), inside=Answer(), **elsewhere) as news, open_polite() as crawler:
        refused = await crawler.get(f"{news.base}/inside")
    assert refused.reason is Rejection.ROBOTS
    assert news.asked == ["/robots.txt", "/moved.txt"]


async def test_the_sitemaps_that_a_host_names_are_told_without_asking_twice():
    named = rules("Sitemap: https://harbour.example/news.xml\nSitemap: /not-absolute.xml\n")
    async with serve(robots=named, story=Answer()) as news, open_polite() as crawler:
        assert await crawler.sitemaps(f"{news.base}/") == ("https://harbour.example/news.xml",)
        assert await crawler.sitemaps(f"{news.base}/story") == ("https://harbour.example/news.xml",)
    assert news.asked == ["/robots.txt"]


async def test_of_a_host_that_is_away_no_sitemaps_are_told():
    async with serve(robots=Answer("", 503)) as news, open_polite() as crawler:
        assert await crawler.sitemaps(news.base) == ()


# ---- the host's clock ----


async def test_between_two_requests_to_a_host_there_is_always_its_delay():
    pages = {f"page{number}": Answer() for number in range(3)}
    async with serve(**pages) as news, open_polite() as crawler:
        await asyncio.gather(*(_patiently(crawler, f"{news.base}/{name}") for name in pages))
    assert len(news.times) == 1 + len(pages)
    assert min(news.gaps) > AT_LEAST


async def test_a_longer_crawl_delay_is_obeyed():
    slow = rules("User-agent: *\nCrawl-delay: 0.8\n")
    async with serve(robots=slow, story=Answer()) as news, open_polite(delay_seconds=0.1) as crawler:
        for _ in range(3):
            await crawler.get(f"{news.base}/story")
    assert news.asked == ["/robots.txt", "/story", "/story", "/story"]
    assert min(news.gaps[1:]) > 0.4


async def test_a_shorter_crawl_delay_does_not_make_us_faster():
    quick = rules("User-agent: *\nCrawl-delay: 0.01\n")
    async with serve(robots=quick, story=Answer()) as news, open_polite() as crawler:
        for _ in range(2):
            await crawler.get(f"{news.base}/story")
    assert min(news.gaps) > AT_LEAST


async def test_the_delay_of_a_host_by_name_holds_for_it_alone():
    async with (
        serve(story=Answer()) as news,
        open_polite(delays={"127.0.0.1": 0.0}, delay_seconds=60) as crawler,
        asyncio.timeout(20),
    ):
        for _ in range(5):
            assert (await crawler.get(f"{news.base}/story")).status == 200


async def test_whose_time_is_far_off_is_told_so_and_nothing_is_asked():
    async with serve(story=Answer()) as news, open_polite(HostsHere(), delay_seconds=30) as crawler:
        begun = datetime.now(UTC)
        # This reads robots.txt, which is the host's turn for the next half minute.
        assert await crawler.sitemaps(news.base) == ()
        with pytest.raises(NotYetError) as later:
            await crawler.get(f"{news.base}/story")
    assert later.value.at >= begun + timedelta(seconds=30)
    assert news.asked == ["/robots.txt"]


async def test_a_host_without_a_delay_is_asked_by_a_few_at_a_time():
    at_once, most = 0, 0

    async def handler(request):
        nonlocal at_once, most
        if request.path == "/robots.txt":
            raise server.HTTPNotFound
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.05)
        at_once -= 1
        return server.Response(text="News", content_type="text/html")

    async with site(handler) as base, open_polite(delay_seconds=0, per_host=3) as crawler:
        answers = await asyncio.gather(*(crawler.get(f"{base}/{number}") for number in range(12)))
    assert [answer.status for answer in answers] == [200] * 12
    assert most == 3


# ---- hosts in trouble ----


@pytest.mark.parametrize("status", [429, 503])
async def test_a_retry_after_holds_for_everything_on_the_host(status):
    busy = Answer("", status, headers={"Retry-After": "120"})
    async with serve(busy=busy, story=Answer()) as news, open_polite() as crawler:
        begun = datetime.now(UTC)
        assert (await crawler.get(f"{news.base}/busy")).status == status
        with pytest.raises(NotYetError) as later:
            await crawler.get(f"{news.base}/story")
    assert timedelta(seconds=120) <= later.value.at - begun < timedelta(seconds=150)
    assert news.pages == ["/busy"]


async def test_a_dead_host_is_remembered():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with open_polite() as crawler:
        with pytest.raises(TransientError) as dead:
            await crawler.get(f"http://127.0.0.1:{port}/story")
        assert dead.value.reason == "connection"
        with pytest.raises(NotYetError) as later:
            await crawler.get(f"http://127.0.0.1:{port}/another")
    assert later.value.at > datetime.now(UTC) + timedelta(seconds=5)


async def test_a_cancelled_request_gives_its_turn_back():
    reached, hosts = asyncio.Event(), HostsHere()

    async def handler(request):
        if request.path == "/slow":
            reached.set()
            await asyncio.sleep(60)
        return server.Response(text="", content_type="text/html")

    async with site(handler) as base, open_polite(hosts) as crawler, asyncio.timeout(20):
        slow = asyncio.create_task(crawler.get(f"{base}/slow"))
        await reached.wait()
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        kept = hosts._hosts.get("127.0.0.1")
        assert kept is not None
        assert kept.busy_until is None
        assert (await crawler.get(f"{base}/story")).status == 200


# ---- whom to write to ----


async def test_without_a_contact_nothing_public_is_asked_while_what_is_allowed_by_name_is():
    async with serve(story=Answer()) as news, open_polite(contact="") as crawler:
        refused = await crawler.get("http://93.184.216.34/story")
        assert (await crawler.get(f"{news.base}/story")).status == 200
    assert isinstance(refused, Refusal)
    assert refused.reason is Rejection.NO_CONTACT
    assert "WIREDESK_FETCHER__CONTACT" in refused.message


async def _patiently(crawler, url):
    """Get `url`, coming back whenever it is told to."""
    has_waited = False
    async with asyncio.timeout(30):
        while True:
            try:
                return await crawler.get(url, has_waited=has_waited)
            except NotYetError as later:
                has_waited = True
                await asyncio.sleep((later.at - datetime.now(UTC)).total_seconds())
