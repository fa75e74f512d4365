"""What of a source's listing is put on the wire, with real PostgreSQL and feeds on loopback."""

import pytest

from tests.integration.fetcher.newsroom import HOUR, START, feed, item, open_newsroom
from tests.unit.fetcher.crawling import Answer, rules, serve

pytestmark = pytest.mark.broker

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


async def test_of_a_new_source_the_newest_are_submitted_oldest_first_and_the_rest_is_remembered(newsroom):
    async with serve(feed=feed([5, 4, 3, 2, 1])) as site:
        source = await newsroom.add(f"{site.base}/feed", labels={"beat": "sea"})
        await newsroom.look()
        counts = await newsroom.store.counts(source.source_id)
        assert (counts.listed, counts.submitted) == (5, 3)
        first = newsroom.submitted[0]
        assert newsroom.taken() == ["Story 3", "Story 4", "Story 5"]
        site.answers["/feed"] = feed([6, 5, 4, 3, 2, 1])
        await newsroom.later()
        assert newsroom.taken() == ["Story 6"]
    assert (first.url, first.source_labels) == ("https://harbour.example/3", {"beat": "sea"})
    assert first.published_hint == START - 45 * HOUR
    assert first.feed_item.model_dump(exclude_none=True)["guid"] == "harbour-3"


async def test_what_a_new_source_lists_already_goes_its_own_way_and_what_is_new_later_does_not(newsroom, reader):
    behind = []

    async def submit_backlog(submission):
        behind.append(submission.feed_item.headline)

    async with (
        serve(feed=feed([2, 1])) as site,
        open_newsroom(newsroom.store, reader, submit_backlog=submit_backlog) as room,
    ):
        await room.add(f"{site.base}/feed")
        await room.look()
        assert (behind, room.taken()) == (["Story 1", "Story 2"], [])
        site.answers["/feed"] = feed([3, 2, 1])
        await room.later()
        assert (behind, room.taken()) == (["Story 1", "Story 2"], ["Story 3"])


async def test_the_newest_come_first_by_their_dates_however_the_feed_orders_them(newsroom):
    async with serve(feed=feed([2, 5, 1, 4, 3])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
    assert newsroom.taken() == ["Story 3", "Story 4", "Story 5"]


async def test_a_source_that_fails_first_has_its_backlog_when_it_answers(newsroom):
    async with serve() as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        site.answers["/feed"] = feed([5, 4, 3, 2, 1])
        await newsroom.later()
    assert newsroom.taken() == ["Story 3", "Story 4", "Story 5"]


async def test_after_the_first_poll_all_that_is_new_is_submitted_however_much(newsroom):
    async with serve(feed=feed([1])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        newsroom.taken()
        site.answers["/feed"] = feed([9, 8, 7, 6, 5, 4, 3, 2, 1])
        await newsroom.later()
    assert newsroom.taken() == [f"Story {number}" for number in range(2, 10)]


async def test_a_changed_title_or_address_of_the_same_guid_submits_nothing(newsroom):
    async with serve(feed=feed([1])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        assert newsroom.taken() == ["Story 1"]
        for changed in (item(1, "Corrected headline"), item(1, link="https://harbour.example/1-new-slug")):
            site.answers["/feed"] = feed([changed])
            await newsroom.later()
            assert newsroom.taken() == []


async def test_the_feed_names_itself_and_a_name_that_was_given_stays(newsroom):
    async with serve(feed=feed([1], title="Harbour Post"), other=feed([2], title="Delta Wire")) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.add(f"{site.base}/other", title="My Delta")
        await newsroom.look()
        assert [(one.title, one.kind) for one in await newsroom.store.all()] == [
            ("Harbour Post", "rss"),
            ("My Delta", "rss"),
        ]
    assert "My Delta" in {one.source for one in newsroom.submitted}


async def test_the_articles_of_the_first_poll_have_the_name_of_the_feed_as_their_source(newsroom):
    async with serve(feed=feed([1], title="Harbour Post")) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        site.answers["/feed"] = feed([2, 1], title="Harbour Post")
        await newsroom.later()
    assert [one.source for one in newsroom.submitted] == ["Harbour Post", "Harbour Post"]


async def test_an_article_that_two_feeds_list_is_submitted_once(newsroom):
    same = "https://harbour.example/shared"
    async with serve(feed=feed([item(1, guid="here", link=same)])) as site:
        site.answers["/other"] = feed([item(1, "The same", guid="there", link=f"{same}#top"), item(2)])
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        other = await newsroom.add(f"{site.base}/other")
        await newsroom.look()
        assert newsroom.taken() == ["Story 1", "Story 2"]
        counts = await newsroom.store.counts(other.source_id)
    assert (counts.listed, counts.submitted) == (2, 1)


async def test_an_article_that_one_feed_lists_twice_is_submitted_once(newsroom):
    same = "https://harbour.example/shared"
    async with serve(feed=feed([item(2, guid="b", link=same), item(1, guid="a", link=same)])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
    assert newsroom.taken() == ["Story 2"]


def _sitemap(*numbers: int) -> Answer:
    urls = "".join(
        f"<url><loc>https://harbour.example/{n}</loc><lastmod>2026-02-{n:02}</lastmod></url>" for n in numbers
    )
    return Answer(f'<urlset xmlns="{_SITEMAP}">{urls}</urlset>', content_type="application/xml")


def _index(base: str, **modified: str) -> Answer:
    named = "".join(
        f"<sitemap><loc>{base}/{name}</loc><lastmod>{day}</lastmod></sitemap>" for name, day in modified.items()
    )
    return Answer(f'<sitemapindex xmlns="{_SITEMAP}">{named}</sitemapindex>', content_type="application/xml")


async def test_of_a_sitemap_index_the_newest_sitemaps_are_read(newsroom):
    async with serve(old=_sitemap(1), mid=_sitemap(10), late=_sitemap(12), last=_sitemap(14, 15)) as site:
        site.answers["/index"] = _index(
            site.base, old="2025-01-01", mid="2026-01-01", last="2026-02-15", late="2026-02-12"
        )
        await newsroom.add(f"{site.base}/index")
        await newsroom.look()
        assert [one.url for one in newsroom.submitted] == [f"https://harbour.example/{n}" for n in (12, 14, 15)]
        assert site.pages == ["/index", "/last", "/late", "/mid"]
        source = await newsroom.source()
        assert (source.kind, source.listed) == ("sitemap_index", 4)


async def test_the_sitemaps_of_an_index_wait_their_turn_on_a_host_with_a_delay(store, reader):
    async with (
        serve(last=_sitemap(14)) as site,
        open_newsroom(store, reader, is_running=True, delay_seconds=1.2) as room,
    ):
        site.answers["/index"] = _index(site.base, last="2026-02-15")
        await room.add(f"{site.base}/index")
        await room.look()
        assert site.asked == ["/robots.txt", "/index", "/last"]
        assert [one.url for one in room.submitted] == ["https://harbour.example/14"]


async def test_a_sitemap_that_failed_is_read_at_the_next_poll_though_its_index_is_the_same(newsroom):
    async with serve(last=Answer("", 503)) as site:
        site.answers["/index"] = _index(site.base, last="2026-02-15")
        await newsroom.add(f"{site.base}/index")
        await newsroom.look()
        site.answers["/last"] = _sitemap(11, 12, 13, 14, 15)
        await newsroom.later()
    # The first of it that can be read is the backlog.
    assert [one.url for one in newsroom.submitted] == [f"https://harbour.example/{n}" for n in (13, 14, 15)]


async def test_a_sitemap_of_an_index_that_cannot_be_read_does_not_keep_the_others(newsroom):
    async with serve(broken=Answer("<p>Oops</p>"), last=_sitemap(14)) as site:
        site.answers["/index"] = _index(site.base, broken="2026-02-20", gone="2026-02-18", last="2026-02-15")
        await newsroom.add(f"{site.base}/index")
        await newsroom.look()
    assert [one.url for one in newsroom.submitted] == ["https://harbour.example/14"]


async def test_an_address_that_no_submission_may_have_is_left_out_and_the_others_are_submitted(newsroom):
    async with serve(feed=feed([item(2), item(1, link="https://user:secret@harbour.example/1")])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
    assert newsroom.taken() == ["Story 2"]


async def test_what_robots_txt_forbids_is_not_polled_but_looked_at_again(newsroom):
    async with serve(robots=rules("User-agent: *\nDisallow: /feed\n"), feed=feed([1])) as site:
        await newsroom.add(f"{site.base}/feed")
        await newsroom.look()
        source = await newsroom.source()
        assert (source.health.state.value, newsroom.states()) == ("blocked", ["blocked"])
        assert "robots.txt" in source.health.reason
        assert site.pages == []
        site.answers["/robots.txt"] = rules("User-agent: *\nAllow: /\n")
        await newsroom.later()
        assert newsroom.taken() == ["Story 1"]
        assert newsroom.states()[-1] in ("healthy", "quiet")
