"""What costs the fetcher work, not bytes: others must be served meanwhile, within a second of the event loop's time."""

import asyncio
import socket
import threading
import time
from datetime import timedelta
from functools import cache

import aiohttp
import pytest

from tests.unit.fetcher.hostile.fetchers import now, open_fetcher
from tests.unit.fetcher.hostile.growing import apart
from tests.unit.fetcher.hostile.memory import peak
from tests.unit.fetcher.hostile.processor import waited
from tests.unit.fetcher.hostile.servers import ok
from tests.unit.fetcher.hostile.ways import rss
from wiredesk.contracts.events import MAX_PAGE_BYTES, ArticleFetched
from wiredesk_fetcher.hosts import HostsHere
from wiredesk_fetcher.names import Names
from wiredesk_fetcher.politeness.robots import MAX_ROBOTS_BYTES, of_answer

LONGEST = 1.0


class Innocent:
    """A site whose page is asked for again and again."""

    def __init__(self, fetcher):
        self.fetcher, self.url = fetcher, f"{fetcher.new_site()}/innocent"

    async def longest_beside(self, *work, clock=time.thread_time):
        """Return how long the page took at most while `work` was done: by default of the loop's own processor time."""
        self.fetcher.lure.answers["/innocent"] = ok("<p>News</p>")
        longest = 0.0
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
            while not all(task.done() for task in tasks):
                began = clock()
                await asyncio.sleep(0.01)
                event = await self.fetcher.fetch(self.url)
                longest = max(longest, clock() - began)
                assert isinstance(event, ArticleFetched), event
        return longest


async def met(fetcher):
    """Return a site that is known already: its robots.txt is got, and whatever is imported with the first page."""
    innocent = Innocent(fetcher)
    await innocent.longest_beside(asyncio.sleep(0))
    return innocent


@cache
def rules() -> bytes:
    """Return a robots.txt as long as is read, of nothing but rules."""
    lines = "\n".join(f"Disallow:/{number:x}" for number in range(50_000))
    return f"User-agent: *\n{lines}"[:MAX_ROBOTS_BYTES].encode()


async def test_robots_txt_of_nothing_but_rules_hold_nobody_up(reader):
    async with open_fetcher(reader) as fetcher:
        innocent = await met(fetcher)
        fetcher.lure.answers |= {"/robots.txt": ok(rules(), "text/plain"), "/story": ok("<p>News</p>")}
        work = [fetcher.fetch(f"{fetcher.new_site()}/story") for _ in range(5)]
        assert await innocent.longest_beside(*work) < LONGEST


@pytest.mark.parametrize("charset", ["windows-1253", "x-unknown"])
async def test_pages_of_bytes_that_mean_nothing_hold_nobody_up(charset, reader):
    async with open_fetcher(reader) as fetcher:
        innocent = await met(fetcher)
        fetcher.lure.answers["/story"] = ok(b"\x81" * MAX_PAGE_BYTES, f"text/html; charset={charset}")
        work = [fetcher.fetch(f"{fetcher.new_site()}/story") for _ in range(3)]
        assert await innocent.longest_beside(*work) < LONGEST


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc-kr", "iso-2022-jp", "koi8-r"]
)
async def test_pages_of_broken_characters_hold_nobody_up(charset, reader):
    async with open_fetcher(reader) as fetcher:
        innocent = await met(fetcher)
        fetcher.lure.answers["/story"] = ok(b"\xff\xfe\x81" * (MAX_PAGE_BYTES // 3), f"text/html; charset={charset}")
        work = [fetcher.fetch(f"{fetcher.new_site()}/story") for _ in range(2)]
        assert await innocent.longest_beside(*work) < LONGEST


async def test_a_feed_of_addresses_of_braces_holds_nobody_up_and_those_are_left_out(reader):
    async with open_fetcher(reader) as fetcher:
        innocent = await met(fetcher)
        usual = ["https://harbour.example/{id}", f"https://harbour.example/{'%7B' * 2000}"]
        fetcher.lure.answers["/feed"] = rss(*(f"https://harbour.example/{n}{'{' * 8000}" for n in range(6)), *usual)
        assert await innocent.longest_beside(fetcher.poll(f"{fetcher.new_site()}/feed")) < LONGEST
        assert sorted(str(one.url) for one in fetcher.submitted) == sorted(usual)


@pytest.mark.parametrize("piece", ["/../", "%", "&a=", "//", "..", "é", "?a", ";", "utm_source=a&", "index.html/", "0"])
async def test_a_feed_of_long_addresses_holds_nobody_up(piece, reader):
    async with open_fetcher(reader) as fetcher:
        innocent = await met(fetcher)
        long = piece * (6000 // len(piece))
        fetcher.lure.answers["/feed"] = rss(*(f"https://harbour.example/{n}?{long}" for n in range(12)))
        assert await innocent.longest_beside(fetcher.poll(f"{fetcher.new_site()}/feed")) < LONGEST
        assert len(fetcher.submitted) == 12


async def test_names_that_are_slow_to_be_told_hold_nobody_up(reader, monkeypatch):
    look_up, is_over = socket.getaddrinfo, threading.Event()

    def slow(host, *arguments, **options):
        if str(host).endswith("slow.example"):
            is_over.wait(2.5)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return look_up("127.0.0.2" if str(host).endswith("-lure.example") else host, *arguments, **options)

    async with open_fetcher(reader, deadline_seconds=5) as fetcher:
        innocent = await met(fetcher)
        # As it is outside of tests.
        names = Names(aiohttp.ThreadedResolver())
        connector = fetcher.crawler._web._session.connector
        monkeypatch.setattr(connector, "_resolver", names)
        monkeypatch.setattr(connector, "_use_dns_cache", False)
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        work = [fetcher.fetch(f"http://n{number}.slow.example/") for number in range(40)]
        longest = await innocent.longest_beside(*work, clock=lambda: time.monotonic() - waited())
    # No thread outlives the test.
    is_over.set()
    async with asyncio.timeout(20):
        await asyncio.gather(*names._looking, return_exceptions=True)
    assert longest < 2 * LONGEST


# ---- what is remembered ----


async def test_what_is_remembered_of_robots_txt_is_bounded():
    more = await apart(_remembered)
    if more is None:
        pytest.skip("this system does not say how much memory a process has had")
    assert more < 100


async def _remember(hosts, count):
    for number in range(count):
        file = of_answer(200, rules() + b"\nAllow: /%d" % number)
        file.allows("https://harbour.example/story")
        await hosts.keep_robots(f"https://n{number}.harbour.example", file, now() + timedelta(hours=24))


def _remembered():
    hosts = HostsHere()
    asyncio.run(_remember(hosts, 1))
    before = peak(anew=True)
    asyncio.run(_remember(hosts, 6))
    after = peak()
    return None if before is None or after is None else after - before
