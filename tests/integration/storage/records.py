"""Enriched articles as records, and short ways to store them."""

import itertools
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleEnriched, Entity, Mention
from wiredesk.engine.outcomes import Received
from wiredesk_storage import handlers
from wiredesk_storage.store import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OFFSETS = itertools.count()


def enriched(text=None, *, url=None, minute=0, **fields) -> ArticleEnriched:
    """An enriched article; by default with a URL and a text nobody else has."""
    url = url or f"https://news.example/{uuid.uuid4()}"
    text = text or f"Ada Marsh spoke about {uuid.uuid4()}."
    article, content = ids.article_id(url), ids.content_hash("Headline", text)
    surface = text[:9]
    return ArticleEnriched(
        **{
            "event_id": ids.event_id(article, "enriched", content, "t/1"),
            "article_id": article,
            "url": url,
            "headline": "Headline",
            "text": text,
            "content_hash": content,
            "in_language": "en",
            "word_count": len(text.split()),
            "fetched_at": NOON + timedelta(minutes=minute),
            "cleaner_version": "1",
            "tagger_pipeline": "t",
            "tagger_version": "1",
            "entities": (
                Entity(name=surface, type="PERSON", mentions=(Mention(field="text", start=0, end=9, surface=surface),)),
            ),
            **fields,
        }
    )


def received(event: ArticleEnriched) -> Received[ArticleEnriched]:
    """The event as a record at an offset of its own."""
    return Received(event, at=NOON, topic="articles.enriched.v1", partition=0, offset=next(OFFSETS))


async def keep(records: Sequence[Received[ArticleEnriched]], *, store: Store) -> Any:
    return await handlers.keep(records, store=store)


async def statuses(store, records):
    return [answer.status.value for answer in await keep(records, store=store)]


async def count(pool, table):
    return await pool.fetchval(f"select count(*) from {table}")
