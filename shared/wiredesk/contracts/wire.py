"""How an event becomes a Kafka record and back: JSON value, CloudEvents 1.0 headers in binary mode, the key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError

from wiredesk.contracts import topics
from wiredesk.contracts.errors import InvalidRecordError
from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched, ArticleRejected, ArticleSubmitted, Event
from wiredesk.contracts.ids import registrable_host
from wiredesk.contracts.json_size import has_more_values
from wiredesk.contracts.sources import SourceHealth
from wiredesk.contracts.stories import StoryUpdated
from wiredesk.contracts.submission import article_of
from wiredesk.contracts.topics import Topic
from wiredesk.contracts.withdrawals import ArticleWithdrawn

E = TypeVar("E", bound=Event)

CORRELATION = "correlation_id"
# A longer one is cut: it goes along on every record that comes of a submission.
MAX_CORRELATION_CHARS = 256
TRACE = ("traceparent", "tracestate")
ATTEMPT = "wiredesk-attempt"
NOT_BEFORE = "wiredesk-not-before"
REASON = "wiredesk-reason"
ERROR = "wiredesk-error"
ERROR_TYPE = "wiredesk-error-type"
STAGE = "wiredesk-stage"
ORIGIN = "wiredesk-origin"
ORIGIN_END = "wiredesk-origin-end"
ORIGIN_TIME = "wiredesk-origin-time"
FAILED_AT = "wiredesk-failed-at"
REPLAY_OF = "wiredesk-replay-of"
VERSION = "wiredesk-version"

# Kafka frames a record with a few dozen bytes, and incompressible data grows a little under zstd.
FRAMING_BYTES = 16 * 1024

# How many JSON values a record may have. Ten times what a contract without lists could grow to, and what an event of
# articles, zone by zone and mention by mention, cannot reach in the bytes its topic admits.
MAX_VALUES = 200_000
MAX_VALUES_OF_ARTICLE = 1_000_000
# To list more errors than that takes longer than it took to find them.
_FEW_ERRORS = 1000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOPIC_OF: Mapping[type[Event], Topic] = {topic.event: topic for topic in topics.PUBLIC}
# Made once: a header of every record.
_SCHEMA_IDS: Mapping[str, str] = {
    topic.name: topic.schema_id for topic in (*topics.PUBLIC, topics.CURRENT, *topics.BESIDE)
}


@dataclass(frozen=True, slots=True)
class Record:
    """A record ready to send. The value stays out of its repr. `reason` is why, for a rejection.

    `fetched_at` (aware) is when the article in it was got; None where there is none, or nobody wants to know.
    """

    topic: Topic
    key: bytes | None
    value: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    fetched_at: datetime | None = field(default=None, compare=False)

    @property
    def size(self) -> int:
        """Bytes on the wire before compression, framing included."""
        headers = sum(len(name) + len(value.encode()) + 10 for name, value in self.headers.items())
        return len(self.value) + len(self.key or b"") + headers + FRAMING_BYTES


def topic_of(event: Event) -> Topic:
    """Return the topic an event belongs on.

    Raises:
        TypeError: the event has no topic.
    """
    topic = _TOPIC_OF.get(type(event))
    if topic is None:
        raise TypeError(f"no topic carries {type(event).__name__}")
    return topic


def subject(event: Event) -> UUID:
    """Return the article the event is about; for a submission the id it will have."""
    if isinstance(event, ArticleSubmitted):
        return article_of(event)
    return event.article_id  # type: ignore[attr-defined, no-any-return]


def encode(event: Event, *, source: str, time: datetime, carried: Mapping[str, str] | None = None) -> Record:
    """Return the record for `event`; `carried` are headers to hand on (correlation id, trace context)."""
    topic = topic_of(event)
    about = str(subject(event))
    identity = str(getattr(event, "event_id", "")) or (carried or {}).get(CORRELATION, about)
    headers = _headers(topic, identity, about, source, time) | dict(carried or {})
    key = about
    if isinstance(event, ArticleSubmitted) and event.url:
        key = registrable_host(event.url)
    reason = event.reason.value if isinstance(event, ArticleRejected) else ""
    value = event.model_dump_json(exclude_none=True).encode()
    return Record(topic, key.encode(), value, headers, reason, _fetched_at(event))


def of_table(
    table: Topic,
    article_id: UUID,
    event_id: UUID,
    value: bytes,
    *,
    source: str,
    time: datetime,
    fetched_at: datetime | None = None,
) -> Record:
    """Return the record that says in `table` what an article says now: `value` is the event as it was on its topic."""
    headers = _headers(table, str(event_id), str(article_id), source, time)
    return Record(table, str(article_id).encode(), value, headers, fetched_at=fetched_at)


def _fetched_at(event: Event) -> datetime | None:
    """Return when the article in an event was got; a time without a zone counts as UTC."""
    at: datetime | None = getattr(event, "fetched_at", None)
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def of_feed(feed: Topic, event: ArticleEnriched, *, source: str, time: datetime) -> Record:
    """Return the record that hands an enriched event on to a topic of somebody's choice; it is as on its own topic."""
    return replace(encode(event, source=source, time=time), topic=feed)


def of_source(health: SourceHealth, *, source: str) -> Record:
    """Return the record that says how a source is now."""
    about = str(health.source_id)
    headers = _headers(topics.SOURCES, f"{about}/{health.at.isoformat()}", about, source, health.at)
    return Record(topics.SOURCES, about.encode(), health.model_dump_json(exclude_none=True).encode(), headers)


def of_story(story: StoryUpdated, *, source: str, time: datetime) -> Record:
    """Return the record that says what a story is now."""
    about = str(story.story_id)
    headers = _headers(topics.STORIES, str(story.event_id), about, source, time)
    return Record(topics.STORIES, about.encode(), story.model_dump_json(exclude_none=True).encode(), headers)


def of_withdrawal(event: ArticleWithdrawn, *, source: str) -> Record:
    """Return the record that says that an article was withdrawn, erased or reinstated."""
    about = str(event.article_id)
    headers = _headers(topics.WITHDRAWN, str(event.event_id), about, source, event.at)
    return Record(topics.WITHDRAWN, about.encode(), event.model_dump_json(exclude_none=True).encode(), headers)


def _headers(topic: Topic, identity: str, about: str, source: str, time: datetime) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": identity,
        "ce_type": f"wiredesk.{topic.name}",
        "ce_source": f"/wiredesk/{source}",
        "ce_time": time.isoformat(),
        "ce_subject": about,
        "ce_dataschema": _SCHEMA_IDS[topic.name],
    }


def present(value: bytes | None) -> bytes:
    """Return the value of a record as it is.

    Raises:
        InvalidRecordError: it has none.
    """
    if value is None:
        raise InvalidRecordError("the record has no value (null)", reason="null_value")
    return value


def decode(value: bytes | None, contract: type[E]) -> E:
    """Return the event in `value`.

    Raises:
        InvalidRecordError: null, empty, not JSON, of too many values, or not of the contract; the message says where,
            never what.
    """
    value = present(value)
    if not value.strip():
        raise InvalidRecordError("the record is empty", reason="empty_value")
    limit = MAX_VALUES_OF_ARTICLE if issubclass(contract, ArticleCleaned) else MAX_VALUES
    if has_more_values(value, limit):
        raise InvalidRecordError(f"{contract.__name__}: more than {limit:,} JSON values", reason="too_complex")
    try:
        return contract.model_validate_json(value)
    except ValidationError as error:
        if error.error_count() > _FEW_ERRORS:
            message = f"{contract.__name__}: {error.error_count():,} errors"
            raise InvalidRecordError(message, reason="invalid_schema") from None
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = "invalid_json" if first["type"] == "json_invalid" else "invalid_schema"
        message = f"{where}: {first['msg']}" if where else first["msg"]
        raise InvalidRecordError(f"{contract.__name__}: {message}", reason=reason) from None


def decode_headers(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Return headers as text.

    Raises:
        InvalidRecordError: a value is not UTF-8 (`invalid_header`).
    """
    try:
        return {name: (value or b"").decode() for name, value in headers}
    except UnicodeDecodeError:
        raise InvalidRecordError("a header is not UTF-8", reason="invalid_header") from None


def readable_headers(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Return headers as text whatever they hold: what is not UTF-8 is escaped. Never raises."""
    return {name: (value or b"").decode("utf-8", "backslashreplace") for name, value in headers}


def record_time(milliseconds: int) -> datetime:
    """Return the time of a record (UTC). What no calendar has, which any producer can send, counts as 1970."""
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return _EPOCH
