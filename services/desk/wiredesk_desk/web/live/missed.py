"""What a reader missed while he was away: from memory, and what is older from the topic."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.config import System
from wiredesk_desk.output import inert
from wiredesk_desk.web.live.interest import wanted
from wiredesk_desk.web.live.reader import Gap, Heard, News, Passed, Reader
from wiredesk_desk.web.live.receipts import Receipts, Told
from wiredesk_storage.archive import Archive
from wiredesk_storage.search.arrivals import Arrival

# By article and revision, which a receipt that tells nothing has not.
Arrivals: TypeAlias = dict[tuple[UUID | None, int], Arrival]

# Each needs a connection to Kafka; the others wait.
_AT_ONCE = 4
# A stranger's turn: he may read slowly, and comes back with his position for the next.
TURN_SECONDS = 60.0
_LOOKED_UP = 50


class Missed:
    """Looks up what readers missed. Our own readers wait for no stranger."""

    def __init__(self, here: System, archive: Archive) -> None:
        self._here, self._archive = here, archive
        self._turns = {is_own: asyncio.Semaphore(_AT_ONCE) for is_own in (True, False)}

    async def news(
        self,
        reader: Reader,
        remembered: Sequence[Told],
        since: Mapping[int, int],
        *,
        is_own: bool = False,
        is_elsewhere: bool = False,
    ) -> AsyncGenerator[Heard, None]:
        """Yield what `reader` wants from where he stands up to the last of `remembered`, which begin at `since`.

        Where he wants nothing of some fifty, he hears how far he is. `is_elsewhere`: where he stood was another topic.

        Raises:
            InfrastructureError: Kafka or PostgreSQL is away, or his turn is over; he stands behind what was yielded
                last.
        """
        if is_elsewhere:
            yield Gap(str(reader.positions))
        if any((reader.positions.of(number) or 0) < offset for number, offset in since.items()):
            async with aclosing(self._from_the_topic(reader, since, is_own=is_own)) as older:
                async for one in older:
                    yield one
        for start in range(0, len(remembered), _LOOKED_UP):
            async with aclosing(self._wanted(reader, remembered[start : start + _LOOKED_UP])) as some:
                async for one in some:
                    yield one

    async def _from_the_topic(
        self, reader: Reader, since: Mapping[int, int], *, is_own: bool
    ) -> AsyncGenerator[Heard, None]:
        async with self._turns[is_own], Receipts(self._here) as receipts:
            until = asyncio.get_running_loop().time() + TURN_SECONDS
            edges = await receipts.edges()
            stands = {number: reader.positions.of(number) or 0 for number in since}
            start = {number: max(offset, edges.starts.get(number, 0)) for number, offset in stands.items()}
            for number, offset in start.items():
                reader.positions.passed(number, offset - 1)
            if start != stands:
                yield Gap(str(reader.positions))
            left = {number for number, offset in start.items() if offset < since[number]}
            if not left:
                return
            behind = {number: start[number] for number in left}
            async with aclosing(receipts.batches(behind, is_all=False)) as batches:
                async for batch in batches:
                    old = [told for told in batch.told if told.offset < since[told.partition]]
                    if batch.has_gap:
                        yield Gap(str(reader.positions))
                    for begin in range(0, len(old), _LOOKED_UP):
                        async with aclosing(self._wanted(reader, old[begin : begin + _LOOKED_UP])) as some:
                            async for one in some:
                                yield one
                    # An empty batch says nothing: the first answers of a broker may be slow.
                    left = {number for number in left if not await receipts.has_passed(number, since[number])}
                    if not left:
                        return
                    if not is_own and asyncio.get_running_loop().time() > until:
                        raise InfrastructureError("the turn of this reader is over: he comes back with his position")

    async def _wanted(self, reader: Reader, some: Sequence[Told]) -> AsyncGenerator[Heard, None]:
        arrivals = await looked_up(self._archive, some)
        found = await wanted(self._archive, [reader.interest], list(arrivals.values()))
        has_any = False
        for told in some:
            arrival = arrivals.get((told.article_id, told.revision))
            reader.positions.passed(told.partition, told.offset)
            if arrival is not None and arrival.article_id in found[reader.interest]:
                has_any = True
                yield News(told, arrival, str(reader.positions))
        if some and not has_any:
            yield Passed(str(reader.positions))


async def looked_up(archive: Archive, some: Sequence[Told]) -> Arrivals:
    """Return what the receipts tell of, by article and revision; nothing of what is no longer stored.

    Nothing in the JSON of an event ends a line, or acts on a terminal.
    """
    pairs = [(one.article_id, one.revision) for one in some if one.article_id is not None]
    found: Arrivals = {}
    for key, one in (await archive.arrivals(pairs) if pairs else {}).items():
        # Once for all who read along.
        found[key] = replace(one, event=inert(one.event))
    return found
