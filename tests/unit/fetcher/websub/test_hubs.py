"""Which hub and topic a listing and its headers name."""

import pytest

from tests.unit.fetcher.feeds import samples
from wiredesk_fetcher.feeds.hubs import Hub, hub_of
from wiredesk_fetcher.feeds.listing import Kind, Listing
from wiredesk_fetcher.feeds.reading import read

URL = "https://harbour.example/feed"
HUB = "https://hub.example/"
SILENT = Listing(Kind.RSS)
NAMING = Listing(Kind.RSS, hub="https://inner.example/hub", self_url="https://harbour.example/inner")


def linked(*values: str, listing: Listing = SILENT) -> Hub | None:
    return hub_of(listing, [("Content-Type", "text/xml"), *(("link", value) for value in values)], URL)


@pytest.mark.parametrize(
    "values",
    [
        (f'<{HUB}>; rel="hub"', '</canonical>; rel="self"'),
        (f"<{HUB}>; rel=hub, </canonical>; rel=self",),
        (f'<{HUB}>;title="a, b; c";REL = "preconnect Hub" , </canonical>;rel=self',),
        ('</other>; rel="next"', f'</canonical>; rel="self",<{HUB}>; rel="hub",<https://second.example/>; rel=hub'),
    ],
    ids=["apart", "in one", "with other words", "among others"],
)
def test_headers_name_hub_and_topic(values):
    assert linked(*values) == Hub(HUB, "https://harbour.example/canonical")


def test_headers_come_before_the_listing():
    found = linked(f"<{HUB}>; rel=hub, </canonical>; rel=self", listing=NAMING)
    assert found == Hub(HUB, "https://harbour.example/canonical")


def test_what_headers_do_not_name_the_listing_does():
    assert linked(listing=NAMING) == Hub("https://inner.example/hub", "https://harbour.example/inner")
    assert linked("</canonical>; rel=self", listing=NAMING) == Hub(
        "https://inner.example/hub", "https://harbour.example/canonical"
    )


def test_without_an_address_of_its_own_the_topic_is_where_it_came_from():
    assert linked(f"<{HUB}>; rel=hub") == Hub(HUB, URL)


@pytest.mark.parametrize(
    "value",
    [
        f"<{HUB}>; rel=github",
        f'<{HUB}>; rel="hub"; anchor="https://elsewhere.example/"',
        f"{HUB}; rel=hub",
        "<ftp://hub.example/>; rel=hub",
        "<https://user:word@hub.example/>; rel=hub",
        "<>" * 2000 + ";" * 2000 + "rel" + " " * 2000,
    ],
)
def test_what_names_no_hub_names_none(value):
    found = linked(value)
    assert found is None


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (samples.RSS_20, Hub(HUB, "https://harbour.example/feed")),
        (samples.JSON_11, Hub(HUB, "https://lagoon.example/feed.json")),
        (samples.ATOM_10, None),
        (samples.ATOM_10.replace('rel="self"', f'rel="hub" href="{HUB}"/><link rel="self"'),
         Hub(HUB, "https://berg.example/de/feed.atom")),
    ],
    ids=["rss", "json feed", "atom without", "atom"],
)  # fmt: skip
def test_every_format_names_its_hub(document, expected):
    assert hub_of(read(document.encode(), "", URL), (), URL) == expected
