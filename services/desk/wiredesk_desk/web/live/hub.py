"""Hears what was stored and hands it to every reader who wants it.

One reader of Kafka for all: a receipt is looked up in the store once, however many read along. A reader who takes too
little is cut off, with the position he stands at: he costs a bounded amount of memory and no time of the others.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from uuid import UUID

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.runtime.background import background
from wiredesk_desk.config import System
from wiredesk_desk.web.live.interest import Interest, wanted
from wiredesk_desk.web.live.missed import Arrivals, Missed, looked_up
from wiredesk_desk.web.live.positions import Positions
from wiredesk_desk.web.live.reader import Heard, Reader
from wiredesk_desk.web.live.receipts import Receipts, Told
from wiredesk_storage.archive import Archive

log = logging.getLogger(__name__)

# Receipts that are remembered for who comes back: some minutes at full speed, 8 MB.
REMEMBERED = 50_000
# So many of each partition are read again at the start, for readers of the process before.
READ_BACK = 500
# What is looked up at once: events of a megabyte each would fill the memory.
_LOOKED_UP = 50
_AGAIN_SECONDS = 1.0
# So often a reader's question is asked while the store answers others; then it is his question that is at fault.
_TRIES = 3


class TooManyReadersError(Exception):
    """More readers than are admitted."""


class Hub:
    """Hears receipts, and has readers. Use `running`; one event loop."""

    def __init__(self, here: System, archive: Archive, *, limit: int) -> None:
        self._here, self._archive, self._limit = here, archive, limit
        self._missed = Missed(here, archive)
        self._readers: set[Reader] = set()
        self._strangers = 0
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

    @property
    def is_full(self) -> bool:
        """Whether no stranger is admitted."""
        return self._strangers >= self._limit

    def behind(self, position: str) -> int | None:
        """Return how many receipts lie between a position and the last one heard; None: none was heard yet."""
        if self._positions is None or not self._began.is_set():
            return None
        return Positions.read(position).behind(self._positions)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear receipts beside the block. While Kafka or the store is away it waits, and nothing is left out."""
        async with background("what is new", self._hear):
            yield

    @asynccontextmanager
    async def reader(
        self, interest: Interest, after: Positions | None, *, is_own: bool = False
    ) -> AsyncIterator[tuple[Reader, AsyncGenerator[Heard, None]]]:
        """Yield a reader, and what he has missed since `after`, to be read before anything else.

        `is_own`: he is one of ours, and not among those who are counted.

        Raises:
            TooManyReadersError: no more are admitted.
            InfrastructureError: where he stands must be looked up, and Kafka is away.
        """
        if not is_own and self.is_full:
            raise TooManyReadersError
        self._strangers += not is_own
        try:
            await self._began.wait()
            is_elsewhere = False
            if after is not None and self._positions is not None and after.is_beyond(self._positions):
                # Another desk may be a moment ahead. Beyond what there is, it was another topic.
                ends = Positions((await Receipts(self._here).edges()).ends)
                after, is_elsewhere = after.within(ends)
            async with self._turn:
                reader, missed = self._joined(interest, after, is_own=is_own, is_elsewhere=is_elsewhere)
            try:
                async with aclosing(missed):
                    yield reader, missed
            finally:
                self._readers.discard(reader)
        finally:
            self._strangers -= not is_own

    def _joined(
        self, interest: Interest, after: Positions | None, *, is_own: bool, is_elsewhere: bool
    ) -> tuple[Reader, AsyncGenerator[Heard, None]]:
        assert self._positions is not None
        if after is None:
            reader = Reader(interest, self._positions.copy())
            missed = self._missed.news(reader, (), {})
        else:
            reader = Reader(interest, after.on(self._positions))
            remembered = [told for told in self._recent if told.offset >= (after.of(told.partition) or 0)]
            missed = self._missed.news(reader, remembered, dict(self._since), is_own=is_own, is_elsewhere=is_elsewhere)
        self._readers.add(reader)
        return reader, missed

    async def _hear(self) -> None:
        async with Receipts(self._here) as receipts:
            edges = await receipts.edges()
            if self._positions is None or any(offset > edges.ends.get(number, 0) for number, offset in self._positions):
                self._begin({number: max(edges.starts[number], end - READ_BACK) for number, end in edges.ends.items()})
            assert self._positions is not None
            start = {number: self._positions.of(number) or 0 for number in edges.ends}
            async with aclosing(receipts.batches(start)) as batches:
                async for batch in batches:
                    if any(told.offset < (self._positions.of(told.partition) or 0) for told in batch.told):
                        # The topic was made anew. Whoever reads along comes back, and is told so.
                        self._begin(edges.starts)
                        return
                    if batch.has_gap:
                        log.warning("some receipts cannot be read: readers are told of a gap")
                        for reader in self._readers:
                            reader.offer_gap()
                    for begin in range(0, len(batch.told), _LOOKED_UP):
                        async with self._turn:
                            await self._hand_out(batch.told[begin : begin + _LOOKED_UP])
                    if not self._began.is_set():
                        passed = [await receipts.has_passed(number, end) for number, end in edges.ends.items()]
                        if all(passed):
                            self._began.set()

    def _begin(self, positions: Mapping[int, int]) -> None:
        for reader in self._readers:
            reader.cut()
        self._recent.clear()
        self._since = dict(positions)
        self._positions = Positions(positions)

    async def _hand_out(self, batch: Sequence[Told]) -> None:
        arrivals: Arrivals = {}
        found: dict[Interest, set[UUID]] = {}
        if self._readers and any(one.article_id for one in batch):
            arrivals, found = await self._until_known(batch)
        for reader in self._readers:
            if arrivals and reader.interest not in found:
                # The store answers others: he comes back with his position, and his question is asked for him alone.
                reader.cut()
        for told in batch:
            arrival = arrivals.get((told.article_id, told.revision))
            for reader in self._readers:
                has = arrival is not None and arrival.article_id in found.get(reader.interest, ())
                reader.offer(told, arrival if has else None)
            self._remember(told)

    def _remember(self, told: Told) -> None:
        assert self._positions is not None
        if len(self._recent) == REMEMBERED:
            oldest = self._recent[0]
            self._since[oldest.partition] = oldest.offset + 1
        self._recent.append(told)
        self._positions.passed(told.partition, told.offset)

    async def _until_known(self, batch: Sequence[Told]) -> tuple[Arrivals, dict[Interest, set[UUID]]]:
        """Return what the receipts tell of, and who wants what of it; nothing of whose question is not answered."""
        while True:
            try:
                arrivals = await looked_up(self._archive, batch)
                break
            except (InfrastructureError, TimeoutError):
                await asyncio.sleep(_AGAIN_SECONDS)
        found: dict[Interest, set[UUID]] = {}
        asked: Collection[Interest] = {reader.interest for reader in self._readers}
        for _ in range(_TRIES):
            for interest in asked:
                try:
                    found |= await wanted(self._archive, [interest], list(arrivals.values()))
                except (InfrastructureError, TimeoutError) as error:
                    log.info("a reader's question is not answered: %s", type(error).__name__)
            asked = [one for one in asked if one not in found]
            if not asked:
                break
            await asyncio.sleep(_AGAIN_SECONDS)
        return arrivals, found
