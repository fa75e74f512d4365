"""How fast this machine works in this run, measured with a small flow, and what the tests may ask of it."""

import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from tests.faults.harness.flood import Flow, all_run, drained
from tests.faults.harness.pipeline import processes
from wiredesk.client import admin
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane, every_topic

# Articles per second of the machine on which the bounds were set: two cores, nothing else on them.
REFERENCE = 40.0
ARTICLES = 400
# What a flow is cut to, so that its size can be said in one word.
_ROUND = 500


@dataclass(frozen=True)
class Pace:
    """Articles per second through all four services."""

    per_second: float

    def __str__(self) -> str:
        return f"{self.per_second:.0f} articles/s"

    @property
    def slower(self) -> float:
        """How many times slower than the reference this machine is; 1 when it is faster."""
        return max(1.0, REFERENCE / self.per_second)

    def seconds(self, bound: float) -> float:
        """What a bound of the reference machine is on this one."""
        return bound * self.slower

    def articles(self, most: int, *, within: float) -> int:
        """How many articles, `most` at most, pass in about `within` seconds."""
        return max(_ROUND, min(most, int(self.per_second * within) // _ROUND * _ROUND))


async def measure(kafka: KafkaSettings, dsn: str, logs: Path) -> Pace:
    """Send a small flow through all services and time it from the first submission to the last receipt."""
    lane = Lane(f"t{uuid.uuid4().hex[:10]}")
    await admin.apply_topics(kafka, lane)
    async with processes(kafka, dsn, lane, logs) as running, Wiredesk(kafka, lane=lane.name) as wire:
        await all_run(kafka, lane, running, within=300)
        flow, began = Flow(wire, lane.name, ahead=ARTICLES), time.monotonic()
        await flow.publish(lambda: len(flow.sent) >= ARTICLES)
        await drained(kafka, lane, within=400)
        seconds = time.monotonic() - began
    async with admin.connect(kafka) as client:
        await client.delete_topics([lane.topic(topic) for topic in every_topic()])
    return Pace(ARTICLES / seconds)
