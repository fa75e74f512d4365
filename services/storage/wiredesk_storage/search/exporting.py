"""Every article that a search finds, whole, the newest first: read in pages, so that memory does not grow with them.

Nothing is ranked. What a page holds is found as any search finds it, so what no search shows is in no page either.
Each statement stands alone: no snapshot is held open while somebody writes a page to a slow disk.
"""
# ruff: noqa: S608 - all that was typed is among the values

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import count as numbers
from typing import Any
from uuid import UUID

from wiredesk_storage.search.asking import Filters
from wiredesk_storage.search.finding import Fetch, read_words
from wiredesk_storage.search.newest import exactly
from wiredesk_storage.search.statements import READ_PLAINLY, Arguments, hits, window_end
from wiredesk_storage.search.words import Reading

PAGE = 200
# Articles in which words that no index has are looked for at a time. Less than are read at most: one whose date is
# changed meanwhile may come in between.
WINDOW = READ_PLAINLY // 2
# Of events as PostgreSQL keeps them, which is packed: a few times as much as text.
_AT_ONCE_BYTES = 2 * 1024 * 1024
# More are not counted: that would take as long as to read them.
MOST_COUNTED = 100_000

_EVENTS = """
select article_id, event from revisions
where (article_id, revision) in (select * from unnest($1::uuid[], $2::int[]))
"""
_FIRST_DAY, _LAST_DAY = date.min, date.max


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which article reading goes on. `dated` as PostgreSQL writes it, which knows more years than Python."""

    dated: str
    article_id: UUID


@dataclass(frozen=True, slots=True)
class Exported:
    """A whole article: its current revision, and the event that made it as JSON. `day` (UTC) is that of `dated`."""

    place: Place
    day: date
    revision: int
    document: str = field(repr=False)


async def articles(
    fetch: Fetch, query: str, filters: Filters, *, began: datetime, after: Place | None = None
) -> AsyncGenerator[Exported, None]:
    """Yield the articles found that were stored by `began`, by `dated` and id, the newest first.

    Each comes once, whatever is stored meanwhile; `after` goes on behind an article. One whose date is changed
    meanwhile may come at its old place, its new one, both or neither.
    """
    reading = await read_words(fetch, query, filters)
    async for page in _pages(fetch, reading, filters, began, after):
        for some in _bounded(page):
            found = await fetch(_EVENTS, [row["article_id"] for row in some], [row["revision"] for row in some])
            events = {row["article_id"]: row["event"] for row in found}
            for row in some:
                if (document := events.get(row["article_id"])) is not None:
                    yield Exported(_place(row), _day(row["day"]), row["revision"], document)


async def count(fetch: Fetch, query: str, filters: Filters, *, began: datetime) -> int | None:
    """Return how many `articles` yields from the beginning; None: more than `MOST_COUNTED`, or it takes long to say."""
    reading = await read_words(fetch, query, filters)
    if reading.finds_nothing:
        return 0
    if reading.plain:
        return None
    arguments = Arguments()
    found = hits(reading, filters, arguments, at_most=MOST_COUNTED + 1, bound=_bound(arguments, began, None))
    total: int = (await fetch(f"select count(*) as total from ({found}) as h", *arguments.values))[0]["total"]
    return total if total <= MOST_COUNTED else None


async def _pages(
    fetch: Fetch, reading: Reading, filters: Filters, began: datetime, after: Place | None
) -> AsyncGenerator[Sequence[Mapping[str, Any]], None]:
    """Yield where the articles are, page by page."""
    if reading.finds_nothing:
        return
    at_most = READ_PLAINLY if reading.plain else PAGE
    while True:
        until = await _window_end(fetch, filters, began, after) if reading.plain else None
        behind = partial(_among, began, after, until)
        page = await exactly(fetch, reading, filters, at_most=at_most, behind=behind, around=_located)
        yield page
        is_last = until is None if reading.plain else len(page) < at_most
        if is_last:
            return
        after = until or _place(page[-1])


async def _window_end(fetch: Fetch, filters: Filters, began: datetime, after: Place | None) -> Place | None:
    """Return the last of the articles that are read next for words that no index has; None: there is no more behind."""
    arguments = Arguments()
    statement = window_end(filters, arguments, size=WINDOW, bound=_bound(arguments, began, after))
    found = await fetch(statement, *arguments.values)
    return _place(found[0]) if found else None


def _located(found: str) -> str:
    return f"""
select h.article_id, h.dated::text as place, (h.dated at time zone 'UTC')::date::text as day, a.revision,
    pg_column_size(r.event) as size
from ({found}) as h join articles as a using (article_id) join revisions as r using (article_id, revision)
order by h.dated desc, h.article_id desc
"""


def _among(began: datetime, after: Place | None, until: Place | None, arguments: Arguments) -> str:
    bound = _bound(arguments, began, after)
    return bound if until is None else f"{bound} and (a.dated, a.article_id) >= {_in_order(until, arguments)}"


def _bound(arguments: Arguments, began: datetime, after: Place | None) -> str:
    stored = f" and a.first_stored_at <= {arguments.add(began, 'timestamptz')}"
    if after is None:
        return stored
    return f"{stored} and (a.dated, a.article_id) < {_in_order(after, arguments)}"


def _in_order(place: Place, arguments: Arguments) -> str:
    return f"({arguments.add(place.dated, 'text')}::timestamptz, {arguments.add(place.article_id, 'uuid')})"


def _bounded(page: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Cut a page so that the events of each part fit into memory together; one that is larger stands alone."""
    start = size = 0
    for end, row in zip(numbers(), page, strict=False):
        if end > start and size + row["size"] > _AT_ONCE_BYTES:
            yield page[start:end]
            start, size = end, 0
        size += row["size"]
    if page:
        yield page[start:]


def _place(row: Mapping[str, Any]) -> Place:
    return Place(row["place"], row["article_id"])


def _day(text: str) -> date:
    """Return a date as PostgreSQL writes it; of a year that Python does not know the nearest that it knows."""
    if text.endswith(" BC"):
        return _FIRST_DAY
    return date.fromisoformat(text) if len(text) == len("2026-11-30") else _LAST_DAY
