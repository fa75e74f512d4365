"""Sources in real PostgreSQL: what is written is what is read."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.ids import article_id
from wiredesk_fetcher.sources.health import Health, State, after
from wiredesk_fetcher.sources.polled import Poll, Saw
from wiredesk_fetcher.sources.schedule import Rhythm, rhythm_after
from wiredesk_fetcher.sources.source import Source, source_id
from wiredesk_fetcher.sources.store import Counts, Listed, Page

pytestmark = pytest.mark.broker

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
LEASE = timedelta(minutes=10)
FEED = "https://harbour.example/feed"


def source(url=FEED, **fields):
    given = {"title": "", "kind": "rss", "site_url": "", "labels": {}, "added_at": NOW, **fields}
    return Source(source_id=source_id(url), url=url, **given)


async def only(store):
    """Return the only source there is."""
    (one,) = await store.all()
    return one


async def test_a_source_added_twice_is_one_and_stays_as_it_was(store):
    assert await store.add(source(title="Harbour Post"))
    assert not await store.add(source(title="Another name", labels={"beat": "sea"}))
    kept = await only(store)
    assert (kept.title, kept.labels) == ("Harbour Post", {})


async def test_an_address_that_is_written_differently_is_the_same_source(store):
    assert await store.add(source("https://harbour.example/feed"))
    assert not await store.add(source("HTTPS://Harbour.example:443/feed#top"))
    assert (await only(store)).url == "https://harbour.example/feed"


async def test_a_new_source_is_due_at_once(store):
    given = source(title="Фьорд 📻", labels={"язык": "норвежский", "beat": 'sea "quoted" \\ 🌊'}, revisits=False)
    await store.add(given)
    assert await only(store) == replace(given, next_poll=NOW)
    assert await store.take(NOW - timedelta(microseconds=1), 5, LEASE) == []
    assert await store.take(NOW, 5, LEASE) == [replace(given, next_poll=NOW + LEASE)]


async def test_sources_are_listed_by_title(store):
    for title in ("Mill Gazette", "Delta Wire", "Harbour Post"):
        await store.add(source(f"https://outlet.example/{title[:3]}", title=title))
    assert [one.title for one in await store.all()] == ["Delta Wire", "Harbour Post", "Mill Gazette"]


def lived():
    """Return the rhythm and health of a source after polls of every kind, with no round number in them."""
    rhythm, health, at = Rhythm(), Health(), NOW
    for number, saw in enumerate([*Saw, Saw.LISTING, Saw.SOFT_ERROR]):
        at += timedelta(hours=1, microseconds=333_333)
        published = tuple(at - timedelta(hours=7 * gap + number) / 3 for gap in range(5))
        hint = timedelta(seconds=901) if number % 2 else None
        poll = Poll(at, saw, "http_503", listed=5, new=number % 3, published=published, hint=hint)
        rhythm, health = rhythm_after(rhythm, poll), after(health, poll)
    return rhythm, health


async def test_rhythm_and_health_come_back_exactly(store):
    rhythm, health = lived()
    assert rhythm.every is not None
    assert health.usual_gap is not None
    given = replace(
        source(),
        title="Harbour Post",
        kind="atom",
        site_url="https://harbour.example/",
        moved_to="https://harbour.example/new",
        etag='W/"é1"',
        last_modified="Sun, 01 Mar 2026 12:00:00 GMT",
        body_hash="0a" * 32,
        rhythm=rhythm,
        health=health,
        next_poll=NOW + timedelta(days=1, microseconds=1),
        why="publishes about 3 a day",
        listed=5,
    )
    await store.add(source())
    await store.finish(given, (), NOW)
    assert await only(store) == replace(given, polls=1)


async def test_what_comes_new_is_added_with_its_rhythm_and_health(store):
    rhythm, health = lived()
    given = source(rhythm=rhythm, health=health)
    await store.add(given)
    assert await only(store) == replace(given, next_poll=NOW)


async def test_a_name_that_a_person_gave_is_not_replaced_by_the_feeds(store):
    await store.add(source(title="Harbour"))
    await store.finish(source(title="Harbour Post: all news"), (), NOW)
    assert (await only(store)).title == "Harbour"


async def test_a_paused_source_is_not_due_until_it_is_resumed(store):
    await store.add(source())
    await store.pause(await only(store))
    paused = await only(store)
    assert (paused.health.state, paused.next_poll) == (State.PAUSED, None)
    assert await store.take(NOW + timedelta(days=9), 5, LEASE) == []
    later = NOW + timedelta(days=10)
    await store.resume(paused, later)
    resumed = await only(store)
    assert (resumed.health.state, resumed.next_poll) == (State.NEW, later)
    assert [one.source_id for one in await store.take(later, 5, LEASE)] == [paused.source_id]


async def test_what_is_postponed_stays_paused_when_it_is(store):
    await store.add(source())
    taken = await only(store)
    await store.postpone(taken, NOW + timedelta(hours=1))
    assert (await only(store)).next_poll == NOW + timedelta(hours=1)
    await store.pause(taken)
    await store.postpone(taken, NOW + timedelta(hours=2))
    assert (await only(store)).next_poll is None


async def test_a_removed_source_is_forgotten_with_what_it_listed_and_its_neighbours_stay(store, pool):
    other = source("https://delta.example/feed")
    for one in (source(), other):
        await store.add(one)
        await store.finish(one, [Listed(b"1" * 32, article_id(f"{one.url}/1"), was_submitted=True)], NOW)
    await store.remove(source().source_id)
    assert (await only(store)).source_id == other.source_id
    assert await pool.fetchval("select array_agg(source_id) from wiredesk_fetcher.source_items") == [other.source_id]
    # Added again it knows nothing of before.
    assert await store.add(source())
    assert await store.known(source(), [b"1" * 32]) == set()


async def test_counts_say_what_became_of_the_articles(store):
    await store.add(source())
    articles = [article_id(f"https://harbour.example/{number}") for number in range(6)]
    listed = [
        Listed(bytes([number]) * 32, article, was_submitted=number < 5) for number, article in enumerate(articles)
    ]
    await store.finish(source(), listed, NOW)
    assert await store.counts(source().source_id) == Counts(6, 5, 0, None, {})
    for number, outcome in enumerate(("fetched", "fetched", "not_found", "robots", "not_found")):
        submission = ArticleSubmitted(url=f"https://harbour.example/{number}")
        await store.keep_page(Page(articles[number], NOW, "", "", "", submission, outcome=outcome), None)
    assert await store.counts(source().source_id) == Counts(6, 5, 2, None, {"not_found": 2, "robots": 1})
    assert await store.counts(uuid.uuid4()) == Counts(0, 0, 0, None, {})


async def test_counts_include_what_is_stored_where_the_store_is_in_the_same_database(store, pool):
    await store.add(source())
    listed = [Listed(bytes([n]) * 32, article_id(f"https://harbour.example/{n}"), was_submitted=True) for n in range(3)]
    await store.finish(source(), listed, NOW)
    await pool.execute("create table articles (article_id uuid primary key)")
    await pool.execute("insert into articles values ($1)", listed[0].article_id)
    assert (await store.counts(source().source_id)).stored == 1


async def test_an_item_is_known_to_the_source_that_listed_it_and_on_the_wire_for_all(store):
    other = source("https://delta.example/feed")
    for one in (source(), other):
        await store.add(one)
    sent, kept = (article_id(f"https://harbour.example/{name}") for name in ("sent", "kept"))
    await store.finish(
        source(), [Listed(b"s" * 32, sent, was_submitted=True), Listed(b"k" * 32, kept, was_submitted=False)], NOW
    )
    assert await store.known(source(), [b"s" * 32, b"k" * 32, b"x" * 32]) == {b"s" * 32, b"k" * 32}
    assert await store.known(other, [b"s" * 32]) == set()
    assert await store.on_the_wire([sent, kept]) == {sent}


async def test_a_page_is_taken_by_one_and_what_is_noted_again_keeps_its_visits(store):
    submission = ArticleSubmitted(url="https://harbour.example/tram", source="Harbour Post")
    page = Page(article_id(submission.url), NOW, '"1"', "", "aa", submission)
    await store.keep_page(page, NOW + timedelta(hours=1))
    due = NOW + timedelta(hours=1)
    assert await store.take_pages(due - timedelta(seconds=1), 5, LEASE) == []
    assert await store.take_pages(due, 5, LEASE) == [page]
    assert await store.take_pages(due, 5, LEASE) == []
    await store.visited(replace(page, visits=1), NOW + timedelta(hours=24))
    again = replace(page, fetched_at=NOW + timedelta(hours=2), etag='"2"', body_hash="bb")
    await store.keep_page(again, NOW + timedelta(hours=3))
    assert await store.take_pages(NOW + timedelta(hours=23), 5, LEASE) == []
    assert await store.take_pages(NOW + timedelta(hours=24), 5, LEASE) == [replace(again, visits=1)]


async def test_a_page_whose_submission_has_a_nul_in_its_headline_is_kept(store):
    given = {"url": "https://harbour.example/tram", "feed_item": {"feed": FEED, "headline": "Tram\0line"}}
    submission = ArticleSubmitted.model_validate(given)
    await store.keep_page(Page(article_id(submission.url), NOW, "", "", "", submission), NOW)
    assert len(await store.take_pages(NOW, 5, LEASE)) == 1
