"""What is small on the wire and large beyond: by how much a fetcher grows over twenty of them at once."""

import asyncio
import gzip
import zlib
from functools import cache, partial
from typing import Any

import pytest

from tests.unit.fetcher.hostile.fetchers import now, open_fetcher
from tests.unit.fetcher.hostile.growing import apart, grown
from tests.unit.fetcher.hostile.memory import peak
from tests.unit.fetcher.hostile.servers import ok
from tests.unit.fetcher.hostile.ways import RSS, index
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected, Rejection
from wiredesk_fetcher.feeds.reading import MAX_FEED_BYTES
from wiredesk_fetcher.politeness.robots import MAX_ROBOTS_BYTES

AT_ONCE = 20
MOST_MB = 20.0
MB = 1024 * 1024


@cache
def bomb(wbits=31, start=b"<p>", blocks=64):
    """Return `blocks` times 16 MiB of zeros behind `start`, compressed; blocks that stand by themselves repeat."""
    deflater = zlib.compressobj(9, wbits=wbits)
    first = deflater.compress(start) + deflater.flush(zlib.Z_FULL_FLUSH)
    block = deflater.compress(bytes(16 * MB)) + deflater.flush(zlib.Z_FULL_FLUSH)
    return first + block * blocks


@cache
def members():
    """Return a gigabyte of zeros as gzip of many members."""
    return gzip.compress(bytes(16 * MB), 9) * 64


async def patient(_reader, writer):
    """Say a bomb a quarter of a MiB at a time, in 300 bytes each."""
    deflater = zlib.compressobj(9, wbits=31)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n")
    while True:
        writer.write(deflater.compress(bytes(MB // 4)) + deflater.flush(zlib.Z_SYNC_FLUSH))
        await writer.drain()
        await asyncio.sleep(0.05)


async def measured(fetcher, path, *, is_listing=False):
    """Return how much a process grows that asks for `path` of twenty sites at once, and the set of what came."""
    fetcher.lure.answers["/usual"] = ok("<p>News</p>" * 5000)
    urls = [fetcher.new_site() + path for _ in range(AT_ONCE)]
    usual = f"{fetcher.new_site()}/usual"
    more, ends = await apart(partial(grown, urls, usual, is_listing=is_listing))
    if more is None:
        pytest.skip("this system does not say how much memory a process has had")
    return more, set(ends)


PAGES = {
    "gzip": lambda: ok(bomb(), headers={"Content-Encoding": "gzip"}),
    "deflate": lambda: ok(bomb(15), headers={"Content-Encoding": "deflate"}),
    "deflate without a header": lambda: ok(bomb(-15), headers={"Content-Encoding": "deflate"}),
    "many members": lambda: ok(members(), headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("kind", PAGES)
async def test_twenty_bombs_at_once_take_less_than_20_mb(kind):
    async with open_fetcher(None) as fetcher:
        fetcher.lure.answers["/bomb"] = PAGES[kind]()
        more, ends = await measured(fetcher, "/bomb")
    assert ends == {"too_large"}
    assert more < MOST_MB


async def test_twenty_bombs_that_go_off_slowly_side_by_side_take_less_than_20_mb():
    async with open_fetcher(None) as fetcher:
        fetcher.lure.answers["/bomb"] = patient
        more, ends = await measured(fetcher, "/bomb")
    assert ends == {"too_large"}
    assert more < MOST_MB


async def test_twenty_bombs_for_robots_txt_at_once_take_less_than_20_mb():
    async with open_fetcher(None) as fetcher:
        fetcher.lure.answers |= {
            "/robots.txt": ok(bomb(start=b"User-agent: *\n"), "text/plain", {"Content-Encoding": "gzip"}),
            "/story": ok("<p>News</p>"),
        }
        more, ends = await measured(fetcher, "/story")
    assert ends == {"200 11"}
    assert more < MOST_MB


async def test_twenty_bombs_for_feeds_at_once_take_less_than_20_mb():
    async with open_fetcher(None) as fetcher:
        fetcher.lure.answers["/feed"] = ok(bomb(start=b"<rss>"), RSS, {"Content-Encoding": "gzip"})
        more, ends = await measured(fetcher, "/feed", is_listing=True)
    assert ends == {"too_large"}
    assert more < MOST_MB


# ---- what is packed in a way that was not asked for ----


UNKNOWN = ["br", "zstd", "compress", "aws-chunked", "gzip, gzip", "gzip, gzip, gzip", "br, gzip", "GZIP;q=1"]


@pytest.mark.parametrize("encoding", UNKNOWN)
async def test_what_is_packed_in_another_way_is_refused_as_a_page_and_as_a_feed(encoding, reader):
    async with open_fetcher(reader) as fetcher:
        body = gzip.compress(gzip.compress(gzip.compress(b"<p>News</p>")))
        fetcher.lure.answers["/story"] = ok(body, headers={"Content-Encoding": encoding})
        event = await fetcher.fetch(f"{fetcher.new_site()}/story")
        assert event.reason is Rejection.UNSUPPORTED_TYPE
        assert event.detail == f"only gzip and deflate can be unpacked, this is {encoding.lower()}"
        source = await fetcher.poll(f"{fetcher.new_site()}/story")
        assert (source.health.state.value, source.listed) == ("failing", 0)
        assert source.health.reason.startswith("unsupported type")


async def test_two_ways_that_are_named_one_by_one_are_two(reader):
    async with open_fetcher(reader) as fetcher:
        twice = {"Content-Encoding": "gzip\r\nContent-Encoding: gzip"}
        fetcher.lure.answers["/story"] = ok(gzip.compress(gzip.compress(b"<p>News</p>")), headers=twice)
        event = await fetcher.fetch(f"{fetcher.new_site()}/story")
        assert event.reason is Rejection.UNSUPPORTED_TYPE


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "X-GZIP", "identity, gzip", "identity", ""])
async def test_gzip_in_gzip_that_is_named_once_or_not_at_all_is_no_article_of_gibberish(encoding, reader):
    async with open_fetcher(reader) as fetcher:
        body = gzip.compress(gzip.compress(b"<p>News</p>"))
        fetcher.lure.answers["/story"] = ok(body, headers={"Content-Encoding": encoding})
        event = await fetcher.fetch(f"{fetcher.new_site()}/story")
        assert (event.reason, event.detail) == (Rejection.UNSUPPORTED_TYPE, "the body is gzip data, and it is not said")


async def test_the_rules_of_a_robots_txt_that_is_packed_in_another_way_are_not_guessed(reader):
    async with open_fetcher(reader) as fetcher:
        fetcher.lure.answers |= {
            "/robots.txt": ok(b"\x1b\x03\x00", "text/plain", {"Content-Encoding": "br"}),
            "/story": ok("<p>News</p>"),
        }
        failed = await fetcher.fetch(f"{fetcher.new_site()}/story")
        assert isinstance(failed, TransientError)
        assert failed.reason == "robots_closed"
        assert fetcher.lure.paths == []


PACKED: dict[str, Any] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZip": gzip.compress,
    "identity, gzip": gzip.compress,
    "deflate": zlib.compress,
    "identity": bytes,
    " , ": bytes,
}


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("length", [1, 65_535, 65_536, 65_537, 300_000, 1_000_000])
async def test_what_is_packed_as_it_says_arrives_whole_however_long(encoding, length, reader):
    async with open_fetcher(reader) as fetcher:
        text = "".join(f"<p>{number}" for number in range(length // 4 + 1))[:length] + "."
        fetcher.lure.answers["/story"] = ok(PACKED[encoding](text.encode()), headers={"Content-Encoding": encoding})
        event = await fetcher.fetch(f"{fetcher.new_site()}/story")
        assert event.content == text


async def test_members_of_gzip_and_deflate_without_its_header_arrive_whole(reader):
    async with open_fetcher(reader) as fetcher:
        text = "<p>News</p>" * 100_000
        raw = zlib.compressobj(wbits=-15)
        for encoding, body in {
            "gzip": b"".join(gzip.compress(text[at : at + 20_000].encode()) for at in range(0, len(text), 20_000)),
            "deflate": raw.compress(text.encode()) + raw.flush(),
        }.items():
            fetcher.lure.answers["/story"] = ok(body, headers={"Content-Encoding": encoding})
            event = await fetcher.fetch(f"{fetcher.new_site()}/story")
            assert event.content == text


@pytest.mark.parametrize(
    ("encoding", "body"),
    {
        "gzip": b"<p>News</p>",
        "gzip ": gzip.compress(b"<p>News</p>") + b"<p>News</p>",
        "deflate": zlib.compress(b"<p>News</p>" * 1000)[:-8],
        "x-gzip": gzip.compress(b"") * 5000,
    }.items(),
    ids=["not packed", "more behind it", "its end is missing", "members of nothing"],
)
async def test_what_is_not_packed_as_it_says_is_tried_again(encoding, body, reader):
    async with open_fetcher(reader) as fetcher:
        fetcher.lure.answers["/story"] = ok(body, headers={"Content-Encoding": encoding})
        failed = await fetcher.fetch(f"{fetcher.new_site()}/story")
        assert isinstance(failed, TransientError)
        assert failed.reason == "connection"


# In the order they are unpacked: by the transfer, and then by whoever reads the listing.
LISTINGS = {
    "a bomb": lambda: (bomb(start=b"<urlset>"), ""),
    "a bomb in a bomb": lambda: (gzip.compress(bomb(start=b"<urlset>")), ""),
    "a bomb in a transfer": lambda: (gzip.compress(bomb(start=b"<urlset>")), "gzip"),
    "a bomb in two of a transfer": lambda: (gzip.compress(gzip.compress(bomb(start=b"<urlset>"))), "gzip, gzip"),
    "too many layers": lambda: (gzip.compress(gzip.compress(gzip.compress(b"<urlset/>"))), ""),
}


@pytest.mark.parametrize("kind", LISTINGS)
async def test_a_packed_sitemap_that_is_a_bomb_is_a_failed_poll(kind, reader):
    async with open_fetcher(reader) as fetcher:
        body, encoding = LISTINGS[kind]()
        before = await reader.run(partial(peak, anew=True), timeout=10)
        fetcher.lure.answers["/map.xml.gz"] = ok(body, "application/gzip", {"Content-Encoding": encoding or "identity"})
        source = await fetcher.poll(f"{fetcher.new_site()}/map.xml.gz")
        assert (source.health.state.value, source.listed) == ("failing", 0)
        # And as a part of another, which is read as if it were not there.
        fetcher.lure.answers["/index.xml"] = index(f"{fetcher.new_site()}/map.xml.gz")
        source = await fetcher.poll(f"{fetcher.new_site()}/index.xml")
        assert source.health.reason.startswith("sitemaps")
        found, missed = await fetcher.probe(f"{fetcher.new_site()}/map.xml.gz")
        assert (found, len(missed)) == ((), 1)
        after = await reader.run(peak, timeout=10)
        assert (after or 0) - (before or 0) < 100


async def test_a_sitemap_that_fills_the_limit_to_the_last_byte_is_read(reader):
    """So it is the limit that ends the others."""
    async with open_fetcher(reader) as fetcher:
        start = b"<urlset><url><loc>https://harbour.example/1</loc></url>"
        body = start + b" " * (MAX_FEED_BYTES - len(start) - 9) + b"</urlset>"
        fetcher.lure.answers["/map.xml.gz"] = ok(gzip.compress(body), "application/gzip")
        source = await fetcher.poll(f"{fetcher.new_site()}/map.xml.gz")
        assert (source.health.state.value, source.listed) == ("healthy", 1)
        fetcher.lure.answers["/map.xml.gz"] = ok(gzip.compress(body + b" "), "application/gzip")
        source = await fetcher.poll(f"{fetcher.new_site()}/map.xml.gz")
        assert (source.health.state.value, source.listed) == ("failing", 0)


async def test_of_a_robots_txt_that_is_a_bomb_the_beginning_counts(reader):
    async with open_fetcher(reader) as fetcher:
        rules = b"User-agent: *\nDisallow: /inside\n"
        fetcher.lure.answers |= {
            "/robots.txt": ok(bomb(start=rules), "text/plain", {"Content-Encoding": "gzip"}),
            "/inside": ok("<p>News</p>"),
            "/outside": ok("<p>News</p>"),
        }
        site = fetcher.new_site()
        assert isinstance(await fetcher.fetch(f"{site}/inside"), ArticleRejected)
        assert isinstance(await fetcher.fetch(f"{site}/outside"), ArticleFetched)
        kept = await fetcher.crawler._hosts.robots(site, now())
        assert kept is not None
        assert len(kept.body) <= MAX_ROBOTS_BYTES
