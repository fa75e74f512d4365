"""RSS 0.9x, 1.0 and 2.0, Atom and podcasts, through feedparser: it reads the broken feeds that others do not."""

import calendar
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import feedparser  # type: ignore[import-untyped]

from wiredesk_fetcher.feeds import fields
from wiredesk_fetcher.feeds.condensing import Root, condensed
from wiredesk_fetcher.feeds.fields import address, folded, guid, moment, plain, texts
from wiredesk_fetcher.feeds.listing import Enclosure, Item, Kind, Listing, NotAListingError

# By root element. A feed that lost its root still has a channel.
KINDS = {"rss": Kind.RSS, "channel": Kind.RSS, "rdf": Kind.RDF, "feed": Kind.ATOM}

_LONGEST_TTL = timedelta(days=31)


def read(text: str, root: Root, url: str) -> Listing:
    """Return the feed in `text`, fetched from `url`, whose root element is one of KINDS.

    Links are resolved against `xml:base` and `url`. Dates that make no sense are None; without an offset they are UTC.

    Raises:
        NotAListingError: feedparser cannot read it at all.
    """
    kind = KINDS[root.name]
    xml, beyond = condensed(text, root.start)
    parsed = _parsed(xml, url)
    feed: dict[str, Any] = parsed["feed"]
    entries = parsed["entries"][: fields.MAX_ITEMS]
    items = tuple(item for entry in entries if (item := _item(entry, kind, url)))
    return Listing(
        kind=kind,
        title=_text(feed, "title", fields.MAX_TITLE, kind),
        site_url=address(url, _get(feed, "link")),
        language=folded(_get(feed, "language"), fields.MAX_LANGUAGE),
        ttl=_ttl(_get(feed, "ttl")),
        hub=_link(feed, "hub", url),
        self_url=_link(feed, "self", url),
        items=items,
        dropped=beyond + len(parsed["entries"]) - len(items),
        is_broken=root.is_preceded_by_text or bool(parsed["bozo"]),
    )


def _parsed(xml: str, url: str) -> dict[str, Any]:
    # The encoding is settled: by feedparser's rules a stranger could name any codec of Python's. Markup in texts is
    # not worked on (sanitized, its links resolved), which takes longer than all the rest: only its text is kept.
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    try:
        # Bytes in a stream: what is given as str or bytes may be opened as a file or fetched.
        parsed: dict[str, Any] = feedparser.parse(
            io.BytesIO(xml.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:
        # Strangers find ever new ways to make it stumble, and none of them says more than this.
        raise NotAListingError("this looks like a feed and is too broken to be read") from error
    return parsed


def _get(entry: dict[str, Any], name: str) -> Any:
    # FeedParserDict's own methods give one field for another, with a warning.
    return dict.get(entry, name)


def _item(entry: dict[str, Any], kind: Kind, url: str) -> Item | None:
    link = address(url, _get(entry, "link"))
    if not link and _get(entry, "guidislink"):
        link = address(url, _get(entry, "id"))
    if not link:
        return None
    published, updated = _moment(entry, "published"), _moment(entry, "updated")
    if kind is not Kind.ATOM and published is None:
        # Where RSS has no date of its own, dc:date stands in, which feedparser takes for an update.
        published, updated = updated, None
    return Item(
        url=link,
        guid=guid(_get(entry, "id")),
        title=_text(entry, "title", fields.MAX_TITLE, kind),
        published=published,
        updated=updated,
        authors=texts((_name(author) for author in _get(entry, "authors") or ()), fields.MAX_AUTHORS),
        categories=texts(
            (_get(tag, "label") or _get(tag, "term") for tag in _get(entry, "tags") or ()), fields.MAX_CATEGORIES
        ),
        summary=_summary(entry, kind),
        language=_language(entry),
        enclosures=_enclosures(_get(entry, "links") or (), url),
    )


def _text(entry: dict[str, Any], name: str, limit: int, kind: Kind) -> str:
    detail = _get(entry, f"{name}_detail")
    # Atom says what is no markup, and means it; RSS does not say, and titles come with markup.
    if kind is Kind.ATOM and detail and _get(detail, "type") == "text/plain":
        return folded(_get(entry, name), limit)
    return plain(_get(entry, name), limit)


def _summary(entry: dict[str, Any], kind: Kind) -> str:
    if summary := _text(entry, "summary", fields.MAX_SUMMARY, kind):
        return summary
    for content in _get(entry, "content") or ():
        if summary := plain(_get(content, "value"), fields.MAX_SUMMARY):
            return summary
    return ""


def _name(author: dict[str, Any]) -> Any:
    return _get(author, "name") or _get(author, "email")


def _language(entry: dict[str, Any]) -> str:
    detail = _get(entry, "title_detail")
    found = _get(entry, "language") or (_get(detail, "language") if detail else None)
    return folded(found, fields.MAX_LANGUAGE)


def _moment(entry: dict[str, Any], name: str) -> datetime | None:
    written, parsed = _get(entry, name), _get(entry, f"{name}_parsed")
    # Of what is far too long feedparser makes a date nonetheless.
    if not isinstance(written, str) or len(written) > fields.MAX_DATE:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else moment(written)
    except (ValueError, OverflowError, OSError):
        return None


def _ttl(minutes: object) -> timedelta | None:
    if not isinstance(minutes, str) or not re.fullmatch("[0-9]{1,9}", minutes.strip()) or not int(minutes):
        return None
    return min(timedelta(minutes=int(minutes)), _LONGEST_TTL)


def _link(feed: dict[str, Any], relation: str, url: str) -> str:
    for link in _get(feed, "links") or ():
        if _get(link, "rel") == relation and (found := address(url, _get(link, "href"))):
            return found
    return ""


def _enclosures(links: Iterable[dict[str, Any]], url: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for link in islice(links, fields.MAX_ENCLOSURES * 10):
        if len(found) == fields.MAX_ENCLOSURES:
            break
        if _get(link, "rel") == "enclosure" and (target := address(url, _get(link, "href"))):
            length = str(_get(link, "length") or "")
            size = int(length) if re.fullmatch("[0-9]{1,15}", length) else None
            found.setdefault(target, Enclosure(target, folded(_get(link, "type"), fields.MAX_NAME), size or None))
    return tuple(found.values())
