"""`down`, `scale` and `restart`: change the system that runs in this folder."""

import asyncio
import shutil
import sys
import time
from typing import TYPE_CHECKING

from wiredesk.client import offsets
from wiredesk.client.offsets import StageLag
from wiredesk.contracts.events import ServiceName
from wiredesk_desk.commands.status import member_rows
from wiredesk_desk.config import System, local_control, local_settings, system
from wiredesk_desk.output import say, table
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.settings import DESK

if TYPE_CHECKING:
    from wiredesk_local.control import Control

# A worker loads its models (seconds) before it joins; one that was killed keeps its partitions until its session ends.
JOIN_SECONDS = 90.0
SERVE_SECONDS = 60.0


def may_purge(*, sure: bool) -> bool:
    """Ask on a terminal whether all data may go, unless `sure`. Blocks: call it before any event loop runs."""
    if sure or sys.stdin is None or not sys.stdin.isatty():
        return True
    say("Delete all articles, topics and logs of this folder? [y/N]")
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    say("nothing was stopped or deleted")
    return False


async def down(*, purge: bool) -> Exit:
    """Stop what runs in this folder; with `purge` delete its data, too."""
    # First, because without local mode nobody can say what runs here.
    folder = local_settings().local.state_dir
    control = await local_control()
    if control is None:
        say("nothing is running in this folder")
    else:
        await control.stop()
        say("stopped")
    # Only a folder that local mode made has these two.
    if purge and (folder / "logs").is_dir() and (folder / "pids").is_dir():
        await asyncio.to_thread(shutil.rmtree, folder)
        say(f"deleted {folder}")
    return Exit.OK


async def scale(service: str, processes: int, *, as_json: bool) -> Exit:
    """Change the number of processes of a service in the running system."""
    control = await _running_here(service)
    await control.scale(service, processes)
    if service == DESK:
        return await _tell_of_desk(control)
    rows = [row for row in member_rows(await _joined(await system(), service, processes)) if row["partitions"]]
    table(rows, as_json=as_json, empty=f"no {service} is running: what comes in waits on its topic")
    return Exit.OK


async def _tell_of_desk(control: "Control") -> Exit:
    """Say where the pages are served once they are; an error when they are not."""
    deadline = time.monotonic() + SERVE_SECONDS
    while address := (status := await control.status())["desk"]:
        (worker,) = (one for one in status["workers"] if one["service"] == DESK)
        # At the address somebody else may answer.
        if await _listens(worker["health_port"]):
            say(f"the pages are served: {address}")
            return Exit.OK
        if worker["state"] == "failed" or time.monotonic() > deadline:
            raise Problem(f"the desk does not serve {address}", "wiredesk logs desk")
        await asyncio.sleep(0.2)
    say("no pages are served any more: wiredesk scale desk 1")
    return Exit.OK


async def _listens(port: int) -> bool:
    try:
        _, outgoing = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    outgoing.close()
    return True


async def restart(service: str) -> Exit:
    """Start the processes of a service anew, one after the other."""
    control = await _running_here(service)
    await control.restart(service)
    say(f"{service} was started anew")
    return Exit.OK


async def _running_here(service: str) -> "Control":
    known = [*ServiceName, DESK]
    if service not in known:
        raise Problem(f"there is no service {service!r}", f"Take one of: {' '.join(known)}.", code=Exit.USAGE)
    local_settings()  # as above
    control = await local_control()
    if control is None:
        raise Problem("nothing is running in this folder", "wiredesk up", code=Exit.UNREACHABLE)
    return control


async def _joined(here: System, service: str, processes: int) -> list[StageLag]:
    """Return the lag of `service` once its group has that many members and they share out all partitions."""
    deadline = time.monotonic() + JOIN_SECONDS
    while True:
        stages = [stage for stage in await offsets.lag(here.kafka, here.lane) if stage.service == service]
        if all(shared_out(stage, processes) for stage in stages):
            return stages
        if time.monotonic() > deadline:
            raise TimeoutError(f"the group of the {service} has not settled within {JOIN_SECONDS:g} s")
        await asyncio.sleep(0.5)


def shared_out(stage: StageLag, processes: int) -> bool:
    """Whether a group has `processes` members that own every partition once."""
    owned = sorted(number for member in stage.members for number in member.partitions)
    if len(stage.members) != processes or stage.state not in ("Stable", "Empty", "Dead"):
        return False
    return not processes or owned == [partition.partition for partition in stage.partitions]
