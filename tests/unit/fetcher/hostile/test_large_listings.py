"""Listings of ten megabytes that cost more than they are worth, and what the reader makes of them in its process."""

import time
from functools import partial

import pytest

from tests.unit.fetcher.hostile.fetchers import open_fetcher
from tests.unit.fetcher.hostile.memory import peak
from tests.unit.fetcher.hostile.servers import ok
from tests.unit.fetcher.hostile.ways import RSS, XML, naming
from wiredesk_fetcher.feeds.fields import MAX_ITEMS
from wiredesk_fetcher.feeds.reading import MAX_FEED_BYTES
from wiredesk_fetcher.sources import poller
from wiredesk_fetcher.sources.poller import PARSE_BYTES, PARSE_SECONDS

FEED = '{"version":"https://jsonfeed.org/version/1.1","items":['
AT = "https://harbour.example/"

# What stands before, what is repeated, with its number for `#`, and what stands after.
LARGE = {
    "attributes of one tag": ("<urlset><url ", "a#='' ", "/></urlset>"),
    "attributes in an item": ("<rss><channel><item>", "<x " + "a='' " * 1000 + "/>", "</item></channel></rss>"),
    "the same attribute": ("<urlset><url ", "a='' ", "/></urlset>"),
    "namespaces of one tag": ("<urlset ", "xmlns:n#='u' ", "/>"),
    "names": ("<urlset>", "<a#/>", "</urlset>"),
    "depth": ("<urlset>", "<a>", ""),
    "depth of an item": ("<rss><channel><item>", "<a>", ""),
    "ends": ("<urlset>", "</a>", ""),
    "one text": ("<rss><channel><title>", "a", "</title></channel></rss>"),
    "one comment": ("<urlset><!--", "-", "</urlset>"),
    "ampersands": ("<urlset>", "&", "</urlset>"),
    "instructions": ("<urlset>", "<?a b?>", "</urlset>"),
    "blanks before the root": ("", " ", "<rss/>"),
    "NULs": ("<rss>", "\0", "</rss>"),
    "entries": ("<urlset>", f"<url><loc>{AT}#</loc></url>", "</urlset>"),
    "lines": ("", f"{AT}#\n", ""),
    "objects": (FEED, "{},", "{}]}"),
    "lists": (FEED, "[],", "[]]}"),
    "lists in lists": (FEED, "[", ""),
    "objects in objects": (FEED, '{"a":', ""),
    "names of an object": (FEED + "{", '"#":0,', '"a":0}]}'),
    "a number": (FEED + f'{{"url":"{AT}","id":', "9", "}]}"),
    "escapes": (FEED + f'{{"url":"{AT}","title":"', "\\u0041", '"}]}'),
}


def filled(before, piece, after, room):
    """Return a document of about `room` bytes."""
    if "#" not in piece:
        return before + piece * (room // len(piece)) + after
    return before + "".join(piece.replace("#", f"{n:07}") for n in range(room // (len(piece) + 6))) + after


@pytest.fixture
def patient(monkeypatch):
    """A reader that is left more time: on a machine with much else to do it may take long for little work."""
    monkeypatch.setattr(poller, "PARSE_SECONDS", 100.0)


async def polled(fetcher, reader):
    """Return the source of `/feed` after a poll, and the seconds of a processor that the reader took for it."""
    before = await reader.run(time.process_time, timeout=10)
    source = await fetcher.poll(f"{fetcher.new_site()}/feed")
    return source, await reader.run(time.process_time, timeout=10) - before


@pytest.mark.parametrize("part", [5, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", LARGE)
async def test_megabytes_of_one_thing_are_read_in_time_and_in_bounds(kind, part, reader, patient):
    async with open_fetcher(reader) as fetcher:
        room = (MAX_FEED_BYTES - 1000) // part
        fetcher.lure.answers["/feed"] = ok(filled(*LARGE[kind], room), RSS)
        before = await reader.run(partial(peak, anew=True), timeout=10)
        source, took = await polled(fetcher, reader)
        # The reader was ended neither for its time nor for its memory: it read, or said that this is none.
        assert source.kind or source.health.reason.startswith("what came is no feed"), source.health.reason
        assert took < PARSE_SECONDS
        assert source.listed <= MAX_ITEMS
        assert len(fetcher.submitted) <= 100
        after = await reader.run(peak, timeout=10)
        assert (after or 0) - (before or 0) < PARSE_BYTES / 1e6 / 2


async def test_of_a_feed_of_ten_megabytes_and_100_000_items_the_newest_are_taken(reader):
    async with open_fetcher(reader) as fetcher:
        items = "".join(f"<item><link>{AT}{n:06}{'a' * 48}</link></item>" for n in range(100_000))
        text = f"<rss><channel>{items}</channel></rss>"
        assert 0.9 * MAX_FEED_BYTES < len(text) < MAX_FEED_BYTES
        fetcher.lure.answers["/feed"] = ok(text, RSS)
        source = await fetcher.poll(f"{fetcher.new_site()}/feed")
        assert (source.health.state.value, source.listed) == ("healthy", MAX_ITEMS)
        assert len(fetcher.submitted) == 100


@pytest.mark.parametrize("tags", [1, 40])
async def test_attributes_of_items_are_read_in_time(tags, reader, patient):
    async with open_fetcher(reader) as fetcher:
        attributes = "".join(f"a{number}='' " for number in range(640_000 // tags))
        tag = f"<item {attributes}/>"
        fetcher.lure.answers["/feed"] = ok(f"<rss><channel>{tag * tags}</channel></rss>", RSS)
        source, took = await polled(fetcher, reader)
        assert (source.health.state.value, source.kind) == ("healthy", "rss")
        assert took < 4


@pytest.mark.parametrize("ending", ["", "</a>" * 100_000])
async def test_a_hundred_thousand_levels_hide_nothing_that_came_before(ending, reader):
    async with open_fetcher(reader) as fetcher:
        for before, after in [
            (f"<rss><channel><item><link>{AT}</link></item><item>", ""),
            (f"<rss><channel><item><link>{AT}</link>", ""),
            (f"<urlset><url><loc>{AT}</loc></url>", "</urlset>"),
            (f'<feed><entry><link href="{AT}"/></entry>', "</feed>"),
        ]:
            fetcher.lure.answers["/feed"] = ok(before + "<a>" * 100_000 + ending + after, XML)
            source = await fetcher.poll(f"{fetcher.new_site()}/feed")
            assert (source.health.state.value, source.listed) == ("healthy", 1), before


@pytest.mark.parametrize("piece", ["<p #>", "<div>", "<b>", "<table><tr><td>", "<!--", "<a href='", "&x;"])
async def test_a_page_made_to_take_long_names_its_feed_in_time(piece, reader):
    """It is read by the command that adds a source, while a person waits."""
    async with open_fetcher(reader) as fetcher:
        fetcher.lure.answers["/feed.xml"] = ok("<rss><channel><title>Harbour Post</title></channel></rss>", RSS)
        attributes = " ".join(f"a{number}" for number in range(70_000))
        filling = piece.replace("#", attributes) if "#" in piece else piece * (500_000 // len(piece))
        fetcher.lure.answers["/home"] = ok(naming("/feed.xml").partition(b"\r\n\r\n")[2].decode() + filling)
        began = time.process_time()
        found, _ = await fetcher.probe(f"{fetcher.new_site()}/home")
        assert [one.listing.title for one in found] == ["Harbour Post"]
        assert time.process_time() - began < 10


async def test_what_ends_the_reader_fails_one_poll_alone(reader, monkeypatch):
    """Whatever it is that nobody has thought of."""
    async with open_fetcher(reader) as fetcher:
        fetcher.lure.answers["/feed"] = ok(f"<rss><channel><item><link>{AT}</link></item></channel></rss>", RSS)
        with monkeypatch.context() as patch:
            patch.setattr("wiredesk_fetcher.sources.poller._listing_of", _end)
            source = await fetcher.poll(f"{fetcher.new_site()}/feed")
            assert (source.health.state.value, source.listed) == ("failing", 0)
        source = await fetcher.poll(f"{fetcher.new_site()}/feed")
        assert (source.health.state.value, source.listed) == ("healthy", 1)


def _end(_body, _content_type, _url):
    import os  # noqa: PLC0415 - in the reader

    os._exit(9)
