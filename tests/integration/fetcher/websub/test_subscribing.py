"""Subscriptions at a hub on loopback, with real PostgreSQL: asked for, renewed, ended."""

import asyncio
import logging

import pytest
from aiohttp import web as server

from tests.integration.fetcher.newsroom import DAY, HOUR, MINUTE, START, feed
from tests.integration.fetcher.websub.hub import CHALLENGE, hubbed, open_hub, open_wire, prove, subscribe, wait
from tests.unit.fetcher.crawling import serve
from wiredesk.postgres.connections import open_pool
from wiredesk_fetcher.sources.store import SourceStore
from wiredesk_fetcher.websub.store import NAMED_ANEW_AFTER
from wiredesk_fetcher.websub.subscription import RETRIES

pytestmark = pytest.mark.broker


# ---- subscribing ----


async def test_the_hub_that_a_feed_names_is_asked_with_a_secret_and_a_callback_of_its_own(wire, hub, site):
    await subscribe(wire, hub, site)
    (form,) = hub.asked
    assert {name: form[name] for name in ("hub.mode", "hub.topic", "hub.lease_seconds")} == {
        "hub.mode": "subscribe",
        "hub.topic": "https://harbour.example/feed",
        "hub.lease_seconds": "864000",
    }
    assert form["hub.callback"].startswith(f"http://127.0.0.1:{wire.port}/websub/")
    assert len(form["hub.callback"].rpartition("/")[2]) == 43
    assert len(bytes.fromhex(form["hub.secret"])) == 32
    row = await wire.row()
    assert (row["state"], row["lease_expires_at"]) == ("active", START + 10 * DAY)
    # An address that invites requests is no page that a crawler comes upon.
    assert hub.paths == ["/hub"]


async def test_a_feed_without_a_hub_is_subscribed_to_nowhere(wire, hub):
    async with serve(feed=feed([1])) as site:
        await wire.room.add(f"{site.base}/feed")
        await wire.room.look()
        await wire.subscriber.look()
    assert (hub.asked, await wire.state()) == ([], "")


async def test_a_hub_may_verify_before_it_answers(wire, hub, site):
    hub.is_hasty = True
    await wire.room.add(f"{site.base}/feed")
    await wire.room.look()
    await wire.subscriber.look()
    assert (await wire.state(), (await wire.row())["tries"]) == ("active", 0)


async def test_a_hub_may_send_us_to_another(wire, hub, site):
    hub.says = server.Response(status=307, headers={"Location": "/moved"})
    await subscribe(wire, hub, site)
    assert hub.paths == ["/hub", "/moved"]
    assert hub.asked[0] == hub.asked[1]


@pytest.mark.parametrize("says", [500, 404, 202], ids=["fails", "is none", "never verifies"])
async def test_a_hub_that_does_not_verify_is_asked_again_after_ever_longer_waits(wire, hub, site, says):
    await wire.room.add(f"{site.base}/feed")
    await wire.room.look()
    for number, later in enumerate(RETRIES):
        hub.says = server.Response(status=says)
        await wire.subscriber.look()
        assert len(hub.asked) == number + 1
        wire.room.now += later - MINUTE
        await wire.subscriber.look()
        assert len(hub.asked) == number + 1
        wire.room.now += MINUTE
    assert await wire.state() == "asked"


async def test_a_hub_is_asked_when_its_host_may_be(pool, store, reader, hub, site):
    async with open_wire(pool, store, reader, delay_seconds=60) as wire:
        await wire.room.add(f"{site.base}/feed")
        # Its robots.txt, then the feed; the hub is on the same host.
        await wire.room.later(0 * MINUTE)
        await wire.room.later(MINUTE)
        assert len(wire.room.submitted) == 1
        await wire.subscriber.look()
        assert hub.asked == []
        wire.room.now += MINUTE
        await wire.subscriber.look()
        assert len(hub.asked) == 1
        assert (await wire.row())["tries"] == 1


async def test_of_two_fetchers_one_asks(pool, store, reader, hub, site):
    async with open_wire(pool, store, reader) as one, open_wire(pool, store, reader) as other:
        await one.room.add(f"{site.base}/feed")
        await one.room.look()
        await asyncio.gather(*(wire.subscriber.look() for wire in (one, other) * 5))
    assert len(hub.asked) == 1


async def test_what_another_fetcher_is_taking_is_left_to_it(wire, hub, site, pool):
    await wire.room.add(f"{site.base}/feed")
    await wire.room.look()
    async with pool.acquire() as theirs, theirs.transaction(), asyncio.timeout(30):
        await theirs.execute("select from wiredesk_fetcher.subscriptions for update")
        assert await wire.subscriptions.take(wire.room.now, 5) == []
    assert len(await wire.subscriptions.take(wire.room.now, 5)) == 1


async def test_another_fetcher_takes_the_calls_for_what_the_first_asked(options, pool, store, reader, hub, site):
    async with open_pool(options) as theirs, open_wire(pool, store, reader) as one:
        async with open_wire(theirs, SourceStore(theirs), reader) as other:
            await one.room.add(f"{site.base}/feed")
            await one.room.look()
            await one.subscriber.look()
            there = hub.callback.replace(str(one.port), str(other.port))
            assert await hub.verify(at=there) == (200, CHALLENGE)
            site.answers["/feed"] = hubbed(hub, 2, 1)
            assert await hub.deliver(at=there) == 202
            await other.room.look()
        assert other.room.taken() == ["Story 2"]


# ---- leases ----


async def test_a_subscription_is_renewed_in_place_before_its_lease_ends(wire, hub, site):
    await subscribe(wire, hub, site, lease_seconds="36000")
    wire.room.now += 8 * HOUR - MINUTE
    await wire.subscriber.look()
    assert len(hub.asked) == 1
    wire.room.now += MINUTE
    await wire.subscriber.look()
    assert hub.asked[1] == hub.asked[0]
    assert await wire.state() == "active"
    assert await hub.verify(lease_seconds="36000") == (200, CHALLENGE)
    row = await wire.row()
    assert (row["lease_expires_at"], row["next_request"]) == (START + 18 * HOUR, START + 16 * HOUR)
    assert row["active_since"] == START


async def test_a_hub_is_relied_on_only_until_its_lease_ends(wire, hub, site):
    await prove(wire, hub, site)
    await hub.verify(lease_seconds="7200")
    wire.room.now += MINUTE
    site.answers["/feed"] = hubbed(hub, *range(9, 0, -1))
    await hub.deliver()
    await wire.room.look()
    assert await wait(wire) == 2 * HOUR - MINUTE
    wire.room.now += 2 * HOUR
    await wire.room.look()
    assert "hub" not in (await wire.room.source()).why


async def test_a_hub_that_denied_is_asked_again_a_week_later(wire, hub, site):
    await wire.room.add(f"{site.base}/feed")
    await wire.room.look()
    await wire.subscriber.look()
    assert (await hub.verify("denied"))[0] == 200
    assert await wire.state() == "denied"
    assert (await hub.verify("subscribe"))[0] == 404
    wire.room.now += 7 * DAY - MINUTE
    await wire.subscriber.look()
    assert len(hub.asked) == 1
    wire.room.now += MINUTE
    await wire.subscriber.look()
    assert len(hub.asked) == 2
    assert await hub.verify() == (200, CHALLENGE)


# ---- the end ----


async def remove(room, source):
    await room.store.remove(source.source_id)


async def pause(room, source):
    await room.store.pause(source)


@pytest.mark.parametrize("leave", [remove, pause])
async def test_the_hub_is_asked_to_end_the_subscription_of_a_source_that_is_left(wire, hub, site, leave):
    source = await subscribe(wire, hub, site)
    callback = hub.callback
    await leave(wire.room, source)
    await wire.subscriber.look()
    assert hub.asked[-1] == {
        "hub.mode": "unsubscribe",
        "hub.topic": hub.asked[0]["hub.topic"],
        "hub.callback": callback,
    }
    assert await hub.deliver(at=callback) == 410
    assert await hub.verify() == (200, CHALLENGE)
    assert await wire.state() == ""
    assert (await hub.verify("subscribe", at=callback))[0] == 404


async def test_a_subscription_whose_hub_does_not_end_it_is_forgotten_after_three_tries(wire, hub, site):
    await remove(wire.room, await subscribe(wire, hub, site))
    for _ in range(3):
        wire.room.now += DAY
        hub.says = server.Response(status=500)
        await wire.subscriber.look()
    # The hub may still say that it is meant.
    await wire.subscriber.look()
    assert await wire.state() == "leaving"
    wire.room.now += DAY
    await wire.subscriber.look()
    assert await wire.state() == ""
    assert [form["hub.mode"] for form in hub.asked] == ["subscribe", *["unsubscribe"] * 3]


async def test_nobody_is_asked_to_end_what_was_never_verified(wire, hub, site):
    source = await wire.room.add(f"{site.base}/feed")
    await wire.room.look()
    await remove(wire.room, source)
    await wire.subscriber.look()
    assert (hub.asked, await wire.state()) == ([], "")


async def test_a_source_that_is_resumed_is_subscribed_to_anew(wire, hub, site):
    source = await subscribe(wire, hub, site)
    await pause(wire.room, source)
    await wire.subscriber.look()
    await wire.room.store.resume(await wire.room.source(), wire.room.now)
    site.answers["/feed"] = hubbed(hub, 2, 1)
    await wire.room.look()
    await wire.subscriber.look()
    assert [form["hub.mode"] for form in hub.asked] == ["subscribe", "unsubscribe", "subscribe"]
    assert hub.asked[2]["hub.secret"] != hub.asked[0]["hub.secret"]
    assert hub.asked[2]["hub.callback"] != hub.asked[0]["hub.callback"]
    assert await hub.verify() == (200, CHALLENGE)


async def test_a_listing_that_names_another_hub_is_subscribed_to_there_a_day_later(wire, hub, site):
    await subscribe(wire, hub, site)
    async with open_hub() as another:
        site.answers["/feed"] = hubbed(another, 2, 1)
        await wire.room.later(NAMED_ANEW_AFTER - MINUTE)
        await wire.subscriber.look()
        assert another.asked == []
        site.answers["/feed"] = hubbed(another, 3, 2, 1)
        await wire.room.later(DAY)
        await wire.subscriber.look()
        assert await another.verify() == (200, CHALLENGE)
    assert await hub.deliver() == 410


async def test_a_listing_that_names_no_hub_any_more_ends_its_subscription(wire, hub, site):
    await subscribe(wire, hub, site)
    site.answers["/feed"] = feed([2, 1])
    await wire.room.later(NAMED_ANEW_AFTER + MINUTE)
    await wire.subscriber.look()
    assert hub.asked[-1]["hub.mode"] == "unsubscribe"


async def test_when_our_address_changes_all_hubs_are_told_at_the_next_start(wire, hub, site):
    await subscribe(wire, hub, site)
    wire.subscriptions._base = f"http://127.0.0.1:{wire.port}/elsewhere"
    await wire.subscriptions.move(wire.room.now)
    await wire.subscriptions.move(wire.room.now)
    await wire.subscriber.look()
    assert len(hub.asked) == 2
    assert "/elsewhere/" in hub.callback
    assert await hub.verify() == (200, CHALLENGE)
    await wire.subscriptions.move(wire.room.now)
    await wire.subscriber.look()
    assert len(hub.asked) == 2


# ---- what nobody may see ----


async def test_neither_token_nor_secret_reaches_a_log(wire, hub, site, caplog):
    caplog.set_level(logging.DEBUG)
    await prove(wire, hub, site)
    await hub.deliver(secret="another")
    await hub.verify("denied")
    hub.says = server.Response(status=500)
    wire.room.now += 8 * DAY
    await wire.subscriber.look()
    form = hub.asked[0]
    assert len(hub.asked) == 2
    assert form["hub.secret"] not in caplog.text
    # The hub's own client, which is ours here, logs nothing of what it asks.
    assert form["hub.callback"].rpartition("/")[2] not in caplog.text
