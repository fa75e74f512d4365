"""What the news names most: counted over thousands of articles, and nearly the same a few minutes later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Self

from wiredesk_desk.web.kept.recent import Recent
from wiredesk_storage.archive import Archive
from wiredesk_storage.search.answers import TopEntities

KEPT_SECONDS = 30.0
# Nobody waits for the count of a week to be half a minute newer.
_LENT_SECONDS = 600.0
_PATIENCE_SECONDS = 10.0
# A question for each type and number of days; of more, those asked first are forgotten.
_QUESTIONS = 200
_MOST = 60


class MostNamed:
    """Counts it at most every half minute for each type and number of days."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._known: dict[tuple[str | None, int], Recent[TopEntities]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Yield it, and count no more at the end."""
        try:
            yield self
        finally:
            for one in self._known.values():
                await one.close()

    async def __call__(self, entity_type: str | None, days: int) -> TopEntities:
        """Return the sixty entities that most articles of the last days name.

        Raises:
            InfrastructureError: PostgreSQL is away.
        """
        asked = entity_type, days
        if asked not in self._known:
            if len(self._known) >= _QUESTIONS:
                # Whoever waits for it gets his answer.
                self._known.pop(next(iter(self._known)))
            ask = partial(self._archive.top_entities, entity_type, _MOST, days=days)
            self._known[asked] = Recent(
                ask, name="names", keeps=KEPT_SECONDS, patience=_PATIENCE_SECONDS, lends=_LENT_SECONDS
            )
        return await self._known[asked]()
