"""JSON Feed 1.0 and 1.1. Fields of the wrong type are left out, as if they were missing."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wiredesk_fetcher.feeds import fields
from wiredesk_fetcher.feeds.fields import address, folded, guid, moment, plain, texts
from wiredesk_fetcher.feeds.listing import Enclosure, Item, Kind, Listing, NotAListingError

_MARK = "jsonfeed.org"


def read(text: str, url: str) -> Listing:
    """Return the JSON Feed in `text`, fetched from `url`.

    Raises:
        NotAListingError: it is no JSON, or JSON of another kind.
    """
    # Other JSON may be large, and as objects it takes many times its size: it is not even parsed.
    if _MARK not in text:
        raise NotAListingError("this is JSON, but no JSON Feed")
    try:
        feed = json.loads(text.strip("\ufeff \t\r\n"))
    except (ValueError, RecursionError) as error:
        raise NotAListingError("this starts like JSON and is none") from error
    if not isinstance(feed, dict) or _MARK not in folded(feed.get("version"), fields.MAX_TITLE):
        raise NotAListingError("this is JSON, but no JSON Feed")
    entries = _list(feed, "items")
    items = tuple(item for entry in entries[: fields.MAX_ITEMS] if (item := _item(entry, url)))
    return Listing(
        kind=Kind.JSON_FEED,
        title=folded(feed.get("title"), fields.MAX_TITLE),
        site_url=address(url, feed.get("home_page_url")),
        language=folded(feed.get("language"), fields.MAX_LANGUAGE),
        hub=_hub(feed, url),
        self_url=address(url, feed.get("feed_url")),
        items=items,
        dropped=len(entries) - len(items),
    )


def _list(of: Mapping[str, Any], name: str) -> list[Any]:
    value = of.get(name)
    return value if isinstance(value, list) else []


def _objects(of: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    return (value for value in _list(of, name) if isinstance(value, dict))


def _item(entry: object, url: str) -> Item | None:
    if not isinstance(entry, dict):
        return None
    # An id should be an address; an external address is that of another's article, which the item is about.
    link = address(url, entry.get("url")) or _absolute(entry.get("id")) or address(url, entry.get("external_url"))
    if not link:
        return None
    summary = (
        folded(entry.get("summary"), fields.MAX_SUMMARY)
        or plain(entry.get("content_html"), fields.MAX_SUMMARY)
        or folded(entry.get("content_text"), fields.MAX_SUMMARY)
    )
    return Item(
        url=link,
        guid=guid(entry.get("id")),
        title=folded(entry.get("title"), fields.MAX_TITLE),
        published=moment(entry.get("date_published")),
        updated=moment(entry.get("date_modified")),
        authors=texts(_authors(entry), fields.MAX_AUTHORS),
        categories=texts(_list(entry, "tags"), fields.MAX_CATEGORIES),
        summary=summary,
        language=folded(entry.get("language"), fields.MAX_LANGUAGE),
        enclosures=_enclosures(entry, url),
    )


def _absolute(identifier: object) -> str:
    # Resolved against the feed any number would be an address.
    return address("", identifier)


def _authors(entry: Mapping[str, Any]) -> Iterator[object]:
    for author in _objects(entry, "authors"):
        yield author.get("name")
    # The one author of version 1.0.
    single = entry.get("author")
    if isinstance(single, dict):
        yield single.get("name")


def _hub(feed: Mapping[str, Any], url: str) -> str:
    for hub in _objects(feed, "hubs"):
        if folded(hub.get("type"), fields.MAX_NAME).lower() == "websub" and (found := address(url, hub.get("url"))):
            return found
    return ""


def _enclosures(entry: Mapping[str, Any], url: str) -> tuple[Enclosure, ...]:
    found: list[Enclosure] = []
    for attachment in _objects(entry, "attachments"):
        if len(found) == fields.MAX_ENCLOSURES:
            break
        if target := address(url, attachment.get("url")):
            size = attachment.get("size_in_bytes")
            length = size if isinstance(size, int) and not isinstance(size, bool) and 0 < size < 10**15 else None
            found.append(Enclosure(target, folded(attachment.get("mime_type"), fields.MAX_NAME), length))
    return tuple(found)
