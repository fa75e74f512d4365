"""Finding what can be collected at an address, on sites of loopback."""

from collections import Counter

from tests.unit.fetcher.crawling import Answer, moved, open_polite, rules, serve
from tests.unit.fetcher.feeds.samples import ATOM_10, JSON_11, RSS_20, SITEMAP
from wiredesk_fetcher.sources.probe import probe

RSS = Answer(RSS_20, content_type="application/rss+xml")
ATOM = Answer(ATOM_10, content_type="application/atom+xml")
PLAIN = Answer("<!doctype html><html><head><title>Harbour Post</title></head><body>News</body></html>")


def naming(*feeds: str) -> Answer:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{feed}">' for feed in feeds)
    return Answer(f"<!doctype html><html><head>{links}</head><body>News</body></html>")


async def probed(site, path, **fields):
    """Return what was found at a path, what was not, and the addresses told of; each without the site's own."""
    told: list[str] = []
    async with open_polite(**{"delay_seconds": 0, **fields}) as crawler:
        found, missed = await probe(crawler, f"{site.base}{path}", told.append)
    assert [count for count in Counter(told).values() if count > 1] == []
    assert [count for count in Counter(site.asked).values() if count > 1] == []
    assert site.asked[0] == "/robots.txt"
    found_at = {one.url.removeprefix(site.base): one.listing.kind.value for one in found}
    why = {one.url.removeprefix(site.base): one.why for one in missed}
    return found_at, why, [url.removeprefix(site.base) for url in told]


async def test_the_address_of_a_feed_is_the_only_one_asked():
    async with serve(feed=RSS) as site:
        found, missed, told = await probed(site, "/feed")
    assert (found, missed, told) == ({"/feed": "rss"}, {}, ["/feed"])
    assert site.pages == ["/feed"]


async def test_a_feed_that_is_named_html_is_a_feed():
    async with serve(feed=Answer(RSS_20)) as site:
        found, _, _ = await probed(site, "/feed")
    assert found == {"/feed": "rss"}


async def test_the_feeds_that_a_page_names_are_all_found_in_its_order():
    async with serve(home=naming("/b.xml", "/a.xml")) as site:
        site.answers |= {"/b.xml": ATOM, "/a.xml": RSS, "/feed": RSS}
        found, missed, told = await probed(site, "/home")
    assert found == {"/b.xml": "atom", "/a.xml": "rss"}
    assert list(found) == ["/b.xml", "/a.xml"]
    assert missed == {"/home": "a page, no feed"}
    assert told == ["/home", "/b.xml", "/a.xml"]


async def test_a_named_feed_that_is_away_is_told_and_the_other_is_found():
    async with serve(home=naming("/away.xml", "/page", "/a.xml"), page=PLAIN) as site:
        site.answers["/a.xml"] = RSS
        found, missed, _ = await probed(site, "/home")
    assert found == {"/a.xml": "rss"}
    assert missed == {
        "/home": "a page, no feed",
        "/away.xml": "the site answered 404",
        "/page": "a page, no feed",
    }


async def test_of_a_page_that_names_many_feeds_the_first_few_are_asked():
    names = [f"/{number}.xml" for number in range(9)]
    async with serve(home=naming(*names)) as site:
        site.answers |= dict.fromkeys(names, RSS)
        found, _, _ = await probed(site, "/home")
    assert list(found) == names[:5]


async def test_where_a_page_names_none_the_sitemap_that_robots_txt_names_is_found():
    async with serve(home=PLAIN) as site:
        site.answers["/robots.txt"] = rules(f"Sitemap: {site.base}/maps/news.xml\n")
        site.answers["/maps/news.xml"] = Answer(SITEMAP, content_type="application/xml")
        site.answers["/feed"] = RSS
        found, missed, told = await probed(site, "/home")
    assert found == {"/maps/news.xml": "sitemap"}
    assert list(missed) == ["/home"]
    assert told == ["/home", "/maps/news.xml"]


async def test_where_nothing_is_named_the_usual_addresses_are_asked_until_one_is_a_feed():
    async with serve(home=PLAIN, rss=RSS) as site:
        site.answers["/feed.xml"] = ATOM
        found, missed, told = await probed(site, "/home")
    assert found == {"/rss": "rss"}
    assert missed == {"/home": "a page, no feed", "/feed": "the site answered 404"}
    assert told == ["/home", "/feed", "/rss"]


async def test_a_json_feed_at_a_usual_address_is_found():
    async with serve(home=PLAIN, feed=Answer(JSON_11, content_type="application/feed+json")) as site:
        found, _, _ = await probed(site, "/home")
    assert found == {"/feed": "json_feed"}


async def test_where_nothing_is_found_all_that_was_asked_is_told_and_why():
    forbidding = rules("User-agent: *\nDisallow: /rss.xml\n")
    answers = {"home": PLAIN, "feed": Answer("", 500), "rss": PLAIN, "robots": forbidding}
    async with serve(**answers) as site:
        site.answers["/atom.xml"] = Answer("<note/>", content_type="application/xml")
        found, missed, told = await probed(site, "/home")
    assert found == {}
    assert list(missed) == told
    assert len(told) == 11
    assert (missed["/home"], missed["/rss"]) == ("a page, no feed", "a page, no feed")
    assert (missed["/feed"], missed["/index.xml"]) == ("the site answered 500", "the site answered 404")
    assert "robots.txt" in missed["/rss.xml"]
    assert "not a feed" in missed["/atom.xml"]
    assert "/rss.xml" not in site.asked


async def test_a_page_that_redirects_is_asked_once_and_its_feeds_are_looked_for_where_it_is():
    async with serve(old=moved("/home", 301), home=naming("feed.xml")) as site:
        site.answers["/feed.xml"] = RSS
        found, _, _ = await probed(site, "/old")
    assert found == {"/feed.xml": "rss"}


async def test_of_an_address_that_cannot_be_had_only_that_is_told():
    async with serve() as site:
        found, missed, told = await probed(site, "/nothing")
    assert (found, missed, told) == ({}, {"/nothing": "the site answered 404"}, ["/nothing"])


async def test_the_feed_that_a_page_names_waits_its_turn():
    async with serve(home=naming("/a.xml")) as site:
        site.answers["/a.xml"] = RSS
        found, _, _ = await probed(site, "/home", delay_seconds=0.3)
    assert found == {"/a.xml": "rss"}


async def test_the_feed_that_a_page_names_is_found_on_a_site_that_asks_for_a_longer_delay():
    async with serve(home=naming("/a.xml"), robots=rules("User-agent: *\nCrawl-delay: 1.5\n")) as site:
        site.answers["/a.xml"] = RSS
        found, _, _ = await probed(site, "/home")
    assert found == {"/a.xml": "rss"}
