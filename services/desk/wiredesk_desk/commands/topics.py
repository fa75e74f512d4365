"""`topics apply`, `topics diff` and `topics rewind`."""

from dataclasses import asdict
from typing import Any

from wiredesk.client import admin, offsets
from wiredesk.contracts.errors import PermanentError
from wiredesk_desk.config import system
from wiredesk_desk.output import for_people, say, table
from wiredesk_desk.running import Exit, Problem

# The others ask nobody outside.
_ASKS_SITES = "fetcher"
REWINDABLE = ("fetcher", "cleaner", "tagger", "storage")


async def apply(*, as_json: bool) -> Exit:
    """Create what is missing, configure what differs, and tell what only the operator can change."""
    here = await system()
    changes = await admin.apply_topics(here.kafka, here.lane)
    row = _told if for_people(as_json=as_json) else _record
    table([row(change) for change in changes], as_json=as_json, empty="")
    drifts = await admin.diff_topics(here.kafka, here.lane)
    if drifts:
        say(f"{len(drifts)} differences were left as they are: see `wiredesk topics diff`.")
    return Exit.OK


def _told(change: admin.Change) -> dict[str, Any]:
    settings = ", ".join(f"{one.setting} {one.found} -> {one.wanted}" for one in change.settings)
    done = f"changed: {settings}" if settings else "created" if change.created else "as it should be"
    return {"topic": change.topic, "done": done}


def _record(change: admin.Change) -> dict[str, Any]:
    settings = [{"setting": one.setting, "found": one.found, "wanted": one.wanted} for one in change.settings]
    return {"topic": change.topic, "created": change.created, "changed": settings}


async def diff(*, as_json: bool) -> Exit:
    """Print every difference."""
    here = await system()
    drifts = await admin.diff_topics(here.kafka, here.lane)
    table(
        [asdict(drift) for drift in drifts], as_json=as_json, empty="no differences: the topics are as they should be"
    )
    if drifts:
        say("`wiredesk topics apply` creates what is missing and sets what is set otherwise.")
    if any(drift.setting in ("partitions", "replication") for drift in drifts):
        say("It never changes partitions or replication: that is the operator's decision, with Kafka's own tools.")
    return Exit.FAILED if drifts else Exit.OK


async def rewind(service: str, *, yes: bool, as_json: bool) -> Exit:
    """Let a service, which must be stopped, work all that its topic still holds once more."""
    if service not in REWINDABLE:
        raise Problem(f"there is no service {service}", f"It is one of {', '.join(REWINDABLE)}.", code=Exit.USAGE)
    if service == _ASKS_SITES and not yes:
        todo = "To fetch them all again: `wiredesk topics rewind fetcher --yes`."
        raise Problem("the fetcher would ask every site for its pages again", todo)
    here = await system()
    try:
        records = await offsets.rewind(here.kafka, here.lane, service)
    except PermanentError:
        todo = f"Stop it first: `wiredesk scale {service} 0` in local mode. Then type this again."
        raise Problem(f"{service} is running: while it is, Kafka takes its position from nobody else", todo) from None
    table([{"service": service, "records": records}], as_json=as_json, empty="")
    if for_people(as_json=as_json):
        say(f"It reads them as soon as it is started: `wiredesk scale {service} 1`. What is there stays as it is.")
    return Exit.OK
