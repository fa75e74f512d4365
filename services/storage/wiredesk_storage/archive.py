"""Reading the store: search, one article's history, counts. For the desk; the pipeline only writes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.events import ArticleEnriched, StoreStatus
from wiredesk.postgres.connections import outages
from wiredesk_storage.search_configs import PLAIN_CONFIG, SEARCH_CONFIGS

# Each article is searched in the configuration it was indexed with: mixed, a word that is stemmed in one and not in the
# other would get round a `-word`. The excerpt is made only for the hits that are shown.
_SEARCH = """
with hits as (
    select article_id, config, query, ts_rank_cd(search, query) as rank
    from unnest($1::text[]) as config
    cross join lateral websearch_to_tsquery(config::regconfig, $2) as query
    join articles on search_config = config and search @@ query
    order by rank desc, updated_at desc, article_id
    limit $3
)
select article_id, headline, url, publisher, date_published, updated_at, duplicate_of, rank,
    ts_headline(config::regconfig, left(text, 200000), query,
        'StartSel=**, StopSel=**, MaxFragments=2, MinWords=8, MaxWords=24') as excerpt
from hits join articles using (article_id)
order by rank desc, updated_at desc, article_id
"""
_ARTICLE = """
select first_stored_at, updated_at, duplicate_of, event
from articles join revisions using (article_id, revision)
where article_id = $1
"""
_HISTORY = """
select event_id, revision, status, topic, partition, record_offset, stored_at
from revisions where article_id = $1 order by revision
"""
_COUNTS = """
select
    (select count(*) from articles) as articles,
    (select count(*) from revisions) as revisions,
    (select count(*) from articles where duplicate_of is not null) as duplicates
"""
_TOP_ENTITIES = """
select name, type, count(*) as articles, sum(mentions)::bigint as mentions
from entities
where $1::text is null or type = $1
group by name, type
order by articles desc, mentions desc, name, type
limit $2
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found. `excerpt` marks the words found with `**`; `rank` only compares hits of one search."""

    article_id: UUID
    headline: str
    url: str | None
    publisher: str | None
    date_published: datetime | None
    updated_at: datetime
    duplicate_of: UUID | None
    rank: float
    excerpt: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of an article. `position` is the record that made it: topic/partition/offset."""

    event_id: UUID
    revision: int
    status: StoreStatus
    position: str
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as stored: its current revision, and all of them in the order of storing."""

    first_stored_at: datetime
    updated_at: datetime
    duplicate_of: UUID | None
    revisions: tuple[Revision, ...]
    event: ArticleEnriched = field(repr=False)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is stored. `duplicates` are articles with the headline and text of an earlier one."""

    articles: int
    revisions: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class EntityCount:
    """How many current articles name an entity, and how often altogether."""

    name: str
    type: str
    articles: int
    mentions: int


_IGNORED = """
select config from unnest($1::text[]) as config where numnode(websearch_to_tsquery(config::regconfig, $2)) = 0
"""


class Archive:
    """Read access to the store. Every method raises `InfrastructureError` when PostgreSQL is away."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def search(self, query: str, limit: int = 20) -> list[Hit]:
        """Return the best `limit` articles for `query`: words, "phrases", or, -without; in headline and text."""
        configs = [PLAIN_CONFIG, *SEARCH_CONFIGS.values()]
        return [Hit(**found) for found in await self._fetch(_SEARCH, configs, query, limit)]

    async def ignored_in(self, query: str) -> list[str]:
        """Return the languages (names of PostgreSQL's configurations) in which no word of `query` is searched for."""
        configs = list(SEARCH_CONFIGS.values())
        return [found["config"] for found in await self._fetch(_IGNORED, configs, query)]

    async def article(self, article_id: UUID) -> StoredArticle | None:
        """Return an article with its history, or None when it is not stored."""
        found = await self._fetch(_ARTICLE, article_id)
        if not found:
            return None
        history = await self._fetch(_HISTORY, article_id)
        return StoredArticle(
            first_stored_at=found[0]["first_stored_at"],
            updated_at=found[0]["updated_at"],
            duplicate_of=found[0]["duplicate_of"],
            revisions=tuple(_revision(one) for one in history),
            event=ArticleEnriched.model_validate_json(found[0]["event"]),
        )

    async def counts(self) -> Counts:
        """Return how much is stored."""
        return Counts(**(await self._fetch(_COUNTS))[0])

    async def top_entities(self, entity_type: str | None = None, limit: int = 20) -> list[EntityCount]:
        """Return the entities that most current articles name; of one type ("PERSON") when it is given."""
        return [EntityCount(**found) for found in await self._fetch(_TOP_ENTITIES, entity_type, limit)]

    async def _fetch(self, query: str, *values: Any) -> list["asyncpg.Record"]:
        try:
            with outages():
                return await self._pool.fetch(query, *values)
        except asyncpg.PostgresError as error:
            raise PermanentError(f"PostgreSQL refuses the query: {type(error).__name__}", reason="bad_query") from None


def _revision(found: "asyncpg.Record") -> Revision:
    position = f"{found['topic']}/{found['partition']}/{found['record_offset']}"
    status = StoreStatus(found["status"])
    return Revision(found["event_id"], found["revision"], status, position, found["stored_at"])
