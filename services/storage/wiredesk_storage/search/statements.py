"""The SQL that finds articles. Pure: a reading of the query and filters come in, a statement and its values go out.

Each article is searched in the configuration it was indexed with: mixed, a word that is stemmed in one and not in the
other would get round a `-word`. So there is a branch for each way in which the query is read, all in the same order.
"""
# ruff: noqa: S608 - all that was typed is among the values

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wiredesk_storage.search.asking import LEAST_HALF_LIFE_DAYS, Filters, Order, clean, entity_name
from wiredesk_storage.search.cursor import Cursor
from wiredesk_storage.search.words import ALL_CONFIGS, Reading

# A common word has more hits than can be ranked while somebody waits: the newest are.
RANKED = 1_000
# As many articles are read for a phrase of stop words, which no index has.
READ_PLAINLY = 1_000
# The weights of D, C, B (text) and A (headline).
_WEIGHTS = "'{0.1, 0.1, 0.25, 1}'"
# 1: divided by the logarithm of the length.
_NORMALISATION = 1
# What an article keeps of its rank however old it is: what is rare is found whenever it was.
OLDEST_SHARE = 0.2
_DAY_SECONDS = 86_400

READ = "select config, websearch_to_tsquery(config::regconfig, $2)::text as tsquery from unnest($1::text[]) as config"
_SHOWN = """
select h.article_id, a.headline, a.url, a.host, a.publisher, a.article_section, a.in_language, a.source, a.dated,
    a.date_published, a.updated_at, a.duplicate_of, c.group_id as copy_of, h.score as rank,
    array(
        select distinct o.host from copies as k join articles as o using (article_id)
        where k.group_id = h.article_id and not o.hidden and o.host <> coalesce(a.host, '') order by 1 limit 20
    ) as also_at,
    left(a.text, 200000) as text, a.search_config, h.reading, h.is_cut
"""


@dataclass(slots=True)
class Arguments:
    """The values of a statement, in the order of their numbers."""

    values: list[Any] = field(default_factory=list)

    def add(self, value: Any, type_: str) -> str:
        """Return what stands for `value` in the statement."""
        self.values.append(value)
        return f"${len(self.values)}::{type_}"


def search(
    reading: Reading,
    filters: Filters,
    order: Order,
    *,
    began: Any,
    half_life_days: float,
    after: Cursor | None,
    limit: int,
) -> tuple[str, list[Any]]:
    """Return the statement for a page of at most `limit` hits after `after`, and its values.

    `began` is the time from which ages count. By relevance only what was stored by then is ranked, so that the ranked
    ones are the same on every page. `is_cut` of each row says whether there are more than are ranked.
    """
    arguments = Arguments()
    by_date = _by_date(reading, order)
    at_most = limit if by_date else RANKED + 1
    bound = _bound(arguments, by_date=by_date, began=began, after=after)
    found = hits(reading, filters, arguments, at_most=at_most, bound=bound, columns="a.search, ")
    score = _score(reading, arguments, began=began, half_life_days=half_life_days)
    keyset, by = "true", "dated desc, article_id desc"
    if not by_date:
        by = f"score desc, {by}"
        if after is not None:
            mark = f"({arguments.add(after.score, 'float8')}, {_place(after, arguments)})"
            keyset = f"(score, dated, article_id) < {mark}"
    size = arguments.add(limit, "int")
    statement = f"""
with hits as ({found}),
ranked as (
    select article_id, dated, reading, {score} as score
    from (select * from hits order by dated desc, article_id desc limit {RANKED}) as newest
),
page as (
    select *, (select count(*) from hits) > {RANKED} and {by_date is False} as is_cut
    from ranked where {keyset} order by {by} limit {size}
)
{_SHOWN} from page as h join articles as a using (article_id) left join copies as c using (article_id)
order by {", ".join("h." + one for one in by.split(", "))}
"""
    return statement, arguments.values


def read_in_part(
    reading: Reading,
    filters: Filters,
    order: Order = Order.RELEVANCE,
    *,
    began: Any = None,
    after: Cursor | None = None,
) -> tuple[str, list[Any]]:
    """Return the statement for whether there are more articles than are read for words that no index has.

    With the arguments of a page, of those that the page is searched in; without, of all.
    """
    arguments = Arguments()
    bound = _bound(arguments, by_date=_by_date(reading, order), began=began, after=after)
    where = f"{_where(filters, arguments)}{bound}{_read_in(reading.plain, arguments)}"
    more = f"select from articles as a where {where} limit {READ_PLAINLY + 1}"
    return f"select count(*) > {READ_PLAINLY} as is_read_in_part from ({more}) as a", arguments.values


def hits(
    reading: Reading, filters: Filters, arguments: Arguments, *, at_most: int, bound: str = "", columns: str = ""
) -> str:
    """Return a select of the newest `at_most` hits: article_id, dated, and by which query of `reading` (0: none)."""
    where = _where(filters, arguments) + bound
    limit = arguments.add(at_most, "int")
    order = f"order by a.dated desc, a.article_id desc limit {limit}"
    branches = []
    if reading.is_empty:
        branches.append(f"select {columns}a.article_id, a.dated, 0 as reading from articles as a where {where} {order}")
    for number, (tsquery, configs) in enumerate(reading.queries, start=1):
        matches = f"a.search @@ cast({arguments.add(tsquery, 'text')} as tsquery)"
        of = _read_in(configs, arguments)
        branches.append(
            f"select {columns}a.article_id, a.dated, {number} as reading from articles as a "
            f"where {matches}{of} and {where} {order}"
        )
    if reading.plain:
        newest = f"order by a.dated desc, a.article_id desc limit {READ_PLAINLY}"
        pattern = arguments.add(reading.pattern, "text")
        branches.append(
            f"select {columns}a.article_id, a.dated, 0 as reading from ("
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


def _read_in(configs: Sequence[str], arguments: Arguments) -> str:
    if len(configs) == len(ALL_CONFIGS):
        return ""
    return f" and a.keys && {arguments.add([f'config:{config}' for config in configs], 'text[]')}"


def _where(filters: Filters, arguments: Arguments) -> str:
    conditions = ["not a.hidden"]
    if keys := filters.required_keys():
        conditions.append(f"a.keys @> {arguments.add(keys, 'text[]')}")
    if filters.since is not None:
        conditions.append(f"a.dated >= {arguments.add(filters.since, 'timestamptz')}")
    if filters.until is not None:
        conditions.append(f"a.dated < {arguments.add(filters.until, 'timestamptz')}")
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
    if filters.entity_type is not None and filters.entity is not None and (name := entity_name(filters.entity)):
        # The keys say that it names somebody so, and something of the type: here that they are one.
        same = f"folded_key(e.name) = {arguments.add(name, 'text')}"
        kind = f"upper(e.type) = upper({arguments.add(clean(filters.entity_type), 'text')})"
        conditions.append(f"exists (select from entities as e where e.article_id = a.article_id and {same} and {kind})")
    return " and ".join(conditions)


def _score(reading: Reading, arguments: Arguments, *, began: Any, half_life_days: float) -> str:
    if not reading.queries:
        return "0::float8"
    queries = arguments.add(list(tsqueries(reading)), "text[]")
    rank = (
        f"coalesce(ts_rank_cd({_WEIGHTS}, search, cast(({queries})[reading] as tsquery), {_NORMALISATION}), 0)::float8"
    )
    if not half_life_days:
        return rank
    age = f"greatest(0, extract(epoch from {arguments.add(began, 'timestamptz')} - dated)::float8)"
    halves = f"{age} / {arguments.add(max(half_life_days, LEAST_HALF_LIFE_DAYS) * _DAY_SECONDS, 'float8')}"
    return f"{rank} * ({OLDEST_SHARE} + {1 - OLDEST_SHARE} * power(0.5::float8, least({halves}, 1000)))"


def _by_date(reading: Reading, order: Order) -> bool:
    return order is Order.DATE or reading.is_empty


def _bound(arguments: Arguments, *, by_date: bool, began: Any, after: Cursor | None) -> str:
    if by_date:
        return f" and (a.dated, a.article_id) < ({_place(after, arguments)})" if after is not None else ""
    return f" and a.first_stored_at <= {arguments.add(began, 'timestamptz')}" if began is not None else ""


def _place(after: Cursor, arguments: Arguments) -> str:
    return f"{arguments.add(after.dated, 'timestamptz')}, {arguments.add(after.article_id, 'uuid')}"
