"""Events to rows, and which revision wins. Pure: a batch and what is stored go in, decisions come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleEnriched, ArticleStored, StoreStatus
from wiredesk.engine.outcomes import Received

STORE_VERSION = "1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# PostgreSQL's built-in text search configurations by BCP 47 primary tag; any other language is matched word for word.
SEARCH_CONFIGS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
PLAIN_CONFIG = "simple"

# (version, event_id): the larger is the newer. The event id only breaks ties, the same way everywhere.
Newness: TypeAlias = tuple[int, UUID]


@dataclass(frozen=True, slots=True)
class Origin:
    """The record a row came from. Its time tells it from the record at the same offset of a topic made anew."""

    topic: str
    partition: int
    offset: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One enriched event, ready to store. `version` is `fetched_at` in microseconds since 1970."""

    article_id: UUID
    event_id: UUID
    version: int
    content_hash: str
    search_config: str
    origin: Origin
    url: str | None
    headline: str = field(repr=False)
    event: str = field(repr=False)

    @property
    def newness(self) -> Newness:
        """What decides whether it replaces the current revision."""
        return self.version, self.event_id


@dataclass(frozen=True, slots=True)
class Stored:
    """A revision in the store, and the receipt it got."""

    version: int
    status: StoreStatus
    revision: int
    origin: Origin


@dataclass(slots=True)
class Article:
    """What the store knows of one article: its current revision and those that bear on the batch."""

    current: Newness | None = None
    revisions: int = 0
    by_event: dict[UUID, list[Stored]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What storing one record changed."""

    status: StoreStatus
    revision: int
    duplicate_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write for a batch: a receipt per row in order, the revisions to keep, and each article's new current."""

    receipts: Sequence[Receipt]
    revisions: Sequence[tuple[Row, Receipt]]
    current: Sequence[tuple[Row, Receipt]]


def row(received: Received[ArticleEnriched]) -> Row:
    """Return the row for an event. A time without a zone counts as UTC."""
    event = received.event
    fetched_at = event.fetched_at if event.fetched_at.tzinfo else event.fetched_at.replace(tzinfo=UTC)
    return Row(
        article_id=event.article_id,
        event_id=event.event_id,
        version=(fetched_at - _EPOCH) // timedelta(microseconds=1),
        content_hash=event.content_hash,
        search_config=SEARCH_CONFIGS.get((event.in_language or "").lower(), PLAIN_CONFIG),
        origin=Origin(received.topic, received.partition, received.offset, received.at),
        url=event.url,
        headline=event.headline,
        event=event.model_copy(update={"fetched_at": fetched_at}).model_dump_json(),
    )


def plan(rows: Sequence[Row], stored: Mapping[UUID, Article], first_with: Mapping[str, UUID]) -> Plan:
    """Return what to write for `rows`, taken in order, given the articles as `stored` (those without are new).

    `first_with` names the first article stored with each content hash. `stored` is used up: pass a fresh one.
    Lists of writes are sorted by id, so that two batches at once cannot wait for each other.
    """
    receipts: list[Receipt] = []
    revisions: list[tuple[Row, Receipt]] = []
    articles = dict(stored)
    winners: dict[UUID, tuple[Row, Receipt]] = {}
    for one in rows:
        article = articles.setdefault(one.article_id, Article())
        first = first_with.get(one.content_hash, one.article_id)
        receipt, is_new = _receipt(one, article, None if first == one.article_id else first)
        receipts.append(receipt)
        if is_new:
            revisions.append((one, receipt))
            article.revisions += 1
            article.by_event.setdefault(one.event_id, []).append(
                Stored(one.version, receipt.status, receipt.revision, one.origin)
            )
        if article.current is None or one.newness > article.current:
            article.current = one.newness
            winners[one.article_id] = (one, receipt)
    revisions.sort(key=lambda kept: (kept[0].article_id, kept[0].event_id, kept[0].version))
    return Plan(receipts, revisions, sorted(winners.values(), key=lambda winner: winner[0].article_id))


def _receipt(one: Row, article: Article, duplicate_of: UUID | None) -> tuple[Receipt, bool]:
    """Return the receipt, and whether the row is a revision to keep."""
    known = article.by_event.get(one.event_id, [])
    for kept in known:
        if kept.origin == one.origin:
            return Receipt(kept.status, kept.revision, duplicate_of), False
    # The same event again. Fetched again unchanged it only makes the current revision younger; an older one that
    # comes back after another was current (a page put back as it was) is a revision of its own.
    is_current = article.current is not None and article.current[1] == one.event_id
    if known and (is_current or article.current is None or one.newness <= article.current):
        return Receipt(StoreStatus.UNCHANGED, _same_as(one, known).revision, duplicate_of), False
    if article.current is None:
        status = StoreStatus.INSERTED
    else:
        status = StoreStatus.REVISED if one.newness > article.current else StoreStatus.SUPERSEDED
    return Receipt(status, article.revisions + 1, duplicate_of), True


def _same_as(one: Row, known: Sequence[Stored]) -> Stored:
    """Return the revision that an unchanged row repeats, the same on redelivery.

    That is the newest not newer than the row, else the oldest: what is kept of the event later on is newer than both.
    """
    older = [kept for kept in known if kept.version <= one.version]
    return max(older, key=lambda kept: kept.version) if older else min(known, key=lambda kept: kept.version)


def stored_event(row: Row, receipt: Receipt) -> ArticleStored:
    """Return the receipt as an event."""
    return ArticleStored(
        event_id=ids.event_id(row.article_id, "stored", str(row.event_id), STORE_VERSION),
        article_id=row.article_id,
        enriched_event_id=row.event_id,
        status=receipt.status,
        revision=receipt.revision,
        duplicate_of=receipt.duplicate_of,
        url=row.url,
        headline=row.headline,
    )
