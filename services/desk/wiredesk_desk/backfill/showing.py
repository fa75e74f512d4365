"""A backfill in words and rows: how far it is, how fast, and what became of what it fed."""

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.text import Text

from wiredesk.client import offsets
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import REJECTED, STORED, Lane, dead_letters
from wiredesk_desk.backfill.inputs import Input, Kind
from wiredesk_desk.backfill.keeping import Kept
from wiredesk_desk.output import Row, duration_of, plain, say

# Where a line cannot be written over, and when a rate says something.
_SAID_EVERY, _TELLING_SECONDS = 30.0, 5.0


@dataclass(frozen=True, slots=True)
class Totals:
    """How many records there ever were on the topics on which the ways of a lane end; repeats count."""

    stored: int
    rejected: int
    dead_letters: int

    def since(self, before: "Totals") -> "Totals":
        """Return what came after `before`."""
        return Totals(
            self.stored - before.stored, self.rejected - before.rejected, self.dead_letters - before.dead_letters
        )


async def totals(kafka: KafkaSettings, lane: Lane) -> Totals:
    """Return them now; 0 of a topic that does not exist.

    Raises:
        InfrastructureError: Kafka cannot be reached.
    """
    letters = {lane.topic(topic) for topic in dead_letters()}
    stored, rejected = lane.topic(STORED), lane.topic(REJECTED)
    ends: dict[str, int] = {}
    for partition, (_, end) in (await offsets.edges(kafka, [stored, rejected, *letters])).items():
        ends[partition.topic] = ends.get(partition.topic, 0) + end
    return Totals(ends.get(stored, 0), ends.get(rejected, 0), sum(ends.get(name, 0) for name in letters))


class Pace:
    """What has been done of so many bytes in all, since it was made and before."""

    def __init__(self, inputs: Sequence[Input], done: int, total: int) -> None:
        """Of `total` bytes `done` were done before."""
        self._total = total if all(one.has_known_length for one in inputs) else None
        self._before, self._began = done, time.monotonic()

    def said(self, sent: int, done: int) -> str:
        """Return how much is done, how fast it goes, and how long it will take: `sent` records, `done` bytes."""
        seconds = time.monotonic() - self._began
        parts = [f"{sent:,} fed"]
        if self._total:
            parts.append(f"{100 * done / self._total:.0f}%")
        if seconds >= _TELLING_SECONDS and sent:
            parts.append(f"{sent / seconds:.0f} a second" if sent >= seconds else f"{60 * sent / seconds:.0f} a minute")
            if self._total and (new := done - self._before) > 0:
                parts.append(f"{duration_of((self._total - done) * seconds / new)} left")
        return ", ".join(parts)


class Line:
    """A line on stderr: written over on a terminal, elsewhere a new one every half minute."""

    def __init__(self) -> None:
        self._status = Console(stderr=True, highlight=False).status("") if sys.stderr.isatty() else None
        self._said_at = -_SAID_EVERY

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, what: str) -> None:
        if self._status is not None:
            self._status.update(Text(plain(what)))
        elif time.monotonic() - self._said_at >= _SAID_EVERY:
            self._said_at = time.monotonic()
            say(what)


def state_of(*, paused: bool, feeder: str) -> str:
    """Return what a lane is doing."""
    if paused:
        return "paused"
    return "feeding" if feeder else "not being fed"


def input_rows(inputs: Iterable[Kept]) -> list[Row]:
    """Return a row an input."""
    return [
        {
            "input": one.name,
            "done": "all" if one.finished_at else share(one),
            "fed": one.fed,
            "refused": one.refused,
            "without_page": one.without_page,
            "noted_at": one.noted_at,
        }
        for one in inputs
    ]


def share(one: Kept) -> str:
    """Return how much of an input is done, as far as that is known."""
    is_packed_list = one.name.endswith(".gz") and not one.name.endswith(".warc.gz")
    return "" if is_packed_list or not one.size else f"{100 * one.position / one.size:.0f}%"


def short(one: Input) -> str:
    """Return what an input is called in a line that is short."""
    return one.name if one.kind is Kind.URL else Path(one.name).name
