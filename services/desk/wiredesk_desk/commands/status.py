"""`status`: what waits, who works on what, how much lies where, how the sources are, what changed or died."""

import asyncio
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wiredesk.client import offsets
from wiredesk.client.offsets import StageLag
from wiredesk.contracts.topics import PUBLIC, Lane, dead_letters
from wiredesk_desk.commands import collection, drift
from wiredesk_desk.config import System, system
from wiredesk_desk.dead_letters import store
from wiredesk_desk.dead_letters.core import OPEN, state
from wiredesk_desk.output import Row, emit, for_people, say, table
from wiredesk_desk.running import Exit

_WATCH_SECONDS = 2.0
_CLEAR = "\033[H\033[2J"


async def status(*, as_json: bool, watch: bool = False) -> Exit:
    """Print lag and members per stage, records per topic, dead letters, the local processes, and how the sources are.

    Hosts whose pages suddenly clean differently are named where a cleaner runs here. With `watch` again every
    two seconds, on a terminal in place of what stood there.
    """
    while True:
        await _status(as_json=as_json, clear=watch)
        if not watch:
            return Exit.OK
        await asyncio.sleep(_WATCH_SECONDS)


async def _status(*, as_json: bool, clear: bool) -> None:
    here = await system()
    stages = await offsets.lag(here.kafka, here.lane)
    counts = await offsets.counts(here.kafka, here.lane)
    processes = await processes_of(here)
    sources = await collection.read(here)
    drifts = await drift.read(processes)
    if not for_people(as_json=as_json):
        _emit(stages, counts, processes)
        if sources is not None:
            collection.emit_rows(sources)
        if drifts is not None:
            drift.emit_rows(drifts)
        return
    if clear and os.environ.get("TERM") not in (None, "dumb"):
        print(_CLEAR, end="", flush=True)
    say(f"Kafka {', '.join(here.kafka.bootstrap_servers)} ({here.origin})")
    _tell(stages, counts, processes, here.lane)
    if sources is not None:
        print()
        collection.tell(sources)
    if drifts is not None:
        drift.tell(drifts)
    if may_have_letters(counts, here.lane):
        settled = await store.settlements(here)
        waiting = sum(state(letter, settled) == OPEN for letter in await store.letters(here))
        if waiting:
            say(f"dead letters that nobody has settled: {waiting:,} (see `wiredesk dlq list`)")


def _emit(stages: Sequence[StageLag], counts: Mapping[str, int], processes: Sequence[Row]) -> None:
    for row in stage_rows(stages):
        emit({"kind": "stage", **row})
    for row in member_rows(stages):
        emit({"kind": "member", **row})
    for name, count in counts.items():
        emit({"kind": "topic", "topic": name, "records": count})
    for row in processes:
        emit({"kind": "process", **row})


def _tell(stages: Sequence[StageLag], counts: Mapping[str, int], processes: Sequence[Row], lane: Lane) -> None:
    table(shortened(stage_rows(stages)), as_json=False, empty="", right=("waiting", "members"))
    print()
    table(shortened(member_rows(stages)), as_json=False, empty="no worker is running: start them with `wiredesk up`")
    print()
    table(count_rows(counts, lane), as_json=False, empty="no topics: create them with `wiredesk topics apply`")
    if processes:
        print()
        table(processes, as_json=False, empty="", right=("pid", "restarts"))


def stage_rows(stages: Iterable[StageLag]) -> list[Row]:
    """One row a service and topic it reads."""
    return [
        {
            "stage": stage.service,
            "reads": stage.topic,
            "waiting": stage.lag,
            "members": len(stage.members),
            "group": stage.state,
        }
        for stage in stages
    ]


def member_rows(stages: Iterable[StageLag]) -> list[Row]:
    """One row a worker process and topic, with the partitions it owns."""
    return [
        {"worker": member.client_id, "host": member.host, "reads": stage.topic, "partitions": ranges(member.partitions)}
        for stage in stages
        for member in stage.members
    ]


def shortened(rows: Sequence[Row]) -> list[Row]:
    """Return rows as people read them: what all names have in common is left out, and one host for all."""
    hosts = {row.get("host") for row in rows}
    return [
        {
            name: re.sub(r"^wiredesk-|\barticles\.|\.v1\b", "", value) if isinstance(value, str) else value
            for name, value in row.items()
            if name != "host" or len(hosts) > 1
        }
        for row in rows
    ]


def may_have_letters(counts: Mapping[str, int], lane: Lane) -> bool:
    """Whether some topic of dead letters holds anything, settled or not."""
    return any(counts.get(lane.topic(topic)) for topic in dead_letters())


def count_rows(counts: Mapping[str, int], lane: Lane) -> list[Row]:
    """One row a topic of articles, and one a dead-letter topic that is not empty."""
    public = [lane.topic(topic) for topic in PUBLIC]
    return [{"topic": name, "records": count} for name, count in counts.items() if name in public or count]


def ranges(numbers: Sequence[int]) -> str:
    """Return sorted numbers in short: 0-3 5."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return " ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


async def processes_of(here: System) -> list[Row]:
    """Return a row for each process of the system that runs in this folder; none where none does.

    Raises:
        InfrastructureError: it does not answer.
    """
    return [] if here.control is None else process_rows(await here.control.status())


def process_rows(state: Mapping[str, Any]) -> list[Row]:
    """One row a process of the system that runs in this folder."""
    return [
        {
            "process": row.get("name") or f"{row['service']}-{row['index']}",
            "pid": row["pid"],
            "state": row["state"],
            "restarts": row["restarts"],
            "metrics": f"http://127.0.0.1:{row['health_port']}/metrics" if row.get("health_port") else "",
        }
        for row in (*state["servers"], *state["workers"])
    ]
