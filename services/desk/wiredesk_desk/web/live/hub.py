"""Hears what was stored and hands it to every reader who wants it.

One reader of Kafka for all: a receipt is looked up in the store once, however many read along. A reader who takes too
little is cut off, with the position he stands at: he costs a bounded amount of memory and no time of the others.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.engine.reading.bounded_batches import UnreadableBatchError
from wiredesk.runtime.background import background
from wiredesk_desk.config import System
from wiredesk_desk.web.live.interest import Interest, wanted
from wiredesk_desk.web.live.missed import Arrivals, Missed, looked_up
from wiredesk_desk.web.live.positions import Positions
from wiredesk_desk.web.live.reader import Gap, News, Reader
from wiredesk_desk.web.live.receipts import Receipts, Told
from wiredesk_storage.archive import Archive

log = logging.getLogger(__name__)

# Receipts that are remembered for who comes back: some minutes at full speed, 8 MB.
REMEMBERED = 50_000
# So many of each partition are read again at the start, for readers of the process before.
READ_BACK = 500
_AGAIN_SECONDS = 1.0


class TooManyReadersError(Exception):
    """More readers than are admitted."""


class Hub:
    """Hears receipts, and has readers. Use `running`; one event loop."""

    def __init__(self, here: System, archive: Archive, *, limit: int) -> None:
        self._here, self._archive, self._limit = here, archive, limit
        self._missed = Missed(here, archive)
        self._readers: set[Reader] = set()
        self._recent: deque[Told] = deque(maxlen=REMEMBERED)
        # Where the remembered ones begin, and where the hub stands; None: it has not begun.
        self._since: dict[int, int] = {}
        self._positions: Positions | None = None
        self._began = asyncio.Event()
        # Nobody joins while a batch is handed out: he would miss it.
        self._turn = asyncio.Lock()

    @property
    def readers(self) -> int:
        """How many read along."""
        return len(self._readers)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear receipts beside the block. While Kafka or the store is away it waits, and nothing is left out."""
        async with background("what is new", self._hear):
            yield

    @asynccontextmanager
    async def reader(
        self, interest: Interest, after: Positions | None
    ) -> AsyncIterator[tuple[Reader, AsyncIterator[News | Gap]]]:
        """Yield a reader, and what he has missed since `after`, to be read before anything else.

        Raises:
            TooManyReadersError: no more are admitted.
        """
        if len(self._readers) >= self._limit:
            raise TooManyReadersError
        await self._began.wait()
        async with self._turn:
            assert self._positions is not None
            reader = Reader(interest, (after or self._positions).copy())
            remembered = [told for told in self._recent if after and told.offset >= (after.of(told.partition) or 0)]
            missed = self._missed.news(reader, remembered, dict(self._since) if after else {})
            self._readers.add(reader)
        try:
            yield reader, missed
        finally:
            self._readers.discard(reader)

    async def _hear(self) -> None:
        async with Receipts(self._here) as receipts:
            edges = await receipts.edges()
            if self._positions is None:
                self._begin({number: max(edges.starts[number], end - READ_BACK) for number, end in edges.ends.items()})
            assert self._positions is not None
            start = {number: self._positions.of(number) or 0 for number in edges.ends}
            if all(offset >= edges.ends[number] for number, offset in start.items()):
                self._began.set()
            try:
                async for batch in receipts.batches(start):
                    async with self._turn:
                        await self._hand_out(batch)
                    # Behind the last of them there may be markers of transactions, which nobody sees.
                    if not batch or all((self._positions.of(number) or 0) >= end for number, end in edges.ends.items()):
                        self._began.set()
            except UnreadableBatchError:
                log.warning("a batch of receipts cannot be read: readers go on behind it")
                self._begin((await receipts.edges()).ends)

    def _begin(self, positions: Mapping[int, int]) -> None:
        self._recent.clear()
        self._since = dict(positions)
        self._positions = Positions(positions)

    async def _hand_out(self, batch: Sequence[Told]) -> None:
        arrivals: Arrivals = {}
        found: dict[Interest, set[UUID]] = {}
        if self._readers and any(one.article_id for one in batch):
            arrivals, found = await self._until_known(batch, {one.interest for one in self._readers})
        for told in batch:
            arrival = arrivals.get((told.article_id, told.revision))
            for reader in self._readers:
                has = arrival is not None and arrival.article_id in found[reader.interest]
                reader.offer(told, arrival if has else None)
            self._remember(told)

    def _remember(self, told: Told) -> None:
        assert self._positions is not None
        if len(self._recent) == REMEMBERED:
            oldest = self._recent[0]
            self._since[oldest.partition] = oldest.offset + 1
        self._recent.append(told)
        self._positions.passed(told.partition, told.offset)

    async def _until_known(
        self, batch: Sequence[Told], interests: Collection[Interest]
    ) -> tuple[Arrivals, dict[Interest, set[UUID]]]:
        while True:
            with suppress(InfrastructureError, TimeoutError):
                arrivals = await looked_up(self._archive, batch)
                return arrivals, await wanted(self._archive, interests, list(arrivals.values()))
            await asyncio.sleep(_AGAIN_SECONDS)
