"""The SQL that counts: facets of a search, the entities of a window, one entity. Pure, like `statements`.

Every count is over at most so many articles, the newest, and says whether there were more.
"""
# ruff: noqa: S608 - all that was typed is among the values

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from wiredesk_storage.search.asking import Filters, clean, entity_key, entity_name
from wiredesk_storage.search.statements import Arguments, hits
from wiredesk_storage.search.words import Reading

# Articles of a count.
COUNTED = 5_000
TOP = 10
# What these name is a figure or a time: with them nothing else would be at the top.
VALUE_TYPES = ("DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL")
FACETS = ("language", "host", "section", "type", "entity", "day")

Statement = tuple[str, list[Any]]


def facets(reading: Reading, filters: Filters) -> Statement:
    """Return the statement for the facets of a search: rows of facet, value, hits; facet "hits" counts all."""
    arguments = Arguments()
    found = hits(reading, filters, arguments, at_most=COUNTED + 1)
    values = arguments.add(list(VALUE_TYPES), "text[]")
    top = f"group by 2 order by 3 desc, 2 limit {TOP}"
    statement = f"""
with found as materialized ({found}),
counted as materialized (
    select a.article_id, a.dated, a.in_language, a.host, a.article_section
    from found join articles as a using (article_id)
    order by a.dated desc, a.article_id desc limit {COUNTED}
),
named as materialized (select e.article_id, e.type, e.name from counted join entities as e using (article_id))
select 'hits' as facet, '' as value, count(*) as hits from found
union all (select 'language', in_language, count(*) from counted where in_language is not null {top})
union all (select 'host', host, count(*) from counted where host is not null {top})
union all (select 'section', article_section, count(*) from counted where article_section is not null {top})
union all (select 'type', type, count(distinct article_id) from named {top})
union all (
    select 'entity', name || e' \\u00b7 ' || type, count(distinct article_id) from named where type <> all ({values})
    group by name, type order by 3 desc, 2 limit {TOP}
)
union all (
    select 'day', to_char(dated at time zone 'UTC', 'YYYY-MM-DD'), count(*) from counted group by 2 order by 2
)
"""
    return statement, arguments.values


def top_entities(start: datetime, end: datetime, entity_type: str | None, limit: int) -> Statement:
    """Return the statement for what the articles from `start` up to `end` name, and as many days before name of it."""
    arguments = Arguments()
    kind = _kind(entity_type, arguments)
    now = _window(start, end, arguments)
    before = _window(start - (end - start), start, arguments)
    size = arguments.add(limit, "int")
    statement = f"""
with now as materialized ({now}), before as materialized ({before}),
sizes as (select (select count(*) from now) as articles, (select count(*) from before) as earlier),
top as (
    select e.name, e.type, count(*) as articles, sum(e.mentions)::bigint as mentions
    from (select article_id from now limit {COUNTED}) as a join entities as e using (article_id)
    where {kind} group by e.name, e.type order by articles desc, mentions desc, e.name, e.type limit {size}
),
earlier as (
    select e.name, e.type, count(*) as articles
    from (select article_id from before limit {COUNTED}) as a join entities as e using (article_id)
    where (e.name, e.type) in (select name, type from top) group by e.name, e.type
)
select least(sizes.articles, {COUNTED}) as counted, sizes.articles > {COUNTED} as is_cut, top.*,
    case when greatest(sizes.articles, sizes.earlier) <= {COUNTED} then coalesce(earlier.articles, 0) end as before
from sizes left join top on true left join earlier using (name, type)
order by top.articles desc, mentions desc, name, type
"""
    return statement, arguments.values


def named_in(entity: str, entity_type: str | None, start: datetime, end: datetime) -> Statement:
    """Return the statement for the newest articles of a window that name an entity: how each does, the newest first."""
    arguments = Arguments()
    key = arguments.add([entity_key(entity)], "text[]")
    since, until = arguments.add(start, "timestamptz"), arguments.add(end, "timestamptz")
    kind = f" and {_kind(entity_type, arguments)}" if entity_type is not None else ""
    statement = f"""
with found as materialized (
    select article_id, dated from articles
    where not hidden and keys @> {key} and dated >= {since} and dated < {until}
    order by dated desc, article_id desc limit {COUNTED + 1}
),
named as materialized (select e.*, dated from found join entities as e using (article_id))
select article_id, dated, name, type, mentions, ids
from named as e where {_same(entity, arguments)}{kind} order by dated desc, article_id desc, position
"""
    return statement, arguments.values


def together(articles: Sequence[UUID], itself: Iterable[tuple[str, str]]) -> Statement:
    """Return the statement for what `articles` name besides an entity: `itself` is each name and type that it has."""
    arguments = Arguments()
    names, types = zip(*itself, strict=True)
    statement = f"""
select e.name, e.type, count(*) as articles
from unnest({arguments.add(list(articles), "uuid[]")}) as a (article_id) join entities as e using (article_id)
where (e.name, e.type) not in (
    select * from unnest({arguments.add(list(names), "text[]")}, {arguments.add(list(types), "text[]")})
) and e.type <> all ({arguments.add(list(VALUE_TYPES), "text[]")})
group by e.name, e.type order by articles desc, e.name, e.type limit {TOP}
"""
    return statement, arguments.values


HEADLINES = """
select a.article_id, a.headline, a.url, a.dated from articles as a
where article_id = any($1) order by dated desc, article_id desc
"""


def _window(start: datetime, end: datetime, arguments: Arguments) -> str:
    since, until = arguments.add(start, "timestamptz"), arguments.add(end, "timestamptz")
    return (
        f"select article_id from articles where not hidden and dated >= {since} and dated < {until} "
        f"order by dated desc, article_id desc limit {COUNTED + 1}"
    )


def _kind(entity_type: str | None, arguments: Arguments) -> str:
    if entity_type is None:
        return f"e.type <> all ({arguments.add(list(VALUE_TYPES), 'text[]')})"
    return f"upper(e.type) = upper({arguments.add(clean(entity_type), 'text')})"


def _same(entity: str, arguments: Arguments) -> str:
    """Return the condition that a row of `named` is the entity. To fold takes long: each name is folded once."""
    if (name := entity_name(entity)) is not None:
        folded = f"folded_key(name) = {arguments.add(name, 'text')}"
        return f"name in (select name from (select distinct name from named) as n where {folded})"
    key = arguments.add(entity_key(entity), "text")
    known = "select from jsonb_each_text(n.ids) as known (scheme, id)"
    folded = f"exists ({known} where 'id:' || folded_key(scheme) || ':' || folded_key(id) = {key})"
    return f"ids in (select ids from (select distinct ids from named where ids <> '{{}}') as n where {folded})"
