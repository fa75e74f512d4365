"""One input into the lane, many records under way at a time, and how far it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace

from wiredesk.client.client import Wiredesk
from wiredesk.client.records import RefusedError
from wiredesk_desk.backfill.acknowledged import Acknowledged, End
from wiredesk_desk.backfill.inputs import Input, Kind
from wiredesk_desk.backfill.keeping import Kept
from wiredesk_desk.backfill.reading import BrokenInputError, Found, records
from wiredesk_desk.backfill.room import Room
from wiredesk_desk.output import Row
from wiredesk_desk.publishing.items import Item, refusal

SOURCE = "wiredesk backfill"
# Of the correlation ids: what follows is the key of the input and where the record begins.
PREFIX = "backfill"
AT_ONCE = 200
# What a thread reads before anything of it is sent.
_BATCH_RECORDS, _BATCH_BYTES = 64, 8 * 1024 * 1024
# Kafka has a record in milliseconds, or is away.
_GOODBYE_SECONDS = 5.0


@dataclass
class Sending:
    """An input that is being fed: `kept` is how far it was when this run began, `have` what was sent behind that."""

    one: Input
    kept: Kept
    have: frozenset[int] = frozenset()
    done: Acknowledged = field(init=False)

    def __post_init__(self) -> None:
        self.done = Acknowledged(self.kept.position, {end: getattr(self.kept, end) for end in End})

    def correlation(self, at: int) -> str:
        """Return what the record at byte `at` is known by on a topic."""
        return f"{PREFIX}-{self.kept.key}-{at}"

    def now(self) -> Kept:
        """Return how far it is, without what lies before that place."""
        counts = self.done.counts
        return replace(
            self.kept,
            size=self.one.size,
            position=self.done.position,
            before="",
            fed=counts[End.FED],
            refused=counts[End.REFUSED],
            without_page=counts[End.WITHOUT_PAGE],
        )


class Sender:
    """Sends inputs one after the other. `may` is waited for before each record, `refused` hears of those not sent."""

    def __init__(
        self, wire: Wiredesk, room: Room, *, may: Callable[[], Awaitable[None]], refused: Callable[[Row], None]
    ) -> None:
        self._wire, self._room = wire, room
        self._may, self._refused = may, refused
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def send(self, sending: Sending) -> None:
        """Send what is left of an input; returns when Kafka has all of it. Broken off, `sending` says what it has.

        Raises:
            BrokenInputError: what follows cannot be read; all before it was sent.
            InfrastructureError: Kafka is away.
        """
        under_way: set[asyncio.Task[None]] = set()
        try:
            try:
                async for found in _in_batches(records(sending.one, sending.kept.position)):
                    await self._may()
                    await self._begin(sending, found, under_way)
                    _raise_failed(under_way)
            finally:
                if under_way:
                    await asyncio.wait(under_way, timeout=None if _is_alive() else _GOODBYE_SECONDS)
            _raise_failed(under_way)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _begin(self, sending: Sending, found: Found, under_way: set[asyncio.Task[None]]) -> None:
        item = found.item
        if item is None or found.at in sending.have:
            nothing = End.WITHOUT_PAGE if sending.one.kind is Kind.WARC else None
            sending.done.done(sending.done.begin(found.after), nothing if item is None else End.FED)
            return
        if why := _why_refused(item):
            sending.done.done(sending.done.begin(found.after), End.REFUSED)
            self._refused(_row(item, *why))
            return
        await self._room.take(found.size, under_way)
        await self._turns.acquire()
        begun = sending.done.begin(found.after)

        async def one() -> None:
            end = End.FED
            try:
                await self._wire.submit(item.submission(SOURCE), correlation_id=sending.correlation(found.at))
            except RefusedError as error:
                end = End.REFUSED
                self._refused(_row(item, error.reason, str(error)))
            finally:
                self._turns.release()
            sending.done.done(begun, end)

        task = asyncio.create_task(one())
        under_way.add(task)
        task.add_done_callback(lambda ended: _forget(under_way, ended))


def _forget(tasks: set[asyncio.Task[None]], ended: asyncio.Task[None]) -> None:
    # What failed stays, to be raised.
    if not ended.cancelled() and ended.exception() is None:
        tasks.discard(ended)


def _row(item: Item, reason: str, detail: str) -> Row:
    return {"what": item.name, "status": "refused", "reason": reason, "detail": detail}


def _why_refused(item: Item) -> tuple[str, str] | None:
    if item.wrong:
        return "invalid_record", item.wrong
    found = refusal(item)
    return (found.reason.value, found.message) if found is not None else None


def _raise_failed(tasks: set[asyncio.Task[None]]) -> None:
    """Raise the error of one that failed; those that went well have left the set."""
    for task in tasks:
        if task.done():
            task.result()


def _is_alive() -> bool:
    """Whether nobody has asked this task to end."""
    task = asyncio.current_task()
    return task is None or not task.cancelling()


async def _in_batches(found: Iterator[Found]) -> AsyncIterator[Found]:
    """Yield what an iterator does that blocks, a batch at a time from a thread."""
    while True:
        batch, error = await asyncio.to_thread(_batch, found)
        for one in batch:
            yield one
        if error is not None:
            raise error
        if not batch:
            return


def _batch(found: Iterator[Found]) -> tuple[list[Found], BrokenInputError | None]:
    batch: list[Found] = []
    size = 0
    try:
        for one in found:
            batch.append(one)
            size += one.size
            if len(batch) >= _BATCH_RECORDS or size > _BATCH_BYTES:
                break
    except BrokenInputError as error:
        # What went before it counts.
        return batch, error
    return batch, None
