"""How a source is, in words and as data."""

from datetime import UTC, datetime
from typing import Any

from wiredesk_desk.output import ago, paragraph, typed
from wiredesk_desk.views.sources import todo, until
from wiredesk_fetcher.sources.source import Source
from wiredesk_fetcher.sources.store import Counts


def row(source: Source, now: datetime | None = None) -> dict[str, Any]:
    """Return the line of a source in a list."""
    now = now or datetime.now(UTC)
    return {
        "id": str(source.source_id)[:8],
        "title": source.title or source.url,
        "state": source.health.state.value,
        "last_poll": f"{ago(source.health.last_poll, now)} ago" if source.health.last_poll else "never",
        "next_poll": until(source.next_poll, now),
        "listed": source.listed,
    }


def data(source: Source, counts: Counts | None = None) -> dict[str, Any]:
    """Return all that is known of a source as one JSON object; `todo` is a command, or nothing."""
    health = source.health
    known = {
        "source_id": str(source.source_id),
        "url": source.url,
        "title": source.title,
        "kind": source.kind,
        "site_url": source.site_url,
        "labels": dict(source.labels),
        "revisits": source.revisits,
        "moved_to": source.moved_to,
        "state": health.state.value,
        "reason": health.reason,
        "added_at": source.added_at,
        "last_poll": health.last_poll,
        "last_success": health.last_success,
        "last_new": health.last_new,
        "next_poll": source.next_poll,
        "why": source.why,
        "polls": source.polls,
        "items_listed_last": source.listed,
        "todo": todo(source),
    }
    if counts is not None:
        known |= {
            "listed": counts.listed,
            "submitted": counts.submitted,
            "fetched": counts.fetched,
            "stored": counts.stored,
            "rejected": dict(counts.rejected),
        }
    return known


def show(source: Source, counts: Counts) -> None:
    """Write all about a source for people."""
    now = datetime.now(UTC)
    health = source.health
    lines = {
        "address": source.url,
        "moved to": source.moved_to,
        "kind": source.kind.replace("_", " "),
        "site": source.site_url,
        "labels": ", ".join(f"{name}={value}" for name, value in source.labels.items()),
        "state": f"{health.state.value}: {health.reason}",
        "last poll": f"{ago(health.last_poll, now)} ago, the {source.polls}. one" if health.last_poll else "never",
        "next poll": f"{until(source.next_poll, now)}: {source.why}",
        "listed": f"{source.listed} items the last time, {counts.listed} different ones in all",
        "submitted": f"{counts.submitted} (the others were on the wire already, or behind the backlog)",
        "fetched": str(counts.fetched),
        "stored": "" if counts.stored is None else str(counts.stored),
        "rejected": ", ".join(f"{count} {reason}" for reason, count in counts.rejected.items()),
        "to do": typed(todo(source)),
    }
    for name, text in lines.items():
        if text:
            paragraph(f"{name:<10} {text}")
