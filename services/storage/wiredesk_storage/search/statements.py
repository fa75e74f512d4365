"""The SQL that finds articles. Pure: a reading of the query and filters come in, a statement and its values go out.

Each article is searched in the configuration it was indexed with: mixed, a word that is stemmed in one and not in the
other would get round a `-word`. So there is a branch for each way in which the query is read, all in the same order.
"""
# ruff: noqa: S608 - all that was typed is among the values

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wiredesk_storage.search.asking import LEAST_HALF_LIFE_DAYS, Filters, Order, clean, entity_name
from wiredesk_storage.search.cursor import Cursor
from wiredesk_storage.search.indexing import TYPED
from wiredesk_storage.search.words import ALL_CONFIGS, Reading

# A common word has more hits than can be ranked while somebody waits: the newest are.
RANKED = 150
# As many articles are read for a phrase of stop words, which no index has.
READ_PLAINLY = 1_000
# And so many for one stop word ("die" is one of German), which has its hits among the first.
READ_FOR_WORD = 200
# As many articles that have all words of a phrase are read for their order, which no index has.
READ_FOR_PHRASE = 500
_FEW_CONFIGS = 3
# The weights of D, C, B (text) and A (headline).
_WEIGHTS = "'{0.1, 0.1, 0.25, 1}'"
# 1: divided by the logarithm of the length.
_NORMALISATION = 1
# What an article keeps of its rank however old it is: what is rare is found whenever it was.
OLDEST_SHARE = 0.2
_DAY_SECONDS = 86_400

READ = "select config, websearch_to_tsquery(config::regconfig, $2)::text as tsquery from unnest($1::text[]) as config"
# Whether there are articles that earlier releases stored: their keys do not tell which name is of which type.
UNTYPED = f"select exists (select from articles where not keys @> '{{{TYPED}}}') as are_some"
_SHOWN = """
select h.article_id, a.headline, a.url, a.host, a.publisher, a.article_section, a.in_language, a.source, a.dated,
    a.date_published, a.updated_at, a.duplicate_of, c.group_id as copy_of, h.score as rank,
    array(
        select distinct o.host from copies as k join articles as o using (article_id)
        where k.group_id = h.article_id and not o.hidden and o.host <> coalesce(a.host, '') order by 1 limit 20
    ) as also_at,
    left(a.text, 200000) as text, a.search_config, h.reading
"""


@dataclass(slots=True)
class Arguments:
    """The values of a statement, in the order of their numbers."""

    values: list[Any] = field(default_factory=list)

    def add(self, value: Any, type_: str) -> str:
        """Return what stands for `value` in the statement."""
        self.values.append(value)
        return f"${len(self.values)}::{type_}"


Bound = Callable[[Arguments], str]
"""what else articles must pass: conditions, each after an `and`, whose values are added to those of the statement"""


def stored_by(at: Any) -> Bound:
    """Return the condition that an article was stored by then."""
    return lambda arguments: f" and a.first_stored_at <= {arguments.add(at, 'timestamptz')}"


def behind(after: Cursor) -> Bound:
    """Return the condition that an article comes after another by date."""
    return lambda arguments: f" and (a.dated, a.article_id) < ({_place(after, arguments)})"


def unbound(_: Arguments) -> str:
    """Return no condition."""
    return ""


def page(
    found: Sequence[Mapping[str, Any]],
    reading: Reading,
    order: Order,
    *,
    began: Any,
    half_life_days: float,
    after: Cursor | None,
    limit: int,
) -> tuple[str, list[Any]]:
    """Return the statement for a page of at most `limit` of the hits `found` that come after `after`, and its values.

    `began` is the time from which ages count.
    """
    arguments = Arguments()
    of = _unnested(found, arguments)
    keyset, by, score = "true", "dated desc, article_id desc", "0::float8"
    if not by_date(reading, order):
        by = f"score desc, {by}"
        score = _score(reading, arguments, began=began, half_life_days=half_life_days)
        if after is not None:
            mark = f"({arguments.add(after.score, 'float8')}, {_place(after, arguments)})"
            keyset = f"(score, dated, article_id) < {mark}"
    size = arguments.add(limit, "int")
    statement = f"""
with ranked as (
    select h.article_id, h.dated, h.reading, {score} as score
    from {of} join articles as a using (article_id)
),
page as (select * from ranked where {keyset} order by {by} limit {size})
{_SHOWN} from page as h join articles as a using (article_id) left join copies as c using (article_id)
order by {", ".join("h." + one for one in by.split(", "))}
"""
    return statement, arguments.values


def read_in_part(reading: Reading, filters: Filters, bound: Bound = unbound) -> tuple[str, list[Any]]:
    """Return the statement for whether there are more articles than are read for words that no index has."""
    arguments = Arguments()
    where = f"{_where(filters, arguments)}{bound(arguments)}{_read_in(reading.plain, arguments)}"
    more = f"select from articles as a where {where} limit {_plainly(reading) + 1}"
    return f"select count(*) > {_plainly(reading)} as is_read_in_part from ({more}) as a", arguments.values


def matching(found: Sequence[Mapping[str, Any]], reading: Reading) -> tuple[str, list[Any]]:
    """Return the statement for those of the articles `found` that have the phrases of their query, in order."""
    arguments = Arguments()
    of = _unnested(found, arguments)
    queries = arguments.add(list(tsqueries(reading)), "text[]")
    statement = f"""
select h.* from {of} join articles as a using (article_id)
where h.reading = 0 or a.search @@ cast(({queries})[h.reading] as tsquery)
order by h.dated desc, h.article_id desc
"""
    return statement, arguments.values


def recent(filters: Filters, arguments: Arguments, *, size: int, bound: str) -> str:
    """Return a select of the time that the newest `size` articles span, hits or not, in seconds since 1970.

    Its one row has their number, `top` and `floor`; `oldest` is that of all articles, or of all that pass. `stored` is
    about how many there are in all; less than 0: not known yet.
    """
    oldest = "(select min(dated) from articles)"
    if filters.since is not None:
        oldest = f"greatest({oldest}, {arguments.add(filters.since, 'timestamptz')})"
    where = f"true{_within(filters, arguments)}{bound}"
    return f"""
select count(*) as articles, {_epoch("max(dated)")} as top, {_epoch("min(dated)")} as floor,
    {_epoch(oldest)} as oldest,
    (select reltuples::float8 from pg_class where oid = 'articles'::regclass) as stored
from (select dated from articles as a where {where} order by a.dated desc, a.article_id desc limit {size}) as newest
"""


def hits(
    reading: Reading,
    filters: Filters,
    arguments: Arguments,
    *,
    at_most: int,
    bound: str = "",
    floor: float | None = None,
    typed: bool = False,
) -> str:
    """Return a select of the newest `at_most` hits: article_id, dated, and by which query of `reading` (0: none).

    `floor`: of articles dated no earlier, in seconds since 1970. `typed`: see `UNTYPED`.
    """
    where = _where(filters, arguments, typed=typed) + bound
    if floor is not None:
        where += f" and a.dated >= to_timestamp({arguments.add(floor, 'float8')})"
    limit = arguments.add(at_most, "int")
    order = f"order by a.dated desc, a.article_id desc limit {limit}"
    branches = []
    if reading.is_empty:
        branches.append(f"select a.article_id, a.dated, 0 as reading from articles as a where {where} {order}")
    for number, (tsquery, configs) in enumerate(reading.queries, start=1):
        matches = f"a.search @@ cast({arguments.add(tsquery, 'text')} as tsquery)"
        # Most articles have one of many keys: to look those up takes longer than to look at the column.
        if _are_all(configs) or len(configs) <= _FEW_CONFIGS:
            of = _read_in(configs, arguments)
        else:
            of = f" and a.search_config = any({arguments.add(list(configs), 'text[]')})"
        branches.append(
            f"select a.article_id, a.dated, {number} as reading from articles as a "
            f"where {matches}{of} and {where} {order}"
        )
    if reading.plain:
        newest = f"order by a.dated desc, a.article_id desc limit {_plainly(reading)}"
        pattern = arguments.add(reading.pattern, "text")
        branches.append(
            f"select a.article_id, a.dated, 0 as reading from ("
            f"select a.* from articles as a where {where}{_read_in(reading.plain, arguments)} {newest}) as a "
            f"where a.headline ~* {pattern} or left(a.text, 200000) ~* {pattern} {order}"
        )
    if len(branches) == 1:
        return branches[0]
    together = " union all ".join(f"({branch})" for branch in branches)
    return f"select * from ({together}) as a {order}"


def window_end(filters: Filters, arguments: Arguments, *, size: int, bound: str) -> str:
    """Return a select of the last of the newest `size` articles that pass; no row: there are fewer."""
    return f"""
select a.article_id, a.dated::text as place from articles as a where {_where(filters, arguments)}{bound}
order by a.dated desc, a.article_id desc offset {size - 1} limit 1
"""


def tsqueries(reading: Reading) -> Sequence[str]:
    """Return the query of each number that a hit's `reading` has, from 1 on."""
    return [tsquery for tsquery, _ in reading.queries]


def _plainly(reading: Reading) -> int:
    return READ_FOR_WORD if reading.is_quick else READ_PLAINLY


def _are_all(configs: Sequence[str]) -> bool:
    return len(configs) == len(ALL_CONFIGS)


def _read_in(configs: Sequence[str], arguments: Arguments) -> str:
    if _are_all(configs):
        return ""
    return f" and a.keys && {arguments.add([f'config:{config}' for config in configs], 'text[]')}"


def _where(filters: Filters, arguments: Arguments, *, typed: bool = False) -> str:
    conditions = ["not a.hidden"]
    if keys := filters.required_keys(typed=typed):
        conditions.append(f"a.keys @> {arguments.add(keys, 'text[]')}")
    if filters.without_copies:
        # Where the first is hidden or gone, its copies are all there is.
        first = "articles as f where f.article_id = a.duplicate_of"
        conditions.append(f"(a.duplicate_of is null or (select f.hidden from {first}) is distinct from false)")
        leader = "copies as c join articles as f on f.article_id = c.group_id where c.article_id = a.article_id"
        conditions.append(f"(select f.hidden from {leader}) is distinct from false")
    if filters.story is not None:
        story = arguments.add(filters.story, "uuid")
        itself = f"coalesce((select merged_into from stories where story_id = {story}), {story})"
        conditions.append(f"a.article_id in (select article_id from story_articles where story_id = {itself})")
    if not typed and (both := filters.typed_key) is not None:
        conditions.append(_of_type(filters, both, arguments))
    return " and ".join(conditions) + _within(filters, arguments)


def _of_type(filters: Filters, both: str, arguments: Arguments) -> str:
    """Return the condition that the entity is of the type: the keys say that it is named, and something of the type."""
    name = arguments.add(entity_name(filters.entity or ""), "text")
    kind = f"upper(e.type) = upper({arguments.add(clean(filters.entity_type or ''), 'text')})"
    same = f"e.article_id = a.article_id and folded_key(e.name) = {name} and {kind}"
    are_one = f"exists (select from entities as e where {same})"
    return f"(a.keys @> {arguments.add([both], 'text[]')} or not a.keys @> '{{{TYPED}}}' and {are_one})"


def _within(filters: Filters, arguments: Arguments) -> str:
    since = f" and a.dated >= {arguments.add(filters.since, 'timestamptz')}" if filters.since is not None else ""
    until = f" and a.dated < {arguments.add(filters.until, 'timestamptz')}" if filters.until is not None else ""
    return since + until


def _epoch(time: str) -> str:
    return f"extract(epoch from {time})::float8"


def _score(reading: Reading, arguments: Arguments, *, began: Any, half_life_days: float) -> str:
    if not reading.queries:
        return "0::float8"
    queries = arguments.add(list(tsqueries(reading)), "text[]")
    tsquery = f"cast(({queries})[h.reading] as tsquery)"
    rank = f"coalesce(ts_rank_cd({_WEIGHTS}, a.search, {tsquery}, {_NORMALISATION}), 0)::float8"
    if not half_life_days:
        return rank
    age = f"greatest(0, extract(epoch from {arguments.add(began, 'timestamptz')} - h.dated)::float8)"
    halves = f"{age} / {arguments.add(max(half_life_days, LEAST_HALF_LIFE_DAYS) * _DAY_SECONDS, 'float8')}"
    return f"{rank} * ({OLDEST_SHARE} + {1 - OLDEST_SHARE} * power(0.5::float8, least({halves}, 1000)))"


def _unnested(found: Sequence[Mapping[str, Any]], arguments: Arguments) -> str:
    columns = ", ".join(
        arguments.add([hit[column] for hit in found], f"{type_}[]")
        for column, type_ in (("article_id", "uuid"), ("dated", "timestamptz"), ("reading", "int"))
    )
    return f"unnest({columns}) as h (article_id, dated, reading)"


def by_date(reading: Reading, order: Order) -> bool:
    """Return whether hits come by date: that was asked for, or there are no words to rank them by."""
    return order is Order.DATE or reading.is_empty


def _place(after: Cursor, arguments: Arguments) -> str:
    return f"{arguments.add(after.dated, 'timestamptz')}, {arguments.add(after.article_id, 'uuid')}"
