"""`topics apply` and `topics diff`."""

from dataclasses import asdict

from wiredesk.client import admin
from wiredesk_desk.config import system
from wiredesk_desk.output import say, table
from wiredesk_desk.running import Exit


async def apply(*, as_json: bool) -> Exit:
    """Create what is missing; tell what differs, because changing a topic is the operator's decision."""
    here = await system()
    changes = await admin.apply_topics(here.kafka, here.lane)
    table([{"topic": change.topic, "created": change.created} for change in changes], as_json=as_json, empty="")
    drifts = await admin.diff_topics(here.kafka, here.lane)
    if drifts:
        say(f"{len(drifts)} settings differ and were left as they are: see `wiredesk topics diff`.")
    return Exit.OK


async def diff(*, as_json: bool) -> Exit:
    """Print every difference."""
    here = await system()
    drifts = await admin.diff_topics(here.kafka, here.lane)
    table(
        [asdict(drift) for drift in drifts], as_json=as_json, empty="no differences: the topics are as they should be"
    )
    if any(drift.found == "missing" for drift in drifts):
        say("Create what is missing with `wiredesk topics apply`.")
    if any(drift.found != "missing" for drift in drifts):
        say("`topics apply` never changes an existing topic: use Kafka's kafka-configs.sh.")
        say("What they should be is in `wiredesk.contracts.topics`.")
    return Exit.FAILED if drifts else Exit.OK
