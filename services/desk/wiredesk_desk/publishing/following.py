"""Where submissions are: one reader for all of them, from the first record that may be theirs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Any

from wiredesk.client.client import CLOCK_SKEW, Wiredesk
from wiredesk.client.records import Entry, Submission
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, REJECTED, RETRY_TOPICS, STORED

_ENDS = (STORED, REJECTED)
_STOPS = (FETCHED, CLEANED, ENRICHED, *RETRY_TOPICS)


class Follower:
    """Waits for the ends of submissions; `tell` hears of every stop on the way, where it is given."""

    def __init__(self, wire: Wiredesk, tell: Callable[[Entry], None] | None = None) -> None:
        self._wire = wire
        self._tell = tell
        self._ends: dict[str, asyncio.Future[Entry]] = {}
        self._reading: asyncio.Task[None] | None = None

    def expect(self, correlation_id: str) -> None:
        """Take note of a submission before it is sent: its end may be read before Kafka's answer is."""
        self._ends[correlation_id] = asyncio.get_running_loop().create_future()

    async def end(self, submission: Submission, seconds: float) -> Entry:
        """Return the receipt, the rejection or the dead letter of a submission that was expected.

        Raises:
            TimeoutError: none of them within `seconds`.
            KafkaError: Kafka cannot be read.
        """
        if self._reading is None:
            # From here on by the broker's clock, which may not be ours.
            self._reading = asyncio.create_task(self._read(submission.at - CLOCK_SKEW), name="follow")
        future = self._ends[submission.correlation_id]
        try:
            async with asyncio.timeout(seconds):
                first: set[asyncio.Future[Any]] = {future, self._reading}
                await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if not future.done():
                # It reads for ever: that it has ended says why.
                self._reading.result()
            return future.result()
        finally:
            del self._ends[submission.correlation_id]

    def forget(self, correlation_id: str) -> None:
        """Do not expect it any more: it was not sent, or nobody waits for it."""
        self._ends.pop(correlation_id, None)

    async def close(self) -> None:
        """Read no more."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self, since: datetime) -> None:
        topics = [*_ENDS, *(_STOPS if self._tell is not None else ())]
        async with aclosing(self._wire.watch(topics, since=since, dead_letters=True)) as entries:
            async for entry in entries:
                future = self._ends.get(entry.correlation_id)
                if future is None or future.done():
                    continue
                if entry.topic not in _STOPS:
                    future.set_result(entry)
                elif self._tell is not None:
                    self._tell(entry)


@asynccontextmanager
async def following(wire: Wiredesk, tell: Callable[[Entry], None] | None = None) -> AsyncIterator[Follower]:
    """Yield a follower for as long as the block runs."""
    follower = Follower(wire, tell)
    try:
        yield follower
    finally:
        await follower.close()
