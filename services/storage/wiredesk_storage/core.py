"""Events to rows, and which revision wins. Pure: a batch and what is stored go in, decisions come out.

A revision is what an article said from some time on. Each record is one of these, by what is stored when it comes:

- `unchanged`: it says what the current revision says, whenever it was fetched; or what an older one is known to have
  said at that time. No revision is added. The current one is confirmed for that time, so that a page looked at again is
  newer than another version that comes late;
- `inserted`: the article's first revision;
- `revised`: it says something else, and is newer than all that is stored: a new revision, from now on the current one;
- `superseded`: it says something else, and something newer is stored: a new revision, kept as history.

To say the same is to be equal in all but `event_id`, `fetched_at` and `schema_version`: a corrected credit is a
revision, and so is a page that is put back as it was. Newer is the later `fetched_at`; at the same microsecond the
larger `event_id`.

A record delivered again gets the same receipt, whatever came since, and changes nothing: one that made a revision is
known by its place on the topic, one that confirmed a revision lies in the span of time for which it was confirmed.
What a `revised` one changed is decided once, against the revision that was current then, and kept. A `superseded` one
came late: which was the one before it is not known, and nothing is said.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from wiredesk.contracts import identity
from wiredesk.contracts.events import ArticleEnriched, StoreStatus
from wiredesk.engine.outcomes import Received
from wiredesk_storage.copies.comparing import Copy
from wiredesk_storage.copies.signatures import keys
from wiredesk_storage.revisions.kinds import Verdict
from wiredesk_storage.search.indexing import Indexed, indexed
from wiredesk_storage.search_configs import PLAIN_CONFIG, SEARCH_CONFIGS
from wiredesk_storage.stories.arriving import Arrival, arrival

# What an event says of itself and not of the article; the id that it has, and the time it was fetched.
# Nor is it said by the article who listed it, and on what terms it was got.
_NOT_SAID = {"schema_version", "event_id", "fetched_at", "source_labels", "feed_item", "rights"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Newness(NamedTuple):
    """When an article was seen saying something: the larger is the newer, the same way everywhere.

    `version` is `fetched_at` in microseconds since 1970. The event id only breaks ties.
    """

    version: int
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Origin:
    """The record a row came from. Its time tells it from the record at the same offset of a topic made anew."""

    topic: str
    partition: int
    offset: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One enriched event, ready to store. `said` is a digest of all that the event says of the article."""

    article_id: UUID
    event_id: UUID
    version: int
    said: str
    content_hash: str
    search_config: str
    origin: Origin
    url: str | None
    headline: str = field(repr=False)
    document: str = field(repr=False)
    """the event as JSON"""
    copy_keys: tuple[int, ...] = field(default=(), repr=False)
    """by what its copies are found; none where its text has no signature"""
    indexed: Indexed = field(default=Indexed(), repr=False)
    arrival: Arrival | None = field(default=None, repr=False)
    """what its story needs of it"""

    @property
    def newness(self) -> Newness:
        """What decides whether it replaces the current revision."""
        return Newness(self.version, self.event_id)


@dataclass(slots=True)
class Revision:
    """A revision as stored: the receipt it got, the earliest and the latest version of the records that said it."""

    number: int
    status: StoreStatus
    said: str
    origin: Origin
    seen_from: int
    seen_until: int
    changed: Verdict | None = None


@dataclass(slots=True)
class Article:
    """What the store knows of one article: its revisions that bear on the batch, which is current, and since when."""

    latest: Newness | None = None
    """of all records that said what the current revision says the newest"""
    current: int = 0
    count: int = 0
    revisions: dict[int, Revision] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What storing one record changed. Delivered again it gets an equal one.

    `changed`: what the record's own revision changed; None where that was not compared, and for any other record.
    `copy`: of what the article is one.
    `is_current`: the record made the revision that holds once the batch is stored, whatever it was when it was made.
    """

    status: StoreStatus
    revision: int
    duplicate_of: UUID | None = None
    changed: Verdict | None = None
    copy: Copy | None = None
    is_current: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """What storing one record came to whose article was withdrawn or erased: nothing."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A revision that was seen again, with its span, and the newest record that said what the article says now."""

    article_id: UUID
    revision: int
    seen_from: int
    seen_until: int
    latest: Newness


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write for a batch, in this order; `receipts` are one per row, in the order of the rows.

    Revisions to keep, the new current one of each article, and the revisions that were confirmed. `replaced` is to be
    compared first: articles, each with the number of the revision that was current and of the one that is from then on.
    """

    receipts: Sequence[Receipt | Refused]
    revisions: Sequence[tuple[Row, Receipt]]
    current: Sequence[tuple[Row, Receipt]]
    confirmed: Sequence[Confirmed]
    replaced: Sequence[tuple[UUID, int, int]]


def row(received: Received[ArticleEnriched]) -> Row:
    """Return the row for an event. A time without a zone counts as UTC."""
    event = received.event
    fetched_at = event.fetched_at if event.fetched_at.tzinfo else event.fetched_at.replace(tzinfo=UTC)
    said = _said(event)
    config = SEARCH_CONFIGS.get((event.in_language or "").lower(), PLAIN_CONFIG)
    own = f'"schema_version":"{event.schema_version}","event_id":"{event.event_id}"'
    return Row(
        article_id=event.article_id,
        event_id=event.event_id,
        version=(fetched_at - _EPOCH) // timedelta(microseconds=1),
        said=identity.digest(said),
        content_hash=event.content_hash,
        search_config=config,
        indexed=indexed(event, config),
        copy_keys=keys(event.minhash),
        arrival=arrival(event),
        origin=Origin(received.topic, received.partition, received.offset, received.at),
        url=event.url,
        headline=event.headline,
        # Written once, hashed and stored.
        document=f'{{{own},"fetched_at":"{fetched_at.isoformat()}",{said[1:]}',
    )


def said_by(document: str) -> str:
    """Return the digest of all that a stored event says of its article."""
    return identity.digest(_said(ArticleEnriched.model_validate_json(document)))


def _said(event: ArticleEnriched) -> str:
    return event.model_dump_json(exclude=_NOT_SAID, exclude_none=True)


def plan(
    rows: Sequence[Row],
    stored: Mapping[UUID, Article],
    first_with: Mapping[str, UUID],
    refused: AbstractSet[UUID] = frozenset(),
) -> Plan:
    """Return what to write for `rows`, taken in order, given the articles as `stored` (those without are new).

    Of each article must be given the current revision, those that say what a row says, and those that a row made.
    `first_with` names the first article stored with each content hash. `stored` is used up: pass a fresh one.
    Of those `refused` nothing is written: a record that is known gets its receipt again, and holds no more.
    Lists of writes are sorted by id, so that two batches at once cannot wait for each other.
    """
    receipts: list[Receipt | Refused] = []
    kept: list[tuple[Row, Receipt]] = []
    current: dict[UUID, tuple[Row, Receipt]] = {}
    confirmed: set[tuple[UUID, int]] = set()
    replaced: list[tuple[UUID, int, int]] = []
    articles = dict(stored)
    for one in rows:
        article = articles.setdefault(one.article_id, Article())
        first = first_with.get(one.content_hash, one.article_id)
        duplicate_of = None if first == one.article_id else first
        if known := _known(one, article):
            # What made the revision gets its receipt again; what repeats it is told which one it repeats.
            again = known.origin == one.origin
            status, changed = (known.status, known.changed) if again else (StoreStatus.UNCHANGED, None)
            receipts.append(Receipt(status, known.number, duplicate_of, changed))
        elif one.article_id in refused:
            receipts.append(Refused())
        elif article.count and article.revisions[article.current].said == one.said:
            _confirm(one, article)
            confirmed.add((one.article_id, article.current))
            receipts.append(Receipt(StoreStatus.UNCHANGED, article.current, duplicate_of))
        else:
            before, status = article.current, _add(one, article)
            receipt = Receipt(status, article.count, duplicate_of)
            if status is StoreStatus.REVISED:
                replaced.append((one.article_id, before, article.count))
            receipts.append(receipt)
            kept.append((one, receipt))
            if article.current == receipt.revision:
                current[one.article_id] = (one, receipt)
    for number, (one, made) in enumerate(zip(rows, receipts, strict=True)):
        if isinstance(made, Receipt) and one.article_id not in refused:
            receipts[number] = replace(made, is_current=_made_current(articles[one.article_id], one, made))
    return Plan(
        receipts,
        sorted(kept, key=lambda pair: (pair[0].article_id, pair[1].revision)),
        [current[article] for article in sorted(current)],
        [_confirmed(article_id, number, articles[article_id]) for article_id, number in sorted(confirmed)],
        replaced,
    )


def _known(one: Row, article: Article) -> Revision | None:
    """Return the revision that the row made, or that it is known to repeat.

    Of several the first. Only the current revision's span ever grows, and it is the last of those that say the same:
    so the answer for a row never changes.
    """
    for revision in article.revisions.values():
        if revision.origin == one.origin:
            return revision
    for number in sorted(article.revisions):
        revision = article.revisions[number]
        if revision.said == one.said and revision.seen_from <= one.version <= revision.seen_until:
            return revision
    return None


def _made_current(article: Article, one: Row, receipt: Receipt) -> bool:
    return article.current == receipt.revision and article.revisions[receipt.revision].origin == one.origin


def _confirm(one: Row, article: Article) -> None:
    revision = article.revisions[article.current]
    revision.seen_from = min(revision.seen_from, one.version)
    revision.seen_until = max(revision.seen_until, one.version)
    assert article.latest is not None, "an article with revisions has a newest"
    article.latest = max(article.latest, one.newness)


def _add(one: Row, article: Article) -> StoreStatus:
    """Add the revision that the row makes; it is the current one when it is the newest."""
    is_newest = article.latest is None or one.newness > article.latest
    status = StoreStatus.REVISED if is_newest else StoreStatus.SUPERSEDED
    if not article.count:
        status = StoreStatus.INSERTED
    article.count += 1
    article.revisions[article.count] = Revision(article.count, status, one.said, one.origin, one.version, one.version)
    if is_newest:
        article.current, article.latest = article.count, one.newness
    return status


def _confirmed(article_id: UUID, number: int, article: Article) -> Confirmed:
    revision = article.revisions[number]
    assert article.latest is not None, "an article with revisions has a newest"
    return Confirmed(article_id, number, revision.seen_from, revision.seen_until, article.latest)
