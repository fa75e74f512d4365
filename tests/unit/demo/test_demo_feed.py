"""The run of the demo against a wire in memory: what is submitted, when it ends, what a broken pipeline looks like."""

import asyncio
import io
import uuid
from types import SimpleNamespace

import aiohttp
import pytest
from rich.console import Console

from tests.factories import NOON
from wiredesk.contracts import ids
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import (
    ArticleCleaned,
    ArticleEnriched,
    ArticleFetched,
    ArticleRejected,
    ArticleStored,
    Content,
    Rejection,
    ServiceName,
    StoreStatus,
)
from wiredesk_local.demo import feed
from wiredesk_local.demo.feed import run_demo
from wiredesk_local.demo.ledger import Fallout
from wiredesk_local.demo.pages import article_path
from wiredesk_local.demo.site import ODDITIES, DemoSite


class MemoryWire:
    """Publishes to a pipeline that fetches addresses for real and works everything at once.

    `swallow` tells which submissions vanish, `poison` which become dead letters.
    """

    def __init__(self, *, swallow=lambda _: False, poison=lambda _: False):
        self.swallow, self.poison = swallow, poison
        self.published = []
        self.entries: asyncio.Queue[SimpleNamespace] = asyncio.Queue()
        self.versions = {}

    async def publish(self, *, url=None, text=None, source=None, published_hint=None, correlation_id=None):
        what = url or text
        self.published.append(SimpleNamespace(url=url, text=text, source=source, hint=published_hint))
        if self.swallow(what):
            return
        if self.poison(what):
            self.emit(correlation_id, None, stage="cleaner", reason="cpu_timeout")
            return
        article = ids.article_id(url, text)
        content = text if url is None else await self.fetch(url)
        if isinstance(content, Rejection):
            event = ArticleRejected(
                event_id=uuid.uuid4(), article_id=article, stage=ServiceName.FETCHER, reason=content
            )
            self.emit(correlation_id, event)
            return
        for event in self.way(article, url, content):
            self.emit(correlation_id, event)

    async def fetch(self, url):
        try:
            async with aiohttp.ClientSession() as session, session.get(url) as response:
                page = await response.text() if response.status == 200 else ""
        except aiohttp.TooManyRedirects:
            page = ""
        return page if "NewsArticle" in page or "article:published_time" in page else Rejection.NOT_AN_ARTICLE

    def way(self, article, url, content):
        base = {"article_id": article, "url": url, "content_hash": ids.content_hash(content), "fetched_at": NOON}
        clean = {**base, "text": content[:500], "cleaner_version": "1"}
        known = self.versions.setdefault(article, base["content_hash"])
        status = StoreStatus.INSERTED if known == base["content_hash"] else StoreStatus.REVISED
        # Receipts first: topics are read in no order.
        return (
            ArticleStored(
                event_id=uuid.uuid4(), article_id=article, enriched_event_id=uuid.uuid4(), status=status, revision=1
            ),
            ArticleEnriched(event_id=uuid.uuid4(), tagger_pipeline="t", tagger_version="1", **clean),
            ArticleCleaned(event_id=uuid.uuid4(), **clean),
            ArticleFetched(event_id=uuid.uuid4(), kind=Content.TEXT, content=content, **base),
        )

    def emit(self, correlation_id, event, stage="", reason=""):
        self.entries.put_nowait(SimpleNamespace(correlation_id=correlation_id, event=event, stage=stage, reason=reason))

    async def watch(self, topics, *, since, dead_letters):
        assert since is not None
        assert dead_letters
        assert len(topics) == 5
        while True:
            yield await self.entries.get()


def memory_wire(**options):
    """A `MemoryWire` in the place of the real client."""
    return MemoryWire(**options)


@pytest.fixture
async def site():
    async with DemoSite(port=0) as site:
        yield site


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=100)


async def test_everything_is_submitted_and_the_correction_comes_last(site, console):
    wire = memory_wire()
    summary = await run_demo(wire, site, console, timeout=30)
    stories = len(site.articles)
    urls = [what.url for what in wire.published if what.url]
    texts = [what.text for what in wire.published if what.text]
    assert summary.submitted == len(wire.published) == 2 * stories + len(ODDITIES) + 1
    assert len(texts) == len(set(texts)) == stories
    assert urls[-1] == wire.published[-1].url == site.url + article_path(site.revisable)
    assert sorted(urls[:-1]) == sorted(set(urls))
    assert {what.source for what in wire.published} == {"demo"}
    assert sum(what.hint is not None for what in wire.published) == stories


async def test_a_sound_pipeline_loses_nothing_and_the_correction_is_a_revision(site, console):
    summary = await run_demo(memory_wire(), site, console, timeout=30)
    assert summary.ok
    assert summary.statuses[StoreStatus.REVISED] == 1
    assert summary.stored == summary.enriched == summary.cleaned == summary.fetched
    assert summary.stored + sum(summary.fallout.values()) == summary.submitted
    refused = sum(oddity.end is not None for oddity in ODDITIES)
    assert summary.fallout == {Fallout("rejected", "fetcher", "not_an_article"): refused}
    assert summary.stored >= 80


async def test_what_vanishes_is_reported_as_lost_within_the_bound(site, console):
    gone = site.top_story
    async with asyncio.timeout(20):
        summary = await run_demo(memory_wire(swallow=lambda what: what == gone), site, console, timeout=2)
    assert gone in summary.lost
    assert not summary.ok


async def test_a_dead_letter_is_an_end_and_not_a_loss(site, console):
    bad = site.top_story
    summary = await run_demo(memory_wire(poison=lambda what: what == bad), site, console, timeout=30)
    assert summary.ok
    assert summary.fallout[Fallout("dead letter", "cleaner", "cpu_timeout")] == 1


async def test_stragglers_of_earlier_topics_are_not_waited_for_for_ever(site, console, monkeypatch):
    monkeypatch.setattr(feed, "STRAGGLERS_SECONDS", 0.2)
    wire = memory_wire()
    way = wire.way
    wire.way = lambda *args: [event for event in way(*args) if not isinstance(event, ArticleFetched)]
    async with asyncio.timeout(20):
        summary = await run_demo(wire, site, console, timeout=60)
    assert summary.ok
    assert summary.fetched == 0


async def test_a_wire_that_breaks_ends_the_run_with_its_error(site, console):
    wire = memory_wire(swallow=lambda _: True)

    async def broken(*_args, **_options):
        raise InfrastructureError("Kafka went away")
        yield

    wire.watch = broken
    with pytest.raises(InfrastructureError, match="went away"):
        await run_demo(wire, site, console, timeout=30)


async def test_a_site_that_is_not_there_is_named(console):
    async with DemoSite(port=0) as site:
        pass
    with pytest.raises(InfrastructureError, match="demo site"):
        await run_demo(memory_wire(), site, console, timeout=5)


async def test_a_pipe_gets_whole_lines_and_a_terminal_one_line_that_changes(site):
    piped, terminal = io.StringIO(), io.StringIO()
    await run_demo(memory_wire(), site, Console(file=piped, width=60), timeout=30)
    lines = piped.getvalue().splitlines()
    assert len(lines) >= 2
    assert all("submitted" in line and "rejected" in line for line in lines)
    assert "\x1b" not in piped.getvalue()
    await run_demo(memory_wire(), site, Console(file=terminal, width=200, force_terminal=True), timeout=30)
    # Erase-line sequences: the line was rewritten in place.
    assert "\x1b[2K" in terminal.getvalue()
    assert "rejected " in terminal.getvalue().splitlines()[-1]
