"""What the crawler says of itself."""

import json
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from ipaddress import ip_network

import pytest

from wiredesk_fetcher.politeness.bot_page import address_ranges, bot_page
from wiredesk_fetcher.politeness.robots import of_answer


class Reader(HTMLParser):
    """What a page shows, and its elements with their attributes."""

    VOID = frozenset({"meta", "link"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.codes: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "code":
            self.codes.append("")
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self._open and self._open[-1] == "code":
            self.codes[-1] += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


CONTACT = "https://newsroom.example/crawler"


def shown(
    name="Example Newsroom", contact=CONTACT, addresses=("192.0.2.0/28", "2001:db8::/64"), version="1.2.3", **more
):
    return Reader(bot_page(name, contact, addresses, version, **more))


def test_the_page_says_who_crawls_from_where_and_whom_to_ask():
    page = shown()
    assert "Example Newsroom runs this crawler" in page.text
    assert {f"Wiredesk/1.2.3 (+{CONTACT})", "192.0.2.0/28", "2001:db8::/64"} <= set(page.codes)
    assert [link["href"] for link in page.all("a")] == [CONTACT]


def test_the_lines_it_offers_keep_the_crawler_out_and_slow_it_down():
    lines = [code for code in shown().codes if code.startswith("User-agent:")]
    keep_out, slow_down = (of_answer(200, text.encode()) for text in lines)
    assert not keep_out.allows("https://news.example/a")
    assert keep_out.allows("https://news.example/a", "Otherbot")
    assert slow_down.delay() == timedelta(seconds=30)


def test_the_page_is_accessible_and_stands_alone():
    page = shown()
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("title")) == len(page.all("main")) == len(page.all("h1")) == 1
    assert [tag for tag, _ in page.elements if tag in {"script", "img", "link", "iframe"}] == []
    assert {"charset": "utf-8"} in page.all("meta")


def test_nothing_given_is_taken_as_html():
    bad = '<b x="1">&amp;\'</b>{name}'
    page = shown(bad, bad, [bad], bad, ranges_url=bad, directory=bad)
    assert page.all("b") == page.all("a") == []
    assert page.all("link") == [{"rel": "client-ranges", "href": bad}]
    # Name, contact, address and version where they are without the last two, then those with what stands beside them.
    assert page.text.count(bad) == 7 + 1 + 3


@pytest.mark.parametrize(
    ("contact", "links"),
    [
        ("crawler@newsroom.example", ["mailto:crawler@newsroom.example"]),
        ('https://newsroom.example/?a=1&b="2"', ['https://newsroom.example/?a=1&b="2"']),
        ("javascript:alert(1)", []),
        ("javascript:a@b", []),
        ("the desk, room 5", []),
        ("", []),
    ],
)
def test_a_contact_is_linked_when_it_is_an_address(contact, links):
    page = shown(contact=contact)
    assert [link["href"] for link in page.all("a")] == links
    assert contact in page.text


def test_without_addresses_or_contact_the_page_says_so():
    page = shown(contact="", addresses=())
    assert "no fixed addresses" in page.text
    assert "Wiredesk/1.2.3" in page.codes
    assert "None is given." in page.text


def test_people_and_machines_find_the_list_of_addresses():
    url = "https://newsroom.example/ranges.json"
    for page in (shown(ranges_url=url), shown(addresses=(), ranges_url=url)):
        assert page.all("link") == [{"rel": "client-ranges", "href": url}]
        assert {"href": url} in page.all("a")
        assert "no fixed addresses" not in page.text


def test_the_page_says_how_its_signature_is_checked_when_there_is_one():
    page = shown(directory="https://bot.newsroom.example")
    assert "https://bot.newsroom.example" in page.codes
    keys = "https://bot.newsroom.example/.well-known/http-message-signatures-directory"
    assert {"href": keys} in page.all("a")
    assert "signed" not in shown().text


def test_the_addresses_have_the_form_of_googlebots_list():
    networks = [ip_network("192.0.2.0/28"), ip_network("2001:db8::/64"), ip_network("198.51.100.7")]
    made = datetime(2026, 3, 1, 1, 30, 5, 999, tzinfo=timezone(timedelta(hours=2)))
    assert json.loads(json.dumps(address_ranges(networks, made))) == {
        "creationTime": "2026-02-28T23:30:05Z",
        "prefixes": [
            {"ipv4Prefix": "192.0.2.0/28"},
            {"ipv6Prefix": "2001:db8::/64"},
            {"ipv4Prefix": "198.51.100.7/32"},
        ],
    }
    assert address_ranges([], datetime(2026, 1, 1, tzinfo=UTC))["prefixes"] == []
