"""Every format of a feed or sitemap, as it should be."""

import gzip
import pickle
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.fetcher.feeds import samples
from tests.unit.fetcher.feeds.samples import URL
from wiredesk_fetcher.feeds.listing import Enclosure, Item, Kind, Listing, Sitemap
from wiredesk_fetcher.feeds.reading import read


def listing(document: str, content_type: str = "application/xml", url: str = URL) -> Listing:
    return read(document.encode(), content_type, url)


def test_rss_20_is_read_whole() -> None:
    assert listing(samples.RSS_20, "application/rss+xml") == Listing(
        kind=Kind.RSS,
        title="Harbour Post",
        site_url="https://harbour.example/",
        language="en-GB",
        ttl=timedelta(minutes=45),
        hub="https://hub.example/",
        self_url="https://harbour.example/feed",
        items=(
            Item(
                url="https://harbour.example/tram?from=rss&page=1",
                guid="harbour-1",
                title="Tram line approved",
                published=datetime(2026, 3, 3, 9, tzinfo=UTC),
                authors=("Mara Lind", "Ivo Tarn"),
                categories=("Transport", "Old Town"),
                summary="The council voted. Work starts in May.",
            ),
        ),
    )


def test_rss_091_knows_the_names_of_its_dtd_without_fetching_it() -> None:
    found = listing(samples.RSS_091)
    assert (found.kind, found.title, found.language, found.is_broken) == (Kind.RSS, "Fjord Radio", "no", False)
    assert found.items == (Item("https://fjord.example/cafe", title="Café on the pier"),)


def test_rss_092_needs_neither_title_nor_guid() -> None:
    enclosure = Enclosure("https://fjord.example/ferry.mp3", "audio/mpeg", 2048)
    item = Item("https://fjord.example/ferry", summary="Ferry late again", enclosures=(enclosure,))
    assert listing(samples.RSS_092).items == (item,)


def test_rdf_takes_its_date_from_dublin_core() -> None:
    found = listing(samples.RDF_10)
    assert (found.kind, found.title, found.site_url) == (Kind.RDF, "Delta Wire", "https://delta.example/")
    assert found.items == (
        Item(
            "https://delta.example/1",
            guid="https://delta.example/1",
            title="Dyke holds",
            published=datetime(2026, 3, 3, 9, tzinfo=UTC),
            authors=("Noor Vink",),
            language="nl",
        ),
    )


def test_atom_resolves_links_and_tells_text_from_html() -> None:
    assert listing(samples.ATOM_10) == Listing(
        kind=Kind.ATOM,
        title="Bergblatt: 3 < 4",
        site_url="https://berg.example/",
        language="de",
        self_url="https://berg.example/de/feed.atom",
        items=(
            Item(
                url="https://berg.example/de/tunnel",
                guid="tag:berg.example,2026:1",
                title="Neuer Tunnel",
                published=datetime(2026, 3, 2, 10, tzinfo=UTC),
                updated=datetime(2026, 3, 3, 10, tzinfo=UTC),
                authors=("Lena Fels",),
                categories=("Bauen",),
                summary="Der Tunnel ist offen.",
                language="de",
                enclosures=(Enclosure("https://berg.example/de/tunnel.png", "image/png", 99),),
            ),
        ),
    )


def test_atom_03_is_read() -> None:
    found = listing(samples.ATOM_03)
    assert (found.kind, found.title, found.site_url) == (Kind.ATOM, "Old Mill Gazette", "https://mill.example/")
    assert found.items == (
        Item(
            "https://mill.example/1",
            guid="tag:mill.example,2004:1",
            title="Mill turns",
            published=datetime(2004, 5, 6, 7, 8, 9, tzinfo=UTC),
            updated=datetime(2004, 5, 7, 7, 8, 9, tzinfo=UTC),
        ),
    )


def test_a_podcast_names_its_sound_and_speaker() -> None:
    [item] = listing(samples.PODCAST).items
    assert (item.authors, item.categories) == (("Ole Strand",), ("sea", "fish"))
    assert item.enclosures == (Enclosure("https://harbour.example/7.mp3", "audio/mpeg", 123456),)


def test_json_feed_11_is_read_whole() -> None:
    assert listing(samples.JSON_11, "application/json", "https://lagoon.example/feed.json") == Listing(
        kind=Kind.JSON_FEED,
        title="Lagoon Times",
        site_url="https://lagoon.example/",
        language="it",
        hub="https://hub.example/",
        self_url="https://lagoon.example/feed.json",
        items=(
            Item(
                url="https://lagoon.example/acqua",
                guid="l-1",
                title="Acqua alta",
                published=datetime(2026, 3, 3, 9, tzinfo=UTC),
                updated=datetime(2026, 3, 3, 12, tzinfo=UTC),
                authors=("Gio Riva",),
                categories=("Meteo",),
                summary="L'acqua sale.",
                enclosures=(Enclosure("https://lagoon.example/acqua.mp3", "audio/mpeg", 77),),
            ),
        ),
    )


def test_json_feed_10_has_one_author_and_its_id_may_be_the_address() -> None:
    item = Item("https://lagoon.example/1", guid="https://lagoon.example/1", authors=("Gio Riva",), summary="2 < 3")
    assert listing(samples.JSON_10).items == (item,)


def test_a_sitemap_lists_the_newest_first() -> None:
    found = listing(samples.SITEMAP)
    assert found.kind is Kind.SITEMAP
    assert found.items == (
        Item("https://harbour.example/new?a=1&b=2", updated=datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)),
        Item("https://harbour.example/old", updated=datetime(2025, 1, 2, tzinfo=UTC)),
        Item("https://harbour.example/undated"),
    )


def test_a_sitemap_needs_no_namespace() -> None:
    found = listing("<urlset><url><loc>/tram</loc></url></urlset>")
    assert found == Listing(Kind.SITEMAP, items=(Item("https://harbour.example/tram"),))


def test_a_sitemap_index_names_sitemaps() -> None:
    assert listing(samples.SITEMAP_INDEX) == Listing(
        Kind.SITEMAP_INDEX,
        sitemaps=(
            Sitemap("https://harbour.example/2026.xml.gz", datetime(2026, 2, 1, tzinfo=UTC)),
            Sitemap("https://harbour.example/2025.xml", datetime(2025, 12, 31, tzinfo=UTC)),
        ),
    )


def test_a_news_sitemap_tells_more() -> None:
    found = listing(samples.NEWS_SITEMAP)
    assert (found.kind, found.is_broken) == (Kind.NEWS_SITEMAP, False)
    assert found.items == (
        Item(
            "https://harbour.example/tram",
            title="Tram line approved & funded",
            published=datetime(2026, 3, 3, 9, tzinfo=UTC),
            categories=("Transport", "Council"),
            language="en",
        ),
    )


def test_a_sitemap_may_be_plain_text() -> None:
    found = listing("\ufeffhttps://harbour.example/1\r\n\r\nhttps://harbour.example/2\n", "text/plain")
    assert found == Listing(Kind.SITEMAP, items=(Item("https://harbour.example/1"), Item("https://harbour.example/2")))


@pytest.mark.parametrize("layers", [1, 2])
def test_gzip_is_unpacked_up_to_twice(layers: int) -> None:
    body = samples.SITEMAP.encode()
    for _ in range(layers):
        body = gzip.compress(body)
    assert read(body, "application/gzip", URL) == listing(samples.SITEMAP)


@pytest.mark.parametrize("content_type", ["text/html", "", "application/json", "image/png", "nonsense; charset="])
def test_the_format_is_known_by_its_content(content_type: str) -> None:
    assert listing(samples.RSS_20, content_type).items == listing(samples.RSS_20).items


def test_the_identity_is_the_guid_and_else_the_url() -> None:
    assert Item("https://a.example/1", guid="g", title="One").identity == "g"
    assert Item("https://a.example/1", title="Another title").identity == "https://a.example/1"


def test_a_listing_can_cross_to_another_process() -> None:
    for document in (samples.RSS_20, samples.ATOM_10, samples.JSON_11, samples.SITEMAP_INDEX):
        found = listing(document)
        assert pickle.loads(pickle.dumps(found)) == found
