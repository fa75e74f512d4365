"""Where a site's feeds are: what a page names, and where they usually are."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from wiredesk.contracts.submission import check_url
from wiredesk_fetcher.charset import fit
from wiredesk_fetcher.feeds.elements import Elements, parse_html
from wiredesk_fetcher.feeds.fields import address

_MAX_FEEDS = 20
# In characters: feeds are named in the head.
_MAX_PAGE = 512 * 1024
_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"})
# The addresses of WordPress, of Blogger and of most else; news sitemaps before the whole site's.
_WELL_KNOWN = (
    "/feed",
    "/rss",
    "/feed.xml",
    "/rss.xml",
    "/atom.xml",
    "/index.xml",
    "/feeds/posts/default",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap.xml",
)


def linked(html: str, url: str) -> tuple[str, ...]:
    """Return the feeds that a page fetched from `url` names: absolute, http or https, unique, at most 20.

    They come in the order of the page, those of comments last. Only the first 512 Ki characters are looked at.
    """
    links = _Links(url)
    parse_html(fit(html[:_MAX_PAGE]), links)
    ordered = sorted(links.found.items(), key=lambda link: link[1])
    return tuple(target for target, _ in ordered[:_MAX_FEEDS])


def well_known(url: str) -> tuple[str, ...]:
    """Return where the site of `url` may have a feed or sitemap: ten addresses, the likeliest first, or none.

    There are none for what is no http(s) URL without credentials.
    """
    if check_url(url):
        return ()
    parts = urlsplit(url)
    return tuple(f"{parts.scheme}://{parts.netloc}{path}" for path in _WELL_KNOWN)


class _Links(Elements):
    """The feeds that a page names: `found` tells of each feed's address whether it is one of comments."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.found: dict[str, bool] = {}
        self._base = url
        self._url = url

    def opened(self, name: str, attributes: Mapping[str, str], /) -> None:
        if name == "base" and self._base == self._url:
            self._base = address(self._url, attributes.get("href")) or self._url
        elif name == "link":
            self._link(attributes)

    def _link(self, attributes: Mapping[str, str]) -> None:
        relations = attributes.get("rel", "").lower().split()
        media_type = attributes.get("type", "").partition(";")[0].strip().lower()
        href = attributes.get("href", "")
        # WordPress names the interface to its own database in the same way.
        if "alternate" not in relations or media_type not in _TYPES or "/wp-json/" in href:
            return
        if target := address(self._base, href):
            self.found.setdefault(target, "comments" in (attributes.get("title", "") + href).lower())
