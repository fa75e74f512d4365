"""Reads the demo site as a reader's program would: its feed, its sitemap and the links of its home page."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import aiohttp
from lxml import etree, html

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@dataclass(frozen=True)
class Found:
    """An address on the site, with the publication time if the feed gives one."""

    url: str
    published: datetime | None = None


async def read_site(url: str) -> list[Found]:
    """Return every page that the site at `url` leads to, each once: newest stories first, then the rest.

    Raises:
        aiohttp.ClientError: the site does not answer, or not with 200.
    """
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(url, timeout=timeout, raise_for_status=True) as session:
        pages = []
        for path in ("/feed.xml", "/sitemap.xml", "/"):
            async with session.get(path) as response:
                pages.append(await response.read())
    feed, sitemap, home = pages
    found = [*read_feed(feed), *read_sitemap(sitemap), *read_links(home, url)]
    # The first find wins: only the feed knows when a story was published.
    return list({item.url: item for item in reversed(found)}.values())[::-1]


def read_feed(feed: bytes) -> list[Found]:
    """Return the items of an RSS 2.0 feed."""
    items = etree.fromstring(feed, _parser()).iterfind("channel/item")
    return [Found(item.findtext("link", ""), parsedate_to_datetime(item.findtext("pubDate", ""))) for item in items]


def read_sitemap(sitemap: bytes) -> list[Found]:
    """Return the addresses of a sitemap."""
    return [Found(place.text or "") for place in etree.fromstring(sitemap, _parser()).iter(f"{SITEMAP}loc")]


def read_links(page: bytes, base: str) -> list[Found]:
    """Return where a page links to within its own site, the home page left out."""
    links = (urljoin(base, anchor.get("href", "")) for anchor in html.fromstring(page).iter("a"))
    return [Found(link) for link in links if link.startswith(f"{base}/") and link != f"{base}/" and "#" not in link]


def _parser() -> etree.XMLParser:
    # A feed is foreign input even when it is ours: no entities, no network.
    return etree.XMLParser(resolve_entities=False, no_network=True)
