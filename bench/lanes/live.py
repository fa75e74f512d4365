"""Live articles at uneven moments, and how long each takes from submitted to enriched, by the broker's clock."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime

from bench.lanes.articles import page
from bench.store.writing import BenchError
from wiredesk.client.client import CLOCK_SKEW, Wiredesk
from wiredesk.client.records import Entry, Submission
from wiredesk.contracts.topics import ENRICHED, REJECTED

# Between two articles, in seconds: one a second on the average.
_LEAST, _MOST = 0.5, 1.5
_LATEST_SECONDS = 120.0


class Live:
    """A producer of live articles, no article twice."""

    def __init__(self, wire: Wiredesk) -> None:
        self._wire = wire
        self._numbers = iter(range(1_000_000))
        self._ends: dict[str, Entry] = {}
        self._rng = random.Random(1)  # noqa: S311 - for variety, not for secrets

    async def latencies(self, seconds: float) -> list[float]:
        """Publish for so many seconds; return the milliseconds that each article took.

        Raises:
            BenchError: one was rejected, or did not come out within two minutes.
        """
        watching = asyncio.create_task(self._watch())
        sent: list[Submission] = []
        try:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                url, html = page(next(self._numbers), "live")
                sent.append(await self._wire.publish(url=url, html=html, source="bench"))
                await asyncio.sleep(self._rng.uniform(_LEAST, _MOST))
            await self._all_out(sent, watching)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        return list(self._took(sent))

    async def _all_out(self, sent: list[Submission], watching: "asyncio.Task[None]") -> None:
        deadline = time.monotonic() + _LATEST_SECONDS
        while any(one.correlation_id not in self._ends for one in sent):
            if watching.done():
                watching.result()
            if time.monotonic() > deadline:
                raise BenchError(f"a live article did not come out within {_LATEST_SECONDS:g} s")
            await asyncio.sleep(0.1)

    def _took(self, sent: list[Submission]) -> Iterator[float]:
        for one in sent:
            end = self._ends[one.correlation_id]
            if end.topic != ENRICHED:
                raise BenchError(f"a live article was rejected: {end.reason}")
            yield 1000 * (end.at - one.at).total_seconds()

    async def _watch(self) -> None:
        # From before the first is sent: where the topic ends is not known at once.
        since = datetime.now(UTC) - CLOCK_SKEW
        async with aclosing(self._wire.watch([ENRICHED, REJECTED], since=since)) as entries:
            async for entry in entries:
                self._ends[entry.correlation_id] = entry
