"""Searches over a connection: asks PostgreSQL how it reads the words, then for the hits, then for their excerpts."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from wiredesk_storage.search import counting, cursor, naming, newest, statements, words
from wiredesk_storage.search.answers import EntityCount, EntityPage, Facets, Hit, Named, Page, TopEntities
from wiredesk_storage.search.asking import HALF_LIFE_DAYS, Filters, Order
from wiredesk_storage.search.cursor import Cursor
from wiredesk_storage.search.marking import marked
from wiredesk_storage.search.statements import Bound
from wiredesk_storage.search.words import Reading

Fetch: TypeAlias = newest.Fetch
NEWEST = 5


async def search(
    fetch: Fetch,
    query: str,
    filters: Filters,
    order: Order,
    *,
    limit: int,
    after: str | None,
    half_life_days: float = HALF_LIFE_DAYS,
) -> Page:
    """Return a page of hits.

    Raises:
        StaleCursorError: `after` is not a cursor of this search.
    """
    search_id = cursor.search_id(words.typed(query), filters, order, half_life_days)
    place = cursor.read(after, search_id) if after is not None else None
    reading = (await read_words(fetch, query, filters)).for_who_waits
    if reading.finds_nothing:
        return Page()
    began = place.began if place else datetime.now(UTC)
    by_date = statements.by_date(reading, order)
    bound: Bound = statements.unbound
    behind: Bound = statements.unbound
    if not by_date:
        bound = statements.stored_by(began)
    elif place is not None:
        behind = statements.behind(place)
    at_most = limit + 1 if by_date else statements.RANKED + 1
    found = await newest.newest(fetch, reading, filters, at_most=at_most, bound=bound, behind=behind)
    is_cut = not by_date and len(found.hits) > statements.RANKED
    statement, values = statements.page(
        found.hits[: statements.RANKED] if is_cut else found.hits,
        *(reading, order),
        began=began,
        half_life_days=half_life_days,
        after=place,
        limit=limit + 1,
    )
    rows = await fetch(statement, *values)
    shown = rows[:limit]
    hits = [_hit(row, text) for row, text in zip(shown, await marked(fetch, reading, shown), strict=True)]
    last: Cursor | None = None
    if len(rows) > limit:
        last = Cursor(began, hits[-1].rank, hits[-1].dated, hits[-1].article_id)
    elif by_date and found.last_read is not None:
        last = Cursor(began, 0.0, found.last_read["dated"], found.last_read["article_id"])
    in_part = found.last_read is not None
    in_part |= await _in_part(
        fetch, reading, statements.read_in_part(reading, filters, bound if not by_date else behind)
    )
    following = cursor.written(last, search_id) if last is not None else None
    return Page(hits, following, is_cut=is_cut, is_read_in_part=in_part)


async def facets(
    fetch: Fetch, query: str, filters: Filters, *, most: int = counting.COUNTED, named: int = counting.SAMPLED
) -> Facets:
    """Return how the newest hits are spread, `most` at most; what they name is counted in the newest `named`."""
    counts: dict[str, list[tuple[str, int]]] = {facet: [] for facet in counting.FACETS}
    reading = (await read_words(fetch, query, filters)).for_who_waits
    if reading.finds_nothing:
        return Facets(0, is_cut=False, counts=counts)
    found = await newest.newest(fetch, reading, filters, at_most=most + 1)
    counted = [row["article_id"] for row in found.hits[:most]]
    for row in await fetch(*_spread(counting.spread(counted))):
        counts[row["facet"]].append((row["value"], row["hits"]))
    counts |= naming.spread(await fetch(counting.NAMED_OF_TYPE, counted[:named]))
    in_part = found.last_read is not None
    in_part |= await _in_part(fetch, reading, statements.read_in_part(reading, filters))
    return Facets(
        len(counted),
        is_cut=len(found.hits) > len(counted),
        counts=counts,
        is_read_in_part=in_part,
        sampled=min(len(counted), named),
    )


async def top_entities(fetch: Fetch, *, days: int, until: datetime, entity_type: str | None, limit: int) -> TopEntities:
    """Return what the articles of the `days` up to `until` name most, beside as many days before."""
    rows = await fetch(*_spread(counting.top_entities(until - timedelta(days=days), until, entity_type, limit)))
    counted = [
        EntityCount(*(row[name] for name in ("name", "type", "articles", "mentions", "before")))
        for row in rows
        if row["name"] is not None
    ]
    return TopEntities(rows[0]["counted"], rows[0]["is_cut"], counted)


async def entity(
    fetch: Fetch,
    name: str,
    *,
    days: int,
    until: datetime,
    entity_type: str | None,
    counted: int = counting.COUNTED,
    sampled: int = counting.SAMPLED,
) -> EntityPage:
    """Return what is known of an entity in the `days` up to `until`; `articles` is 0 where none names it.

    The newest `counted` are counted, and what is named with it in the newest `sampled`.
    """
    start = until - timedelta(days=days)
    named = Filters(entity=name, entity_type=entity_type, since=start, until=until)
    found = await newest.exactly(fetch, Reading(is_empty=True), named, at_most=counted + 1)
    dated = {row["article_id"]: row["dated"] for row in found[:counted]}
    articles = list(dated)
    sample = articles[:sampled]
    company = naming.company(await fetch(counting.NAMED, sample), name, entity_type)
    latest = await fetch(counting.HEADLINES, articles[:NEWEST]) if articles else []
    per_day = Counter(at.astimezone(UTC).date() for at in dated.values())
    return EntityPage(
        articles=len(articles),
        is_cut=len(found) > len(articles),
        sampled=len(sample),
        mentions=company.mentions,
        names=company.names,
        types=company.types,
        ids=company.ids,
        timeline=[(day, per_day[day]) for day in _days(start, until)],
        together=company.together,
        newest=[Named(**row) for row in latest],
        counted=articles,
    )


async def _in_part(fetch: Fetch, reading: Reading, statement: counting.Statement) -> bool:
    return bool(reading.plain) and (await fetch(*_spread(statement)))[0]["is_read_in_part"]


async def read_words(fetch: Fetch, query: str, filters: Filters) -> Reading:
    """Return how PostgreSQL reads a query in each configuration that articles are searched in."""
    asked = words.typed(query)
    if not asked:
        # Nothing was asked for, or nothing that can be: only the first is every article.
        return Reading(is_empty=not query.strip())
    rows = await fetch(statements.READ, list(words.configs_for(filters.language)), asked)
    return words.reading(asked, {row["config"]: row["tsquery"] for row in rows})


def _hit(row: Mapping[str, Any], excerpt: str) -> Hit:
    known = {name: row[name] for name in Hit.__dataclass_fields__ if name != "excerpt"}
    return Hit(**known, excerpt=excerpt)


def _spread(statement: counting.Statement) -> tuple[Any, ...]:
    sql, values = statement
    return sql, *values


def _days(start: datetime, end: datetime) -> list[date]:
    first, last = start.astimezone(UTC).date(), (end - timedelta(microseconds=1)).astimezone(UTC).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
