"""One child process: it dies with its parent, is found after a crash, and stops for sure."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_local.processes.child import (
    Child,
    check_port,
    free_port,
    free_ports,
    lock_folder,
    started,
    stop_leftovers,
)

_DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
_SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return Child("sleeper", log=tmp_path / "sleeper.log", pids=tmp_path / "pids")


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def until(condition, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


def gone(pid: int) -> bool:
    return started(pid) is None


async def test_a_child_is_recorded_while_it_runs_and_forgotten_after(child: Child, tmp_path: Path):
    await child.start(python(_SLEEP))
    record = json.loads((tmp_path / "pids" / "sleeper.json").read_text())
    assert record["pid"] == child.pid
    assert await child.stop(patience=10) == -signal.SIGTERM
    assert child.pid is None
    assert not (tmp_path / "pids" / "sleeper.json").exists()


async def test_a_child_that_ignores_sigterm_is_killed_after_the_patience(child: Child):
    await child.start(python(_DEAF))
    await until(lambda: "deaf" in child.log.read_text())
    assert await child.stop(patience=0.2) == -signal.SIGKILL


async def test_hurry_cuts_the_patience_short(child: Child):
    await child.start(python(_DEAF))
    await until(lambda: "deaf" in child.log.read_text())
    hurry = asyncio.Event()
    stopping = asyncio.create_task(child.stop(patience=60, hurry=hurry))
    hurry.set()
    assert await asyncio.wait_for(stopping, 10) == -signal.SIGKILL


async def test_what_a_child_forked_goes_with_it(child: Child, tmp_path: Path):
    note = tmp_path / "grandchild"
    code = f"""if True:
        import pathlib, subprocess, sys
        process = subprocess.Popen([sys.executable, "-c", {_SLEEP!r}])
        pathlib.Path({str(note)!r}).write_text(str(process.pid))
        process.wait()
    """
    await child.start(python(code))
    await until(lambda: note.exists() and note.read_text())
    await child.stop(patience=10)
    await until(lambda: gone(int(note.read_text())))


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
async def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path):
    code = f"""if True:
        import asyncio
        from pathlib import Path
        from wiredesk_local.processes.child import Child
        async def main():
            child = Child("orphan", log=Path({str(tmp_path)!r}, "log"), pids=Path({str(tmp_path)!r}, "pids"))
            await child.start({python(_SLEEP)!r})
            print(child.pid, flush=True)
            await child.wait()
        asyncio.run(main())
    """
    parent = await asyncio.create_subprocess_exec(*python(code), stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    orphan = int(await parent.stdout.readline())
    assert not gone(orphan)
    parent.kill()
    await parent.wait()
    await until(lambda: gone(orphan))


def test_leftovers_are_found_by_their_pid_file_and_stopped(tmp_path: Path):
    process = subprocess.Popen(python(_SLEEP))
    record = {"pid": process.pid, "started": started(process.pid), "signal": int(signal.SIGTERM)}
    (tmp_path / "kafka.json").write_text(json.dumps(record))
    assert stop_leftovers(tmp_path) == ["kafka"]
    assert gone(process.pid)
    process.wait()
    assert list(tmp_path.iterdir()) == []


def test_another_process_with_a_recorded_number_is_left_alone(tmp_path: Path):
    record = {"pid": os.getpid(), "started": psutil.Process().create_time() - 100, "signal": int(signal.SIGKILL)}
    (tmp_path / "kafka.json").write_text(json.dumps(record))
    (tmp_path / "broken.json").write_text("{")
    assert stop_leftovers(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_names_its_owner():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(
            ConfigurationError, match=rf"port {port}, wanted by Kafka, is taken by .*\(process {os.getpid()}\)"
        ):
            check_port(port, "Kafka")
    check_port(free_port(), "Kafka")


def test_ports_that_are_asked_for_together_are_different_ones(monkeypatch):
    drawn = iter([20_001, 20_001, 20_002, 20_001, 20_003])
    monkeypatch.setattr("wiredesk_local.processes.child.free_port", lambda: next(drawn))
    assert free_ports(3) == [20_001, 20_002, 20_003]


async def test_the_child_keeps_the_lock_of_its_folder_for_as_long_as_it_lives(child: Child, tmp_path: Path):
    with lock_folder(tmp_path / "data") as lock:
        await child.start(python(_SLEEP), lock=lock)
    with pytest.raises(ConfigurationError, match="in use by another process"), lock_folder(tmp_path / "data"):
        pass
    await child.stop(patience=10)
    with lock_folder(tmp_path / "data"):
        pass


async def test_children_start_in_the_main_thread_only(child: Child):
    with pytest.raises(RuntimeError, match="main thread"):
        await asyncio.to_thread(asyncio.run, child.start(python(_SLEEP)))
