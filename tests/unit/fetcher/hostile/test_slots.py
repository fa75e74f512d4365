"""However a site plays for time, who asked it is free again at most a second after the deadline."""

import asyncio
import socket
import time
from contextlib import ExitStack
from datetime import timedelta

import pytest

from tests.unit.fetcher.hostile.fetchers import open_fetcher
from tests.unit.fetcher.hostile.processor import waited
from tests.unit.fetcher.hostile.servers import listening, moved, ok
from tests.unit.fetcher.hostile.talking import FLOODS, HANDSHAKES, SLOW, late
from tests.unit.fetcher.hostile.ways import WAYS, page, robots_txt
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected, Rejection
from wiredesk_fetcher.sources import poller

DEADLINE = 1.0
# What may pass after it.
MARGIN = 1.0


async def timed(work):
    """Return what `work` gives, and the seconds that it takes.

    Beyond the deadline those do not count in which others have the processor: a test may share it with many.
    """
    began, before = time.monotonic(), waited()
    given = await work
    took = time.monotonic() - began
    return given, max(min(took, DEADLINE), took - (waited() - before))


async def all_left(lure):
    """Wait until no connection to the lure is open."""
    async with asyncio.timeout(5):
        while lure.open:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_a_slow_answer_is_left_at_the_deadline_on_every_way(way, reader):
    async with open_fetcher(reader, deadline_seconds=DEADLINE) as fetcher:
        fetcher.lure.answers |= {f"/{number}": talk for number, talk in enumerate(SLOW.values())}
        # Before the clock runs: what is imported or started with the first use.
        await way(fetcher, f"{fetcher.new_site()}/nothing")
        # One after another the lure gives what leads there; the slow answers go on at the same time.
        asking = {}
        for number, name in enumerate(SLOW):
            asking[name] = asyncio.create_task(timed(way(fetcher, f"{fetcher.new_site()}/{number}")))
            async with asyncio.timeout(10):
                while f"/{number}" not in fetcher.lure.paths:
                    await asyncio.sleep(0.005)
        took = {name: (await one)[1] for name, one in asking.items()}
        assert max(took.values()) < DEADLINE + MARGIN, took
        # A hub's body is read by nobody, so it is left earlier.
        assert took["nothing"] > DEADLINE * 0.9
        await all_left(fetcher.lure)


@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_without_an_end_is_left_at_the_deadline_at_the_latest(name, reader):
    async with open_fetcher(reader, deadline_seconds=DEADLINE) as fetcher:
        fetcher.lure.answers["/flood"] = FLOODS[name]
        answer, took = await timed(fetcher.fetch(f"{fetcher.new_site()}/flood"))
        assert isinstance(answer, TransientError) or answer.reason is Rejection.TOO_LARGE
        # Both sides share a processor here, and one takes as much of it as it gets.
        assert took < DEADLINE + 3 * MARGIN
        await all_left(fetcher.lure)


@pytest.mark.parametrize("name", ["chunk extensions", "chunk size", "gzip of nothing", "line ends"])
async def test_others_are_served_beside_a_flood(name, reader):
    async with open_fetcher(reader, deadline_seconds=3 * DEADLINE) as fetcher:
        fetcher.lure.answers |= {"/flood": FLOODS[name], "/story": ok("<p>News</p>")}
        flood = asyncio.create_task(fetcher.fetch(f"{fetcher.new_site()}/flood"))
        served = []
        while not flood.done():
            served.append(await fetcher.fetch(f"{fetcher.new_site()}/story"))
        assert served
        assert all(isinstance(event, ArticleFetched) for event in served)
        await flood


async def test_the_hops_of_a_chain_share_one_deadline(reader):
    async with open_fetcher(reader, deadline_seconds=DEADLINE) as fetcher:
        fetcher.lure.answers |= {f"/{hop}": late(moved(f"/{hop + 1}"), DEADLINE * 0.7) for hop in range(8)}
        for way in (page, robots_txt):
            fetcher.lure.asked.clear()
            _, took = await timed(way(fetcher, f"{fetcher.new_site()}/0"))
            assert took < DEADLINE + MARGIN
            assert fetcher.lure.paths[-2:] == ["/0", "/1"]


async def test_a_loop_of_quick_redirects_ends_by_its_length(reader):
    async with open_fetcher(reader, deadline_seconds=60) as fetcher:
        for status in (301, 302, 303, 307, 308):
            fetcher.lure.answers |= {
                "/a": moved("/b", status),
                "/b": moved("/a?again", status),
                "/a?again": moved("/a"),
            }
            fetcher.lure.asked.clear()
            event = await fetcher.fetch(f"{fetcher.new_site()}/a")
            assert isinstance(event, ArticleRejected)
            assert event.reason is Rejection.TOO_MANY_REDIRECTS
            assert len(fetcher.lure.paths) == 6
            fetcher.lure.asked.clear()
            # A robots.txt that is not found for redirects is none (RFC 9309, 2.3.1.2), and it is asked for as often.
            await robots_txt(fetcher, "/a")
            assert fetcher.lure.paths[-1] == "/story"
            assert len(fetcher.lure.paths) == 6


async def test_a_name_whose_address_never_comes_is_left_at_the_deadline(reader, monkeypatch):
    async with open_fetcher(reader, deadline_seconds=DEADLINE) as fetcher:

        async def never(*_arguments, **_options):
            await asyncio.Event().wait()

        monkeypatch.setattr(fetcher.names, "resolve", never)
        for way in (WAYS["page"], WAYS["feed"], WAYS["revisit"]):
            _, took = await timed(way(fetcher, "http://never.harbour.example/x"))
            assert took < DEADLINE + MARGIN


async def test_a_connection_that_is_never_taken_is_left_at_the_deadline(reader):
    with socket.create_server(("127.0.0.2", 0), backlog=0) as full, ExitStack() as waiting:
        port = full.getsockname()[1]
        # Whoever comes after these waits for a place in the queue.
        for _ in range(4):
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.2", port))
        async with open_fetcher(reader, deadline_seconds=DEADLINE) as fetcher:
            answer, took = await timed(fetcher.fetch(f"http://127.0.0.2:{port}/x"))
            assert isinstance(answer, TransientError)
            assert answer.reason == "timeout"
            assert DEADLINE * 0.9 < took < DEADLINE + MARGIN


@pytest.mark.parametrize("name", HANDSHAKES)
async def test_a_handshake_that_does_not_end_is_left_at_the_deadline(name, reader):
    async with (
        listening(HANDSHAKES[name], socket.create_server(("127.0.0.2", 0))) as port,
        open_fetcher(reader, deadline_seconds=DEADLINE) as fetcher,
    ):
        answer, took = await timed(fetcher.fetch(f"https://127.0.0.2:{port}/x"))
        assert isinstance(answer, TransientError)
        assert (answer.reason, took < DEADLINE + MARGIN) == ("timeout", True)


# ---- robots.txt ----


@pytest.mark.parametrize("delay", [0, 5])
async def test_every_article_of_a_host_whose_robots_txt_is_slow_is_free_at_the_deadline(delay, reader):
    async with open_fetcher(reader, deadline_seconds=DEADLINE, delay_seconds=delay) as fetcher:
        fetcher.lure.answers["/robots.txt"] = SLOW["nothing"]
        site = fetcher.new_site()
        took = [spent for _, spent in await asyncio.gather(*(timed(fetcher.fetch(f"{site}/{n}")) for n in range(4)))]
        assert max(took) < DEADLINE + MARGIN, took


async def test_a_chain_over_hosts_whose_robots_txt_are_slow_is_free_at_the_deadline(reader):
    async with open_fetcher(reader, deadline_seconds=DEADLINE) as fetcher:
        _, took = await timed(fetcher.fetch(chained(fetcher, late(ok("", "text/plain"), DEADLINE * 0.8))))
        assert took < DEADLINE + MARGIN


async def test_a_sitemap_waits_for_its_hosts_no_longer_than_its_patience(reader, monkeypatch):
    """However many hosts it leads over: with Crawl-delay at its most, 120 s, six would outlast the source's lease."""
    monkeypatch.setattr(poller, "SITEMAP_PATIENCE", timedelta(seconds=1))
    async with open_fetcher(reader, deadline_seconds=DEADLINE) as fetcher:
        target = chained(fetcher, ok("User-agent: *\nCrawl-delay: 0.8\n", "text/plain"))
        _, took = await timed(WAYS["sitemap_of_an_index"](fetcher, target))
        assert took < 1 + DEADLINE + MARGIN


def chained(fetcher, robots):
    """Return an address that redirects from site to site, each with `robots` of its own."""
    sites = [fetcher.new_site() for _ in range(6)]
    fetcher.lure.answers |= {f"/{hop}": moved(f"{site}/{hop + 1}") for hop, site in enumerate(sites[1:])}
    fetcher.lure.answers["/robots.txt"] = robots
    return f"{sites[0]}/0"
