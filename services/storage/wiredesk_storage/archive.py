"""Reading the store: search, entities, one article's history, counts. For the desk; the pipeline only writes."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.events import ArticleEnriched, StoreStatus
from wiredesk.postgres.connections import outages
from wiredesk_storage.search import arrivals, exporting, finding
from wiredesk_storage.search.answers import EntityPage, Facets, Page, TopEntities
from wiredesk_storage.search.arrivals import Arrival
from wiredesk_storage.search.asking import HALF_LIFE_DAYS, Filters, Order
from wiredesk_storage.search.counting import COUNTED, SAMPLED
from wiredesk_storage.search.exporting import Exported, Place
from wiredesk_storage.search.finding import Fetch
from wiredesk_storage.stories import reading
from wiredesk_storage.stories.reading import Listed, StoryPage, Summaries

ANY = Filters()
# PostgreSQL does not count that the words of an article lie apart from its row (TOAST): for a common word it would
# rather read all of them than the index. A plan for whatever may be typed takes every word for a rare one: each
# statement is planned for its own. None is so long that to compile it pays. And of a common word all hits must fit into
# the memory of a statement: of those that do not, the words of the article would be read.
_BY_INDEX = """
set local enable_seqscan = off; set local plan_cache_mode = force_custom_plan; set local jit = off;
set local work_mem = '32MB'
"""

_ARTICLE = """
select first_stored_at, updated_at, duplicate_of, hidden, event
from articles join revisions using (article_id, revision)
where article_id = $1
"""
_HISTORY = """
select event_id, revision, status, topic, partition, record_offset, stored_at
from revisions where article_id = $1 order by revision
"""
_EVENTS = "select revision, event from revisions where article_id = $1 and revision = any($2)"
_CURRENT_EVENTS = """
select a.article_id, r.event from unnest($1::uuid[]) with ordinality as w (article_id, number)
join articles as a using (article_id) join revisions as r using (article_id, revision)
where not a.hidden order by w.number
"""
_COUNTS = """
select
    (select count(*) from articles) as articles,
    (select count(*) from revisions) as revisions,
    (select count(*) from articles where duplicate_of is not null) as duplicates
"""


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
    """An article as stored: its current revision, and all of them in the order of storing.

    `hidden`: it was withdrawn, and is not to be shown.
    """

    first_stored_at: datetime
    updated_at: datetime
    duplicate_of: UUID | None
    hidden: bool
    revisions: tuple[Revision, ...]
    event: ArticleEnriched = field(repr=False)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is stored. `duplicates` are articles with the headline and text of an earlier one."""

    articles: int
    revisions: int
    duplicates: int


class Archive:
    """Read access to the store. Every method raises `InfrastructureError` when PostgreSQL is away."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._summaries = Summaries()

    async def search(
        self,
        query: str = "",
        filters: Filters = ANY,
        *,
        order: Order = Order.RELEVANCE,
        limit: int = 20,
        after: str | None = None,
        half_life_days: float = HALF_LIFE_DAYS,
    ) -> Page:
        """Return the first `limit` articles for `query`: words, "phrases", or, -without; in headline and text.

        Whatever is typed, it is no error. An empty query has every article that passes the filters, by date. `after`
        is the cursor of the page before. An article that is `half_life_days` older counts half as much, but never less
        than a fifth of a new one; 0: age does not count, else 0.01 at least.

        Raises:
            StaleCursorError: `after` is not a cursor of this search.
        """
        async with self._by_index() as fetch:
            return await finding.search(
                fetch, query, filters, order, limit=limit, after=after, half_life_days=half_life_days
            )

    async def facets(
        self, query: str = "", filters: Filters = ANY, *, most: int = COUNTED, named: int = SAMPLED
    ) -> Facets:
        """Return how the hits of a search are spread over languages, hosts, sections, entities and days.

        The newest `most` are counted, of what they name the newest `named`.
        """
        async with self._by_index() as fetch:
            return await finding.facets(fetch, query, filters, most=most, named=named)

    async def now(self) -> datetime:
        """Return what time it is for PostgreSQL, whose clock says when an article was stored."""
        at: datetime = (await self._fetch("select clock_timestamp() as at"))[0]["at"]
        return at

    def export(
        self, query: str = "", filters: Filters = ANY, *, began: datetime, after: Place | None = None
    ) -> AsyncGenerator[Exported, None]:
        """Yield the articles that `search` finds and that were stored by `began` (see `now`), whole, the newest first.

        `after` goes on behind the article that had this place. What is promised: see `exporting.articles`.
        """
        return exporting.articles(self._fetch_by_index, query, filters, began=began, after=after)

    async def count_export(self, query: str = "", filters: Filters = ANY, *, began: datetime) -> int | None:
        """Return how many articles `export` yields; None: more than can be counted quickly."""
        return await exporting.count(self._fetch_by_index, query, filters, began=began)

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
            hidden=found[0]["hidden"],
            revisions=tuple(_revision(one) for one in history),
            event=ArticleEnriched.model_validate_json(found[0]["event"]),
        )

    async def events(self, article_id: UUID, revisions: Collection[int]) -> dict[int, ArticleEnriched]:
        """Return what an article said in some of its revisions, by their numbers; only of those that there are."""
        found = await self._fetch(_EVENTS, article_id, list(revisions))
        return {one["revision"]: ArticleEnriched.model_validate_json(one["event"]) for one in found}

    async def current_events(self, articles: Sequence[UUID]) -> dict[UUID, ArticleEnriched]:
        """Return what each of the articles says now, in their order; only of those that may be shown."""
        found = await self._fetch(_CURRENT_EVENTS, list(articles))
        return {one["article_id"]: ArticleEnriched.model_validate_json(one["event"]) for one in found}

    async def arrivals(self, wanted: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Arrival]:
        """Return what receipts told of: each revision (article, number) that is stored, with where it belongs."""
        async with self._by_index() as fetch:
            return await arrivals.revisions(fetch, wanted)

    async def among(self, articles: Sequence[UUID], query: str = "", filters: Filters = ANY) -> set[UUID]:
        """Return those of `articles` that `search` finds with these words and filters."""
        async with self._by_index() as fetch:
            return await arrivals.among(fetch, articles, query, filters)

    async def counts(self) -> Counts:
        """Return how much is stored."""
        return Counts(**(await self._fetch(_COUNTS))[0])

    async def top_entities(
        self, entity_type: str | None = None, limit: int = 20, *, days: int = 7, until: datetime | None = None
    ) -> TopEntities:
        """Return the entities that most articles of the last `days` name; of one type ("PERSON") when it is given.

        Without a type those that are figures or times are left out. `until` is the end of the window: by default now.
        """
        end = until or datetime.now(UTC)
        async with self._by_index() as fetch:
            return await finding.top_entities(fetch, days=days, until=end, entity_type=entity_type, limit=limit)

    async def entity(
        self,
        name: str,
        entity_type: str | None = None,
        *,
        days: int = 30,
        until: datetime | None = None,
        counted: int = COUNTED,
        sampled: int = SAMPLED,
    ) -> EntityPage:
        """Return what is known of one entity, by its name or an id (`wikidata:Q90`), in the last `days`.

        The newest `counted` articles are counted, and what is named with it in the newest `sampled`.
        """
        end = until or datetime.now(UTC)
        async with self._by_index() as fetch:
            return await finding.entity(
                fetch, name, days=days, until=end, entity_type=entity_type, counted=counted, sampled=sampled
            )

    async def stories(self, *, since: datetime, order: str = "size", limit: int = 20) -> list[Listed]:
        """Return the stories of several articles to which one came `since` then, by "size" or "date"."""
        with _refusals():
            return await reading.listed(self._pool.fetch, self._summaries, since=since, order=order, limit=limit)

    async def stories_of(self, articles: Sequence[UUID], limit: int = 5) -> list[Listed]:
        """Return the stories of several articles that have most of these."""
        with _refusals():
            return await reading.of_articles(self._pool.fetch, self._summaries, articles, limit=limit)

    async def story(self, wanted: UUID, *, limit: int = 1_000) -> StoryPage | None:
        """Return a story with its first `limit` articles, by its id or by that of one of them; None: there is none.

        A story that was merged into an older one leads to that.
        """
        with _refusals():
            return await reading.one(self._pool.fetch, self._summaries, wanted, limit=limit)

    async def _fetch(self, query: str, *values: Any) -> list["asyncpg.Record"]:
        with _refusals():
            return await self._pool.fetch(query, *values)

    async def _fetch_by_index(self, query: str, *values: Any) -> Sequence[Mapping[str, Any]]:
        async with self._by_index() as fetch:
            return await fetch(query, *values)

    @asynccontextmanager
    async def _by_index(self) -> AsyncIterator[Fetch]:
        """Yield what fetches in one transaction, from one snapshot, by index wherever there is one."""
        how: Any = {"isolation": "repeatable_read", "readonly": True}
        with _refusals():
            async with self._pool.acquire() as connection, connection.transaction(**how):
                await connection.execute(_BY_INDEX)
                yield connection.fetch


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        with outages():
            yield
    except asyncpg.PostgresError as error:
        raise PermanentError(f"PostgreSQL refuses the query: {type(error).__name__}", reason="bad_query") from None


def _revision(found: "asyncpg.Record") -> Revision:
    position = f"{found['topic']}/{found['partition']}/{found['record_offset']}"
    status = StoreStatus(found["status"])
    return Revision(found["event_id"], found["revision"], status, position, found["stored_at"])
