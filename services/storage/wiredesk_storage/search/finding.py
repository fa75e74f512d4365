"""Searches over a connection: asks PostgreSQL how it reads the words, then for the hits, then for their excerpts."""

import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from wiredesk_storage.search import counting, cursor, excerpts, statements, words
from wiredesk_storage.search.answers import EntityCount, EntityPage, Facets, Hit, Named, Page, TopEntities
from wiredesk_storage.search.asking import HALF_LIFE_DAYS, Filters, Order
from wiredesk_storage.search.cursor import Cursor
from wiredesk_storage.search.words import Reading

Fetch = Callable[..., Awaitable[Sequence[Mapping[str, Any]]]]
NEWEST = 5

_MARK = f"""
select ts_headline(config::regconfig, body, cast(query as tsquery), '{excerpts.OPTIONS}') as marked
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as h (config, body, query, n) order by n
"""  # noqa: S608 - nothing of it was typed


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
    reading = await read_words(fetch, query, filters)
    if reading.finds_nothing:
        return Page()
    began = place.began if place else datetime.now(UTC)
    statement, values = statements.search(
        reading, filters, order, began=began, half_life_days=half_life_days, after=place, limit=limit + 1
    )
    found = await fetch(statement, *values)
    shown = found[:limit]
    hits = [_hit(row, text) for row, text in zip(shown, await _excerpts(fetch, reading, shown), strict=True)]
    following = None
    if len(found) > limit:
        last = hits[-1]
        following = cursor.written(Cursor(began, last.rank, last.dated, last.article_id), search_id)
    in_part = await _in_part(fetch, reading, statements.read_in_part(reading, filters, order, began=began, after=place))
    return Page(hits, following, is_cut=any(row["is_cut"] for row in shown), is_read_in_part=in_part)


async def facets(fetch: Fetch, query: str, filters: Filters) -> Facets:
    """Return how the newest hits are spread (see `counting.COUNTED`)."""
    counts: dict[str, list[tuple[str, int]]] = {facet: [] for facet in counting.FACETS}
    reading = await read_words(fetch, query, filters)
    if reading.finds_nothing:
        return Facets(0, is_cut=False, counts=counts)
    statement, values = counting.facets(reading, filters)
    total = 0
    for row in await fetch(statement, *values):
        if row["facet"] == "hits":
            total = row["hits"]
        else:
            counts[row["facet"]].append((row["value"], row["hits"]))
    in_part = await _in_part(fetch, reading, statements.read_in_part(reading, filters))
    return Facets(min(total, counting.COUNTED), total > counting.COUNTED, counts, in_part)


async def top_entities(fetch: Fetch, *, days: int, until: datetime, entity_type: str | None, limit: int) -> TopEntities:
    """Return what the articles of the `days` up to `until` name most, beside as many days before."""
    rows = await fetch(*_spread(counting.top_entities(until - timedelta(days=days), until, entity_type, limit)))
    counted = [
        EntityCount(*(row[name] for name in ("name", "type", "articles", "mentions", "before")))
        for row in rows
        if row["name"] is not None
    ]
    return TopEntities(rows[0]["counted"], rows[0]["is_cut"], counted)


async def entity(fetch: Fetch, name: str, *, days: int, until: datetime, entity_type: str | None) -> EntityPage:
    """Return what is known of an entity in the `days` up to `until`; `articles` is 0 where none names it."""
    start = until - timedelta(days=days)
    rows = await fetch(*_spread(counting.named_in(name, entity_type, start, until)))
    dated = {row["article_id"]: row["dated"] for row in rows}
    is_cut = len(dated) > counting.COUNTED
    articles = list(dated)[: counting.COUNTED]
    counted = set(articles)
    rows = [row for row in rows if row["article_id"] in counted]
    itself = {(row["name"], row["type"]) for row in rows}
    beside = await fetch(*_spread(counting.together(articles, itself))) if articles else []
    newest = await fetch(counting.HEADLINES, articles[:NEWEST]) if articles else []
    per_day = Counter(dated[one].astimezone(UTC).date() for one in articles)
    return EntityPage(
        articles=len(articles),
        is_cut=is_cut,
        mentions=sum(row["mentions"] for row in rows),
        names=_articles_by("name", rows),
        types=_articles_by("type", rows),
        ids=_ids(rows),
        timeline=[(day, per_day[day]) for day in _days(start, until)],
        together=[dict(row) for row in beside],
        newest=[Named(**row) for row in newest],
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


async def _excerpts(fetch: Fetch, reading: Reading, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    queries = statements.tsqueries(reading)
    marked = [row for row in rows if row["reading"]]
    columns = zip(
        *((row["search_config"], excerpts.plain(row["text"]), queries[row["reading"] - 1]) for row in marked),
        strict=True,
    )
    found = iter(await fetch(_MARK, *map(list, columns)) if marked else [])
    texts = []
    for row in rows:
        hits: list[excerpts.Span] = []
        if row["reading"]:
            hits = excerpts.spans(row["text"], next(found)["marked"])
        elif reading.pattern:
            hits = excerpts.matches(row["text"], reading.pattern)
        texts.append(excerpts.excerpt(row["text"], hits))
    return texts


def _hit(row: Mapping[str, Any], excerpt: str) -> Hit:
    known = {name: row[name] for name in Hit.__dataclass_fields__ if name != "excerpt"}
    return Hit(**known, excerpt=excerpt)


def _spread(statement: counting.Statement) -> tuple[Any, ...]:
    sql, values = statement
    return sql, *values


def _articles_by(column: str, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Return each value of a column with the number of articles, the most first."""
    once = dict.fromkeys((row["article_id"], row[column]) for row in rows)
    return Counter(value for _, value in once).most_common()


def _ids(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        for scheme, value in json.loads(row["ids"]).items():
            found[scheme][value] = None
    return {scheme: list(values) for scheme, values in sorted(found.items())}


def _days(start: datetime, end: datetime) -> list[date]:
    first, last = start.astimezone(UTC).date(), (end - timedelta(microseconds=1)).astimezone(UTC).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
