"""What deliveries of a hub on loopback do to the polls of its source, with real PostgreSQL."""

import asyncio

import pytest
from aiohttp import web as server

from tests.integration.fetcher.newsroom import DAY, HOUR, MINUTE, RSS
from tests.integration.fetcher.websub.hub import hubbed, open_wire, prove, subscribe, wait
from tests.unit.fetcher.sites import site as serving
from wiredesk_fetcher.sources import poller
from wiredesk_fetcher.sources.schedule import LONGEST
from wiredesk_fetcher.websub.subscription import PROVEN

pytestmark = pytest.mark.broker


# ---- deliveries ----


async def test_what_is_new_is_submitted_when_the_hub_tells_though_the_poll_was_an_hour_away(
    pool, store, reader, hub, site, monkeypatch
):
    # Nothing but the delivery can bring a look before the test's time is over.
    monkeypatch.setattr(poller, "LOOK_SECONDS", 300.0)
    async with open_wire(pool, store, reader, is_running=True) as wire:
        await subscribe(wire, hub, site)
        assert await wait(wire) > 50 * MINUTE
        running = asyncio.create_task(wire.room.poller.run())
        async with asyncio.timeout(30):
            # Its first look is over.
            while not wire.subscriptions._told._waiters:
                await asyncio.sleep(0.01)
        site.answers["/feed"] = hubbed(hub, 2, 1)
        assert await hub.deliver() == 202
        async with asyncio.timeout(30):
            while not wire.room.submitted:
                await asyncio.sleep(0.01)
        wire.room.poller._reader = None  # it is shared, and `run` closes its own
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert wire.room.taken() == ["Story 2"]


async def test_a_flood_of_deliveries_is_one_poll_now_and_one_a_minute_later(wire, hub, site):
    await subscribe(wire, hub, site)
    before = len(site.pages)
    for number in range(100):
        assert await hub.deliver() == 202
        if number % 10 == 0:
            await wire.room.look()
    assert len(site.pages) == before + 1
    await wire.room.later(MINUTE)
    assert len(site.pages) == before + 2
    await wire.room.later(MINUTE)
    assert len(site.pages) == before + 2


class Slow:
    """A feed that is not sent before `go` is set; `reached` says that it was asked for."""

    def __init__(self, hub):
        self.reached, self.go = asyncio.Event(), asyncio.Event()
        self.go.set()
        self.said, self.polls = hubbed(hub, 1), 0

    async def answer(self, request):
        if request.path == "/robots.txt":
            raise server.HTTPNotFound
        self.polls += 1
        # What was published before it was asked for.
        said = self.said
        self.reached.set()
        await self.go.wait()
        return server.Response(text=str(said.body), content_type=RSS, headers=said.headers)


async def test_a_delivery_while_its_source_is_polled_starts_no_second_poll_and_is_not_forgotten(wire, hub):
    slow = Slow(hub)
    async with serving(slow.answer) as base, asyncio.timeout(60):
        await wire.room.add(f"{base}/feed")
        await wire.room.look()
        await wire.subscriber.look()
        await hub.verify()
        wire.room.taken()
        slow.reached.clear()
        slow.go.clear()
        wire.room.now += DAY
        await wire.room.poller.look()
        await slow.reached.wait()
        slow.said = hubbed(hub, 2, 1)
        assert await hub.deliver() == 202
        await wire.room.poller.look()
        assert slow.polls == 2
        slow.go.set()
        await wire.room.poller.finished()
        assert wire.room.taken() == []
        await wire.room.look()
    assert wire.room.taken() == ["Story 2"]


async def test_a_delivery_while_a_poll_finds_something_else_speaks_for_the_hub(wire, hub):
    slow = Slow(hub)
    async with serving(slow.answer) as base, asyncio.timeout(60):
        await wire.room.add(f"{base}/feed")
        await wire.room.look()
        await wire.subscriber.look()
        await hub.verify()
        slow.reached.clear()
        slow.go.clear()
        slow.said = hubbed(hub, 2, 1)
        wire.room.now += MINUTE
        await hub.deliver()
        await wire.room.poller.look()
        await slow.reached.wait()
        slow.said = hubbed(hub, 3, 2, 1)
        wire.room.now += MINUTE
        await hub.deliver()
        wire.room.now += MINUTE
        slow.go.set()
        await wire.room.poller.finished()
        assert (await wire.row())["proven"] == 1
        await wire.room.look()
        assert (await wire.row())["proven"] == 2
    assert wire.room.taken() == ["Story 1", "Story 2", "Story 3"]


@pytest.mark.parametrize("change", ["paused", "blocked"])
async def test_a_delivery_has_no_source_polled_that_is_not_to_be(wire, hub, site, pool, change):
    source = await subscribe(wire, hub, site)
    if change == "paused":
        await wire.room.store.pause(source)
    else:
        await pool.execute("update wiredesk_fetcher.sources set state = 'blocked'")
    before = len(site.pages)
    assert await hub.deliver() == 202
    await wire.room.look()
    assert len(site.pages) == before


# ---- polls are spared ----


async def test_a_source_whose_hub_tells_of_all_is_polled_once_a_day(wire, hub, site):
    await prove(wire, hub, site)
    assert await wait(wire) == LONGEST
    assert "hub" in (await wire.room.source()).why
    # And found all the same when the hub is silent once: then it is not relied on any more.
    site.answers["/feed"] = hubbed(hub, *range(9, 0, -1))
    await wire.room.later(LONGEST)
    assert len(wire.room.taken()) == 9 - PROVEN - 1
    assert await wait(wire) < LONGEST


async def test_a_source_whose_hub_never_tells_is_polled_as_before(wire, hub, site):
    await subscribe(wire, hub, site)
    for number in range(2 * PROVEN):
        site.answers["/feed"] = hubbed(hub, *range(number + 2, 0, -1))
        wire.room.now = (await wire.room.source()).next_poll
        await wire.room.look()
        assert await wait(wire) < 5 * HOUR
    assert (await wire.row())["proven"] == 0


async def test_a_source_that_relied_on_a_hub_is_polled_at_once_when_that_denies(wire, hub, site):
    await prove(wire, hub, site)
    wire.room.now += HOUR
    assert (await hub.verify("denied"))[0] == 200
    assert (await wire.room.source()).next_poll == wire.room.now
    await wire.room.look()
    assert await wait(wire) < LONGEST


async def test_what_came_before_the_cache_of_the_site_knew_is_looked_for_again(wire, hub, site):
    await prove(wire, hub, site)
    wire.room.now += HOUR
    assert await hub.deliver() == 202
    await wire.room.look()
    assert wire.room.taken() == []
    assert await wait(wire) < LONGEST
