"""What an erased article leaves: where, and until when. Pure but for the settings of a fetcher here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from wiredesk.client.admin import Drift
from wiredesk.contracts.topics import CURRENT, PUBLIC, REJECTED, RETRY_TOPICS, STORIES, WITHDRAWN, Lane, dead_letters
from wiredesk_desk.distributions import is_installed

# A rejection has no text of the article.
_WITH_TEXT = (*(topic for topic in PUBLIC if topic is not REJECTED), *RETRY_TOPICS, *dead_letters())
_DAY = timedelta(days=1)
_COMPACTED = "until Kafka compacts the topic: a later record without the text is on it, or comes soon"


@dataclass(frozen=True, slots=True)
class Left:
    """A place in which text of the article may be. `days` and `until` are None where no retention ends it."""

    where: str
    how_long: str
    days: float | None = None
    until: datetime | None = None


def on_topics(lane: Lane, drifts: Iterable[Drift], now: datetime) -> list[Left]:
    """Return the topics of `lane` that may have it, given how they differ from what is written in the contracts.

    What is there now is gone a retention later at the latest, and up to a segment of the log after that.
    """
    found = {(one.topic, one.setting): one.found for one in drifts}
    left = []
    for topic in _WITH_TEXT:
        name = lane.topic(topic)
        if (name, "topic") in found:
            continue
        kept = found.get((name, "retention.ms"), str(topic.retention // timedelta(milliseconds=1)))
        if not kept.isdecimal():
            left.append(Left(name, "for ever: its retention has no end"))
            continue
        retention = timedelta(milliseconds=min(int(kept), timedelta(days=36_500) // timedelta(milliseconds=1)))
        until = now + retention
        left.append(Left(name, f"until {until:%Y-%m-%d} ({retention / _DAY:g} days)", retention / _DAY, until))
    tables = [lane.topic(topic) for topic in (CURRENT, STORIES)]
    return [*left, *(Left(name, _COMPACTED) for name in tables if (name, "topic") not in found)]


def elsewhere() -> list[Left]:
    """Return what no retention of ours ends."""
    left = []
    if is_installed("wiredesk_fetcher"):
        from wiredesk_fetcher.settings import FetcherSettings  # noqa: PLC0415 - may not be installed

        if folder := FetcherSettings.load().fetcher.archive_dir:
            left.append(Left(f"page archive {folder}", "until you delete the WARC files that have the page"))
    left.append(Left("backups of PostgreSQL and Kafka", "as long as you keep them; erase again after a restore"))
    left.append(Left("what readers took from the topics", f"theirs to delete: {WITHDRAWN.name} tells them"))
    return left
