"""The demo site over real HTTP on loopback."""

import gzip
import zlib

import aiohttp
import pytest
from lxml import html

from wiredesk.contracts.events import MAX_PAGE_BYTES, Rejection
from wiredesk.contracts.ids import article_id
from wiredesk_local.demo.article import load_articles, load_elsewhere
from wiredesk_local.demo.pages import article_path
from wiredesk_local.demo.reader import read_feed, read_links, read_site, read_sitemap
from wiredesk_local.demo.site import EXACT_COPY, MOVED, NEAR_COPY, ODDITIES, OTHER_PAPERS, TOLD_ELSEWHERE, DemoSite

STORIES = {article.slug: article for article in load_articles()}


@pytest.fixture
async def site():
    async with DemoSite(port=0) as site:
        yield site


@pytest.fixture
async def http(site):
    async with aiohttp.ClientSession(site.url) as session:
        yield session


async def text(http, path):
    async with http.get(path, raise_for_status=True) as response:
        return await response.text()


def body(page):
    """The paragraphs of a page."""
    return [str(paragraph.xpath("string()")) for paragraph in html.document_fromstring(page).iter("p")]


async def test_the_feed_lists_every_story_newest_first(http, site):
    items = read_feed((await text(http, "/feed.xml")).encode())
    assert {item.url for item in items} == {site.url + article_path(story) for story in STORIES.values()}
    times = [item.published for item in items if item.published is not None and item.published.tzinfo]
    assert len(times) == len(STORIES)
    assert times == sorted(times, reverse=True)


async def test_every_story_is_served_where_the_feed_says(http, site):
    for item in read_feed((await text(http, "/feed.xml")).encode()):
        story = STORIES[item.url.rpartition("/")[2].removesuffix(".html")]
        page = await text(http, item.url)
        assert story.lead + story.blocks[0][1] in body(page)
        assert site.url in page


async def test_the_sitemap_has_the_copies_as_well(http, site):
    places = [place.url for place in read_sitemap((await text(http, "/sitemap.xml")).encode())]
    stored = [oddity for oddity in ODDITIES if oddity.end is None]
    assert len(places) == len(set(places)) == len(STORIES) + len(stored)
    assert f"{site.url}/wire/{EXACT_COPY}.html" in places


async def test_other_papers_tell_of_some_of_the_events_in_their_own_words(http, site):
    reports = load_elsewhere()
    for number, report in enumerate(reports):
        page = await text(http, f"/elsewhere/{report.slug}.html")
        assert OTHER_PAPERS[number % len(OTHER_PAPERS)] in page
        assert report.lead + report.blocks[0][1] in body(page)
        assert not any(report.blocks[0][1] == story.blocks[0][1] for story in STORIES.values())
    assert (await http.get("/elsewhere/none.html")).status == 404
    assert site.address(TOLD_ELSEWHERE).endswith(f"/world/{TOLD_ELSEWHERE}.html")


async def test_robots_allow_all_that_is_submitted(http):
    assert "Disallow: /editors/\n" in await text(http, "/robots.txt")


async def test_reading_the_site_finds_each_page_once_with_its_time(site):
    found = await read_site(site.url)
    urls = [item.url for item in found]
    assert len(urls) == len(set(urls)) == len(STORIES) + len(ODDITIES)
    assert {site.url + oddity.path for oddity in ODDITIES} < set(urls)
    assert [item.published is not None for item in found] == [True] * len(STORIES) + [False] * len(ODDITIES)
    assert len({article_id(url) for url in urls}) == len(urls)


def test_links_that_leave_the_site_or_stay_on_the_page_are_not_followed():
    page = b'<a href="/a">1</a><a href="https://elsewhere.example/">2</a><a href="#x">3</a><a href="/">4</a><a>5</a>'
    assert [item.url for item in read_links(page, "http://here.example")] == ["http://here.example/a"]


async def test_the_moved_story_is_reached_by_301_and_302(http, site):
    async with http.get(f"/go/{MOVED}") as response:
        assert [hop.status for hop in response.history] == [301, 302]
        assert str(response.url) == site.url + article_path(STORIES[MOVED])
        assert response.status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("/world/never-written.html", 404), ("/world/withdrawn.html", 410), ("/go/nothing", 404), ("/wire/x.html", 404)],
)
async def test_what_is_not_there_says_how(http, path, status):
    async with http.get(path) as response:
        assert response.status == status


async def test_the_circle_never_ends(http):
    with pytest.raises(aiohttp.TooManyRedirects):
        await http.get("/go/round")


async def test_the_blank_page_is_html_with_nothing_in_it(http):
    async with http.get("/culture/blank.html") as response:
        assert response.status == 200
        assert response.content_type == "text/html"
        assert await response.read() == b""


async def test_the_report_is_no_page(http):
    async with http.get("/reports/annual.pdf") as response:
        assert response.content_type == "application/pdf"


async def test_the_archive_is_small_on_the_wire_and_too_large_decoded(site):
    async with (
        aiohttp.ClientSession(site.url, auto_decompress=False) as session,
        session.get("/archive/everything.html") as response,
    ):
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.content_length is None
        packed = await response.read()
    assert len(packed) < MAX_PAGE_BYTES
    assert MAX_PAGE_BYTES < len(gzip.decompress(packed)) < 2 * MAX_PAGE_BYTES


async def test_a_reader_that_gives_up_on_the_archive_does_no_harm(http, site):
    async with aiohttp.ClientSession(site.url, auto_decompress=False) as session:
        response = await session.get("/archive/everything.html")
        assert zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(await response.content.readany())
        response.close()
    assert STORIES[MOVED].headline in await text(http, "/")


async def test_the_exact_copy_has_another_address_and_the_same_paragraphs(http, site):
    story = STORIES[EXACT_COPY]
    original, copy = await text(http, article_path(story)), await text(http, f"/wire/{EXACT_COPY}.html")
    wanted = [text for _, text in story.blocks[1:]]
    for page in (original, copy):
        assert [paragraph for paragraph in body(page) if paragraph in wanted] == wanted
        assert story.headline in page
    assert f"{site.url}/wire/{EXACT_COPY}.html" in copy
    assert site.url + article_path(story) not in copy


async def test_the_near_copy_has_another_headline_and_names_its_own_people(http):
    story = STORIES[NEAR_COPY]
    copy = await text(http, f"/partners/{NEAR_COPY}.html")
    headline = html.document_fromstring(copy).findtext(".//h1", "")
    assert headline != story.headline
    assert headline.startswith(story.headline)
    assert {text for _, text in story.blocks[1:]} < set(body(copy))
    assert "(Additional reporting by" in body(copy)[-2]


@pytest.mark.parametrize("way", ["post", "method"])
async def test_the_correction_appears_under_the_same_address_when_asked_for(http, site, way):
    story = site.revisable
    wrong, right = story.revision.replace
    before = await text(http, article_path(story))
    assert wrong in before
    assert story.revision.correction not in before
    if way == "post":
        async with http.post("/revise") as response:
            where = (await response.json())["revised"]
    else:
        where = site.revise()
    assert where == site.url + article_path(story)
    after = await text(http, where)
    assert wrong not in after
    assert right in after
    assert story.revision.correction in after
    assert story.revision.date_modified.isoformat() in after


def test_the_oddities_cover_every_way_a_fetch_can_be_refused():
    assert {oddity.end for oddity in ODDITIES} == {
        None,
        Rejection.NOT_FOUND,
        Rejection.GONE,
        Rejection.EMPTY,
        Rejection.TOO_LARGE,
        Rejection.UNSUPPORTED_TYPE,
        Rejection.TOO_MANY_REDIRECTS,
        Rejection.NOT_AN_ARTICLE,
    }


async def test_a_taken_port_is_no_obstacle(site):
    port = int(site.url.rpartition(":")[2])
    async with DemoSite(port=port) as second, aiohttp.ClientSession(second.url) as session:
        assert second.url != site.url
        assert "Today" in await text(session, "/")
