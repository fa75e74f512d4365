"""Local mode as a process of its own, with real Kafka and PostgreSQL: what is left when it ends, and after a crash."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from wiredesk.contracts.topics import SUBMITTED
from wiredesk_local.control import Control
from wiredesk_local.processes.child import started
from wiredesk_local.servers.launch import servers
from wiredesk_local.settings import LocalOptions, LocalSettings

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start stops what is left"),
]

_SYSTEM = """
import asyncio, sys
from pathlib import Path
from wiredesk_local.settings import LocalOptions, LocalSettings
from wiredesk_local.supervisor import Supervisor
from wiredesk.client.settings import KafkaSettings
async def main():
    worker = [sys.executable, "-c", "import time; time.sleep(600)"]
    supervisor = Supervisor(
        LocalSettings(local=LocalOptions(state_dir=Path(sys.argv[1]), kafka_port=0, postgres_port=0)),
        scale={"fetcher": 1, "tagger": 2},
        say=lambda line: print(line, flush=True),
        command=lambda service: worker,
    )
    await supervisor.start()
    print("everything is up", flush=True)
    await supervisor.wait()
    await supervisor.stop()
asyncio.run(main())
"""


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.05)


class System:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())

    async def says(self, words: str) -> None:
        await until(lambda: any(words in line for line in self.lines) or self.process.returncode is not None, 90)
        assert any(words in line for line in self.lines), self.lines

    async def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = await asyncio.wait_for(self.process.wait(), 60)
        await self._reader
        return code


@asynccontextmanager
async def system(state_dir: Path) -> AsyncIterator[System]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _SYSTEM, str(state_dir)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=clean,
    )
    running = System(process)
    try:
        await running.says("everything is up")
        yield running
    finally:
        if process.returncode is None:
            await running.end(signal.SIGKILL)


def family(process: asyncio.subprocess.Process) -> list[int]:
    return [child.pid for child in psutil.Process(process.pid).children(recursive=True)]


def all_gone(pids: list[int]) -> bool:
    return all(started(pid) is None for pid in pids)


async def topics(bootstrap_servers: list[str]) -> list[str]:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await client.start()
    try:
        return list(await client.list_topics())
    finally:
        await client.close()


async def execute(dsn: str, query: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_sigterm_stops_everything_and_the_exit_code_is_0(tmp_path: Path):
    async with system(tmp_path) as running:
        children = family(running.process)
        assert len(children) >= 5  # Kafka, PostgreSQL, three workers
        assert await running.end(signal.SIGTERM) == 0
        assert all_gone(children)
    assert not (tmp_path / "state.json").exists()
    assert list((tmp_path / "pids").iterdir()) == []


async def test_a_terminal_that_was_closed_does_not_keep_anything_running(tmp_path: Path):
    async with system(tmp_path) as running:
        children = family(running.process)
        transport = running.process._transport  # type: ignore[attr-defined]
        transport.get_pipe_transport(1).close()
        await running.end(signal.SIGHUP)
        assert all_gone(children)


async def test_kill_9_of_the_supervisor_leaves_no_child_and_the_next_start_keeps_the_data(tmp_path: Path):
    async with system(tmp_path) as running:
        control = await Control.connect(tmp_path)
        assert SUBMITTED.name in await topics(control.bootstrap_servers)
        await execute(control.dsn, "CREATE TABLE kept AS SELECT 7 AS n")
        children = family(running.process)
        await running.end(signal.SIGKILL)
        await until(lambda: all_gone(children))
    assert (tmp_path / "state.json").exists()
    assert await Control.find(tmp_path) is None
    async with system(tmp_path) as running:
        control = await Control.connect(tmp_path)
        assert await execute(control.dsn, "SELECT n FROM kept") == 7
        assert SUBMITTED.name in await topics(control.bootstrap_servers)
        await control.stop()
        assert await asyncio.wait_for(running.process.wait(), 30) == 0


async def test_leftovers_of_a_crash_are_stopped_at_the_next_start(tmp_path: Path):
    (tmp_path / "pids").mkdir()
    left = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(600)")
    record = {"pid": left.pid, "started": started(left.pid), "signal": int(signal.SIGTERM)}
    (tmp_path / "pids" / "tagger-9.json").write_text(json.dumps(record))
    async with system(tmp_path) as running:
        assert "stopped what an earlier run left behind: tagger-9" in running.lines
        assert await asyncio.wait_for(left.wait(), 10) == -signal.SIGTERM
        assert await running.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("name", ["kafka", "postgres"])
async def test_a_killed_server_is_started_again_at_the_same_address(tmp_path: Path, name: str):
    async with system(tmp_path) as running:
        control = await Control.connect(tmp_path)
        (server,) = [server for server in (await control.status())["servers"] if server["name"] == name]
        os.kill(server["pid"], signal.SIGKILL)
        await running.says(f"{name} was ended by SIGKILL; starting it again in 0.5 s")
        await running.says(f"{name} is running again")
        assert SUBMITTED.name in await topics(control.bootstrap_servers)
        assert await execute(control.dsn, "SELECT 1") == 1
        assert await running.end(signal.SIGTERM) == 0


async def test_servers_for_tests_start_together_and_leave_nothing(tmp_path: Path):
    settings = LocalSettings(local=LocalOptions())
    before = set(psutil.Process().children(recursive=True))
    async with servers(tmp_path, settings) as addresses:
        assert await execute(addresses.dsn, "SELECT 1") == 1
        assert await topics(addresses.bootstrap_servers) == []
        children = [child.pid for child in set(psutil.Process().children(recursive=True)) - before]
        assert len(children) >= 2
    assert all_gone(children)
