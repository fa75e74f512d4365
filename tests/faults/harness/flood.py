"""Many articles at a set rate through all four services, and how the processes and the wire bear it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import psutil

from tests.faults.harness.one_service import has_member
from tests.faults.harness.pipeline import SERVICES, Processes, story
from tests.wires import produce, raw, read_all
from wiredesk.client import offsets
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, STORED, SUBMITTED, Lane

MiB = 1024 * 1024
# So many publications wait for Kafka at once.
_AT_ONCE = 50


class Flow:
    """Publishes stories as fast as the services store them, never more than `ahead` of them; `sent` grows as it goes.

    A rate would measure the machine: what else runs on it, and how long a restart takes there.
    """

    def __init__(self, desk: Wiredesk, run: str, *, ahead: int) -> None:
        self.sent: list[UUID] = []
        self._desk = desk
        self._run = run
        self._ahead = ahead

    async def publish(self, until: Callable[[], bool]) -> None:
        """Publish until `until` is true."""
        kafka, lane = self._desk.kafka, self._desk.lane
        while not until():
            start = len(self.sent)
            some = [
                self._desk.publish(text=story(number, self._run), source="faults")
                for number in range(start, start + _AT_ONCE)
            ]
            self.sent += [submission.article_id for submission in await asyncio.gather(*some)]
            while (
                len(self.sent) - (await offsets.counts(kafka, lane))[lane.topic(STORED)] > self._ahead and not until()
            ):
                await asyncio.sleep(0.2)

    async def reaches(self, count: float) -> None:
        """Return when so many are published."""
        while len(self.sent) < count:
            await asyncio.sleep(0.05)


async def flood(kafka: KafkaSettings, lane: Lane, count: int, run: str, *, padding: str) -> list[UUID]:
    """Put `count` stories, each with `padding` behind it, on the first topic in one go."""
    events = [ArticleSubmitted(text=story(number, run) + padding, source="faults") for number in range(count)]
    records = [wire.encode(event, source="faults", time=datetime.now(UTC)) for event in events]
    await produce(kafka, lane.topic(SUBMITTED), map(raw, records))
    return [wire.subject(event) for event in events]


async def all_run(kafka: KafkaSettings, lane: Lane, running: Processes, *, within: float = 120) -> None:
    """Return when the process of each service is a member of each of its groups."""
    async with asyncio.timeout(within):
        while True:
            stages = [stage for stage in await offsets.lag(kafka, lane) if stage.service in SERVICES]
            if all(has_member(stage, running.pid(stage.service)) for stage in stages):
                return
            await asyncio.sleep(0.2)


async def drained(kafka: KafkaSettings, lane: Lane, *, within: float) -> float:
    """Wait until no service has a record to work; return how many seconds that took."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while True:
            # A record is on the next topic before it is committed on this one. So when no topic grew while the lags
            # were read, and all are zero, nothing is on its way.
            before = await offsets.counts(kafka, lane)
            lag = await offsets.waiting(kafka, lane)
            if lag == 0 and before == await offsets.counts(kafka, lane):
                return time.monotonic() - began
            await asyncio.sleep(0.5)


async def wire_repeats(kafka: KafkaSettings, lane: Lane) -> dict[str, int]:
    """Return, for each topic between the services, how many records are there for the second time or more."""
    repeats = {}
    for topic in (FETCHED, CLEANED, ENRICHED, STORED):
        ids = [dict(record.headers)["ce_id"] for record in await read_all(kafka, lane.topic(topic))]
        repeats[topic.name.split(".")[1]] = len(ids) - len(set(ids))
    return repeats


@dataclass
class Use:
    """Resident bytes and open files of a process with its children, over time: (seconds, bytes, files)."""

    samples: list[tuple[float, int, int]] = field(default_factory=list)

    def highest(self, since: float, until: float) -> float:
        """The largest MiB seen between two moments."""
        return max((size / MiB for at, size, _ in self.samples if since <= at < until), default=0.0)

    def files(self, since: float, until: float) -> int:
        """The largest number of open files between two moments."""
        return max((count for at, _, count in self.samples if since <= at < until), default=0)


@asynccontextmanager
async def watched(running: Processes, every: float = 1.0) -> AsyncIterator[dict[tuple[str, int], Use]]:
    """Measure each service process, by (service, pid), for as long as the block runs."""
    uses: dict[tuple[str, int], Use] = {}
    began = time.monotonic()

    async def watch() -> None:
        while True:
            for service in SERVICES:
                pid = running.pid(service)
                if (measured := _use(pid)) is not None:
                    uses.setdefault((service, pid), Use()).samples.append((time.monotonic() - began, *measured))
            await asyncio.sleep(every)

    watching = asyncio.create_task(watch())
    try:
        yield uses
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def _use(pid: int) -> tuple[int, int] | None:
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
        return sum(one.memory_info().rss for one in family), sum(one.num_fds() for one in family)
    except psutil.NoSuchProcess:
        return None
