"""Feeds as they are found: not well-formed, wrongly declared, with what belongs elsewhere."""
# ruff: noqa: RUF001 - other scripts are the point

from datetime import UTC, datetime

import pytest

from tests.unit.fetcher.feeds import samples
from tests.unit.fetcher.feeds.samples import URL, rss
from wiredesk_fetcher.feeds.listing import Item, Kind, Listing, NotAListingError
from wiredesk_fetcher.feeds.reading import read


def listing(document: str) -> Listing:
    return read(document.encode(), "text/xml", URL)


def only(inside: str, attributes: str = "") -> Item:
    [item] = listing(rss(f"<item>{inside}</item>", attributes=attributes)).items
    return item


LINK = "<link>https://harbour.example/1</link>"


def test_a_truncated_feed_gives_what_it_has() -> None:
    found = listing(rss(samples.numbered(3))[:-60])
    assert found.is_broken
    assert [item.url for item in found.items][:2] == ["https://harbour.example/0", "https://harbour.example/1"]


def test_bare_ampersands_are_taken_as_meant() -> None:
    found = listing(rss("<item><title>Fish & Chips</title><link>https://harbour.example/1?a=1&b=2</link></item>"))
    assert found.is_broken
    assert found.items == (Item("https://harbour.example/1?a=1&b=2", title="Fish & Chips"),)


def test_bare_ampersands_in_a_sitemap_are_taken_as_meant() -> None:
    found = listing("<urlset><url><loc>https://harbour.example/1?a=1&b=2&amp;c=3</loc></url></urlset>")
    assert found == Listing(Kind.SITEMAP, items=(Item("https://harbour.example/1?a=1&b=2&c=3"),), is_broken=True)


def test_the_names_of_html_need_no_declaration() -> None:
    found = listing(rss(f"<item><title>Caf&eacute;&nbsp;&unknown; open</title>{LINK}</item>"))
    assert found.items[0].title == "Café &unknown; open"


def test_a_declared_entity_is_not_expanded() -> None:
    document = '<!DOCTYPE rss [<!ENTITY owner "Somebody">]>' + rss(
        f"<item><title>By &owner;</title>{LINK}</item>", declaration=""
    )
    assert listing(document).items[0].title == "By &owner;"


@pytest.mark.parametrize("reference", ["&#99999999999;", "&#xD800;", "&#0;", "&#x110000;", "&#" + "9" * 5000 + ";"])
def test_a_reference_to_no_character_spoils_no_feed(reference: str) -> None:
    assert listing(rss(f"<item><title>A{reference}B & C</title>{LINK}</item>")).items[0].title == "A\ufffdB & C"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(rss(declaration="").replace("Tram", "Zürich").encode(), "text/xml", id="nothing said"),
        pytest.param(rss().replace("Tram", "Zürich").encode("cp1252"), "text/xml", id="said UTF-8, is Windows-1252"),
        pytest.param(
            rss(declaration='<?xml version="1.0" encoding="iso-8859-1"?>').replace("Tram", "Zürich").encode("cp1252"),
            "text/xml",
            id="Latin-1",
        ),
        pytest.param(rss().replace("Tram", "Zürich").encode("cp1252"), "text/xml; charset=us-ascii", id="said ASCII"),
        pytest.param(
            rss(declaration='<?xml version="1.0" encoding="utf-16"?>').replace("Tram", "Zürich").encode("utf-16"),
            "",
            id="UTF-16 with a byte order mark",
        ),
        pytest.param(
            rss(declaration='<?xml version="1.0" encoding="utf-16"?>').replace("Tram", "Zürich").encode("utf-16-be"),
            "",
            id="UTF-16 without",
        ),
        pytest.param(
            rss(declaration='<?xml version="1.0" encoding="utf-16"?>').replace("Tram", "Zürich").encode(),
            "",
            id="said UTF-16, is UTF-8",
        ),
        pytest.param(b"\xef\xbb\xbf" + rss().replace("Tram", "Zürich").encode(), "", id="UTF-8 byte order mark"),
        pytest.param(
            rss(declaration='<?xml version="1.0" encoding="punycode"?>').replace("Tram", "Zürich").encode(),
            "",
            id="a codec that is no encoding",
        ),
    ],
)
def test_the_encoding_is_found(body: bytes, content_type: str) -> None:
    found = read(body, content_type, URL)
    assert (found.items[0].title, found.is_broken) == ("Zürich line approved", False)


def test_a_summary_cut_within_a_character_leaves_the_others_right() -> None:
    body = rss(f"<item>{LINK}<description>Новости города: открыт мост</description></item>").encode()
    cut = body.replace("мост".encode(), "мос".encode() + b"\xd1")
    assert read(cut, "text/xml", URL).items[0].summary == "Новости города: открыт мос\ufffd"


def test_white_space_before_the_declaration_is_forgiven() -> None:
    found = listing("\n\n  " + rss())
    assert (len(found.items), found.is_broken) == (1, True)


def test_what_php_complains_of_before_a_feed_is_passed_over() -> None:
    found = listing("<br />\n<b>Warning</b>: something in line 3<br />\n" + rss())
    assert (len(found.items), found.is_broken) == (1, True)


def test_a_comment_before_the_root_breaks_nothing() -> None:
    found = listing(rss(declaration='<?xml version="1.0"?><!-- <html> made by hand --><?style href="a"?>'))
    assert (len(found.items), found.is_broken) == (1, False)


@pytest.mark.parametrize(
    "more",
    [
        '<psc:chapters xmlns:psc="http://podlove.org/simple-chapters"><psc:chapter title="One"/></psc:chapters>',
        "<width>wide</width><height/><textInput><title>Search</title><link>/search</link></textInput>",
    ],
)
def test_what_feedparser_fails_on_is_kept_from_it(more: str) -> None:
    found = listing(rss(f"{more}<item>{LINK}<title>One</title>{more}</item>"))
    assert (found.title, found.is_broken) == ("Harbour Post", False)
    assert found.items == (Item("https://harbour.example/1", title="One"),)


def test_missing_namespaces_are_forgiven() -> None:
    item = only(f'{LINK}<media:thumbnail url="x"/><dc:creator>Mara Lind</dc:creator>')
    assert item == Item("https://harbour.example/1", authors=("Mara Lind",))


def test_duplicate_guids_are_left_to_whoever_compares_them() -> None:
    twice = listing(rss(2 * f"<item>{LINK}<guid isPermaLink='false'>g</guid></item>"))
    assert [item.identity for item in twice.items] == ["g", "g"]


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("<![CDATA[One <b>bold</b> &amp; <i>slant</i>ed]]>", "One bold & slanted"),
        ("One &lt;b&gt;bold&lt;/b&gt;&lt;br/&gt;line", "One bold line"),
        ("AT&amp;amp;T &amp;#8211; news", "AT&T – news"),
        ("  3 &lt; 4 \n\t and 5 &gt; 4  ", "3 < 4 and 5 > 4"),
        ("<![CDATA[<script>alert(1)</script><style>b{}</style>Kept<!-- not -->]]>", "Kept"),
        ("x" * 600, "x" * 500),
    ],
)
def test_titles_become_plain_text(title: str, plain: str) -> None:
    assert only(f"{LINK}<title>{title}</title>").title == plain


def test_an_item_without_a_link_uses_its_permalink_guid() -> None:
    assert only("<guid>https://harbour.example/g</guid>").url == "https://harbour.example/g"
    assert only("<link></link><guid isPermaLink='true'>https://harbour.example/g</guid>").url.endswith("/g")


def test_a_guid_that_is_no_permalink_is_no_address() -> None:
    found = listing(rss("<item><guid isPermaLink='false'>https://harbour.example/g</guid></item>"))
    assert (found.items, found.dropped) == ((), 1)


@pytest.mark.parametrize(
    "link",
    [
        *("javascript:alert(1)", "file:///etc/passwd", "ftp://harbour.example/1", "data:text/html,x", "", "   "),
        *("https://user:secret@harbour.example/", "http://[::1", "https://harbour.example/" + "x" * 8192),
    ],
)
def test_an_item_without_a_usable_link_is_dropped(link: str) -> None:
    found = listing(rss(f"<item><link>{link}</link></item>{samples.ITEM}"))
    assert ([item.url for item in found.items], found.dropped) == (["https://harbour.example/tram"], 1)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/1", "https://harbour.example/1"),
        ("2?a=b", "https://harbour.example/2?a=b"),
        ("//cdn.example/3", "https://cdn.example/3"),
        (" \n https://harbour.example/a b \n ", "https://harbour.example/a%20b"),
    ],
)
def test_links_are_resolved_against_the_feed(link: str, url: str) -> None:
    assert only(f"<link>{link}</link>").url == url


@pytest.mark.parametrize(
    "date", ["yesterday", "32 Foo 2026", "0000-00-00T00:00:00Z", "9" * 500, "Tue, 99 Mar 2026 99:99:99 +9999", "-1", ""]
)
def test_dates_that_make_no_sense_are_left_out(date: str) -> None:
    assert only(f"{LINK}<pubDate>{date}</pubDate>").published is None


@pytest.mark.parametrize("date", ["Tue, 03 Mar 2026 10:00:00", "2026-03-03T10:00:00", "2026-03-03 10:00:00"])
def test_a_date_without_an_offset_is_in_utc(date: str) -> None:
    assert only(f"{LINK}<pubDate>{date}</pubDate>").published == datetime(2026, 3, 3, 10, tzinfo=UTC)


def test_a_long_guid_becomes_a_digest() -> None:
    item = only(f"{LINK}<guid isPermaLink='false'>{'g' * 1001}</guid>")
    assert item.guid.startswith("sha256:")
    assert len(item.guid) == 71


def test_lists_and_texts_are_bounded() -> None:
    names = (name for number in range(40) for name in (f"{'A' * 300} {number}", f"P{number}"))
    people = "".join(f"<dc:creator>{name}</dc:creator>" for name in names)
    subjects = "".join(f"<category>c{number}</category>" for number in range(90))
    text = f"<description>{'word ' * 5000}</description>"
    item = only(LINK + people + subjects + text, 'xmlns:dc="http://purl.org/dc/elements/1.1/"')
    assert (len(item.authors), len(item.categories), len(item.summary)) == (20, 50, 1999)
    assert max(map(len, item.authors)) <= 200


def test_nul_and_surrogates_never_come_out() -> None:
    item = '{"url": "https://a.example/1", "title": "A\\u0000\\ud800"}'
    document = f'{{"version": "https://jsonfeed.org/version/1", "items": [{item}]}}'
    assert listing(document).items[0].title == "A\ufffd\ufffd"


def test_json_of_the_wrong_types_is_left_out() -> None:
    document = """{"version": "https://jsonfeed.org/version/1.1", "title": 3, "language": [], "hubs": {}, "items": [
        7, null, {}, {"url": "https://a.example/1", "id": 12, "title": {"a": 1},
        "authors": "Mara", "tags": [1, {}, "x"],
        "date_published": 5, "attachments": [{"url": 1}, 2, {"url": "/a", "size_in_bytes": "many"}], "author": 3}]}"""
    found = listing(document)
    assert (found.title, found.dropped) == ("3", 3)
    assert (found.items[0].guid, found.items[0].categories, found.items[0].authors) == ("12", ("1", "x"), ())


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "this is empty"),
        (b" \n ", "this is empty"),
        (b"<!doctype html><html><head><title>secret</title>", "this is an HTML page, not a feed or sitemap"),
        (b"<!-- rss --><HTML lang=en><rss>", "this is an HTML page, not a feed or sitemap"),
        (b"<opml version='2.0'/>", "this is a list of feeds (OPML), not a feed or sitemap"),
        (b"<svg/>", "this is markup of another kind, not a feed or sitemap"),
        (b'{"secret": 1}', "this is JSON, but no JSON Feed"),
        (b'{"title": "jsonfeed.org"}', "this is JSON, but no JSON Feed"),
        (b'["jsonfeed.org"', "this starts like JSON and is none"),
        (b"%PDF-1.7 secret", "this is neither a feed nor a sitemap: no XML, no JSON Feed and no list of addresses"),
        (b"\x1f\x8bsecret", "this is damaged gzip data"),
    ],
)
def test_what_is_no_listing_is_said_without_quoting_it(body: bytes, message: str) -> None:
    with pytest.raises(NotAListingError) as refusal:
        read(body, "application/rss+xml", URL)
    assert str(refusal.value) == message
