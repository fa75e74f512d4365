"""The desk of local mode has one port while a system runs, however often it comes and goes, and says which."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from wiredesk.client.settings import KafkaSettings
from wiredesk_desk.commands import lifecycle, up
from wiredesk_desk.running import Exit, Problem
from wiredesk_local.control import Control
from wiredesk_local.processes.child import free_port
from wiredesk_local.settings import ExistingStorage, LocalOptions, LocalSettings
from wiredesk_local.supervisor import Supervisor

# Listens where its health is asked for, as a desk does, and tells its port.
_SERVES = """if True:
    import os, socket, time
    print("port", os.environ["WIREDESK_DESK__PORT"], flush=True)
    listening = socket.create_server(("127.0.0.1", int(os.environ["WIREDESK_HEALTH__PORT"])))
    time.sleep(600)
"""
_REFUSES = "raise SystemExit(4)"


@pytest.fixture
def settings(tmp_path: Path) -> LocalSettings:
    """A folder in which nothing ran yet, and servers that are only addresses."""
    return LocalSettings(
        local=LocalOptions(state_dir=tmp_path),
        kafka=KafkaSettings(bootstrap_servers=["127.0.0.1:5998"]),
        storage=ExistingStorage(dsn=SecretStr("postgresql://somebody@127.0.0.1:5999/news")),
    )


async def _no_topics(*_: object) -> None:
    """There is no Kafka."""


@pytest.fixture
async def running(
    request: pytest.FixtureRequest, settings: LocalSettings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Supervisor]:
    """A system without a desk, as `up --scale desk=0` starts it, on a machine where the usual port is taken."""
    monkeypatch.delenv("WIREDESK_DESK__PORT", raising=False)
    monkeypatch.setenv("WIREDESK_LOCAL__STATE_DIR", str(settings.local.state_dir))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(up, "DeskSettings", _usually(taken.getsockname()[1]))
        port = up._desk_port(settings, is_served=False)
        code = getattr(request, "param", _SERVES)
        supervisor = Supervisor(
            settings,
            scale={"desk": 0},
            environment=up._environment(demo=False, port=port),
            say=lambda _: None,
            command=lambda _: [sys.executable, "-c", code],
            apply_topics=_no_topics,
        )
        supervisor.desk = f"http://127.0.0.1:{port}/"
        await supervisor.start()
        yield supervisor
        await supervisor.stop()


def _usually(port: int) -> Any:
    """Settings of a desk whose usual port is this one, and set by nobody."""

    class Options:
        model_fields_set = frozenset[str]()

    class Settings:
        desk = Options()

        @classmethod
        def load(cls) -> "Settings":
            return cls()

    Options.port = port  # type: ignore[attr-defined]
    return Settings


async def test_a_desk_that_comes_and_goes_has_the_port_that_was_chosen_and_says_so(
    running: Supervisor, settings: LocalSettings, capsys: pytest.CaptureFixture[str]
):
    control = await Control.find(settings.local.state_dir)
    assert control is not None
    assert (await control.status())["desk"] == ""
    said = []
    for count in (1, 0, 1):
        assert await lifecycle.scale("desk", count, as_json=False) == Exit.OK
        said.append(capsys.readouterr().err)
    assert said[0] == said[2] == f"the pages are served: {running.desk}\n"
    assert said[1].startswith("no pages are served any more: ")
    port = running.desk.rpartition(":")[2].rstrip("/")
    log = (settings.local.state_dir / "logs" / "desk-1.log").read_text()
    assert log.split() == ["port", port] * 2
    assert (await control.status())["desk"] == running.desk


@pytest.mark.parametrize("running", [_REFUSES], indirect=True)
async def test_a_desk_that_does_not_come_up_is_an_error_that_names_the_log(running: Supervisor):
    with pytest.raises(Problem, match="does not serve") as caught:
        async with asyncio.timeout(30):
            await lifecycle.scale("desk", 1, as_json=False)
    assert caught.value.todo == "wiredesk logs desk"
    assert running.desk in str(caught.value)


def test_a_port_that_is_set_and_taken_stops_only_a_start_with_a_desk(
    settings: LocalSettings, monkeypatch: pytest.MonkeyPatch
):
    port = free_port()
    monkeypatch.setenv("WIREDESK_DESK__PORT", str(port))
    with socket.create_server(("127.0.0.1", port)):
        assert up._desk_port(settings, is_served=False) == port
        with pytest.raises(Exception, match=f"port {port}, wanted by the desk, is taken"):
            up._desk_port(settings, is_served=True)
