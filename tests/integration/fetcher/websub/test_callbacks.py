"""What is answered to hubs and to strangers, on a real socket and with real PostgreSQL."""

import asyncio
import gzip
import hmac
import logging
import socket
from urllib.parse import urlsplit

import pytest

from tests.integration.fetcher.newsroom import HOUR, MINUTE
from tests.integration.fetcher.websub.hub import CHALLENGE, open_wire, subscribe
from wiredesk.contracts.errors import ConfigurationError
from wiredesk.postgres.connections import open_pool
from wiredesk_fetcher.__main__ import worker
from wiredesk_fetcher.feeds.document import MAX_FEED_BYTES
from wiredesk_fetcher.settings import FetcherSettings
from wiredesk_fetcher.websub import callbacks
from wiredesk_fetcher.websub.callbacks import listening

pytestmark = pytest.mark.broker

NOBODYS = "A" * 43


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening_there:
        return listening_there.getsockname()[1]


async def asked(wire, hub, site):
    """Have the hub asked, and not verify yet."""
    await wire.room.add(f"{site.base}/feed")
    await wire.room.look()
    await wire.subscriber.look()


async def delivered(wire):
    """Return when the hub delivered last, and whether its source is due now."""
    row, source = await wire.row(), await wire.room.source()
    return row["last_delivery"], source.next_poll <= wire.room.now


# ---- verification ----


async def test_a_verification_of_another_topic_is_refused_and_changes_nothing(wire, hub, site):
    await asked(wire, hub, site)
    before = await wire.row()
    for topic in ("https://harbour.example/feed2", "https://harbour.example/", ""):
        assert (await hub.verify(topic=topic))[0] == 404
        assert (await hub.verify("denied", topic=topic))[0] == 404
    assert await wire.row() == before


@pytest.mark.parametrize("said", [{"mode": "unsubscribe"}, {"mode": "publish"}, {"challenge": ""}])
async def test_what_was_not_asked_for_is_not_agreed_to(wire, hub, site, said):
    await asked(wire, hub, site)
    assert (await hub.verify(**said))[0] == 404
    assert await wire.state() == "asked"


async def test_the_challenge_is_answered_as_text_that_no_browser_takes_for_a_page(wire, hub, site):
    await asked(wire, hub, site)
    query = {"hub.mode": "subscribe", "hub.topic": hub.asked[0]["hub.topic"], "hub.challenge": CHALLENGE}
    async with hub.session.get(hub.callback, params=query) as answer:
        assert (answer.status, answer.content_type, await answer.text()) == (200, "text/plain", CHALLENGE)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # Without a lease it is the one that was asked for.
    row = await wire.row()
    assert (row["lease_expires_at"] - wire.room.now).days == 10


async def test_a_web_server_before_us_may_take_the_path_off(wire, hub, site):
    await asked(wire, hub, site)
    assert await hub.verify(at=hub.callback.replace("/websub/", "/")) == (200, CHALLENGE)


@pytest.mark.parametrize("path", ["", "websub", "websub/", f"websub/{NOBODYS}", "websub/%00", "websub/" + "x" * 4000])
async def test_strangers_learn_nothing(wire, hub, site, path):
    await asked(wire, hub, site)
    at = f"http://127.0.0.1:{wire.port}/{path}"
    assert (await hub.verify(at=at))[0] == 404
    assert (await hub.verify("denied", at=at))[0] == 404
    assert await hub.deliver(at=at) == 410
    async with hub.session.put(at) as answer:
        assert answer.status == 405


# ---- deliveries ----


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_a_delivery_that_is_signed_has_its_source_polled_now(wire, hub, site, method):
    await subscribe(wire, hub, site)
    wire.room.now += MINUTE
    assert await hub.deliver(b"<rss>\xff\x00</rss>" * 10_000, method=method) == 202
    assert await delivered(wire) == (wire.room.now, True)
    assert "hub" in (await wire.room.source()).why


async def test_a_delivery_that_is_not_signed_as_it_should_be_is_accepted_and_ignored(wire, hub, site):
    await subscribe(wire, hub, site)
    wire.room.now += MINUTE
    assert await hub.deliver(secret="another secret") == 202
    assert await hub.deliver(method="md5") == 202
    assert await hub.send(b"<rss/>") == 202
    assert await hub.send(b"<rss/>", "sha256=" + "0" * 64) == 202
    assert await hub.send(b"", "sha256") == 202
    assert await delivered(wire) == (None, False)


async def test_a_delivery_before_the_subscription_is_verified_is_ignored(wire, hub, site):
    await asked(wire, hub, site)
    assert await hub.deliver() == 202
    assert await delivered(wire) == (None, False)


async def test_the_signature_is_of_the_bytes_as_they_were_sent(wire, hub, site):
    await subscribe(wire, hub, site)
    packed = gzip.compress(b"<rss/>" * 1000)
    form = hub.asked[0]
    signature = "sha256=" + hmac.new(form["hub.secret"].encode(), packed, "sha256").hexdigest()
    assert await hub.send(packed, signature, **{"Content-Encoding": "gzip"}) == 202
    assert (await delivered(wire))[1]


async def test_a_delivery_as_large_as_a_listing_may_be_counts(wire, hub, site):
    await subscribe(wire, hub, site)
    assert await hub.deliver(b"x" * MAX_FEED_BYTES) == 202
    assert await delivered(wire) == (wire.room.now, True)


async def test_a_larger_delivery_has_its_source_polled_and_proves_nothing(wire, hub, site):
    await subscribe(wire, hub, site)
    assert await hub.deliver(b"x" * (MAX_FEED_BYTES + 1)) == 202
    assert await delivered(wire) == (None, True)


async def begun(hub, head=b"Content-Length: 100\r\n\r\nabc"):
    """Return a connection over which a delivery was begun and not ended."""
    parts = urlsplit(hub.callback)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    line = f"POST {parts.path} HTTP/1.1\r\nHost: wire.example\r\nX-Hub-Signature: sha256=00\r\n"
    writer.write(line.encode() + head)
    await writer.drain()
    return reader, writer


async def test_a_delivery_that_does_not_end_is_given_up(wire, hub, site, monkeypatch):
    monkeypatch.setattr(callbacks, "BODY_SECONDS", 0.2)
    await subscribe(wire, hub, site)
    async with asyncio.timeout(30):
        reader, writer = await begun(hub)
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()
    assert await delivered(wire) == (None, False)


@pytest.mark.parametrize("rest", [b"Content-Length: 100\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"])
async def test_a_delivery_that_breaks_off_disturbs_no_other_and_no_log(wire, hub, site, caplog, rest):
    caplog.set_level(logging.DEBUG)
    await subscribe(wire, hub, site)
    _, writer = await begun(hub, rest)
    writer.transport.abort()
    assert await hub.deliver() == 202
    assert (await delivered(wire))[1]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert urlsplit(hub.callback).path not in caplog.text


async def test_when_postgresql_is_away_the_hub_is_told_to_come_again(options, store, reader, hub, site):
    async with open_pool(options) as pool, open_wire(pool, store, reader) as wire:
        await subscribe(wire, hub, site)
        await pool.close()
        assert await hub.deliver() == 503
        assert (await hub.verify())[0] == 503


# ---- the port ----


async def test_fetchers_on_one_machine_share_the_port(wire, hub, site):
    async with listening(wire.subscriptions, host="127.0.0.1", port=wire.port, now=lambda: wire.room.now) as port:
        assert port == wire.port
        await subscribe(wire, hub, site)
        wire.room.now += HOUR
        # Each is a connection of its own, which the system gives to the one or the other.
        for _ in range(20):
            assert await hub.deliver() == 202


async def test_a_port_that_another_program_has_is_refused_with_the_names_of_the_settings(wire):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match="WIREDESK_FETCHER__WEBSUB_PORT"):
            async with listening(wire.subscriptions, host="127.0.0.1", port=port, now=lambda: wire.room.now):
                pass


def settings(options, port, **fields):
    """Return the settings of a fetcher that hubs can call and that polls nothing itself."""
    fetcher = {"dsn": options.dsn, "polls": 0, "websub_url": "https://wire.example", "websub_port": port}
    return FetcherSettings.model_validate({"fetcher": fetcher, **fields})


async def answers(port):
    """Tell whether something listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


@pytest.mark.parametrize(("lane", "expected"), [("", True), ("backfill", False)])
async def test_a_fetcher_of_the_live_lane_alone_listens(options, lane, expected):
    port = free_port()
    async with worker(settings(options, port, lane=lane)):
        assert await answers(port) is expected
    assert not await answers(port)


async def test_a_fetcher_without_an_address_for_hubs_does_not_listen(options):
    port = free_port()
    given = settings(options, port)
    silent = given.model_copy(update={"fetcher": given.fetcher.model_copy(update={"websub_url": ""})})
    async with worker(silent):
        assert not await answers(port)
