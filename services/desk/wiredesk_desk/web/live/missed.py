"""What a reader missed while he was away: from memory, and what is older from the topic."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import TypeAlias
from uuid import UUID

from wiredesk.engine.reading.bounded_batches import UnreadableBatchError
from wiredesk_desk.config import System
from wiredesk_desk.web.live.interest import wanted
from wiredesk_desk.web.live.reader import Gap, News, Reader
from wiredesk_desk.web.live.receipts import Receipts, Told
from wiredesk_storage.archive import Archive
from wiredesk_storage.search.arrivals import Arrival

# By article and revision, which a receipt that tells nothing has not.
Arrivals: TypeAlias = dict[tuple[UUID | None, int], Arrival]

# Each needs a connection to Kafka; the others wait.
_AT_ONCE = 4
_LOOKED_UP = 100


class Missed:
    """Looks up what readers missed."""

    def __init__(self, here: System, archive: Archive) -> None:
        self._here, self._archive = here, archive
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def news(
        self, reader: Reader, remembered: Sequence[Told], since: Mapping[int, int]
    ) -> AsyncIterator[News | Gap]:
        """Yield what `reader` wants from where he stands up to the last of `remembered`, which begin at `since`.

        Raises:
            InfrastructureError: Kafka or PostgreSQL is away; he stands behind what was yielded last.
        """
        if any((reader.positions.of(number) or 0) < offset for number, offset in since.items()):
            async for one in self._from_the_topic(reader, since):
                yield one
        for start in range(0, len(remembered), _LOOKED_UP):
            async for one in self._wanted(reader, remembered[start : start + _LOOKED_UP]):
                yield one

    async def _from_the_topic(self, reader: Reader, since: Mapping[int, int]) -> AsyncGenerator[News | Gap, None]:
        async with self._turns, Receipts(self._here) as receipts:
            edges = await receipts.edges()
            stands = {number: reader.positions.of(number) or 0 for number in since}
            start = {number: max(offset, edges.starts.get(number, 0)) for number, offset in stands.items()}
            gone = {number: offset for number, offset in start.items() if offset > stands[number]}
            for number, offset in gone.items():
                reader.positions.passed(number, offset - 1)
            if gone:
                yield Gap(str(reader.positions))
            left = {number for number, offset in start.items() if offset < since[number]}
            if not left:
                return
            try:
                async with aclosing(receipts.batches({number: start[number] for number in left})) as batches:
                    async for batch in batches:
                        old = [told for told in batch if told.offset < since[told.partition]]
                        async for one in self._wanted(reader, old):
                            yield one
                        # What is not seen any more (a marker of a transaction) ends with what is remembered, too.
                        seen = {told.partition for told in batch if told.offset >= since[told.partition] - 1}
                        left -= seen if batch else left
                        if not left:
                            return
            except UnreadableBatchError:
                for number in left:
                    reader.positions.passed(number, since[number] - 1)
                yield Gap(str(reader.positions))

    async def _wanted(self, reader: Reader, some: Sequence[Told]) -> AsyncIterator[News]:
        arrivals = await looked_up(self._archive, some)
        found = await wanted(self._archive, [reader.interest], list(arrivals.values()))
        for told in some:
            reader.positions.passed(told.partition, told.offset)
            arrival = arrivals.get((told.article_id, told.revision))
            if arrival is not None and arrival.article_id in found[reader.interest]:
                yield News(told, arrival, str(reader.positions))


async def looked_up(archive: Archive, some: Sequence[Told]) -> Arrivals:
    """Return what the receipts tell of, by article and revision; nothing of what is no longer stored."""
    pairs = [(one.article_id, one.revision) for one in some if one.article_id is not None]
    found: Arrivals = {}
    for key, one in (await archive.arrivals(pairs) if pairs else {}).items():
        found[key] = one
    return found
