"""The supervisor with real processes: small workers, and servers of somebody else's."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import Lane
from wiredesk_local.control import Control
from wiredesk_local.processes import restart
from wiredesk_local.processes.child import started
from wiredesk_local.settings import ExistingStorage, LocalOptions, LocalSettings
from wiredesk_local.supervisor import StoppedError, Supervisor

_DSN = "postgresql://somebody:s3cret@127.0.0.1:5999/news"
_PRINT_SETTINGS = """if True:
    import os, time
    print({name: value for name, value in os.environ.items() if name.startswith(("WIREDESK", "EXTRA"))}, flush=True)
    time.sleep(600)
"""
_CRASH = "raise SystemExit(3)"
_DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


async def no_topics(_kafka: KafkaSettings, _lane: Lane, _retention_bytes: int | None) -> None:
    """The servers of these tests are only addresses."""


@asynccontextmanager
async def running(
    state_dir: Path, code: str = _PRINT_SETTINGS, *, scale: Mapping[str, int], **more: Any
) -> AsyncIterator[tuple[Supervisor, list[str]]]:
    said: list[str] = []
    settings = LocalSettings(
        local=LocalOptions(state_dir=state_dir),
        kafka=KafkaSettings(bootstrap_servers=["127.0.0.1:5998", "127.0.0.1:5997"]),
        storage=ExistingStorage(dsn=_DSN),
    )
    supervisor = Supervisor(
        settings,
        scale=scale,
        say=said.append,
        command=lambda _service: [sys.executable, "-c", code],
        **{"apply_topics": no_topics, **more},
    )
    await supervisor.start()
    try:
        yield supervisor, said
    finally:
        await supervisor.stop()


def pids(supervisor: Supervisor) -> list[int]:
    return [worker["pid"] for worker in supervisor.status()["workers"] if worker["pid"]]


def running_workers(supervisor: Supervisor) -> list[str]:
    return [f"{w['service']}-{w['index']}" for w in supervisor.status()["workers"] if w["state"] == "running"]


async def test_an_address_that_is_handed_on_is_not_also_named_by_a_file(tmp_path: Path, monkeypatch):
    file = tmp_path / "dsn"
    file.write_text(_DSN)
    monkeypatch.setenv("WIREDESK_STORAGE__DSN_FILE", str(file))
    monkeypatch.setenv("WIREDESK_KAFKA__SASL_PASSWORD_FILE", str(file))
    async with running(tmp_path / "state", scale={"storage": 1}):
        log = tmp_path / "state" / "logs" / "storage-1.log"
        await until(lambda: "}" in log.read_text())
        assert f"'WIREDESK_STORAGE__DSN': '{_DSN}'" in log.read_text()
        assert "WIREDESK_STORAGE__DSN_FILE" not in log.read_text()
        # What the worker has to read itself stays.
        assert "WIREDESK_KAFKA__SASL_PASSWORD_FILE" in log.read_text()


async def test_existing_servers_are_used_and_workers_get_their_addresses(tmp_path: Path):
    extra = {"fetcher": {"EXTRA": "only here"}}
    async with running(tmp_path, scale={"fetcher": 1, "tagger": 2}, environment=extra) as (supervisor, _):
        assert supervisor.bootstrap_servers == ["127.0.0.1:5998", "127.0.0.1:5997"]
        assert supervisor.dsn == _DSN
        assert supervisor.status()["servers"] == []
        assert running_workers(supervisor) == ["fetcher-1", "tagger-1", "tagger-2"]
        log, other = tmp_path / "logs" / "fetcher-1.log", tmp_path / "logs" / "tagger-2.log"
        await until(lambda: "}" in log.read_text() and "}" in other.read_text())
        assert "'WIREDESK_KAFKA__BOOTSTRAP_SERVERS': '127.0.0.1:5998,127.0.0.1:5997'" in log.read_text()
        assert f"'WIREDESK_STORAGE__DSN': '{_DSN}'" in log.read_text()
        assert f"'WIREDESK_HEALTH__PORT': '{supervisor.status()['workers'][0]['health_port']}'" in log.read_text()
        assert "only here" in log.read_text()
        assert "only here" not in other.read_text()


async def test_a_killed_worker_is_started_again_and_that_is_said(tmp_path: Path):
    async with running(tmp_path, scale={"tagger": 1}) as (supervisor, said):
        (before,) = pids(supervisor)
        os.kill(before, signal.SIGKILL)
        await until(lambda: "tagger-1 is running again" in said)
        assert pids(supervisor) != [before]
        assert said[0].startswith("tagger-1 was ended by SIGKILL; starting it again in 0.5 s (log: ")
        assert supervisor.status()["workers"][0]["restarts"] == 1


async def test_a_worker_that_keeps_crashing_is_started_later_and_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(restart, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(restart, "LONGEST_PAUSE_SECONDS", 0.05)
    async with running(tmp_path, _CRASH, scale={"tagger": 1}) as (_, said):
        await until(lambda: sum("exit code 3" in line for line in said) >= 5)
    pauses = [float(line.split(" again in ")[1].split(" s")[0]) for line in said if "exit code 3" in line]
    assert pauses[:5] == [0.01, 0.02, 0.04, 0.05, 0.05]


async def test_after_a_healthy_time_the_pause_starts_small_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(restart, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(restart, "HEALTHY_SECONDS", 0.0)
    async with running(tmp_path, _CRASH, scale={"tagger": 1}) as (_, said):
        await until(lambda: sum("exit code 3" in line for line in said) >= 3)
    assert all("again in 0.01 s" in line for line in said if "exit code 3" in line)


async def test_scaling_adds_and_removes_the_last_processes(tmp_path: Path):
    async with running(tmp_path, scale={"fetcher": 1, "tagger": 1}) as (supervisor, said):
        first = pids(supervisor)
        await supervisor.scale("tagger", 3)
        assert running_workers(supervisor) == ["fetcher-1", "tagger-1", "tagger-2", "tagger-3"]
        gone = set(pids(supervisor)) - set(first)
        await supervisor.scale("tagger", 1)
        assert pids(supervisor) == first
        assert all(started(pid) is None for pid in gone)
        assert said == []


@pytest.mark.parametrize(("service", "count"), [("taggr", 1), ("tagger", -1), ("tagger", 1000)])
async def test_a_scale_that_makes_no_sense_is_refused(tmp_path: Path, service: str, count: int):
    async with running(tmp_path, scale={"tagger": 1}) as (supervisor, _):
        with pytest.raises(ConfigurationError, match="tagger"):
            await supervisor.scale(service, count)
        assert running_workers(supervisor) == ["tagger-1"]


async def test_stopping_leaves_nothing_and_forgets_the_state(tmp_path: Path):
    async with running(tmp_path, scale={"fetcher": 2}) as (supervisor, _):
        before = pids(supervisor)
        assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600
        await supervisor.stop()
        assert all(started(pid) is None for pid in before)
    assert not (tmp_path / "state.json").exists()
    assert await Control.find(tmp_path) is None


async def test_the_control_shows_scales_and_stops(tmp_path: Path):
    async with running(tmp_path, scale={"tagger": 1}) as (supervisor, _):
        control = await Control.connect(tmp_path)
        assert control.bootstrap_servers == supervisor.bootstrap_servers
        assert control.dsn == _DSN
        await control.scale("tagger", 2)
        status = await control.status()
        assert [worker["index"] for worker in status["workers"]] == [1, 2]
        assert status["phase"] == "running"
        assert "s3cret" not in str(status)
        with pytest.raises(ConfigurationError, match="no service 'editor' here: there are tagger"):
            await control.scale("editor", 2)
        stopping = asyncio.create_task(control.stop())
        await asyncio.wait_for(supervisor.wait(), 10)
        await supervisor.stop()
        await asyncio.wait_for(stopping, 10)


async def test_a_control_without_the_token_gets_no_answer(tmp_path: Path):
    async with running(tmp_path, scale={"tagger": 1}):
        control = await Control.connect(tmp_path)
        reader, writer = await asyncio.open_connection("127.0.0.1", control._found["control"]["port"])
        writer.write(b'{"token": "guess", "command": "stop"}\n')
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()
        await writer.wait_closed()


async def test_where_nothing_runs_the_control_says_how_to_start(tmp_path: Path):
    assert await Control.find(tmp_path) is None
    with pytest.raises(InfrastructureError, match="nothing is running here: start it with `wiredesk up`"):
        await Control.connect(tmp_path)


async def test_a_second_supervisor_on_the_same_folder_is_refused_and_the_first_lives_on(tmp_path: Path):
    async with running(tmp_path, scale={"tagger": 1}) as (supervisor, _):
        with pytest.raises(ConfigurationError, match="in use by another process"):
            async with running(tmp_path, scale={"tagger": 1}):
                pass
        assert running_workers(supervisor) == ["tagger-1"]
        assert await Control.find(tmp_path) is not None


async def test_a_failed_start_leaves_nothing_running(tmp_path: Path):
    async def fail(*_: object) -> None:
        raise InfrastructureError("no topics today")

    with pytest.raises(InfrastructureError, match="no topics today"):
        async with running(tmp_path, scale={"tagger": 1}, apply_topics=fail):
            pass
    assert not (tmp_path / "state.json").exists()
    assert list((tmp_path / "pids").iterdir()) == []


async def test_a_signal_while_starting_stops_the_start(tmp_path: Path):
    async def hang(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(600)

    with pytest.raises(StoppedError):
        await asyncio.wait_for(running(tmp_path, scale={"tagger": 1}, apply_topics=hang).__aenter__(), 10)


async def test_the_second_ctrl_c_hurries(tmp_path: Path):
    async with running(tmp_path, _DEAF, scale={"tagger": 1}) as (supervisor, said):
        log = tmp_path / "logs" / "tagger-1.log"
        await until(lambda: "deaf" in log.read_text())
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(supervisor.wait(), 10)
        stopping = asyncio.create_task(supervisor.stop())
        await until(lambda: supervisor.status()["workers"][0]["state"] == "stopping")
        assert not stopping.done()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(stopping, 10)
        assert "stopping (once more to hurry)" in said


async def test_scaling_while_stopping_adds_nothing_that_stays(tmp_path: Path):
    async with running(tmp_path, scale={"tagger": 1}) as (supervisor, _):
        scaling = asyncio.create_task(supervisor.scale("tagger", 8))
        await until(lambda: len(running_workers(supervisor)) > 1)
        await supervisor.stop()
        await asyncio.wait_for(scaling, 10)
        assert supervisor.status()["workers"] == []
    assert list((tmp_path / "pids").iterdir()) == []


_READY_LATER = """if True:
    import http.server, json, os, sys, time
    began = time.monotonic()
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            problems = [] if time.monotonic() - began > 0.5 else ["loading a model"]
            body = json.dumps({"ok": not problems, "problems": problems}).encode()
            self.send_response(503 if problems else 200)
            self.end_headers()
            self.wfile.write(body)
    http.server.HTTPServer(("127.0.0.1", int(os.environ["WIREDESK_HEALTH__PORT"])), Page).serve_forever()
"""
_BAD_SETTING = "import sys; print('tagger: wrong settings: WIREDESK_X: no', file=sys.stderr); raise SystemExit(4)"


async def test_who_is_not_ready_is_named_with_the_reason_until_all_are(tmp_path: Path):
    async with running(tmp_path, _READY_LATER, scale={"fetcher": 1, "tagger": 1}) as (supervisor, _):
        seen: set[str] = set()
        async with asyncio.timeout(30):
            while waiting := await supervisor.unready():
                seen |= set(waiting)
                await asyncio.sleep(0.02)
    assert seen & {"tagger-1 (starting)", "tagger-1 (loading a model)"}


async def test_a_worker_with_a_wrong_setting_is_an_error_with_what_it_said(tmp_path: Path):
    async with running(tmp_path, _BAD_SETTING, scale={"tagger": 1}) as (supervisor, said):
        await until(lambda: said)
        with pytest.raises(ConfigurationError, match="tagger-1: tagger: wrong settings: WIREDESK_X: no"):
            await supervisor.unready()
        (worker,) = supervisor.status()["workers"]
        assert (worker["state"], worker["restarts"]) == ("failed", 0)


async def test_a_service_is_started_anew_process_by_process_from_another_terminal(tmp_path: Path):
    async with running(tmp_path, _READY_LATER, scale={"fetcher": 1, "tagger": 2}) as (supervisor, _):
        fetcher, *before = pids(supervisor)
        control = await Control.connect(tmp_path)
        await control.restart("tagger")
        same, *after = pids(supervisor)
        assert same == fetcher
        assert len(after) == 2
        assert not set(after) & set(before)
        with pytest.raises(ConfigurationError, match="no service 'nobody'"):
            await control.restart("nobody")
