"""PostgreSQL: the one place that writes and reads the store. The schema is in `migrations/`.

A batch is one transaction. Two workers that hold the same article (a rebalance, a redelivery) take turns by advisory
locks, always taken in the same order, so what one decides the other sees, and no two wait for each other.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.events import StoreStatus
from wiredesk.postgres.connections import ACQUIRE_SECONDS, Connection, Connections, outages, unready
from wiredesk_storage import core
from wiredesk_storage.core import Article, Newness, Origin, Plan, Receipt, Revision, Row

_LOCK = "select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key"
_CURRENT = """
select article_id, revision, confirmed_version, confirmed_event_id,
    (select max(revisions.revision) from revisions where revisions.article_id = articles.article_id) as revisions
from articles where article_id = any($1)
"""
# What was stored before a digest was kept has none: those events are read.
_KNOWN = """
select article_id, r.revision, status, said, seen_from, seen_until, topic, partition, record_offset, recorded_at,
    case when said is null then event end as event
from revisions as r join articles as a using (article_id)
where article_id = any($1) and (
    r.revision = a.revision or said is null or said = any($2)
    or (topic, partition, record_offset) in (select * from unnest($3::text[], $4::int[], $5::bigint[]))
)
"""
_DIGEST = """
update revisions as r set said = d.said
from unnest($1::uuid[], $2::int[], $3::text[]) as d (article_id, revision, said)
where (r.article_id, r.revision) = (d.article_id, d.revision)
"""
_FIRST = """
insert into contents (content_hash, article_id)
select * from unnest($1::text[], $2::uuid[]) order by 1
on conflict do nothing
"""
_FIRST_WITH = "select content_hash, article_id from contents where content_hash = any($1)"
_KEEP = """
insert into revisions (
    article_id, event_id, version, revision, status, said, topic, partition, record_offset, recorded_at, event,
    seen_from, seen_until
)
select *, version, version from unnest(
    $1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::text[], $8::int[], $9::bigint[],
    $10::timestamptz[], $11::jsonb[]
) as r (article_id, event_id, version, revision, status, said, topic, partition, record_offset, recorded_at, event)
"""
_CONFIRM_REVISIONS = """
update revisions as r set seen_from = c.seen_from, seen_until = c.seen_until
from unnest($1::uuid[], $2::int[], $3::bigint[], $4::bigint[]) as c (article_id, revision, seen_from, seen_until)
where (r.article_id, r.revision) = (c.article_id, c.revision)
"""
_CONFIRM_ARTICLES = """
update articles as a set confirmed_version = c.version, confirmed_event_id = c.event_id
from unnest($1::uuid[], $2::bigint[], $3::uuid[]) as c (article_id, version, event_id)
where a.article_id = c.article_id and (a.confirmed_version, a.confirmed_event_id) < (c.version, c.event_id)
"""
# A tsvector holds 1 MiB at most. 200,000 characters stay below that in any script; the rest is stored, not found.
_MAKE_CURRENT = """
insert into articles (
    article_id, event_id, version, revision, confirmed_version, confirmed_event_id, duplicate_of, search_config,
    content_hash, fetched_at, date_published, date_modified, url, canonical_url, headline, alternative_headline, text,
    article_section, agency, dateline, publisher, in_language, word_count, source,
    cleaner_version, tagger_pipeline, tagger_version, entities,
    authors, contributors, credits, captions, keywords, search
)
select
    article_id, event_id, version, revision, version, event_id, duplicate_of, config,
    e->>'content_hash', (e->>'fetched_at')::timestamptz,
    (e->>'date_published')::timestamptz, (e->>'date_modified')::timestamptz,
    e->>'url', e->>'canonical_url', e->>'headline', e->>'alternative_headline', e->>'text', e->>'article_section',
    e->>'agency', e->>'dateline', e->>'publisher', e->>'in_language', (e->>'word_count')::int, e->>'source',
    e->>'cleaner_version', e->>'tagger_pipeline', e->>'tagger_version', e->'entities',
    array(select jsonb_array_elements_text(e->'authors')), array(select jsonb_array_elements_text(e->'contributors')),
    array(select jsonb_array_elements_text(e->'credits')), array(select jsonb_array_elements_text(e->'captions')),
    array(select jsonb_array_elements_text(e->'keywords')),
    setweight(to_tsvector(config::regconfig, left(e->>'headline', 10000)), 'A')
        || setweight(to_tsvector(config::regconfig, left(e->>'text', 200000)), 'B')
from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::uuid[], $6::text[], $7::jsonb[])
    as r (article_id, event_id, version, revision, duplicate_of, config, e)
order by article_id
on conflict (article_id) do update set
    event_id = excluded.event_id, version = excluded.version, revision = excluded.revision,
    confirmed_version = excluded.version, confirmed_event_id = excluded.event_id,
    duplicate_of = excluded.duplicate_of, updated_at = now(), search_config = excluded.search_config,
    content_hash = excluded.content_hash, fetched_at = excluded.fetched_at,
    date_published = excluded.date_published, date_modified = excluded.date_modified, url = excluded.url,
    canonical_url = excluded.canonical_url, headline = excluded.headline,
    alternative_headline = excluded.alternative_headline, text = excluded.text,
    article_section = excluded.article_section, agency = excluded.agency, dateline = excluded.dateline,
    publisher = excluded.publisher, in_language = excluded.in_language, word_count = excluded.word_count,
    source = excluded.source, cleaner_version = excluded.cleaner_version, tagger_pipeline = excluded.tagger_pipeline,
    tagger_version = excluded.tagger_version, entities = excluded.entities, authors = excluded.authors,
    contributors = excluded.contributors, credits = excluded.credits, captions = excluded.captions,
    keywords = excluded.keywords, search = excluded.search
where (articles.confirmed_version, articles.confirmed_event_id) < (excluded.version, excluded.event_id)
"""
_FORGET_ENTITIES = "delete from entities where article_id = any($1)"
_LIST_ENTITIES = """
insert into entities (article_id, position, name, type, mentions, ids)
select article_id, n, e->>'name', e->>'type', jsonb_array_length(e->'mentions'), e->'ids'
from articles, jsonb_array_elements(entities) with ordinality as listed (e, n)
where article_id = any($1)
"""


class Store:
    """The store, over a pool of connections (see `open_pool`)."""

    def __init__(self, pool: Connections, statement_timeout_seconds: float = 30) -> None:
        self._pool = pool
        self._timeout = f"{statement_timeout_seconds * 1000:.0f}"

    async def save(self, rows: Sequence[Row]) -> list[Receipt | PermanentError]:
        """Store `rows` and return, in order, a receipt or `store_refused` for each. Durable when it returns.

        Idempotent: a row from the same record gets the same receipt again. A row that PostgreSQL refuses does not
        touch its neighbours: the batch is halved until it stands alone.

        Raises:
            InfrastructureError: PostgreSQL is away, full, read-only or too slow; nothing of the failed part is stored.
        """
        if not rows:
            return []
        try:
            with outages():
                async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                    return list(await self._save(connection, rows))
        except asyncpg.PostgresError as error:
            if len(rows) == 1:
                # Only the class of the error: its text may quote the article.
                message = f"PostgreSQL refuses it: {type(error).__name__} ({error.sqlstate})"
                return [PermanentError(message, reason="store_refused")]
        half = len(rows) // 2
        return [*await self.save(rows[:half]), *await self.save(rows[half:])]

    async def _save(self, connection: Connection, rows: Sequence[Row]) -> Sequence[Receipt]:
        await connection.execute("select set_config('statement_timeout', $1, true)", self._timeout)
        await connection.execute(_LOCK, sorted({_lock_key(row.article_id) for row in rows}))
        articles = await _read(connection, rows)
        plan = core.plan(rows, articles, await _first_with(connection, rows))
        await _write(connection, plan)
        return plan.receipts

    async def ready(self) -> str | None:
        """Return None when PostgreSQL answers, else why it does not."""
        return await unready(self._pool)


def _lock_key(article_id: UUID) -> int:
    return int.from_bytes(article_id.bytes[:8], signed=True)


async def _read(connection: Connection, rows: Sequence[Row]) -> dict[UUID, Article]:
    article_ids = sorted({row.article_id for row in rows})
    articles = {
        found["article_id"]: Article(
            Newness(found["confirmed_version"], found["confirmed_event_id"]), found["revision"], found["revisions"]
        )
        for found in await connection.fetch(_CURRENT, article_ids)
    }
    origins = _columns(((row.origin.topic, row.origin.partition, row.origin.offset) for row in rows), 3)
    digested = []
    for found in await connection.fetch(_KNOWN, article_ids, [row.said for row in rows], *origins):
        article_id, number, said = found["article_id"], found["revision"], found["said"]
        if said is None:
            said = core.said_by(found["event"])
            digested.append((article_id, number, said))
        origin = Origin(found["topic"], found["partition"], found["record_offset"], found["recorded_at"])
        articles[article_id].revisions[number] = Revision(
            number, StoreStatus(found["status"]), said, origin, found["seen_from"], found["seen_until"]
        )
    if digested:
        await connection.execute(_DIGEST, *_columns(digested, 3))
    return articles


async def _first_with(connection: Connection, rows: Sequence[Row]) -> dict[str, UUID]:
    first = {row.content_hash: row.article_id for row in reversed(rows)}
    await connection.execute(_FIRST, *_columns(first.items(), 2))
    return {found["content_hash"]: found["article_id"] for found in await connection.fetch(_FIRST_WITH, list(first))}


async def _write(connection: Connection, plan: Plan) -> None:
    if plan.revisions:
        kept = (
            (
                *(row.article_id, row.event_id, row.version, receipt.revision, receipt.status.value, row.said),
                *(row.origin.topic, row.origin.partition, row.origin.offset, row.origin.at, row.document),
            )
            for row, receipt in plan.revisions
        )
        await connection.execute(_KEEP, *_columns(kept, 11))
    if plan.current:
        current = (
            (
                *(row.article_id, row.event_id, row.version, receipt.revision),
                *(receipt.duplicate_of, row.search_config, row.document),
            )
            for row, receipt in plan.current
        )
        await connection.execute(_MAKE_CURRENT, *_columns(current, 7))
        changed = [row.article_id for row, _ in plan.current]
        await connection.execute(_FORGET_ENTITIES, changed)
        await connection.execute(_LIST_ENTITIES, changed)
    if plan.confirmed:
        spans = ((one.article_id, one.revision, one.seen_from, one.seen_until) for one in plan.confirmed)
        await connection.execute(_CONFIRM_REVISIONS, *_columns(spans, 4))
        latest = {one.article_id: one.latest for one in plan.confirmed}
        newest = ((article_id, *newness) for article_id, newness in latest.items())
        await connection.execute(_CONFIRM_ARTICLES, *_columns(newest, 3))


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
