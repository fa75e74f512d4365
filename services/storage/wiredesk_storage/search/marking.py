"""The words around the hits of a page: PostgreSQL says which words of the texts were looked for.

To read a text as it was indexed takes PostgreSQL a millisecond or more. So it is given each word once for the whole
page, and of those only what begins like a word of the query: a stem has the first letters of its words. Where nothing
of a text is marked then (English makes "die" of "dying"), it is given all words of that.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from wiredesk_storage.search import excerpts, statements
from wiredesk_storage.search.excerpts import Span
from wiredesk_storage.search.newest import Fetch
from wiredesk_storage.search.words import Reading

Marks = dict[str, list[Span]]

_MARK = f"""
select ts_headline(config::regconfig, body, cast(query as tsquery), '{excerpts.OPTIONS}') as marked
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as h (config, body, query, n) order by n
"""  # noqa: S608 - nothing of it was typed


async def marked(fetch: Fetch, reading: Reading, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the excerpt of each row: it has a `text`, its `search_config`, and by which `reading` it was found."""
    found: list[list[Span]] = [
        excerpts.matches(row["text"], reading.pattern) if not row["reading"] and reading.pattern else [] for row in rows
    ]
    for likely in (True, False):
        left = [number for number, row in enumerate(rows) if row["reading"] and not found[number]]
        marks = await _marks(fetch, reading, [rows[number] for number in left], likely=likely)
        for number in left:
            row = rows[number]
            found[number] = excerpts.placed(row["text"], marks[row["search_config"], row["reading"]])
    return [excerpts.excerpt(row["text"], spans) for row, spans in zip(rows, found, strict=True)]


async def _marks(
    fetch: Fetch, reading: Reading, rows: Sequence[Mapping[str, Any]], *, likely: bool
) -> Mapping[tuple[str, int], Marks]:
    """Return what is marked in each token that has something, by the configuration and the query of `rows`."""
    queries = statements.tsqueries(reading)
    texts: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for row in rows:
        texts[row["search_config"], row["reading"]].append(row["text"])
    tokens = {
        (config, number): excerpts.tokens(some, excerpts.beginnings(queries[number - 1]) if likely else None)
        for (config, number), some in texts.items()
    }
    asked = [of for of, some in tokens.items() if some]
    marks: dict[tuple[str, int], Marks] = {of: {} for of in tokens}
    if not asked:
        return marks
    bodies = ["\n".join(map(excerpts.plain, tokens[of])) for of in asked]
    answers = await fetch(_MARK, [config for config, _ in asked], bodies, [queries[number - 1] for _, number in asked])
    for of, answer in zip(asked, answers, strict=True):
        lines = answer["marked"].split("\n")
        marks[of] = {
            token: excerpts.spans(token, line)
            for token, line in zip(tokens[of], lines, strict=True)
            if excerpts.START in line
        }
    return marks
