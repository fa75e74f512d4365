"""How the pipeline is now: what Kafka, the store and the processes here say, each for itself and for a moment."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from wiredesk.client import offsets
from wiredesk.client.offsets import StageLag
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.postgres.connections import Connections, outages
from wiredesk_desk.commands import collection, drift
from wiredesk_desk.commands.status import may_have_letters, processes_of
from wiredesk_desk.config import System
from wiredesk_desk.output import Row
from wiredesk_desk.web.kept.letters import Letters
from wiredesk_desk.web.kept.pace import Key, Pace, Paces
from wiredesk_desk.web.kept.recent import Recent
from wiredesk_storage.archive import Archive, Counts

if TYPE_CHECKING:
    from wiredesk_fetcher.sources.source import Source

KEPT_SECONDS = 1.0
# Their tables are counted, or read whole.
COUNTED_SECONDS = 5.0
PATIENCE_SECONDS = 8.0

# Of the newest by date, which an index has. What was stored long after it was fetched is a backlog that was worked off.
_FRESHNESS = """
select count(*) as articles,
    percentile_cont(0.5) within group (order by extract(epoch from updated_at - fetched_at)) as since_fetched,
    percentile_cont(0.5) within group (order by extract(epoch from first_stored_at - date_published))
        filter (where date_published <= first_stored_at) as since_published
from (
    select updated_at, fetched_at, first_stored_at, date_published from articles
    where dated <= now() order by dated desc, article_id desc limit 100
) as newest
"""


@dataclass(frozen=True, slots=True)
class Flow:
    """What Kafka says: stages with their members, records by topic, and how many dead letters are open, if known.

    `paces` are those of the stages, by service and topic.
    """

    stages: Sequence[StageLag]
    paces: Mapping[Key, Pace]
    records: Mapping[str, int]
    letters: int | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of the newest articles (100 at most): the median of the seconds from there until they were stored, if known."""

    articles: int
    since_fetched: float | None
    since_published: float | None


@dataclass(frozen=True, slots=True)
class Stock:
    """What the store says."""

    counts: Counts
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class Running:
    """The processes of the system in this folder, and what its cleaners say of hosts; None: no cleaner does."""

    processes: Sequence[Row]
    drifts: drift.Found | None


class State:
    """Asks for it. Each raises `InfrastructureError` when what is asked is away, and knows nothing of the others."""

    def __init__(self, here: System, pool: Connections, archive: Archive, letters: Letters) -> None:
        self._here, self._pool, self._archive, self._letters = here, pool, archive, letters
        self._paces = Paces()
        self.flow: Recent[Flow] = Recent(self._flow, name="Kafka", keeps=KEPT_SECONDS, patience=PATIENCE_SECONDS)
        self.stock: Recent[Stock] = Recent(
            self._stock, name="the store", keeps=COUNTED_SECONDS, patience=PATIENCE_SECONDS
        )
        self.processes: Recent[Running] = Recent(
            self._running, name="the system in this folder", keeps=KEPT_SECONDS, patience=PATIENCE_SECONDS
        )
        self.sources: Recent[list[Source] | str | None] = Recent(
            self._sources, name="the sources", keeps=COUNTED_SECONDS, patience=PATIENCE_SECONDS
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Yield it, and ask no more at the end."""
        async with AsyncExitStack() as stack:
            for recent in (self.flow, self.stock, self.processes, self.sources):
                stack.push_async_callback(recent.close)
            yield self

    async def _flow(self) -> Flow:
        stages = await offsets.lag(self._here.kafka, self._here.lane)
        paces = self._paces.note(stages, time.monotonic())
        records = await offsets.counts(self._here.kafka, self._here.lane)
        letters: int | None = 0
        if may_have_letters(records, self._here.lane):
            letters = None
            with suppress(InfrastructureError):
                letters = (await self._letters.known()).open
        return Flow(stages, paces, records, letters)

    async def _stock(self) -> Stock:
        with outages():
            (found,) = await self._pool.fetch(_FRESHNESS)
        return Stock(await self._archive.counts(), Freshness(**found))

    async def _running(self) -> Running:
        rows = await processes_of(self._here)
        return Running(rows, await drift.read(rows))

    async def _sources(self) -> "list[Source] | str | None":
        return await collection.read(self._here)
