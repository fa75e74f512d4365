"""What a feed or sitemap lists, the same for every format. Picklable: listings are read in another process."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class NotAListingError(ValueError):
    """The document is neither feed nor sitemap. The message says what it is instead and quotes nothing of it."""


class TooLargeError(NotAListingError):
    """The document has more bytes, decompressed, than are read."""


class Kind(StrEnum):
    """The format of a listing."""

    RSS = "rss"
    ATOM = "atom"
    RDF = "rdf"
    JSON_FEED = "json_feed"
    SITEMAP = "sitemap"
    NEWS_SITEMAP = "news_sitemap"
    SITEMAP_INDEX = "sitemap_index"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that comes with an item, such as a podcast's sound. `url` is absolute; `length` is in bytes."""

    url: str
    media_type: str = ""
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One article as a listing announces it. `url` is absolute, http or https; texts are plain; times are in UTC."""

    url: str
    guid: str = ""
    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    summary: str = ""
    language: str = ""
    enclosures: tuple[Enclosure, ...] = ()

    @property
    def identity(self) -> str:
        """What tells this item from the others of its listing: the guid if there is one, else the URL.

        The guid comes first because it is what the publisher vows not to change: addresses get new tracking
        parameters, slugs and hosts. The title plays no part, so a corrected headline makes no new item.
        """
        return self.guid or self.url


@dataclass(frozen=True, slots=True)
class Sitemap:
    """One sitemap that an index names. `url` is absolute, http or https; `modified` is in UTC."""

    url: str
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A feed, sitemap or sitemap index as read.

    Attributes:
        kind: The format it is in.
        title: What the listing calls itself, as plain text.
        site_url: The page it belongs to; empty if it names none.
        language: The language tag it declares, as it is written.
        ttl: How long it asks to be kept before it is fetched again.
        hub: The address of its WebSub hub.
        self_url: What it says its own address is.
        items: In the order of the document; those of a sitemap newest first, then those without a date.
        sitemaps: Of an index alone; newest first, then those without a date.
        dropped: How many entries were left out: without a usable http or https address, or beyond the limit.
        is_broken: The document is not well-formed and was read leniently; items may be missing or cut.
    """

    kind: Kind
    title: str = ""
    site_url: str = ""
    language: str = ""
    ttl: timedelta | None = None
    hub: str = ""
    self_url: str = ""
    items: tuple[Item, ...] = ()
    sitemaps: tuple[Sitemap, ...] = ()
    dropped: int = 0
    is_broken: bool = False
