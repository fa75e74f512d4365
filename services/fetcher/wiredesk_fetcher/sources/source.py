"""A source: an address that lists articles, and all that is remembered of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

from wiredesk.contracts.events import ArticleSubmitted, FeedItem
from wiredesk.contracts.ids import NAMESPACE, article_id, canonical_url
from wiredesk_fetcher.feeds.listing import Item
from wiredesk_fetcher.sources.health import Health
from wiredesk_fetcher.sources.schedule import Rhythm

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Source:
    """An address that is polled. Times are in UTC; `next_poll` None says never.

    `backlog` is how many of the articles that it lists at its first poll are taken; None: as many as are set for all.
    `moved_to` is where it permanently redirects to. `etag`, `last_modified` and `body_hash` are the last listing's.
    """

    source_id: UUID
    url: str
    title: str
    kind: str
    site_url: str
    labels: Mapping[str, str]
    added_at: datetime
    revisits: bool = True
    backlog: int | None = None
    moved_to: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    rhythm: Rhythm = field(default_factory=Rhythm)
    next_poll: datetime | None = None
    why: str = "new: polled at once"
    health: Health = field(default_factory=Health)
    polls: int = 0
    listed: int = 0

    @property
    def address(self) -> str:
        """Where it is polled."""
        return self.moved_to or self.url

    @property
    def name(self) -> str:
        """What its articles say as their source: its title, or else its address; at most 200 characters."""
        return (self.title or self.url)[:_LONGEST_NAME]


def source_id(url: str) -> UUID:
    """Return the id of the source at `url`: adding it twice makes one."""
    return uuid5(NAMESPACE, f"source:{canonical_url(url)}")


def identity(item: Item) -> bytes:
    """Return the digest (32 bytes) by which a source knows an item again."""
    return sha256(item.identity.encode("utf-8", "surrogatepass")).digest()


def submission(source: Source, item: Item) -> ArticleSubmitted:
    """Return the submission of an item that `source` lists."""
    return ArticleSubmitted(
        url=item.url,
        source=source.name,
        source_labels=dict(source.labels) or None,
        published_hint=item.published,
        feed_item=FeedItem.model_validate(
            {
                "feed": source.url,
                "guid": item.guid or None,
                "headline": item.title or None,
                "authors": item.authors,
                "keywords": item.categories,
                "description": item.summary or None,
                "enclosures": [
                    {"url": one.url, "media_type": one.media_type or None, "length": one.length}
                    for one in item.enclosures
                ],
            }
        ),
    )


def article_of(item: Item) -> UUID:
    """Return the id that the item's article has."""
    return article_id(item.url)
