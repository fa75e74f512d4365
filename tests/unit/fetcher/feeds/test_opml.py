"""Lists of feeds, in and out."""

import gzip

import pytest

from wiredesk_fetcher.feeds.opml import MAX_OUTLINES, NotOpmlError, Outline, read, write

LIST = b"""<?xml version="1.0" encoding="utf-8"?>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="News"><outline title="Local" text="ignored">
<outline type="rss" text="Harbour Post" xmlUrl="https://harbour.example/feed?a=1&amp;b=2" language="en" country="GB"/>
</outline>
<outline text="Fjord" XMLURL=" https://fjord.example/feed " section="radio"><outline text="Within" xmlUrl="https://fjord.example/2"/></outline>
<outline text="Again" xmlUrl="https://fjord.example/feed"/>
<outline text="Nothing" xmlUrl=""/><outline text="Bad" xmlUrl="javascript:alert(1)"/></outline>
<outline xmlUrl="https://delta.example/feed"/></body></opml>"""


def test_folders_and_attributes_become_labels() -> None:
    assert read(LIST) == (
        Outline(
            "https://harbour.example/feed?a=1&b=2",
            "Harbour Post",
            (("category", "News/Local"), ("language", "en"), ("country", "GB")),
        ),
        Outline("https://fjord.example/feed", "Fjord", (("category", "News"), ("section", "radio"))),
        Outline("https://fjord.example/2", "Within", (("category", "News"),)),
        Outline("https://delta.example/feed"),
    )


def test_what_was_written_is_read_back() -> None:
    outlines = read(LIST)
    document = write(outlines, "Mine & others")
    assert b'<opml version="2.0">' in document
    assert b"<title>Mine &amp; others</title>" in document
    assert read(document) == outlines
    assert write(read(document), "Mine & others") == document


def test_an_empty_list_is_one() -> None:
    assert read(write((), "")) == ()


def test_what_xml_cannot_hold_is_replaced() -> None:
    document = write([Outline("https://a.example/", "A\x00\x0b\ud800B")], "\x01")
    assert read(document) == (Outline("https://a.example/", "A\ufffd\ufffd\ufffdB"),)


def test_a_broken_list_gives_what_it_has() -> None:
    assert len(read(LIST.replace(b"&amp;", b"&")[:700])) >= 1


def test_a_compressed_list_is_read() -> None:
    assert read(gzip.compress(LIST)) == read(LIST)


def test_a_list_is_bounded() -> None:
    feeds = b"".join(b'<outline xmlUrl="https://a.example/%d"/>' % number for number in range(MAX_OUTLINES + 500))
    assert len(read(b"<opml><body>" + feeds + b"</body></opml>")) == MAX_OUTLINES


def test_deep_folders_are_cut() -> None:
    feed = b'<outline text="F" xmlUrl="https://a.example/"/>'
    assert read(b"<opml>" + b'<outline text="d">' * 50 + feed) == (
        Outline("https://a.example/", "F", (("category", "/".join("d" * 10)),)),
    )
    assert read(b"<opml>" + b"<outline>" * 100_000 + feed) == (Outline("https://a.example/", "F"),)


def test_entities_are_neither_expanded_nor_fetched() -> None:
    declarations = (
        b'<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    )
    [outline] = read(declarations + b'<opml><outline text="x &b; &c;" xmlUrl="https://a.example/"/></opml>')
    assert "aaa" not in outline.title
    assert "root:" not in outline.title


@pytest.mark.parametrize("body", [b"", b"text", b"<rss/>", b"{}", b"\x1f\x8b", b"<opml>" + b" " * 11_000_000])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(NotOpmlError):
        read(body)
