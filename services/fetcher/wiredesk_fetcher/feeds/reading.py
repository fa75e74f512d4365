"""Which format a document is in, by its content: servers name feeds HTML, and HTML feeds."""

from wiredesk_fetcher.feeds import json_feed, sitemaps, syndication
from wiredesk_fetcher.feeds.condensing import root
from wiredesk_fetcher.feeds.document import MAX_FEED_BYTES, decoded
from wiredesk_fetcher.feeds.listing import Listing, NotAListingError, TooLargeError

__all__ = ["MAX_FEED_BYTES", "NotAListingError", "TooLargeError", "read"]

_BLANK = "\ufeff \t\r\n"
_OTHERS = {
    "html": "this is an HTML page, not a feed or sitemap",
    "head": "this is an HTML page, not a feed or sitemap",
    "body": "this is an HTML page, not a feed or sitemap",
    "opml": "this is a list of feeds (OPML), not a feed or sitemap",
}


def read(body: bytes, content_type: str, url: str) -> Listing:
    """Return what `body`, fetched from `url`, lists: an RSS, Atom or JSON feed, a sitemap or a sitemap index.

    The Content-Type header decides nothing but the encoding. Gzip data is decompressed, at most twice. Every field and
    the number of items is bounded; nothing is fetched and no file is opened, whatever the document says.

    Raises:
        NotAListingError: it is something else; the message says what.
        TooLargeError: it has more than MAX_FEED_BYTES, decompressed.
    """
    text = decoded(body, content_type)
    start = text[:1024].lstrip(_BLANK)[:1]
    if not start:
        raise NotAListingError("this is empty")
    if start in "{[":
        return json_feed.read(text, url)
    found = root(text)
    if found is None:
        return sitemaps.read_lines(text, url)
    if found.name in syndication.KINDS:
        return syndication.read(text, found, url)
    if found.name in sitemaps.KINDS:
        return sitemaps.read(text, found, url)
    raise NotAListingError(_OTHERS.get(found.name, "this is markup of another kind, not a feed or sitemap"))
