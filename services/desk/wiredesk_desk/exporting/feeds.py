"""RSS 2.0 and Atom 1.0 of a search. Pure.

Ids are those of the articles: an article that is revised stays one entry in whoever reads the feed. Dates are those of
searches: never later than the article was fetched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_desk.exporting.markup import element, html, on_a_line
from wiredesk_desk.exporting.values import dated, stamp, uri, utc

# Entries, unless more are asked for.
ENTRIES = 50
_SUMMARY_CHARACTERS = 300
_NAME = "Wiredesk"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is of: its `title`, its `id` (a URI, the same for the same search), when its newest entry is from.

    `address` is where it is read; empty: it is a file.
    """

    title: str
    id: str
    updated: datetime
    address: str = ""


def rss_head(feed: Feed) -> bytes:
    """Return what comes before the items. A search has no page of its own: its link is its id."""
    lines = (
        element("title", feed.title),
        element("link", feed.id),
        element("description", f"Articles in {_NAME}, the newest first"),
        element("lastBuildDate", _rfc822(feed.updated)),
        element("generator", _NAME),
    )
    start = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
    )
    return f"{_XML}{start}{_joined(lines)}".encode()


def rss_item(article: ArticleEnriched) -> bytes:
    """Return an item. The description is a summary, the whole text is `content:encoded`; both are HTML."""
    return _element("item", _rss(article))


def _rss(article: ArticleEnriched) -> Iterator[str]:
    yield element("title", _title(article))
    if address := uri(article.url):
        yield element("link", address)
    yield element("guid", article.article_id.urn, isPermaLink="false")
    yield element("pubDate", _rfc822(dated(article)))
    yield from (element("dc:creator", on_a_line(author)) for author in article.authors)
    yield from (element("category", category) for category in _categories(article))
    yield element("description", html(_summary(article)))
    yield element("content:encoded", html(article.text))


RSS_FOOT = b"</channel>\n</rss>\n"


def atom_head(feed: Feed) -> bytes:
    """Return what comes before the entries."""
    lines = (
        element("title", feed.title),
        element("id", feed.id),
        element("updated", stamp(feed.updated)),
        *([element("link", rel="self", href=feed.address)] if feed.address else ()),
        f"<author>{element('name', _NAME)}</author>",
        element("generator", _NAME),
    )
    return f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom">\n{_joined(lines)}'.encode()


def atom_item(article: ArticleEnriched, page: str = "") -> bytes:
    """Return an entry with a summary as text and the whole text as HTML.

    `page` is where it leads an article that has no address of its own; empty: nowhere.
    """
    return _element("entry", _atom(article, page))


def _atom(article: ArticleEnriched, page: str) -> Iterator[str]:
    yield element("title", _title(article))
    yield element("id", article.article_id.urn)
    yield element("updated", stamp(updated(article)))
    yield element("published", stamp(dated(article)))
    if address := uri(article.url) or page:
        yield element("link", rel="alternate", href=address)
    yield from (f"<author>{element('name', on_a_line(author))}</author>" for author in article.authors)
    yield from (element("category", term=category) for category in _categories(article))
    yield element("summary", _summary(article))
    said = {"type": "html"}
    if article.in_language:
        said["xml:lang"] = article.in_language
    yield element("content", html(article.text), **said)


ATOM_FOOT = b"</feed>\n"


def updated(article: ArticleEnriched) -> datetime:
    """Return when an article last changed, as far as it says so and that can be."""
    modified = utc(article.date_modified) if article.date_modified else dated(article)
    return min(max(modified, dated(article)), utc(article.fetched_at))


def _title(article: ArticleEnriched) -> str:
    return on_a_line(article.headline) or _summary(article) or str(article.article_id)


def _summary(article: ArticleEnriched) -> str:
    """Return the subtitle, or how the text begins."""
    said = on_a_line(article.alternative_headline or "") or on_a_line(article.text[: 4 * _SUMMARY_CHARACTERS])
    return said if len(said) <= _SUMMARY_CHARACTERS else said[:_SUMMARY_CHARACTERS].rsplit(" ", 1)[0] + " …"


def _categories(article: ArticleEnriched) -> list[str]:
    said = (on_a_line(one) for one in (article.article_section or "", *article.keywords))
    return list(dict.fromkeys(one for one in said if one))


def _rfc822(at: datetime) -> str:
    return format_datetime(utc(at), usegmt=True)


def _joined(lines: Iterator[str] | tuple[str, ...]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _element(name: str, lines: Iterator[str]) -> bytes:
    return f"<{name}>\n{_joined(lines)}</{name}>\n".encode()
