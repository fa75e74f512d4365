"""Pollers side by side, people who pause and remove meanwhile, and servers that are away."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from aiohttp import web as server

from tests.integration.fetcher.newsroom import DAY, RSS, feed, item, open_newsroom, serve_etag
from tests.unit.fetcher.crawling import Answer, serve
from tests.unit.fetcher.sites import site as serving
from wiredesk.contracts.errors import BrokenError, InfrastructureError
from wiredesk_fetcher.sources.poller import LEASE

pytestmark = pytest.mark.broker


class Slow:
    """A feed that is not sent before `go` is set; `reached` says that it was asked for."""

    def __init__(self) -> None:
        self.reached, self.go = asyncio.Event(), asyncio.Event()
        self.said = feed([1])

    async def answer(self, request):
        if request.path == "/robots.txt":
            raise server.HTTPNotFound
        self.reached.set()
        await self.go.wait()
        return server.Response(body=self.said.body, status=self.said.status, content_type=RSS)


async def during(newsroom, change, said=None):
    """Have `change(source)` happen while a source is being polled."""
    slow = Slow()
    slow.said = said or slow.said
    async with serving(slow.answer) as base, asyncio.timeout(30):
        source = await newsroom.add(f"{base}/feed")
        await newsroom.poller.look()
        await slow.reached.wait()
        await change(source)
        slow.go.set()
        await newsroom.poller.finished()


# ---- people ----


async def test_a_source_removed_while_it_is_polled_stays_removed(newsroom):
    await during(newsroom, lambda source: newsroom.store.remove(source.source_id))
    assert await newsroom.store.all() == []
    assert newsroom.poller.problem == ""


@pytest.mark.parametrize("said", [feed([1]), Answer("", 404), Answer("", 410)], ids=["answers", "fails", "gone"])
async def test_a_source_paused_while_it_is_polled_is_not_polled_again(newsroom, said):
    await during(newsroom, newsroom.store.pause, said)
    assert (await newsroom.source()).next_poll is None
    await newsroom.later(365 * DAY)
    assert (await newsroom.source()).polls == 1


async def test_a_source_paused_while_it_is_polled_is_shown_as_paused(newsroom):
    await during(newsroom, newsroom.store.pause)
    source = await newsroom.source()
    assert source.health.state.value == "paused"
    assert "paused" in source.why


async def test_a_source_paused_while_it_is_polled_is_not_told_to_be_healthy(newsroom):
    await during(newsroom, newsroom.store.pause)
    assert newsroom.states() == []


# ---- side by side ----


async def test_two_pollers_poll_each_source_once(store, reader):
    names = [f"feed{number}" for number in range(12)]
    feeds = {name: feed([item(number, guid=name)]) for number, name in enumerate(names)}
    async with serve(**feeds) as site, AsyncExitStack() as stack:
        rooms = [await stack.enter_async_context(open_newsroom(store, reader)) for _ in range(2)]
        for name in names:
            await rooms[0].add(f"{site.base}/{name}")
        async with asyncio.timeout(60):
            while {one.polls for one in await store.all()} != {1}:
                await asyncio.gather(*(room.look() for room in rooms))
        assert sorted(site.pages) == sorted(f"/{name}" for name in names)
        submitted = [one.url or "" for room in rooms for one in room.submitted]
    assert sorted(submitted) == sorted(f"https://harbour.example/{number}" for number in range(12))


async def test_no_more_sources_are_polled_at_once_than_there_is_room_for(newsroom):
    slow = Slow()
    async with serving(slow.answer) as base, asyncio.timeout(30):
        for number in range(10):
            await newsroom.add(f"{base}/{number}")
        for _ in range(3):
            await newsroom.poller.look()
            assert len(newsroom.poller._tasks) == 8
        slow.go.set()
        await newsroom.poller.finished()
        await newsroom.look()
    assert {one.polls for one in await newsroom.store.all()} == {1}


async def test_a_source_whose_poller_died_is_taken_by_another_when_its_lease_ends(store, reader):
    slow = Slow()
    async with serving(slow.answer) as base, AsyncExitStack() as stack, asyncio.timeout(30):
        one, other = [await stack.enter_async_context(open_newsroom(store, reader)) for _ in range(2)]
        await one.add(f"{base}/feed")
        running = asyncio.create_task(one.poller.run())
        await slow.reached.wait()
        one.poller._reader = None  # it is shared, and `run` closes its own
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        slow.go.set()
        await other.look()
        assert other.submitted == []
        await other.later(LEASE)
        assert other.taken() == ["Story 1"]


# ---- servers that are away ----


async def test_when_kafka_is_away_the_source_is_taken_again_and_nothing_is_lost(newsroom):
    def away(submission):
        if submission.feed_item.headline == "Story 2":
            raise InfrastructureError("Kafka: no answer")

    async with serve(feed=feed([3, 2, 1])) as site:
        await newsroom.add(f"{site.base}/feed")
        newsroom.before_submit = away
        await newsroom.look()
        assert newsroom.poller.problem == "Kafka: no answer"
        source = await newsroom.source()
        assert (source.polls, source.health.state.value, newsroom.states()) == (0, "new", [])
        newsroom.before_submit = lambda _: None
        await newsroom.later(LEASE)
        # What was on the wire already is there twice: the stages after it know it again.
        assert newsroom.taken() == ["Story 1", "Story 1", "Story 2", "Story 3"]
        await newsroom.later()
        assert newsroom.taken() == []


async def test_a_poll_that_breaks_does_not_end_the_others(newsroom, caplog):
    def breaks(submission):
        if submission.url.endswith("/1"):
            raise RuntimeError("secret words of a stranger")

    async with serve(feed=feed([1]), other=feed([2])) as site:
        for name in ("feed", "other"):
            await newsroom.add(f"{site.base}/{name}")
        newsroom.before_submit = breaks
        await newsroom.look()
    assert newsroom.taken() == ["Story 2"]
    assert "RuntimeError" in caplog.text
    assert "secret words" not in caplog.text


class BrokenReader:
    """What a pool of processes is once none can start."""

    async def run(self, *_arguments, **_options):
        raise BrokenError("no worker process can start", reason="pool")

    async def __aexit__(self, *_error):
        pass


async def test_a_reader_that_broke_is_replaced(newsroom):
    async with serve(feed=feed([1])) as site:
        await newsroom.add(f"{site.base}/feed")
        newsroom.poller._reader = BrokenReader()
        await newsroom.look()
        assert newsroom.poller.problem
        await newsroom.later(LEASE)
        await newsroom.poller.close()
    assert newsroom.taken() == ["Story 1"]


async def test_a_poller_starts_its_own_reader_and_ends_it(newsroom):
    newsroom.poller._reader = None
    async with serve(feed=feed([1]), other=feed([2])) as site:
        for name in ("feed", "other"):
            await newsroom.add(f"{site.base}/{name}")
        await newsroom.look()
        await newsroom.poller.close()
    assert sorted(newsroom.taken()) == ["Story 1", "Story 2"]
    assert newsroom.poller._reader is None


async def test_an_etag_that_is_no_utf8_does_not_have_the_feed_submitted_again_and_again(newsroom):
    async with serve_etag(b'"\xff"', feed([1])) as base:
        await newsroom.add(f"{base}/feed")
        await newsroom.look()
        assert newsroom.poller.problem == ""
        await newsroom.later(LEASE)
    assert newsroom.taken() == ["Story 1"]
