"""The SQL that counts: facets of a search, the entities of a window, one entity. Pure, like `statements`.

Every count is over at most so many articles, the newest, and says whether there were more.
"""
# ruff: noqa: S608 - all that was typed is among the values

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from wiredesk_storage.search.asking import clean
from wiredesk_storage.search.statements import Arguments

# Articles of a count; and, the newest of those, of a count of what they name, which is twenty times as much to read.
COUNTED = 5_000
SAMPLED = 500
TOP = 10
# What these name is a figure or a time: with them nothing else would be at the top.
VALUE_TYPES = ("DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL")
FACETS = ("language", "host", "section", "type", "entity", "day")

Statement = tuple[str, list[Any]]


def spread(found: Sequence[UUID]) -> Statement:
    """Return the statement for how the articles `found` are spread: rows of facet, value, hits."""
    arguments = Arguments()
    counted = arguments.add(list(found), "uuid[]")
    top = f"group by 2 order by 3 desc, 2 limit {TOP}"
    statement = f"""
with counted as materialized (
    select a.dated, a.in_language, a.host, a.article_section
    from unnest({counted}) as found (article_id) join articles as a using (article_id)
)
(select 'language' as facet, in_language as value, count(*) as hits from counted where in_language is not null {top})
union all (select 'host', host, count(*) from counted where host is not null {top})
union all (select 'section', article_section, count(*) from counted where article_section is not null {top})
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
is_cut as materialized (select greatest(articles, earlier) > {COUNTED} as either from sizes),
top as (
    select e.name, e.type, count(*) as articles, sum(e.mentions)::bigint as mentions
    from (select article_id from now limit {COUNTED}) as a join entities as e using (article_id)
    where {kind} group by e.name, e.type order by articles desc, mentions desc, e.name, e.type limit {size}
),
earlier as (
    select e.name, e.type, count(*) as articles
    from (select article_id from before where not (select either from is_cut)) as a
    join entities as e using (article_id)
    where (e.name, e.type) in (select name, type from top) group by e.name, e.type
)
select least(sizes.articles, {COUNTED}) as counted, sizes.articles > {COUNTED} as is_cut, top.*,
    case when not (select either from is_cut) then coalesce(earlier.articles, 0) end as before
from sizes left join top on true left join earlier using (name, type)
order by top.articles desc, mentions desc, name, type
"""
    return statement, arguments.values


# What some articles name, each name with the places of those that name it among them; to group by ids, too, takes twice
# as long.
NAMED_OF_TYPE = """
select e.name, e.type, array_agg(n::int) as articles
from unnest($1::uuid[]) with ordinality as found (article_id, n) join entities as e using (article_id)
group by e.name, e.type
"""
NAMED = """
select e.name, e.type, e.ids, sum(e.mentions)::bigint as mentions, array_agg(n::int) as articles
from unnest($1::uuid[]) with ordinality as found (article_id, n) join entities as e using (article_id)
group by e.name, e.type, e.ids
"""
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
