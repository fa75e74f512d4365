"""Valid events with random ids, and raw records as Kafka hands them over."""

import uuid
from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from wiredesk.contracts import identity, ids
from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched, ArticleFetched, Content, Entity, Mention

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
STORY = (
    "GRANDVIEW - The harbour of Grandview will close for two days, Mayor Ada Marsh said on Monday.\n\n"
    "Engineers found cracks in the outer wall during a routine survey last week, and ships will be sent to Reykjavik "
    "until the repair is done. The work costs $2.5 million, the Harbour Authority said in a statement."
)


def url() -> str:
    """A URL nobody else uses."""
    return f"https://news.example/{uuid.uuid4()}"


def fetched(text: str = STORY, *, at: datetime = NOON, where: str | None = None) -> ArticleFetched:
    """A fetched text."""
    where = where or url()
    event = ArticleFetched(
        event_id=identity.UNIDENTIFIED,
        article_id=ids.article_id(where),
        url=where,
        submitted_url=where,
        kind=Content.TEXT,
        content=text,
        content_hash=ids.content_hash(text),
        fetched_at=at,
    )
    return identity.identified(event, "fetched", "1")


def cleaned(
    text: str = STORY, *, headline: str = "Harbour closes", at: datetime = NOON, where: str | None = None
) -> ArticleCleaned:
    """A cleaned article."""
    where = where or url()
    event = ArticleCleaned(
        event_id=identity.UNIDENTIFIED,
        article_id=ids.article_id(where),
        url=where,
        headline=headline,
        text=text,
        content_hash=ids.content_hash(headline, text),
        cleaner_version="1",
        word_count=len(text.split()),
        fetched_at=at,
    )
    return identity.identified(event, "cleaned", "1")


def enriched(
    text: str = STORY, *, headline: str = "Harbour closes", at: datetime = NOON, where: str | None = None
) -> ArticleEnriched:
    """An enriched article that names one person."""
    base = cleaned(text, headline=headline, at=at, where=where)
    name = "Ada Marsh"
    start = text.find(name)
    mentions = (Mention(field="text", start=start, end=start + len(name), surface=name),) if start >= 0 else ()
    entities = (Entity(name=name, type="PERSON", mentions=mentions),) if mentions else ()
    event = ArticleEnriched(**base.model_dump(), entities=entities, tagger_pipeline="t", tagger_version="1")
    return identity.identified(event, "enriched", "t/1")


def record(
    value: bytes | None,
    *,
    topic: str = "articles.fetched.v1",
    offset: int = 0,
    key: bytes | None = b"k",
    headers: tuple[tuple[str, bytes | None], ...] = (),
) -> "ConsumerRecord[bytes, bytes]":
    """A record as aiokafka hands it over."""
    return ConsumerRecord(
        topic=topic,
        partition=0,
        offset=offset,
        timestamp=int(NOON.timestamp() * 1000),
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=len(key or b""),
        serialized_value_size=len(value or b""),
        headers=headers,
    )
