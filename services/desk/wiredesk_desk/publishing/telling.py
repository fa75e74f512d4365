"""What the stops and the end of a submission's way mean to somebody who waits for it."""

from wiredesk.client.records import Entry, Submission
from wiredesk.contracts.events import ArticleStored
from wiredesk_desk.output import Row
from wiredesk_desk.views.journey import due, stage_of, tries

_STAGES = ("fetched", "cleaned", "enriched")
# More than a submission has; forged headers do not count beyond it.
MAX_TRIES = 1000

# What the fetcher's reasons mean to somebody who waits; any other is told as it is.
_WHY = {
    "connection": "the host does not answer",
    "timeout": "the host takes too long",
    "dns": "the name of the host cannot be looked up now",
    "unknown_host": "there is no host of that name",
    "host_busy": "other articles of the host come first",
    "http_429": "the site asks to come back later",
    "http_503": "the site is not available now",
}


def progress_of(entry: Entry) -> int:
    """Return how far an article is at a stop; every wait on the retry topic is one step further than the one before."""
    stage = stage_of(entry)
    return tries(entry) if stage == "retry" else MAX_TRIES + _STAGES.index(stage)


def stop(entry: Entry, submission: Submission) -> str:
    """Return what a stop says to somebody who waits: where the article is, or until when it is delayed and why."""
    after = f"{max(0.0, (entry.at - submission.at).total_seconds()):.1f} s"
    if stage_of(entry) != "retry":
        return f"{stage_of(entry)} after {after}"
    why = _WHY.get(entry.reason, entry.reason)
    return f"delayed: {why}; next try {due(entry).astimezone():%H:%M:%S}"


def receipt(entry: Entry) -> Row:
    """Return what the end of a submission's way says."""
    if isinstance(entry.event, ArticleStored):
        event = entry.event
        more = {"duplicate_of": str(event.duplicate_of)} if event.duplicate_of else {}
        return {"status": event.status.value, "revision": event.revision, "headline": event.headline, **more}
    status = "rejected" if entry.event is not None else "dead letter"
    detail = getattr(entry.event, "detail", "")
    return {
        "status": status,
        "stage": entry.stage,
        "reason": entry.reason,
        "detail": detail,
        "position": entry.position,
    }
