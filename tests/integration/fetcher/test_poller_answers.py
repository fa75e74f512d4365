"""What a source's answers make of it: nothing new, moved, gone, forbidden, no feed."""

from datetime import timedelta

import pytest

from tests.integration.fetcher.newsroom import DAY, HOUR, feed
from tests.unit.fetcher.crawling import Answer, moved, serve
from wiredesk_fetcher.sources.schedule import EVERY_NTH

pytestmark = pytest.mark.broker


def conditions(site):
    """Return the ETag that each poll of /feed named; None where it named none."""
    return [
        headers.get("If-None-Match")
        for path, headers in zip(site.asked, site.headers, strict=True)
        if path.startswith("/feed")
    ]


# ---- nothing new ----


async def test_a_feed_that_has_not_changed_is_not_sent_again(newsroom):
    async with serve(feed=feed([1], ETag='"one"', Last_Modified="Sun, 01 Mar 2026 11:00:00 GMT")) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        site.answers["/feed"] = Answer(b"", 304)
        await newsroom.later(DAY)
        assert conditions(site) == [None, '"one"']
        assert site.headers[-1]["If-Modified-Since"] == "Sun, 01 Mar 2026 11:00:00 GMT"
        source = await newsroom.source()
        assert (source.polls, source.listed, source.health.failed) == (2, 1, 0)
        assert source.health.last_success == newsroom.now
        # And the validators are kept for the next.
        await newsroom.later(DAY)
        assert conditions(site) == [None, '"one"', '"one"']
    assert newsroom.taken() == ["Story 1"]


async def test_the_same_body_is_an_answer_and_is_not_read_again(newsroom, monkeypatch):
    async with serve(feed=feed([2, 1])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        assert newsroom.taken() == ["Story 1", "Story 2"]
        monkeypatch.setattr(newsroom.poller, "_reader", None)
        monkeypatch.setattr(newsroom.poller, "_read", None)
        await newsroom.later(DAY)
        source = await newsroom.source()
    assert (source.polls, source.listed, source.health.last_success) == (2, 2, newsroom.now)
    assert (newsroom.taken(), newsroom.poller.problem) == ([], "")


async def test_a_server_that_repeats_its_etag_on_a_changed_feed_is_found_out(newsroom):
    async with serve(feed=feed([1], ETag='"one"')) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        assert newsroom.taken() == ["Story 1"]
        # It has Story 2 from now on, and says 304 to whoever names the ETag that it repeats.
        changed, lie = feed([2, 1], ETag='"one"'), Answer(b"", 304)
        for _ in range(EVERY_NTH - 1):
            site.answers["/feed"] = lie
            await newsroom.later()
            assert newsroom.taken() == []
        site.answers["/feed"] = changed
        await newsroom.later()
        assert conditions(site) == [None, *['"one"'] * (EVERY_NTH - 1), None]
    assert newsroom.taken() == ["Story 2"]


async def test_a_new_etag_on_the_same_body_is_the_one_named_next(newsroom):
    async with serve(feed=feed([1], ETag='"one"')) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        site.answers["/feed"] = feed([1], ETag='"two"')
        for _ in range(2):
            await newsroom.later()
        assert conditions(site) == [None, '"one"', '"two"']


# ---- moved ----


async def test_a_permanent_move_is_remembered_and_the_source_keeps_its_address(newsroom):
    async with serve(feed=moved("/feed2", 301), feed2=feed([1])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        source = await newsroom.source()
        assert (source.url, source.moved_to) == (f"{site.base}/feed", f"{site.base}/feed2")
        await newsroom.later()
        assert site.pages == ["/feed", "/feed2", "/feed2"]
    assert newsroom.submitted[0].feed_item.model_dump()["feed"] == f"{site.base}/feed"


@pytest.mark.parametrize("second", [feed([1]), Answer(b"", 304)], ids=["same body", "304"])
async def test_a_permanent_move_is_remembered_though_nothing_is_new(newsroom, second):
    async with serve(feed=feed([1], ETag='"one"')) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        site.answers |= {"/feed": moved("/feed2", 301), "/feed2": second}
        await newsroom.later()
        assert (await newsroom.source()).moved_to == f"{site.base}/feed2"


async def test_a_temporary_move_is_asked_for_at_each_poll(newsroom):
    async with serve(feed=moved("/feed2", 302), feed2=feed([1])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        await newsroom.later()
        assert site.pages == ["/feed", "/feed2"] * 2
        assert (await newsroom.source()).moved_to == ""


@pytest.mark.parametrize("status", [404, 410])
async def test_when_the_new_place_is_away_for_good_the_old_one_is_asked_again(newsroom, status):
    async with serve(feed=moved("/feed2", 301), feed2=feed([1])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        site.answers["/feed2"], site.answers["/feed"] = Answer("", status), feed([2, 1])
        await newsroom.later()
        source = await newsroom.source()
        assert (source.moved_to, source.health.state.value) == ("", "failing")
        newsroom.taken()
        await newsroom.later()
        assert site.pages == ["/feed", "/feed2", "/feed2", "/feed"]
    assert newsroom.taken() == ["Story 2"]


async def test_when_the_new_place_fails_for_a_moment_it_is_still_the_new_place(newsroom):
    async with serve(feed=moved("/feed2", 301), feed2=feed([1])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        site.answers["/feed2"] = Answer("", 502)
        await newsroom.later()
        assert (await newsroom.source()).moved_to == f"{site.base}/feed2"


# ---- in trouble ----


async def test_a_feed_that_is_gone_is_never_polled_again_until_a_person_resumes_it(newsroom):
    async with serve(feed=Answer("", 410)) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        gone = await newsroom.source()
        assert (gone.health.state.value, gone.next_poll) == ("dead", None)
        assert newsroom.told[-1].next_poll is None
        for _ in range(3):
            await newsroom.later(365 * DAY)
        assert site.pages == ["/feed"]
        site.answers["/feed"] = feed([1])
        await newsroom.store.resume(gone, newsroom.now)
        await newsroom.look()
    assert newsroom.taken() == ["Story 1"]


@pytest.mark.parametrize(
    ("answer", "state", "word"),
    [
        (Answer("", 401), "blocked", "401"),
        (Answer("", 403), "blocked", "403"),
        (Answer("", 404), "failing", "404"),
        (Answer("", 500), "failing", "500"),
        (Answer("<!doctype html><html><body>News</body></html>"), "failing", "no feed"),
        (Answer("", 200), "failing", "no feed"),
    ],
    ids=["401", "403", "404", "500", "a page", "nothing"],
)
async def test_what_is_no_feed_says_why_and_is_looked_at_again(newsroom, answer, state, word):
    async with serve(feed=answer) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        source = await newsroom.source()
        assert source.health.state.value == state
        assert word in source.health.reason
        assert source.health.reason == newsroom.told[-1].reason
        assert source.next_poll == newsroom.told[-1].next_poll
        assert newsroom.now < source.next_poll <= newsroom.now + 1.1 * DAY
        await newsroom.later()
    assert site.pages == ["/feed", "/feed"]


async def test_a_page_instead_of_a_feed_weighs_more_than_a_site_in_trouble(newsroom):
    async with serve(feed=Answer("<!doctype html><html></html>")) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        hard = (await newsroom.source()).health.failures
        site.answers["/feed"] = Answer("", 503)
        await newsroom.later()
        assert (hard, (await newsroom.source()).health.failures) == (1, 1.25)


async def test_a_site_that_asks_to_wait_is_not_polled_before(newsroom):
    async with serve(feed=Answer("", 503, headers={"Retry-After": "14400"})) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        await newsroom.later(4 * HOUR)
        assert site.pages == ["/feed"]
        await newsroom.later(timedelta(minutes=30))
        assert site.pages == ["/feed", "/feed"]


async def test_a_change_of_state_is_told_once_and_what_stays_is_not_told(newsroom):
    async with serve(feed=feed([1])) as site:
        source = await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        assert newsroom.states() == ["healthy"]
        site.answers["/feed"] = Answer("", 404)
        for expected in (["failing"], [], []):
            await newsroom.later(HOUR * 30)
            assert newsroom.states() == expected
        site.answers["/feed"] = feed([2, 1])
        await newsroom.later(HOUR * 30)
        assert newsroom.told[-1].at == newsroom.now
        assert (newsroom.told[-1].source_id, newsroom.told[-1].title) == (source.source_id, "Harbour Post")
        assert newsroom.states() == ["healthy"]
        await newsroom.later(HOUR * 30)
        assert newsroom.states() == []
