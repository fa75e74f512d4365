"""`topics apply`, `topics diff`, `topics rights` and `topics rewind`."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from wiredesk.client import admin, growth, offsets
from wiredesk.contracts.errors import PermanentError
from wiredesk_desk import rights as kafka_rights
from wiredesk_desk.config import system
from wiredesk_desk.output import for_people, say, table
from wiredesk_desk.running import Exit, Problem

# The others ask nobody outside.
_ASKS_SITES = "fetcher"
REWINDABLE = ("fetcher", "cleaner", "tagger", "storage")


async def apply(*, grow: bool, as_json: bool) -> Exit:
    """Create what is missing, configure what differs, with `grow` add partitions; tell what is left to the operator."""
    here = await system()
    changes = await admin.apply_topics(here.kafka, here.lane)
    grown = {one.topic: one for one in await growth.grow_topics(here.kafka, here.lane)} if grow else {}
    changes = [
        replace(one, settings=(*one.settings, grown[one.topic])) if one.topic in grown else one for one in changes
    ]
    row = _told if for_people(as_json=as_json) else _record
    table([row(change) for change in changes], as_json=as_json, empty="")
    drifts = await admin.diff_topics(here.kafka, here.lane)
    if drifts:
        say(f"{len(drifts)} differences were left as they are: see `wiredesk topics diff`.")
    _tell_of_partitions(drifts)
    return Exit.OK


def _tell_of_partitions(drifts: Sequence[admin.Drift]) -> None:
    """Say which topics have another number of partitions than is set, and what to do about it."""
    lacking = growth.lacking(drifts)
    if lacking:
        say(
            f"WIREDESK_KAFKA__PARTITIONS is {lacking[0].wanted}, and {len(lacking)} topics have fewer: "
            + ", ".join(f"{one.topic} {one.found}" for one in lacking)
            + ".\n`wiredesk topics apply --grow` adds the others. No partition is ever taken away again, and keys are "
            'spread anew: read "Adding partitions" in docs/operating.md first.'
        )
    more = [one for one in drifts if one.setting == growth.PARTITIONS and one not in lacking]
    if more:
        say(
            f"WIREDESK_KAFKA__PARTITIONS is {more[0].wanted}, and {len(more)} topics have more: "
            + ", ".join(f"{one.topic} {one.found}" for one in more)
            + ".\nKafka takes no partition away: set it to what they have."
        )


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
    _tell_of_partitions(drifts)
    if any(drift.setting == "replication" for drift in drifts):
        say("It never changes replication: that is the operator's decision, with Kafka's own tools.")
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


async def rights(users: Sequence[str], *, principal: str, as_json: bool) -> Exit:
    """Print what each user needs on Kafka, as commands of Kafka's own tool; as rows when they are for a program."""
    if unknown := sorted(set(users) - set(kafka_rights.USERS)):
        todo = f"There are {', '.join(kafka_rights.USERS)}."
        raise Problem(f"there is no user {', '.join(unknown)}", todo, code=Exit.USAGE)
    here = await system()
    servers = ",".join(here.kafka.bootstrap_servers)
    for user in users or kafka_rights.USERS:
        found = list(kafka_rights.rights(user, here.lane))
        if as_json:
            table([{"user": user, **asdict(one)} for one in found], as_json=True, empty="")
            continue
        print(f"# {user}: {kafka_rights.USERS[user]}")
        for command in kafka_rights.commands(found, principal.replace("{}", user), servers):
            print(command)
    return Exit.OK
