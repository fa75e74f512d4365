"""Lanes beside the live one: workers that step back, run while something waits, and come back after a restart."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.local.test_supervisor import pids, running, running_workers, until
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import Lane
from wiredesk_local import lanes
from wiredesk_local.control import Control
from wiredesk_local.processes.child import Child
from wiredesk_local.state import StateDir

_SERVICES = {"fetcher": 2, "tagger": 1, "desk": 1}


@pytest.fixture(autouse=True)
def waiting(monkeypatch: pytest.MonkeyPatch):
    """How many records wait in each lane: there is no Kafka. None: it is away."""
    counts: dict[str, int | None] = {}

    async def look(_kafka, lane: Lane) -> int:
        if (found := counts.get(lane.name, 0)) is None:
            raise InfrastructureError("Kafka is away")
        return found

    monkeypatch.setattr(lanes, "_waiting", look)
    monkeypatch.setattr(lanes, "_LOOK_SECONDS", 0.02)
    return counts


def of_lane(supervisor) -> list[str]:
    return [one["name"] for one in supervisor.status()["workers"] if one.get("lane")]


def _has_begun(log: Path) -> bool:
    return "}" in log.read_text()


async def test_a_lane_gets_one_worker_of_each_service_and_its_topics(tmp_path: Path):
    made = []

    async def topics(_kafka, lane, _retention_bytes):
        made.append(lane.name)

    async with running(tmp_path, scale=_SERVICES, apply_topics=topics) as (supervisor, _):
        control = await Control.connect(tmp_path)
        await control.run_lane("backfill")
        await control.run_lane("backfill")
        assert of_lane(supervisor) == ["backfill-fetcher-1", "backfill-tagger-1"]
        assert made == ["", "backfill"]
        log = tmp_path / "logs" / "backfill-tagger-1.log"
        await until(lambda: "}" in log.read_text())
        assert "'WIREDESK_LANE': 'backfill'" in log.read_text()
        live = tmp_path / "logs" / "tagger-1.log"
        await until(lambda: "}" in live.read_text())
        assert "WIREDESK_LANE" not in live.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody steps back so far")
async def test_its_workers_step_back_behind_those_of_the_live_lane(tmp_path: Path):
    async with running(tmp_path, scale=_SERVICES) as (supervisor, _):
        await (await Control.connect(tmp_path)).run_lane("backfill")
        niceness: dict[str, set[tuple[int, int]]] = {"": set(), "backfill": set()}
        for one in supervisor.status()["workers"]:
            await until(partial(_has_begun, Path(one["log"])))
            niceness[one.get("lane", "")].add((psutil.Process(one["pid"]).nice(), os.sched_getscheduler(one["pid"])))
    own = os.nice(0)
    assert niceness == {"": {(own, os.SCHED_OTHER)}, "backfill": {(min(19, own + 10), os.SCHED_BATCH)}}


async def test_workers_of_a_lane_end_when_nothing_waits_there_and_nobody_asks(tmp_path: Path, waiting, monkeypatch):
    monkeypatch.setattr(lanes, "IDLE_SECONDS", 0.3)
    async with running(tmp_path, scale=_SERVICES) as (supervisor, said):
        waiting["backfill"] = 1
        await (await Control.connect(tmp_path)).run_lane("backfill")
        assert StateDir(tmp_path).lanes() == ["backfill"]
        await asyncio.sleep(0.6)
        waiting["backfill"] = None
        await asyncio.sleep(0.6)
        assert len(of_lane(supervisor)) == 2
        waiting["backfill"] = 0
        await until(lambda: not of_lane(supervisor))
        await until(lambda: "nothing waits in lane backfill any more: its workers were stopped" in said)
        assert StateDir(tmp_path).lanes() == []
        assert running_workers(supervisor) == ["fetcher-1", "fetcher-2", "tagger-1", "desk-1"]


async def test_a_lane_with_work_left_goes_on_at_the_next_start(tmp_path: Path, waiting):
    waiting["backfill"] = 7
    async with running(tmp_path, scale=_SERVICES) as (supervisor, _):
        await (await Control.connect(tmp_path)).run_lane("backfill")
        left = pids(supervisor)
    assert not any(psutil.pid_exists(pid) for pid in left)
    async with running(tmp_path, scale=_SERVICES) as (supervisor, _):
        assert of_lane(supervisor) == ["backfill-fetcher-1", "backfill-tagger-1"]


async def test_the_live_lane_has_its_workers_already(tmp_path: Path):
    async with running(tmp_path, scale=_SERVICES) as (supervisor, _):
        await (await Control.connect(tmp_path)).run_lane("")
        assert of_lane(supervisor) == []


@pytest.mark.parametrize("name", ["Backfill", "../up", "a.b"])
async def test_what_is_no_name_of_a_lane_is_refused(tmp_path: Path, name: str):
    async with running(tmp_path, scale=_SERVICES):
        control = await Control.connect(tmp_path)
        with pytest.raises(ConfigurationError, match="no name of a lane"):
            await control.run_lane(name)


async def test_a_worker_that_cannot_work_is_told_of_to_who_asks_for_its_lane(tmp_path: Path):
    async with running(
        tmp_path, "print('tagger: no such pipeline', flush=True); raise SystemExit(4)", scale={"tagger": 1}
    ):
        control = await Control.connect(tmp_path)
        await control.run_lane("backfill")

        async def refused() -> bool:
            try:
                await control.run_lane("backfill")
            except ConfigurationError as error:
                return "backfill-tagger-1" in str(error)
            return False

        async with asyncio.timeout(20):
            while not await refused():
                await asyncio.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="as above")
async def test_a_child_that_steps_back_still_dies_with_its_parent_s_word(tmp_path: Path):
    child = Child("nice", log=tmp_path / "nice.log", pids=tmp_path / "pids")
    await child.start(
        [sys.executable, "-c", "import os, time; print(os.nice(0), flush=True); time.sleep(600)"], niceness=3
    )
    await until(lambda: child.log.read_text().endswith("\n"))
    assert int(child.log.read_text()) == min(19, os.nice(0) + 3)
    assert await child.stop(patience=10) == -15
