"""PostgreSQL: the sources, what they listed, and the pages that came of it. The schema is in `migrations/`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.postgres.connections import Connections, outages
from wiredesk_fetcher.sources.health import Health, paused, resumed
from wiredesk_fetcher.sources.schedule import Rhythm
from wiredesk_fetcher.sources.source import Source

_HEALTH = TypeAdapter(Health)
_RHYTHM = TypeAdapter(Rhythm)

_COLUMNS = """
source_id, url, title, kind, site_url, labels, added_at, revisits, backlog, moved_to, etag, last_modified, body_hash,
rhythm, next_poll, why, health, polls, listed
"""
_ADD = """
insert into wiredesk_fetcher.sources (
    source_id, url, title, kind, site_url, labels, added_at, revisits, backlog, rhythm, next_poll, why, state, health
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $7, $11, $12, $13) on conflict do nothing
"""
_ALL = f"select {_COLUMNS} from wiredesk_fetcher.sources order by title, url"  # noqa: S608 - a constant
# Whoever takes a source moves its next poll on: should he die, another takes it when that time has come.
_TAKE = f"""
update wiredesk_fetcher.sources set next_poll = $1::timestamptz + $2, taken_until = $1::timestamptz + $2
where source_id in (
    select source_id from wiredesk_fetcher.sources where next_poll <= $1 and coalesce(taken_until <= $1, true)
    order by next_poll limit $3 for update skip locked
)
returning {_COLUMNS}
"""  # noqa: S608 - a constant
_KNOWN = """
select identity from wiredesk_fetcher.source_items where source_id = $1 and identity = any($2)
"""
_ON_THE_WIRE = """
select article_id from wiredesk_fetcher.source_items where article_id = any($1) and was_submitted
"""
_FINISH = """
update wiredesk_fetcher.sources set
    title = case when title = '' then $2 else title end, kind = $3,
    site_url = case when site_url = '' then $4 else site_url end,
    moved_to = $5, etag = $6, last_modified = $7, body_hash = $8, rhythm = $9,
    next_poll = case when state = 'paused' then null when next_poll < taken_until then next_poll else $10 end,
    taken_until = null, why = case when state = 'paused' or next_poll < taken_until then why else $11 end,
    health = case when state = 'paused' then health else $13 end,
    state = case when state = 'paused' then state else $12 end, polls = polls + 1, listed = $14
where source_id = $1
"""
_LIST = """
insert into wiredesk_fetcher.source_items (source_id, identity, article_id, seen_at, was_submitted)
select $1, identity, article_id, $2, was_submitted
from unnest($3::bytea[], $4::uuid[], $5::boolean[]) as i (identity, article_id, was_submitted)
where exists (select from wiredesk_fetcher.sources where source_id = $1)
on conflict do nothing
"""
_IS_POLLED = "select state <> 'paused' from wiredesk_fetcher.sources where source_id = $1"
_LEAVE_PAGES = """
update wiredesk_fetcher.pages set next_visit = null
where article_id in (select article_id from wiredesk_fetcher.source_items where source_id = $1)
"""
_SET_STATE = """
update wiredesk_fetcher.sources set state = $2, health = $3, next_poll = $4, why = $5 where source_id = $1
"""
_POSTPONE = """update wiredesk_fetcher.sources
set next_poll = $2, taken_until = null where source_id = $1 and next_poll is not null"""
_COUNTS = """
select count(*) as listed, count(*) filter (where was_submitted) as submitted,
    count(*) filter (where p.outcome = 'fetched') as fetched
from wiredesk_fetcher.source_items as i left join wiredesk_fetcher.pages as p using (article_id)
where source_id = $1
"""
_REJECTED = """
select p.outcome, count(*) as articles
from wiredesk_fetcher.source_items as i join wiredesk_fetcher.pages as p using (article_id)
where source_id = $1 and p.outcome <> 'fetched' group by 1 order by 2 desc
"""
_STORED = """
select count(*) from wiredesk_fetcher.source_items join articles using (article_id) where source_id = $1
"""
_PAGE = """
insert into wiredesk_fetcher.pages as p (
    article_id, outcome, fetched_at, etag, last_modified, body_hash, submission, visits, next_visit
)
select $1, $2, $3, $4, $5, $6, $7, 0,
    case when not exists (select from wiredesk_fetcher.sources where url = $9 and not revisits) then $8::timestamptz end
where not exists (select from wiredesk_fetcher.refused_articles where article_id = $1)
on conflict (article_id) do update set
    outcome = excluded.outcome, fetched_at = excluded.fetched_at, etag = excluded.etag,
    last_modified = excluded.last_modified, body_hash = excluded.body_hash, submission = excluded.submission
"""
_TAKE_PAGES = """
update wiredesk_fetcher.pages set next_visit = $1::timestamptz + $2
where article_id in (
    select article_id from wiredesk_fetcher.pages where next_visit <= $1 order by next_visit limit $3
    for update skip locked
)
returning article_id, outcome, fetched_at, etag, last_modified, body_hash, submission, visits
"""
_VISITED = """
update wiredesk_fetcher.pages set visits = $2, etag = $4, last_modified = $5, body_hash = $6, next_visit = case
    when not exists (select from wiredesk_fetcher.refused_articles where article_id = $1) then $3::timestamptz end
where article_id = $1
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """An item as it is remembered: the digest it is known by, its article, and whether it was put on the wire."""

    identity: bytes
    article_id: UUID
    was_submitted: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a source, and what makes the next request for it conditional."""

    article_id: UUID
    fetched_at: datetime
    etag: str
    last_modified: str
    body_hash: str
    submission: ArticleSubmitted
    visits: int = 0
    outcome: str = "fetched"


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a source's articles: listed, submitted, fetched, stored, and rejected by reason.

    `stored` is None where the store's tables are in another database.
    """

    listed: int
    submitted: int
    fetched: int
    stored: int | None
    rejected: Mapping[str, int]


class SourceStore:
    """The sources, over a pool of connections. Every method may raise `InfrastructureError`: PostgreSQL is away."""

    def __init__(self, pool: Connections) -> None:
        self._pool = pool

    async def add(self, source: Source) -> bool:
        """Add a source, polled at once; False when its address is there already, and nothing changes."""
        row = (
            *(source.source_id, source.url, source.title, source.kind, source.site_url),
            *(json.dumps(dict(source.labels)), source.added_at, source.revisits, source.backlog),
            *(_json(_RHYTHM, source.rhythm), source.why, source.health.state.value, _json(_HEALTH, source.health)),
        )
        with outages():
            return str(await self._pool.execute(_ADD, *row)).endswith(" 1")

    async def all(self) -> list[Source]:
        """Return every source, by title."""
        with outages():
            return [_source(row) for row in await self._pool.fetch(_ALL)]

    async def remove(self, source_id: UUID) -> None:
        """Forget a source and what it listed; its articles stay, and are not looked at again."""
        with outages():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_LEAVE_PAGES, source_id)
                await connection.execute("delete from wiredesk_fetcher.sources where source_id = $1", source_id)

    async def pause(self, source: Source) -> None:
        """Poll it no more until it is resumed."""
        await self._set(source, paused(source.health), None, "paused: not polled until a person resumes it")

    async def resume(self, source: Source, now: datetime) -> None:
        """Poll it again, at once, whatever stopped it."""
        await self._set(source, resumed(source.health), now, "resumed: polled at once")

    async def poll_now(self, source: Source, now: datetime) -> None:
        """Poll it as soon as its host may be asked; one that is paused or gone stays so."""
        await self.postpone(source, now)

    async def _set(self, source: Source, health: Health, next_poll: datetime | None, why: str) -> None:
        with outages():
            await self._pool.execute(
                _SET_STATE, source.source_id, health.state.value, _json(_HEALTH, health), next_poll, why
            )

    async def counts(self, source_id: UUID) -> Counts:
        """Return what became of the articles of a source."""
        with outages():
            row = await self._pool.fetchrow(_COUNTS, source_id)
            rejected = await self._pool.fetch(_REJECTED, source_id)
            has_store = await self._pool.fetchval("select to_regclass('articles') is not null")
            stored = await self._pool.fetchval(_STORED, source_id) if has_store else None
        assert row is not None
        return Counts(
            row["listed"],
            row["submitted"],
            row["fetched"],
            stored,
            {one["outcome"]: one["articles"] for one in rejected},
        )

    # ---- polling ----

    async def take(self, now: datetime, most: int, lease: timedelta) -> list[Source]:
        """Return up to `most` sources that are due, each to one caller alone for the time of `lease`."""
        with outages():
            return [_source(row) for row in await self._pool.fetch(_TAKE, now, lease, most)]

    async def postpone(self, source: Source, at: datetime) -> None:
        """Poll it not before `at`: it is not its host's time."""
        with outages():
            await self._pool.execute(_POSTPONE, source.source_id, at)

    async def known(self, source: Source, identities: Sequence[bytes]) -> set[bytes]:
        """Return which of these items the source has listed before."""
        with outages():
            return {row["identity"] for row in await self._pool.fetch(_KNOWN, source.source_id, list(identities))}

    async def on_the_wire(self, articles: Sequence[UUID]) -> set[UUID]:
        """Return which of these articles some source has put on the wire before."""
        with outages():
            return {row["article_id"] for row in await self._pool.fetch(_ON_THE_WIRE, list(articles))}

    async def finish(self, source: Source, items: Sequence[Listed], now: datetime) -> None:
        """Write a polled source and what it listed first, together. A pause or an earlier poll set meanwhile holds."""
        row = (
            *(source.source_id, source.title, source.kind, source.site_url, source.moved_to),
            *(source.etag, source.last_modified, source.body_hash, _json(_RHYTHM, source.rhythm), source.next_poll),
            *(source.why, source.health.state.value, _json(_HEALTH, source.health), source.listed),
        )
        columns = (
            [one.identity for one in items],
            [one.article_id for one in items],
            [one.was_submitted for one in items],
        )
        with outages():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_LIST, source.source_id, now, *columns)
                await connection.execute(_FINISH, *row)

    async def is_polled(self, source: Source) -> bool:
        """Tell whether it is there and nobody has paused it."""
        with outages():
            return bool(await self._pool.fetchval(_IS_POLLED, source.source_id))

    # ---- pages ----

    async def keep_page(self, page: Page, next_visit: datetime | None) -> None:
        """Remember what became of a page, unless its article is refused by now.

        `next_visit` counts when it is the first time and its source wants revisits.
        """
        feed = page.submission.feed_item.feed if page.submission.feed_item else ""
        with outages():
            await self._pool.execute(
                _PAGE,
                *(page.article_id, page.outcome, page.fetched_at, page.etag, page.last_modified, page.body_hash),
                *(page.submission.model_dump_json(exclude_none=True), next_visit, feed),
            )

    async def take_pages(self, now: datetime, most: int, lease: timedelta) -> list[Page]:
        """Return up to `most` pages to be looked at again, each to one caller alone for the time of `lease`."""
        with outages():
            return [_page(row) for row in await self._pool.fetch(_TAKE_PAGES, now, lease, most)]

    async def visited(self, page: Page, next_visit: datetime | None) -> None:
        """Remember that a page was looked at again."""
        with outages():
            await self._pool.execute(
                _VISITED,
                *(page.article_id, page.visits, next_visit, page.etag, page.last_modified, page.body_hash),
            )


def _json(adapter: TypeAdapter[Any], value: object) -> str:
    return adapter.dump_json(value).decode()


def _source(row: Any) -> Source:
    fields = dict(row)
    fields["labels"] = json.loads(fields["labels"])
    fields["rhythm"] = _RHYTHM.validate_json(fields["rhythm"])
    fields["health"] = _HEALTH.validate_json(fields["health"])
    return Source(**fields)


def _page(row: Any) -> Page:
    fields = dict(row)
    return Page(**{**fields, "submission": ArticleSubmitted.model_validate_json(fields["submission"])})
