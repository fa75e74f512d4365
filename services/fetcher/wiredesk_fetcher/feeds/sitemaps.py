"""Sitemaps, sitemap indexes, news sitemaps and sitemaps of plain text, of any namespace or none."""

import re
from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from wiredesk_fetcher.feeds import fields
from wiredesk_fetcher.feeds.condensing import Root
from wiredesk_fetcher.feeds.elements import Elements, parse_xml
from wiredesk_fetcher.feeds.fields import address, folded, moment, newest, plain, texts
from wiredesk_fetcher.feeds.listing import Item, Kind, Listing, NotAListingError, Sitemap

KINDS = frozenset({"urlset", "sitemapindex"})
# What the protocol allows; more are not looked at.
MAX_URLS = 50_000

_MAX_TEXT = 16_384
# Outside CDATA an ampersand belongs to a reference. What the parser is lenient with loses the text up to the next.
_BARE_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)", re.DOTALL
)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_KEYS = frozenset({"loc", "lastmod", "news/publication_date", "news/title", "news/keywords", "publication/language"})


def read(text: str, root: Root, url: str) -> Listing:
    """Return the sitemap or index in `text`, fetched from `url`, whose root element is one of KINDS.

    At most MAX_URLS are read, of which the newest are kept.
    """
    repaired, repairs = _without_bare_ampersands(text[root.start :])
    entries = _Entries()
    is_broken = not parse_xml(repaired, entries) or bool(repairs) or root.is_preceded_by_text
    found = [(address(url, entry.get("loc", "").replace("&amp;", "&")), entry) for entry in entries.found]
    usable = [(link, entry) for link, entry in found if link]
    if root.name == "sitemapindex":
        sitemaps = newest([(at, Sitemap(link, at)) for link, entry in usable for at in (moment(entry.get("lastmod")),)])
        dropped = entries.entries - len(sitemaps)
        return Listing(Kind.SITEMAP_INDEX, sitemaps=sitemaps, dropped=dropped, is_broken=is_broken)
    kind = Kind.NEWS_SITEMAP if any(name.startswith("news/") for _, entry in found for name in entry) else Kind.SITEMAP
    kept = newest([(_date(entry), (link, entry)) for link, entry in usable])
    items = tuple(_item(link, entry) for link, entry in kept)
    return Listing(kind, items=items, dropped=entries.entries - len(items), is_broken=is_broken)


def read_lines(text: str, url: str) -> Listing:
    """Return the sitemap of plain text, one address a line, fetched from `url`.

    Raises:
        NotAListingError: a line among the first twenty is no address.
    """
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not lines or not all(_ADDRESS.fullmatch(line) for line in lines[:20]):
        raise NotAListingError("this is neither a feed nor a sitemap: no XML, no JSON Feed and no list of addresses")
    links = dict.fromkeys(link for line in lines[:MAX_URLS] if (link := address(url, line)))
    items = tuple(Item(link) for link in islice(links, fields.MAX_ITEMS))
    return Listing(Kind.SITEMAP, items=items, dropped=len(lines) - len(items))


class _Entries(Elements):
    """The entries of a sitemap or index: `found` holds the first MAX_URLS, `entries` counts all."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Mapping[str, str]] = []
        self.entries = 0
        self._entry: dict[str, str] = {}
        self._text: list[str] = []
        self._room = 0

    def opened(self, _name: str, _attributes: Mapping[str, str], /) -> None:
        self._text, self._room = [], _MAX_TEXT
        if len(self.path) == 2:
            self._entry = {}

    def said(self, text: str, /) -> None:
        if self._room > 0:
            self._text.append(text[: self._room])
            self._room -= len(text)

    def closed(self, name: str, /) -> None:
        depth = len(self.path)
        if depth == 1 and name in ("url", "sitemap"):
            self.entries += 1
            if len(self.found) < MAX_URLS:
                self.found.append(self._entry)
        elif depth >= 2 and self._text:
            # The parent tells the title of the news from that of a picture.
            key = name if depth == 2 else f"{self.path[-1]}/{name}"
            if key in _KEYS:
                self._entry.setdefault(key, "".join(self._text).strip())
        self._text, self._room = [], 0


def _without_bare_ampersands(text: str) -> tuple[str, int]:
    repairs = 0

    def repaired(found: re.Match[str]) -> str:
        nonlocal repairs
        if found[0] != "&":
            return found[0]
        repairs += 1
        return "&amp;"

    return _BARE_AMPERSAND.sub(repaired, text), repairs


def _date(entry: Mapping[str, str]) -> datetime | None:
    return moment(entry.get("news/publication_date")) or moment(entry.get("lastmod"))


def _item(link: str, entry: Mapping[str, str]) -> Item:
    return Item(
        url=link,
        title=plain(entry.get("news/title"), fields.MAX_TITLE),
        published=moment(entry.get("news/publication_date")),
        updated=moment(entry.get("lastmod")),
        categories=texts(entry.get("news/keywords", "").split(","), fields.MAX_CATEGORIES),
        language=folded(entry.get("publication/language"), fields.MAX_LANGUAGE),
    )
