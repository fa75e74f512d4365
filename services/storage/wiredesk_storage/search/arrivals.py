"""What was just stored, for who reads along: the revisions named by receipts, and which of them a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from wiredesk_storage.search import finding, statements
from wiredesk_storage.search.asking import Filters
from wiredesk_storage.search.finding import Fetch

_REVISIONS = """
select r.article_id, r.revision, r.event::text as event, a.hidden, a.keys, m.story_id, c.group_id as copy_of
from unnest($1::uuid[], $2::int[]) as w (article_id, revision)
join revisions as r using (article_id, revision)
join articles as a using (article_id)
left join story_articles as m using (article_id)
left join copies as c using (article_id)
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A revision that was stored. `keys` are those of its article as it is now; `event` is the enriched event as JSON.

    `story_id` is None where it was put into no story, or not yet.
    """

    article_id: UUID
    revision: int
    event: str = field(repr=False)
    hidden: bool
    keys: frozenset[str] = field(repr=False)
    story_id: UUID | None
    copy_of: UUID | None


async def revisions(fetch: Fetch, wanted: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], Arrival]:
    """Return those of the revisions (article, number) that are stored."""
    columns = [article for article, _ in wanted], [number for _, number in wanted]
    return {
        (found["article_id"], found["revision"]): Arrival(
            found["article_id"],
            found["revision"],
            found["event"],
            found["hidden"],
            frozenset(found["keys"] or ()),
            found["story_id"],
            found["copy_of"],
        )
        for found in await fetch(_REVISIONS, *columns)
    }


async def among(fetch: Fetch, articles: Sequence[UUID], query: str, filters: Filters) -> set[UUID]:
    """Return those of `articles` that the search finds."""
    reading = await finding.read_words(fetch, query, filters)
    if reading.finds_nothing:
        return set()
    arguments = statements.Arguments()
    bound = f" and a.article_id = any({arguments.add(list(articles), 'uuid[]')})"
    statement = statements.hits(reading, filters, arguments, at_most=len(articles), bound=bound)
    return {found["article_id"] for found in await fetch(statement, *arguments.values)}
