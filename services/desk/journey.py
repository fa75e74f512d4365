"""The journey of one article: its records in the order of the pipeline, and where it is now. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared import wire
from shared.admin import StageLag
from shared.client import Entry
from shared.events import ArticleFetched, ArticleRejected, ArticleStored
from shared.topics import DELAY_LANES, PUBLIC, dead_letters

_RANK = {topic.name: rank for rank, topic in enumerate((*PUBLIC, *DELAY_LANES, *dead_letters()))}


@dataclass(frozen=True, slots=True)
class Step:
    """One record of the article. `since` is the time since the step before; None for the first."""

    stage: str
    at: datetime
    since: timedelta | None
    position: str
    detail: str


def stage_of(entry: Entry) -> str:
    """Return what a record says happened: submitted … stored, rejected, delayed, dead letter."""
    if entry.topic.name.endswith(".dlq"):
        return "dead letter"
    if entry.topic.name.endswith(".later"):
        return "delayed"
    return entry.topic.name.split(".")[1]


def steps(entries: Iterable[Entry]) -> list[Step]:
    """Return the records of one article in time order; where Kafka's clock shows no difference, in pipeline order."""
    ordered = sorted(entries, key=lambda entry: (entry.at, _RANK[entry.topic.name], entry.position))
    found: list[Step] = []
    for entry in ordered:
        since = entry.at - found[-1].at if found else None
        found.append(Step(stage_of(entry), entry.at, since, entry.position, detail(entry)))
    return found


def detail(entry: Entry) -> str:
    """Return the one thing worth knowing about a record; never the body."""
    event = entry.event
    if isinstance(event, ArticleRejected):
        return f"{event.stage}: {event.reason}" + (f", {event.detail}" if event.detail else "")
    if isinstance(event, ArticleStored):
        return f"{event.status}, revision {event.revision}"
    if isinstance(event, ArticleFetched):
        return f"{event.kind}, {len(event.content):,} characters" + (f" from {event.url}" if event.url else "")
    if entry.topic.name.endswith(".dlq"):
        return f"{entry.stage}: {entry.reason}, {entry.headers.get(wire.ERROR, '')}"
    if entry.topic.name.endswith(".later"):
        return f"{entry.reason}, due {due(entry):%Y-%m-%d %H:%M:%S} UTC"
    return str(getattr(event, "headline", "") or getattr(event, "url", "") or getattr(event, "source", "") or "")


def due(entry: Entry) -> datetime:
    """Return when a record of a delay lane is taken up again; its own time when the header is missing or forged."""
    value = entry.headers.get(wire.NOT_BEFORE, "")
    if value.isascii() and value.isdigit() and len(value) <= 14:
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    return entry.at


def whereabouts(found: Sequence[Step], stages: Iterable[StageLag], now: datetime) -> str:
    """Return in one sentence where the article is. `found` is not empty, `stages` is the lag of now."""
    last = found[-1]
    ends = {
        "stored": f"It is stored ({last.detail}).",
        "rejected": f"It was rejected by {last.detail}.",
        "dead letter": f"It is a dead letter of {last.detail}. Type: wiredesk dlq show {last.position}",
    }
    if last.stage in ends:
        return ends[last.stage]
    topic, partition, offset = last.position.rsplit("/", 2)
    reader = next((stage for stage in stages if stage.topic == topic), None)
    if reader is None:
        return "Nobody reads the topic it is on."
    if last.stage == "delayed":
        return f"It waits in the delay lane of the {reader.service} ({last.detail})."
    committed = next((p.committed or p.start for p in reader.partitions if p.partition == int(partition)), 0)
    if committed > int(offset):
        return (
            f"The {reader.service} has read it, and nothing came of it within {(now - last.at).total_seconds():.0f} s: "
            "it may have been submitted again meanwhile. Ask again in a moment."
        )
    workers = f"{len(reader.members)} at work" if reader.members else "none is running: `wiredesk up` starts them"
    return f"It waits for the {reader.service} ({workers}), {int(offset) - committed} records before it."
