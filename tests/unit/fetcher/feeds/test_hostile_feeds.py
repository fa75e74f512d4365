"""Documents made to cost more than they are worth: what comes out is bounded, whatever goes in."""

import gzip
import json
import zlib

import pytest

from tests.unit.fetcher.feeds import samples
from tests.unit.fetcher.feeds.samples import URL, numbered, rss
from wiredesk_fetcher.feeds.condensing import condensed, root
from wiredesk_fetcher.feeds.document import MAX_FEED_BYTES, decoded
from wiredesk_fetcher.feeds.fields import MAX_ITEMS
from wiredesk_fetcher.feeds.listing import Kind, Listing, NotAListingError, TooLargeError
from wiredesk_fetcher.feeds.reading import read

ROOM = MAX_FEED_BYTES - 1000


def listing(document: str) -> Listing:
    return read(document.encode(), "text/xml", URL)


def filled(piece: str) -> str:
    return piece * (ROOM // len(piece.encode()))


def size_of(document: str) -> int:
    found = root(document)
    assert found
    return len(condensed(document, found.start)[0])


def test_of_100_000_items_the_first_2000_are_kept() -> None:
    found = listing(rss(numbered(100_000)))
    assert (len(found.items), found.dropped, found.is_broken) == (MAX_ITEMS, 98_000, False)
    assert (found.items[0].title, found.items[-1].title) == ("Story 0", "Story 1999")


@pytest.mark.parametrize("attributes", [1, 100, 5000])
def test_an_item_whose_tag_is_long_is_kept_and_its_tag_is_not(attributes: int) -> None:
    said = " ".join(f"a{number}='1'" for number in range(attributes))
    document = f"<rss><channel><item {said}><link>https://a.example/1</link></item {said}></channel></rss>"
    assert [item.url for item in listing(document).items] == ["https://a.example/1"]
    assert size_of(document) < 5000


def test_items_of_many_attributes_are_fewer() -> None:
    said = " ".join(f"a{number}='1'" for number in range(200))
    found = listing(rss("".join(f"<item {said}><link>https://a.example/{n}</link></item>" for n in range(2000))))
    assert 500 < len(found.items) < 1000
    assert len(found.items) + found.dropped == 2000


def test_exactly_2000_items_lose_none() -> None:
    found = listing(rss(numbered(MAX_ITEMS)))
    assert (len(found.items), found.dropped, found.is_broken) == (MAX_ITEMS, 0, False)


@pytest.mark.parametrize("gap", ["", "\n<!-- a --> <a/>\n"])
@pytest.mark.parametrize("fields", [97, 100])
def test_items_of_many_fields_are_kept_as_far_as_they_go(fields: int, gap: str) -> None:
    found = listing(rss(gap.join(numbered(1, "<a/>" * fields) for _ in range(MAX_ITEMS))))
    assert (len(found.items) + found.dropped, found.is_broken) == (MAX_ITEMS, False)
    assert len(found.items) > 1300


def test_what_comes_after_the_items_is_still_read() -> None:
    document = rss(numbered(3000) + "<ttl>60</ttl>")
    found = listing(document)
    assert (len(found.items), found.dropped, found.is_broken) == (MAX_ITEMS, 1000, False)
    assert found.ttl
    assert found.ttl.total_seconds() == 3600


def test_items_beyond_the_limit_are_left_out_of_utf_16_too() -> None:
    document = rss(numbered(3000), declaration='<?xml version="1.0" encoding="utf-16"?>')
    found = read(document.encode("utf-16"), "text/xml", URL)
    assert (len(found.items), found.dropped) == (MAX_ITEMS, 1000)


def test_a_feed_of_10_mib_is_read() -> None:
    item = numbered(1, "<description>" + "word &lt;b&gt;bold&lt;/b&gt; " * 20_000 + "</description>")
    document = rss(filled(item))
    found = listing(document)
    assert (found.dropped, found.is_broken) == (0, False)
    assert {len(entry.summary) for entry in found.items} <= set(range(1990, 2001))
    assert size_of(document) < len(found.items) * 10_000


def test_a_document_beyond_10_mib_is_refused() -> None:
    with pytest.raises(TooLargeError, match="more than 10,485,760 bytes"):
        read(b"<rss>" + b" " * MAX_FEED_BYTES, "text/xml", URL)


def test_a_billion_laughs_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 12))
    declaration = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{laughs}]>'
    for entries in (f"<item><title>&l11;</title>{samples.ITEM[6:]}", "<url><loc>&l11;</loc></url>"):
        document = rss(entries, declaration=declaration)
        assert size_of(document) < 1000
        assert "lollol" not in repr(listing(document))


def test_a_quadratic_blow_up_does_not_happen() -> None:
    declaration = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 1_000_000}">]>'
    document = rss(f"<item><title>{'&a;' * 100_000}</title>{samples.ITEM[6:]}", declaration=declaration)
    assert size_of(document) < 20_000
    assert "xxx" not in repr(listing(document))


@pytest.mark.parametrize("where", ["file:///etc/passwd", "http://harbour.example/secret"])
def test_an_external_entity_is_not_fetched(where: str) -> None:
    declaration = f'<!DOCTYPE rss [<!ENTITY secret SYSTEM "{where}"><!ENTITY % all SYSTEM "{where}">%all;]>'
    for document in (
        rss(f"<item><title>A &secret; B</title>{samples.ITEM[6:]}", declaration=declaration),
        f"{declaration}<urlset><url><loc>https://harbour.example/&secret;</loc></url></urlset>",
    ):
        [item] = listing(document).items
        assert "&secret" in item.title + item.url


def test_a_document_type_that_hides_elements_hides_nothing() -> None:
    document = f'<!DOCTYPE rss [<!ENTITY a "]>">]>{rss(declaration="")}'
    assert len(listing(document).items) == 1


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Four gibibytes of zeros, twice compressed: blocks that stand by themselves may be repeated."""
    deflater = zlib.compressobj(wbits=31)
    start = deflater.compress(b"<rss>") + deflater.flush(zlib.Z_FULL_FLUSH)
    block = deflater.compress(bytes(64 * 1024 * 1024)) + deflater.flush(zlib.Z_FULL_FLUSH)
    return gzip.compress(start + block * 64)


def test_a_nested_gzip_bomb_is_unpacked_to_the_limit_and_no_further(bomb: bytes) -> None:
    assert len(bomb) < 100_000
    with pytest.raises(TooLargeError, match="when decompressed"):
        read(bomb, "application/gzip", URL)


def test_a_third_layer_of_gzip_is_refused() -> None:
    with pytest.raises(NotAListingError, match="compressed more than 2 times"):
        read(gzip.compress(gzip.compress(gzip.compress(b"<rss/>"))), "", URL)


def test_truncated_gzip_gives_what_it_has() -> None:
    whole = samples.SITEMAP.encode()
    assert decoded(gzip.compress(whole)[:-12], "").startswith(samples.SITEMAP[:100])


@pytest.mark.parametrize("end", ["", "</a>" * 100_000])
def test_100_000_nested_tags_are_cut(end: str) -> None:
    document = rss(samples.ITEM + "<item>" + "<a>" * 100_000 + end + "</item>")
    assert size_of(document) < 2000
    assert [item.title for item in listing(document).items] == ["Tram line approved"]


def test_nested_tags_in_a_sitemap_are_cut() -> None:
    found = listing("<urlset><url><loc>https://harbour.example/1</loc></url>" + "<a>" * 100_000)
    assert (len(found.items), found.is_broken) == (1, True)


def test_a_whole_article_in_xhtml_hides_no_field_after_it() -> None:
    body = (
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{"<p>a <b>b</b></p>" * 5000}</div></content>'
    )
    document = samples.ATOM_03.replace("<issued>", body + "<issued>")
    [item] = listing(document).items
    assert item.published
    assert item.summary.startswith("a b a b")
    assert not listing(document).is_broken


@pytest.mark.parametrize(
    "piece",
    [
        *("<item>", "</item>", "<item/>", "<a/>", "<a>", "</a>", "<"),
        *("&", '<a "', "<a '\"x", "<!--", "<?", "<![CDATA["),
        *("<!DOCTYPE a[", "]]>", "&#9;", "&#x", "&aaaa", "&eacute;", "<link> ", "<enclosure url='/x'/>", "\n", "&lt;"),
        *("<author>a</author>", "<category>a</category>", f"<author>{'a' * 500}</author>", "<keywords>a,b</keywords>"),
        *("<x xmlns='u'/>", "<x " + " ".join(f"a{number}=''" for number in range(100)) + "/>", "<![CDATA[a]]>", "é"),
    ],
)
def test_ten_megabytes_of_anything_come_to_little(piece: str) -> None:
    assert size_of(rss("<item><title>" + filled(piece))) < 3_000_000
    # From here on it is the same however much there was.
    for before in ("", "&<item><title>"):
        assert len(listing(rss(before + piece * (300_000 // len(piece)))).items) <= MAX_ITEMS


def test_thousands_of_namespaces_are_refused() -> None:
    with pytest.raises(NotAListingError, match="more than 100 namespaces"):
        listing(rss("".join(f'<x xmlns:n{number}="u"/>' for number in range(200))))


def test_the_newest_2000_of_a_sitemap_are_kept() -> None:
    urls = "".join(
        f"<url><loc>https://harbour.example/{number}</loc><lastmod>{2000 + number % 27}-01-01</lastmod></url>"
        for number in range(60_000)
    )
    found = listing(f"<urlset>{urls}</urlset>")
    assert (len(found.items), found.dropped, found.is_broken) == (MAX_ITEMS, 58_000, False)
    # Beyond the first 50,000 none is looked at.
    assert {item.updated.year for item in found.items if item.updated} == {2026, 2025}
    assert not [item for item in found.items if int(item.url.rpartition("/")[2]) >= 50_000]


def test_the_addresses_of_an_index_and_of_a_text_are_bounded() -> None:
    index = "".join(f"<sitemap><loc>/{number}.xml</loc></sitemap>" for number in range(3000))
    assert len(listing(f"<sitemapindex>{index}</sitemapindex>").sitemaps) == MAX_ITEMS
    lines = "\n".join(f"https://harbour.example/{number}" for number in range(3000))
    found = listing(lines)
    assert (found.kind, len(found.items), found.dropped) == (Kind.SITEMAP, MAX_ITEMS, 1000)


@pytest.mark.parametrize("items", ["[" * 1_000_000, "9" * 100_000])
def test_json_that_python_cannot_read_is_refused(items: str) -> None:
    document = f'{{"version": "https://jsonfeed.org/version/1", "items": {items}}}'
    with pytest.raises(NotAListingError, match="this starts like JSON and is none"):
        listing(document)


def test_a_json_feed_is_bounded() -> None:
    many = ["tag", *[""] * 1_000_000]
    items = [{"url": f"/{number}", "content_html": "<script>" * 100} for number in range(3000)]
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"url": "/", "tags": many}, *items, *[{}] * 100_000]}
    found = listing(json.dumps(feed))
    assert (len(found.items), found.dropped) == (MAX_ITEMS, 101_001)
    assert found.items[0].categories == ("tag",)
