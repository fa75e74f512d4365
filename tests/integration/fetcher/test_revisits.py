"""Pages that are looked at again for corrections, from the fetch that notes them to the last look."""

from datetime import timedelta

import pytest

from tests.integration.fetcher.newsroom import DAY, HOUR, START, feed, item, open_newsroom, serve_etag
from tests.unit.fetcher.crawling import Answer, rules, serve
from tests.unit.fetcher.sites import WithoutRobots
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected
from wiredesk.contracts.topics import SUBMITTED
from wiredesk.engine.outcomes import Received
from wiredesk_fetcher.handlers import fetch
from wiredesk_fetcher.notes import Notes
from wiredesk_fetcher.sources.poller import LEASE
from wiredesk_fetcher.sources.polling import REVISITS

pytestmark = pytest.mark.broker

FIRST = Answer("<p>Two boats are missing.</p>", headers={"ETag": '"one"'})
CHANGED = Answer("<p>One boat is missing.</p>", headers={"ETag": '"two"'})


async def fetched(room):
    """Fetch what was submitted, as the stage behind the wire does; return what became of it."""
    outcomes = []
    for number, submission in enumerate(room.submitted):
        received = Received(submission, at=room.now, topic=SUBMITTED.name, partition=0, offset=number)
        note = Notes(room.store, None).note
        outcomes.append(await fetch(received, crawler=room.crawler, clock=lambda: room.now, note=note))
    room.submitted.clear()
    return outcomes


async def published(room, site, *names, **fields):
    """Have a feed list pages of the site, and have them fetched."""
    site.answers["/feed"] = feed([item(n, link=f"{site.base}/{name}") for n, name in enumerate(names)])
    await room.add(f"{site.base}/feed", **fields)
    await room.look()
    outcomes = await fetched(room)
    site.answers["/feed"] = Answer("", 410)
    return outcomes


def asked(site, path="/story"):
    return site.asked.count(path)


def named(site, path="/story"):
    """Return the ETags named when a page was asked for."""
    each = zip(site.asked, site.headers, strict=True)
    return [headers.get("If-None-Match") for one, headers in each if one == path]


async def test_a_changed_page_is_submitted_again_after_its_first_revisit(newsroom):
    async with serve(story=FIRST) as site:
        (before,) = await published(newsroom, site, "story")
        await newsroom.later(HOUR - timedelta(minutes=1))
        assert asked(site) == 1
        site.answers["/story"] = CHANGED
        await newsroom.later(timedelta(minutes=2))
        assert len(newsroom.submitted) == 1
        (after,) = await fetched(newsroom)
    assert isinstance(before, ArticleFetched)
    assert isinstance(after, ArticleFetched)
    assert (after.article_id, after.feed_item, after.source) == (before.article_id, before.feed_item, before.source)
    assert "One boat" in after.content
    assert after.event_id != before.event_id


async def test_a_page_that_answers_304_is_not_submitted(newsroom):
    async with serve(story=FIRST) as site:
        await published(newsroom, site, "story")
        site.answers["/story"] = Answer(b"", 304)
        for wait in REVISITS:
            await newsroom.later(wait)
        assert named(site) == [None, '"one"', '"one"', '"one"']
    assert newsroom.submitted == []


async def test_a_page_with_the_same_body_is_not_submitted(newsroom):
    async with serve(story=FIRST) as site:
        await published(newsroom, site, "story")
        site.answers["/story"] = Answer(FIRST.body, headers={"ETag": '"other"'})
        for wait in REVISITS:
            await newsroom.later(wait)
        assert named(site) == [None, '"one"', '"other"', '"other"']
    assert newsroom.submitted == []


@pytest.mark.parametrize("answer", [FIRST, Answer("", 404), Answer("", 500)], ids=["same", "404", "500"])
async def test_a_page_is_looked_at_three_times_at_most(newsroom, answer):
    async with serve(story=FIRST) as site:
        await published(newsroom, site, "story")
        site.answers["/story"] = answer
        for _ in range(3):
            await newsroom.later(8 * DAY)
        assert asked(site) == 4
        for _ in range(5):
            await newsroom.later(30 * DAY)
        assert asked(site) == 4
    assert newsroom.submitted == []


async def test_a_page_that_changes_each_time_is_submitted_each_time_and_still_looked_at_three_times(newsroom):
    async with serve(story=FIRST) as site:
        await published(newsroom, site, "story")
        submitted = 0
        for number in range(6):
            site.answers["/story"] = Answer(f"<p>{number} boats are missing.</p>")
            await newsroom.later(8 * DAY)
            submitted += len(newsroom.submitted)
            await fetched(newsroom)
    assert submitted == 3


async def test_a_page_that_was_rejected_is_not_looked_at_again(newsroom):
    async with serve() as site:
        (rejected,) = await published(newsroom, site, "story")
        assert isinstance(rejected, ArticleRejected)
        await newsroom.later(8 * DAY)
        assert asked(site) == 1


async def test_a_page_that_robots_txt_forbids_by_then_is_left_alone(newsroom):
    async with serve(story=FIRST) as site:
        await published(newsroom, site, "story")
        site.answers["/robots.txt"] = rules("User-agent: *\nDisallow: /story\n")
        await newsroom.later(2 * DAY)
        assert asked(site) == 1
    assert newsroom.submitted == []


async def test_when_kafka_is_away_a_changed_page_is_looked_at_again(newsroom):
    def away(_):
        raise InfrastructureError("Kafka: no answer")

    async with serve(story=FIRST) as site:
        await published(newsroom, site, "story")
        site.answers["/story"] = CHANGED
        newsroom.before_submit = away
        await newsroom.later(HOUR)
        assert newsroom.poller.problem == "Kafka: no answer"
        newsroom.before_submit = lambda _: None
        await newsroom.later(LEASE)
        assert len(newsroom.submitted) == 1


async def test_a_page_whose_etag_is_no_utf8_is_fetched_and_looked_at_again(newsroom):
    async with serve() as site, serve_etag(b'"\xff"', FIRST) as base:
        site.answers["/feed"] = feed([item(1, link=f"{base}/story")])
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        (outcome,) = await fetched(newsroom)
        assert isinstance(outcome, ArticleFetched)
        await newsroom.later(2 * HOUR)
    assert newsroom.submitted == []


async def test_pages_of_one_host_that_are_due_at_once_are_all_looked_at(store, reader):
    async with serve(one=FIRST, two=FIRST) as site:
        async with open_newsroom(store, reader) as room:
            await published(room, site, "one", "two")
        async with open_newsroom(store, reader, hosts=WithoutRobots(), delay_seconds=5) as room:
            room.now = START + HOUR
            await room.look()
            for _ in range(20):
                await room.later(timedelta(seconds=5))
        assert (asked(site, "/one"), asked(site, "/two")) == (2, 2)


async def test_pages_of_a_source_without_revisits_are_not_looked_at_again(newsroom):
    async with serve(story=FIRST) as site:
        await published(newsroom, site, "story", revisits=False)
        await newsroom.later(8 * DAY)
        assert asked(site) == 1
