"""Local Kafka with a login: nobody gets in without the password, and whoever works in the folder has it."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pydantic import SecretStr

from tests.conftest import NO_SERVERS
from wiredesk.client import admin
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.events import ArticleFetched
from wiredesk.contracts.topics import FETCHED
from wiredesk_local.control import Control
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars
from wiredesk_local.servers.launch import kafka_server
from wiredesk_local.settings import LocalOptions, LocalSettings
from wiredesk_local.state import StateDir
from wiredesk_local.supervisor import Supervisor

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
async def jars() -> Sequence[Path]:
    try:
        return await kafka_jars(print)
    except ConfigurationError as error:
        pytest.skip(f"{NO_SERVERS} {error}")


@pytest.fixture(scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory, jars: Sequence[Path]) -> AsyncIterator[KafkaServer]:
    folder = tmp_path_factory.mktemp("guarded")
    server = KafkaServer(
        folder / "kafka", jars, logs=folder / "logs", pids=folder / "pids", password="made-up_for-this"
    )
    await server.start()
    yield server
    await server.stop()


async def topics_seen(server: KafkaServer, **login: object) -> list[str]:
    kafka = KafkaSettings(**{"bootstrap_servers": [server.bootstrap_server], **login})
    return await admin.missing_topics(kafka, {"nobody.made.this"})


async def test_with_the_password_kafka_answers(guarded: KafkaServer):
    assert await topics_seen(guarded, **guarded.login) == ["nobody.made.this"]


@pytest.mark.parametrize(
    "login", [{}, {"sasl_password": SecretStr("another")}, {"sasl_username": "admin"}], ids=["none", "password", "name"]
)
async def test_without_name_or_password_it_does_not(guarded: KafkaServer, login: dict[str, object]):
    with pytest.raises(InfrastructureError):
        await topics_seen(guarded, **({**guarded.login, **login} if login else {}))


async def test_its_controller_lets_nobody_in_either(guarded: KafkaServer):
    client = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{guarded.controller_port}", request_timeout_ms=5000)
    try:
        with pytest.raises(KafkaError):
            await client.start()
    finally:
        await client.close()
    # The refusal is in the broker's log: the port was the right one.
    assert "SASL" in guarded.log.read_text()


def test_only_its_owner_reads_the_file_that_holds_the_password(guarded: KafkaServer):
    holding = [path for path in guarded.data.rglob("*") if path.is_file() and b"made-up_for-this" in path.read_bytes()]
    assert [path.name for path in holding] == ["server.properties"]
    assert stat.S_IMODE(holding[0].stat().st_mode) == 0o600
    assert "made-up_for-this" not in guarded.log.read_text() + guarded.child.log.read_text()


async def test_the_password_is_made_up_once_and_kept_for_its_owner_only(tmp_path: Path):
    state = StateDir(tmp_path)
    on, off = (LocalSettings(local=LocalOptions(kafka_login=login)) for login in (True, False))
    assert (await kafka_server(off, state, print)).login == {"security_protocol": "PLAINTEXT"}
    assert not (state.kafka / "password").exists()
    first, second = [(await kafka_server(on, state, print)).login["sasl_password"] for _ in range(2)]
    assert first == second
    assert len(first.get_secret_value()) == 32
    assert stat.S_IMODE((state.kafka / "password").stat().st_mode) == 0o600
    (state.kafka / "password").write_text("")
    with pytest.raises(ConfigurationError, match=r"kafka/password is empty"):
        await kafka_server(on, state, print)


async def desk(state_dir: Path, *arguments: str) -> tuple[int, str]:
    """Run the command line as in a second terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wiredesk_desk", *arguments),
        env={**kept, "WIREDESK_LOCAL__STATE_DIR": str(state_dir)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, said.decode()


async def login_check(state_dir: Path) -> dict[str, Any]:
    """Return what `wiredesk doctor` says of the login."""
    _, said = await desk(state_dir, "doctor")
    rows = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    (found,) = (row for row in rows if row["name"] == "login")
    return dict(found)


async def test_services_and_the_command_line_of_the_folder_get_in_and_others_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jars: Sequence[Path]
):
    for name in [name for name in os.environ if name.startswith("WIREDESK_")]:
        monkeypatch.delenv(name)
    settings = LocalSettings(local=LocalOptions(state_dir=tmp_path, kafka_login=True, kafka_port=0, postgres_port=0))
    supervisor = Supervisor(settings, scale={"fetcher": 1}, say=print)
    await supervisor.start()
    try:
        password = (tmp_path / "kafka" / "password").read_text()
        async with Wiredesk(supervisor.kafka) as wire:
            sent = await wire.publish(text="A story of its own.")
            async with asyncio.timeout(60), aclosing(wire.watch([FETCHED], from_start=True)) as entries:
                async for entry in entries:
                    assert entry.correlation_id == sent.correlation_id
                    break
        assert isinstance(entry.event, ArticleFetched)
        with pytest.raises(InfrastructureError, match="WIREDESK_KAFKA__SECURITY_PROTOCOL"):
            async with Wiredesk(KafkaSettings(bootstrap_servers=supervisor.bootstrap_servers)):
                pass
        control = await Control.connect(tmp_path)
        assert password not in json.dumps(await control.status())
        for verb in (["status", "--json"], ["publish", "--no-wait", str(story(tmp_path))], ["config", "show"]):
            code, said = await desk(tmp_path, *verb)
            assert code == 0, said
            assert password not in said
        assert (await login_check(tmp_path))["found"] == "SASL_PLAINTEXT, PLAIN"
    finally:
        await supervisor.stop()
    logs = "".join(path.read_text() for path in (tmp_path / "logs").iterdir())
    assert password not in logs
    # On loopback it is no cause for alarm.
    assert "in the clear" not in logs


def story(folder: Path) -> Path:
    file = folder / "story.txt"
    file.write_text("Another story of its own.\n")
    return file


async def test_without_a_login_the_doctor_says_what_that_means(tmp_path: Path, monkeypatch, jars: Sequence[Path]):
    for name in [name for name in os.environ if name.startswith("WIREDESK_")]:
        monkeypatch.delenv(name)
    supervisor = Supervisor(
        LocalSettings(local=LocalOptions(state_dir=tmp_path, kafka_port=0, postgres_port=0)), scale={}, say=print
    )
    await supervisor.start()
    try:
        found = await login_check(tmp_path)
    finally:
        await supervisor.stop()
    assert (found["ok"], found["risk"]) == (True, True)
    assert "every user of this machine can read and write" in found["found"]
    assert "WIREDESK_LOCAL__KAFKA_LOGIN=true" in found["todo"]
