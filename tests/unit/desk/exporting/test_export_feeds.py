"""RSS and Atom of any article are well-formed, and a feed reader finds in them what it says."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser  # type: ignore[import-untyped]
import pytest

from tests.factories import NOON
from tests.unit.desk.exporting.hostile import HOSTILE, article, exported, nasty
from wiredesk.contracts.events import ArticleEnriched
from wiredesk_desk.exporting.feeds import updated
from wiredesk_desk.exporting.formats import Format, Question, layout
from wiredesk_desk.exporting.markup import element
from wiredesk_desk.exporting.values import dated, uri

QUESTION = Question("Wiredesk: <rivers> & ]]>", "urn:uuid:5f2b9a52-9e1c-4c51-9c5c-0e6f6f1f9a01", NOON)
both = pytest.mark.parametrize("format_", [Format.RSS, Format.ATOM])


def feed(format_: Format, *events: ArticleEnriched) -> bytes:
    made = layout(format_, QUESTION)
    articles = [exported(event) for event in events]
    first = articles[0] if articles else None
    return made.head(first) + b"".join(made.item(one) for one in articles) + made.foot


def read(format_: Format, *events: ArticleEnriched) -> Any:
    made = feed(format_, *events)
    ET.fromstring(made)
    found = feedparser.parse(made)
    assert not found.bozo, found.bozo_exception
    return found


@both
@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "half characters"])
def test_whatever_an_article_holds_its_feed_can_be_read(format_: Format, name: str):
    event = HOSTILE[name]()
    (entry,) = read(format_, event).entries
    assert entry.id == f"urn:uuid:{event.article_id}"
    assert entry.title
    assert tuple(entry.published_parsed[:6]) == dated(event).timetuple()[:6]
    assert ("link" in entry and entry.link.startswith("http")) == (event.url is not None)


@both
def test_a_reader_finds_what_the_article_says(format_: Format):
    event = article(
        headline="Treaty\nsigned & sealed",
        text="One <b>bold</b> line.\n\nAnother ]]> line.",
        authors=("Ada Marsh",),
        keywords=("rivers", "World"),
        article_section="World",
        date_published=NOON - timedelta(hours=1),
        in_language="en",
    )
    found = read(format_, event)
    assert found.version == {"rss": "rss20", "atom": "atom10"}[format_]
    assert found.feed.title == QUESTION.title
    (entry,) = found.entries
    assert entry.title.replace("&amp;", "&") == "Treaty signed & sealed"
    assert entry.author == "Ada Marsh"
    assert [tag.term for tag in entry.tags] == ["World", "rivers"]
    assert entry.link == event.url
    (content,) = entry.content
    assert content.value == "<p>One &lt;b&gt;bold&lt;/b&gt; line.</p>\n<p>Another ]]&gt; line.</p>"
    assert tuple(entry.published_parsed[:6]) == (2026, 11, 2, 11, 0, 0)


@both
def test_what_a_reader_shows_on_a_line_acts_on_nothing_beside_it(format_: Format):
    acting = "Owned\x1b]0;\x9b31m\u202e\u2066 now"
    event = article(headline=acting, authors=(acting,), keywords=(acting,), alternative_headline=acting)
    (entry,) = read(format_, event).entries
    said = (entry.title, entry.author, *(tag.term for tag in entry.tags if "Owned" in tag.term), entry.summary)
    assert len(said) == 4
    for one in said:
        assert re.search(r"Owned\]0;31m now", one), one


@both
def test_a_feed_of_nothing_is_a_feed(format_: Format):
    found = read(format_)
    assert found.entries == []
    assert found.feed.title == QUESTION.title
    assert tuple(found.feed.updated_parsed[:6]) == NOON.timetuple()[:6]


def test_rss_says_that_its_guids_are_no_addresses():
    root = ET.fromstring(feed(Format.RSS, nasty()))
    guid = root.find("channel/item/guid")
    assert guid is not None
    assert guid.attrib == {"isPermaLink": "false"}
    assert root.attrib == {"version": "2.0"}
    assert [child.tag for child in root[0]][:3] == ["title", "link", "description"]


def test_every_element_that_atom_asks_for_is_there():
    atom = "{http://www.w3.org/2005/Atom}"
    root = ET.fromstring(feed(Format.ATOM, nasty(), article(url=None)))
    for parent in (root, *root.iter(f"{atom}entry")):
        for name in ("id", "title", "updated"):
            (one,) = parent.findall(f"{atom}{name}")
            assert one.text
    assert root.find(f"{atom}author/{atom}name") is not None
    assert all(entry.find(f"{atom}content") is not None for entry in root.iter(f"{atom}entry"))


def test_characters_that_xml_cannot_hold_are_dropped_and_no_others():
    everything = "".join(map(chr, (*range(0x500), *range(0xFFF0, 0x10010)))) + "\ud800\ufffe"
    root = ET.fromstring(element("title", everything, note=everything))
    kept = "".join(one for one in everything if one in "\t\n\r" or (one >= " " and one not in "\ud800\ufffe\uffff"))
    assert root.text == kept
    assert root.attrib["note"] == kept


def test_an_article_dated_in_the_future_is_of_the_time_it_was_fetched():
    event = article(date_published=datetime(9999, 1, 1, tzinfo=UTC), date_modified=datetime(9999, 2, 1, tzinfo=UTC))
    assert dated(event) == updated(event) == event.fetched_at
    event = article(date_published=NOON - timedelta(days=2), date_modified=NOON - timedelta(days=1))
    assert updated(event) == NOON - timedelta(days=1)


def test_a_long_text_has_a_short_summary():
    event = article(text="word " * 1000)
    (entry,) = read(Format.ATOM, event).entries
    assert len(entry.summary) < 320
    assert entry.summary.endswith("word …")
    assert len(entry.content[0].value) > 4000


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://example.org/a b/ä", "https://example.org/a%20b/%C3%A4"),
        ("https://example.org/%zz%41", "https://example.org/%25zz%41"),
        ("https://example.org/[x]#y#z", "https://example.org/%5Bx%5D#y%23z"),
        ("https://[2001:db8::1]:80/[x]", "https://[2001:db8::1]:80/%5Bx%5D"),
        ("https://example.org/\0\ud800\n\x1b", "https://example.org/%EF%BF%BD%0A%1B"),
        ("//example.org/a", None),
        ("no address", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_written_as_a_uri(address: str | None, written: str | None):
    assert uri(address) == written
    assert written is None or re.fullmatch(r"[!-~]+", written)
