"""What a reader wants of what was stored: words and filters as for a search."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from wiredesk.contracts.errors import PermanentError
from wiredesk_storage.archive import ANY, Archive
from wiredesk_storage.search.arrivals import Arrival
from wiredesk_storage.search.asking import Filters


@dataclass(frozen=True, slots=True)
class Interest:
    """Words and filters; without any, everything is wanted."""

    query: str = ""
    filters: Filters = ANY

    @property
    def is_simple(self) -> bool:
        """Whether an article's keys alone say if it is wanted."""
        asked = self.filters
        return (
            not self.query.strip()
            and asked.since is None
            and asked.until is None
            and asked.story is None
            and not asked.without_copies
            and (asked.entity is None or asked.entity_type is None)
        )


async def wanted(
    archive: Archive, interests: Collection[Interest], arrivals: Sequence[Arrival]
) -> dict[Interest, set[UUID]]:
    """Return which articles each interest has: one question to the store for each that is not simple.

    Raises:
        InfrastructureError: PostgreSQL is away.
    """
    shown = [one for one in arrivals if not one.hidden]
    ids = list(dict.fromkeys(one.article_id for one in shown))
    found: dict[Interest, set[UUID]] = {}
    for interest in interests:
        if not ids:
            found[interest] = set()
        elif interest.is_simple:
            keys = set(interest.filters.required_keys())
            found[interest] = {one.article_id for one in shown if keys <= one.keys}
        else:
            with suppress(PermanentError):
                found[interest] = await archive.among(ids, interest.query, interest.filters)
            # One reader's odd question is no reason to keep anything from the others.
            found.setdefault(interest, set())
    return found
