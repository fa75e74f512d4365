"""`backfill FILE…`, `backfill pause`, `resume` and `status`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, replace

from wiredesk.client import admin, offsets
from wiredesk.client.client import Wiredesk
from wiredesk.client.offsets import StageLag
from wiredesk.contracts.topics import Lane, every_topic
from wiredesk_desk.backfill import showing
from wiredesk_desk.backfill.acknowledged import End
from wiredesk_desk.backfill.feeding import Feeder, leased, left, planned, sent_since
from wiredesk_desk.backfill.inputs import Input, inputs_of
from wiredesk_desk.backfill.keeping import Backfills, Kept
from wiredesk_desk.backfill.room import Room
from wiredesk_desk.commands.status import shortened, stage_rows
from wiredesk_desk.config import System
from wiredesk_desk.output import Row, emit, for_people, say, table
from wiredesk_desk.own_tables import own_tables
from wiredesk_desk.running import Exit, Problem

LANE = "backfill"
_TELL_SECONDS, _WAIT_SECONDS = 1.0, 2.0
# Local mode's workers of a lane end when nobody has asked for them for a minute.
_ASK_SECONDS = 20.0
_MOST_TOLD = 20


async def feed(what: list[str], *, lane: str | None, most: int, wait: bool, as_json: bool) -> Exit:
    """Feed all that is named into the lane, at most `most` records waiting there; then wait until none does.

    What was fed before is left out.
    """
    inputs = await asyncio.to_thread(inputs_of, what)
    async with own_tables() as (system, pool):
        here = replace(system, lane=_lane(system, lane))
        rows = Backfills(pool, here.lane.name)
        paused = await leased(rows)
        try:
            return await _feed(here, rows, inputs, most=most, wait=wait, paused=paused, as_json=as_json)
        finally:
            await left(rows)


async def _feed(
    here: System, rows: Backfills, inputs: Sequence[Input], *, most: int, wait: bool, paused: bool, as_json: bool
) -> Exit:
    known = await rows.inputs()
    plan = await asyncio.to_thread(planned, inputs, known)
    if done := len(inputs) - len(plan):
        say(f"fed before, and left out: {done:,} of {len(inputs):,}")
    if plan or await offsets.waiting(here.kafka, here.lane):
        await _make_ready(here)
    if paused:
        say(f"lane {here.lane.name} is paused. Type: {_typed('resume', here.lane)}")
    before = await showing.totals(here.kafka, here.lane)
    people = for_people(as_json=as_json)
    room = Room(here.kafka, here.lane, most)
    async with Wiredesk(here.kafka, lane=here.lane.name) as wire:
        feeder = Feeder(rows, room, wire, _say_refused if people else emit, paused=paused)
        with showing.Line() as tell:
            have = await sent_since(here.kafka, here.lane, plan)
            try:
                async with _beside(here, feeder, room, plan, tell):
                    await feeder.feed(plan, have)
            except asyncio.CancelledError:
                fed = sum(one.done.counts[End.FED] for one in feeder.sent)
                say(f"stopped with {fed:,} fed. What is in the lane goes on; the same command feeds the rest.")
                raise
            if wait:
                await _until_drained(here, tell)
    row = _row(feeder, plan, (await showing.totals(here.kafka, here.lane)).since(before))
    return _told(here.lane, row, feeder, waited=wait, people=people)


def _told(lane: Lane, row: dict[str, int], feeder: Feeder, *, waited: bool, people: bool) -> Exit:
    """Tell what was done, and return the exit code."""
    if not people:
        emit({"kind": "backfill", "lane": lane.name, **row})
    say(", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in row.items()))
    if not waited:
        say(f"What is in the lane goes on. Type: {_typed('status', lane)}")
    if feeder.broken:
        return Exit.FAILED
    return Exit.REJECTED if row["refused"] or row["rejected"] or row["dead_letters"] else Exit.OK


def _say_refused(row: Row) -> None:
    say(f"{row['what']}: refused, {row['reason']}: {row['detail']}")


async def pause(lane: str | None, *, paused: bool) -> Exit:
    """Have whoever feeds the lane stop, or go on; what is in the lane already is worked either way."""
    async with own_tables() as (system, pool):
        of = _lane(system, lane)
        rows = Backfills(pool, of.name)
        if not await rows.pause(paused=paused):
            raise Problem(f"nothing was ever fed into lane {of.name}", "wiredesk backfill FILE", code=Exit.USAGE)
        found = await rows.one()
    is_fed = found is not None and bool(found.feeder)
    if paused:
        say(f"lane {of.name} is paused: nothing more is fed into it, and what is in it goes on")
    elif is_fed:
        say(f"lane {of.name} goes on")
    else:
        say(f"lane {of.name} is not paused any more. Nobody feeds it: type the same wiredesk backfill again.")
    return Exit.OK


async def status(lane: str | None, *, as_json: bool) -> Exit:
    """Show how far each input is, what waits at which stage, and what became of the rest."""
    async with own_tables() as (system, pool):
        here = replace(system, lane=_lane(system, lane))
        rows = Backfills(pool, here.lane.name)
        found, inputs = await rows.one(), await rows.inputs()
    if found is None:
        raise Problem(f"nothing was ever fed into lane {here.lane.name}", "wiredesk backfill FILE", code=Exit.USAGE)
    stages = await offsets.lag(here.kafka, here.lane)
    ends = await showing.totals(here.kafka, here.lane)
    counts = {end.value: sum(getattr(one, end) for one in inputs) for end in End}
    row = {
        "lane": here.lane.name,
        "state": showing.state_of(paused=found.paused, feeder=found.feeder),
        "feeder": found.feeder,
        "inputs": len(inputs),
        "inputs_done": sum(one.finished_at is not None for one in inputs),
        **counts,
        "waiting": sum(stage.lag for stage in stages),
        **asdict(ends),
    }
    if not for_people(as_json=as_json):
        for kind, some in (
            ("backfill", [row]),
            ("input", showing.input_rows(inputs)),
            ("stage", stage_rows(stages)),
        ):
            for one in some:
                emit({"kind": kind, **one})
        return Exit.OK
    _tell(row, inputs, stages)
    return Exit.OK


def _tell(row: Row, inputs: Sequence[Kept], stages: Sequence[StageLag]) -> None:
    who = f" by {row['feeder']}" if row["feeder"] else ""
    say(f"lane {row['lane']}: {row['state']}{who}, {row['inputs_done']:,} of {row['inputs']:,} inputs done")
    ends = ("fed", "refused", "without_page", "waiting", "stored", "rejected", "dead_letters")
    table([{name: row[name] for name in ends}], as_json=False, empty="", right=ends)
    print()
    # Those that are not done, and the newest of the others.
    told = sorted(inputs, key=lambda one: (one.finished_at is None, one.noted_at))[-_MOST_TOLD:]
    table(showing.input_rows(told), as_json=False, empty="", right=("done", "fed", "refused", "without_page"))
    if more := len(inputs) - len(told):
        say(f"and {more:,} more, all done: with --json each has a line")
    print()
    table(shortened(stage_rows(stages)), as_json=False, empty="", right=("waiting", "members"))


def _lane(system: System, name: str | None) -> Lane:
    lane = Lane(name or system.lane.name or LANE)
    if not lane.name.replace("-", "").isalnum() or not lane.name.isascii() or lane.name != lane.name.lower():
        raise Problem(
            f"{lane.name!r} is no name of a lane",
            "Lower-case letters, digits and hyphens: --lane history",
            code=Exit.USAGE,
        )
    return lane


async def _make_ready(here: System) -> None:
    """Create what is missing of the lane, and have its workers run where that is ours to do."""
    if here.control is not None and here.uses_local_kafka:
        await here.control.run_lane(here.lane.name)
        return
    names = [here.lane.topic(topic) for topic in every_topic()]
    if await admin.missing_topics(here.kafka, names):
        await admin.apply_topics(here.kafka, here.lane)
    idle = [stage.service for stage in await offsets.lag(here.kafka, here.lane) if not stage.members]
    if idle:
        say(
            f"nobody works in lane {here.lane.name} yet ({', '.join(dict.fromkeys(idle))}): start its workers with "
            f"WIREDESK_LANE={here.lane.name}; with compose: docker compose --profile backfill up --detach"
        )


@contextlib.asynccontextmanager
async def _beside(
    here: System, feeder: Feeder, room: Room, plan: Sequence[tuple[Input, Kept | None]], tell: Callable[[str], None]
) -> AsyncIterator[None]:
    """Tell how far it is, and keep local mode's workers, while the block runs."""
    done_before = sum(kept.position for _, kept in plan if kept is not None)
    pace = showing.Pace([one for one, _ in plan], done_before, sum(one.size for one, _ in plan))
    behind = sum(kept.fed for _, kept in plan if kept is not None)

    async def telling() -> None:
        while True:
            await asyncio.sleep(_TELL_SECONDS)
            if not feeder.sent or feeder.is_paused:
                continue
            begun = {one.one.name for one in feeder.sent}
            waiting = sum(kept.position for one, kept in plan if kept is not None and one.name not in begun)
            done = waiting + sum(one.done.position for one in feeder.sent)
            fed = sum(one.done.counts[End.FED] for one in feeder.sent) - behind
            name = showing.short(feeder.sent[-1].one)
            tell(f"{name}: {pace.said(max(0, fed), done)}; {room.waiting:,} wait in the lane")

    async def asking() -> None:
        while here.control is not None and here.uses_local_kafka:
            await asyncio.sleep(_ASK_SECONDS)
            if not feeder.is_paused:
                await here.control.run_lane(here.lane.name)

    tasks = [asyncio.create_task(telling()), asyncio.create_task(asking())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_drained(here: System, tell: Callable[[str], None]) -> None:
    empty = 0
    try:
        # A record that goes from one stage to the next while both are looked at may be seen at neither.
        while empty < 2:
            waiting = await offsets.waiting(here.kafka, here.lane)
            empty = 0 if waiting else empty + 1
            tell(f"all is fed; {waiting:,} wait in the lane (Ctrl-C: it goes on without you)")
            await asyncio.sleep(_WAIT_SECONDS)
    except asyncio.CancelledError:
        say(f"All is fed, and what is in the lane goes on. Type: {_typed('status', here.lane)}")
        raise


def _row(feeder: Feeder, plan: Sequence[tuple[Input, Kept | None]], ends: showing.Totals) -> dict[str, int]:
    """Return what this run did; `ends` is of all that went through the lane meanwhile."""
    before = [kept for _, kept in plan if kept is not None]
    counts = {
        end.value: sum(one.done.counts[end] for one in feeder.sent) - sum(getattr(kept, end) for kept in before)
        for end in End
    }
    return {**counts, **asdict(ends)}


def _typed(verb: str, lane: Lane) -> str:
    return f"wiredesk backfill {verb}" + (f" --lane {lane.name}" if lane.name != LANE else "")
