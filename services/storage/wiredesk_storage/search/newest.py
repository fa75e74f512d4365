"""The newest hits, without reading all hits of a common word: looked for in windows of time, from the newest on.

The index of words knows no dates. So PostgreSQL reads the row of every hit to learn its date, and of a word that a
tenth of a million articles have that takes most of a second. In a window it intersects the hits with the articles of
that time first, and reads what is in both. How wide the next one must be is told by how many hits were in that before.

Nor does it know which word follows which. Of a phrase it finds what has all its words, and reads those of every such
article: a twentieth of a millisecond each.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from wiredesk_storage.search import statements
from wiredesk_storage.search.asking import Filters
from wiredesk_storage.search.statements import Arguments, Bound, unbound
from wiredesk_storage.search.words import Reading

Row = Mapping[str, Any]
Fetch = Callable[..., Awaitable[Sequence[Row]]]

# Articles in the first window: quick to look through, and enough of them for a word that a tenth of them have.
FIRST = 2_000
# The next window has at least, and at most, so many times the days.
_LEAST_WIDER, _MOST_WIDER = 2.0, 16.0
# Where hits are spread evenly this leaves room for chance.
_MARGIN = 1.5
# If there seem to be no more hits than so many in all, it is quicker to read all of them than to narrow the time.
_FEW = 1_500
# After so many everything is searched at once: articles are spread over time as no news is.
_WINDOWS = 5


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest hits, the newest first: article_id, dated, and by which query of the reading (0: none).

    `last_read`: there are more articles that may be hits than are read for a phrase, and this is the last that was.
    """

    hits: Sequence[Row]
    last_read: Row | None = None


async def newest(
    fetch: Fetch,
    reading: Reading,
    filters: Filters,
    *,
    at_most: int,
    bound: Bound = unbound,
    behind: Bound = unbound,
) -> Newest:
    """Return the newest `at_most` hits; of a phrase those among the newest that have all its words.

    `bound` and `behind` say of which articles; `behind` where by date the page before ended.
    """
    if reading.plain and reading.queries:
        # Apart, so that what no index has is not read for in every window.
        some = [
            await newest(fetch, part, filters, at_most=at_most, bound=bound, behind=behind)
            for part in (replace(reading, plain=()), replace(reading, queries=()))
        ]
        last = some[0].last_read
        # What is older than the last that was read for a phrase may have others before it.
        both = [row for one in some for row in one.hits if last is None or _place(row) >= _place(last)]
        both.sort(key=_place, reverse=True)
        return Newest(both[:at_most], last if len(both) < at_most else None)
    loose = reading.loose
    if loose == reading:
        return Newest(await exactly(fetch, reading, filters, at_most=at_most, bound=bound, behind=behind))
    most = statements.READ_FOR_PHRASE
    read = await exactly(fetch, loose, filters, at_most=most + 1, bound=bound, behind=behind)
    statement, values = statements.matching(read[:most], reading)
    hits = await fetch(statement, *values)
    is_in_part = len(read) > most and len(hits) < at_most
    return Newest(hits[:at_most], read[most - 1] if is_in_part else None)


async def exactly(
    fetch: Fetch,
    reading: Reading,
    filters: Filters,
    *,
    at_most: int,
    bound: Bound = unbound,
    behind: Bound = unbound,
    around: Callable[[str], str] = lambda found: found,
) -> Sequence[Row]:
    """Return the newest `at_most` hits, as `statements.hits` says, however many articles are read for a phrase.

    `around` makes the statement whose rows are wanted of the select of the hits; it must have a row for each.
    """
    typed = filters.typed_key is not None and not (await fetch(statements.UNTYPED))[0]["are_some"]

    async def found(reading: Reading, floor: float | None) -> Sequence[Row]:
        arguments = Arguments()
        where = bound(arguments) + behind(arguments)
        statement = statements.hits(reading, filters, arguments, at_most=at_most, bound=where, floor=floor, typed=typed)
        return await fetch(around(statement), *arguments.values)

    if not reading.queries and not (reading.is_empty and filters.required_keys()):
        return await found(reading, None)
    # What no index has is read for once, when it is known how far back.
    indexed = replace(reading, plain=())
    arguments = Arguments()
    size = max(FIRST, 2 * at_most)
    statement = statements.recent(filters, arguments, size=size, bound=behind(arguments))
    (recent,) = await fetch(statement, *arguments.values)
    floor = recent["floor"] if recent["articles"] == size else None
    for number in range(_WINDOWS + 1):
        if floor is not None and (number == _WINDOWS or not recent["oldest"] < floor < recent["top"]):
            floor = None
        hits = await found(indexed, floor)
        if floor is None or len(hits) >= at_most:
            break
        if number == 0 and 0 <= recent["stored"] * (len(hits) + 1) <= _FEW * size:
            floor = None
            continue
        wider = _MARGIN * at_most / max(len(hits), 1)
        floor = recent["top"] - (recent["top"] - floor) * min(max(wider, _LEAST_WIDER), _MOST_WIDER)
    return await found(reading, floor) if reading.plain else hits


def _place(row: Row) -> tuple[datetime, UUID]:
    return row["dated"], row["article_id"]
