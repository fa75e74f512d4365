"""Enriched articles as records, and short ways to store them."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from wiredesk.contracts import identity, ids
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
    surface = text[:9]
    event = ArticleEnriched(
        **{
            "event_id": identity.UNIDENTIFIED,
            "article_id": ids.article_id(url),
            "url": url,
            "headline": "Headline",
            "text": text,
            "content_hash": ids.content_hash("Headline", text),
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
    return identity.identified(event, "enriched", "t/1")


def received(event: ArticleEnriched) -> Received[ArticleEnriched]:
    """The event as a record at an offset of its own."""
    return Received(event, at=NOON, topic="articles.enriched.v1", partition=0, offset=next(OFFSETS))


def value_of(event: ArticleEnriched) -> Any:
    return event.model_dump_json().encode()


async def keep(records: Sequence[Received[ArticleEnriched]], *, store: Store) -> Any:
    """Return the receipts, or why there is none."""
    return [answer[-1] if isinstance(answer, list) else answer for answer in await outputs(records, store=store)]


async def outputs(records: Sequence[Received[ArticleEnriched]], *, store: Store) -> Any:
    encoded: Any = [replace(one, event=value_of(one.event)) for one in records]
    return await handlers.keep(encoded, store=store)


async def statuses(store, records):
    return [answer.status.value for answer in await keep(records, store=store)]


async def disagreements(pool) -> Any:
    """The articles whose row differs in anything from the revision it names, or is not confirmed as that one is."""
    sql = """
        select a.article_id, a.revision
        from articles as a left join revisions as r using (article_id, revision)
        where r.event is null or r.event_id <> a.event_id or r.version <> a.version
            or r.seen_until <> a.confirmed_version
            or (r.event->>'fetched_at')::timestamptz <> a.fetched_at
            or (r.event->>'date_published')::timestamptz is distinct from a.date_published
            or (r.event->>'date_modified')::timestamptz is distinct from a.date_modified
            or exists (
                select from jsonb_each(to_jsonb(a)) as shown (name, value)
                where name = any($1) and coalesce(r.event->name, 'null') <> value
            )
            or a.entities <> coalesce((
                select jsonb_agg(said order by e.position) from entities as e,
                    jsonb_array_elements(r.event->'entities') with ordinality as listed (said, n)
                where e.article_id = a.article_id and e.position = n and e.name = said->>'name'
            ), '[]')
    """
    times = {"fetched_at", "date_published", "date_modified"}
    return await pool.fetch(sql, sorted(set(ArticleEnriched.model_fields) - times))


async def count(pool, table):
    return await pool.fetchval(f"select count(*) from {table}")
