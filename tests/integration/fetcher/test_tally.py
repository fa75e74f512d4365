"""What the sources in real PostgreSQL come to in the metrics."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.integration.fetcher.newsroom import START, feed
from tests.unit.fetcher.crawling import Answer, serve
from wiredesk.engine.metrics import REGISTRY
from wiredesk_fetcher.sources.health import Health, State
from wiredesk_fetcher.sources.source import Source, source_id
from wiredesk_fetcher.sources.tally import tally

pytestmark = pytest.mark.broker

LEASE = timedelta(minutes=10)


def told(name, **labels):
    return REGISTRY.get_sample_value(f"wiredesk_fetcher_{name}", labels)


def source(name, state=State.NEW):
    url = f"https://{name}.example/feed"
    fields = {"title": name, "kind": "rss", "site_url": "", "labels": {}, "added_at": START}
    return Source(source_id=source_id(url), url=url, health=Health(state=state), **fields)


async def test_sources_are_counted_by_state_and_a_state_that_empties_goes_to_none(pool, store):
    for name, state in (("harbour", State.HEALTHY), ("mill", State.HEALTHY), ("delta", State.DEAD)):
        await store.add(source(name, state))
    await tally(pool, START)
    assert {state: told("sources", state=state) for state in State} == dict.fromkeys(State, 0.0) | {
        State.HEALTHY: 2.0,
        State.DEAD: 1.0,
    }
    await store.remove(source("delta").source_id)
    await tally(pool, START)
    assert told("sources", state="dead") == 0


async def test_the_delay_is_that_of_the_source_that_waits_longest_and_that_nobody_has_taken(pool, store):
    await tally(pool, START)
    assert told("poll_delay_seconds") == 0
    await store.add(source("harbour"))
    await store.add(replace(source("mill"), added_at=START + timedelta(minutes=3)))
    await tally(pool, START - timedelta(seconds=1))
    assert told("poll_delay_seconds") == 0
    now = START + timedelta(minutes=5)
    await tally(pool, now)
    assert told("poll_delay_seconds") == 300
    (taken,) = await store.take(now, 1, LEASE)
    assert taken.title == "harbour"
    await tally(pool, now)
    assert told("poll_delay_seconds") == 120
    # Whoever took it has died.
    await tally(pool, now + LEASE + timedelta(seconds=7))
    assert told("poll_delay_seconds") == 727
    await store.take(now + LEASE + timedelta(seconds=7), 1, LEASE)
    await tally(pool, now + LEASE + timedelta(seconds=7))
    assert told("poll_delay_seconds") == 7


async def test_a_poll_is_counted_by_what_came_back(newsroom):
    def polls():
        return {saw: told("polls_total", saw=saw) or 0 for saw in ("listing", "not_modified", "hard_error", "gone")}

    before = polls()
    async with serve(feed=feed([1], ETag='"one"')) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        for answer in (Answer(b"", 304), Answer("no feed", content_type="text/plain"), Answer(b"", 410)):
            site.answers["/feed"] = answer
            await newsroom.later()
    assert {saw: count - before[saw] for saw, count in polls().items()} == {
        "listing": 1,
        "not_modified": 1,
        "hard_error": 1,
        "gone": 1,
    }
