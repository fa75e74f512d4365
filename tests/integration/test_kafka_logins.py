"""Certificates and tokens at a real broker: clients and services get in with them, and without they say what to do."""

import asyncio
import os
import shutil
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.conftest import NO_SERVERS
from tests.integration.guarded_broker import Certificates, GuardedBroker, token
from tests.token_endpoint import CLIENT, SECRET, endpoint
from wiredesk.client import admin
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.events import ArticleFetched
from wiredesk.contracts.topics import FETCHED, Lane
from wiredesk_desk.commands.topics import diff
from wiredesk_desk.running import outcome
from wiredesk_local.servers.kafka_jars import kafka_jars

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="NO CERTIFICATES: there is no openssl command"),
]
PASSWORD = "of-the-key"


@dataclass(frozen=True)
class Doors:
    broker: GuardedBroker
    lane: Lane
    authority: str
    own: dict[str, object]
    locked: dict[str, object]
    stranger: dict[str, object]

    def certificate(self, **login: object) -> KafkaSettings:
        return self.broker.by_certificate(ssl_cafile=self.authority, **login)


def _pair(files: tuple[Path, Path]) -> dict[str, object]:
    return {"ssl_certfile": str(files[0]), "ssl_keyfile": str(files[1])}


@pytest.fixture(scope="module")
async def doors(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    folder = tmp_path_factory.mktemp("guarded")
    certificates = Certificates(folder / "certificates")
    try:
        jars = await kafka_jars(print)
    except ConfigurationError as error:
        pytest.skip(f"{NO_SERVERS} {error}")
    broker = GuardedBroker(folder, jars, certificates)
    lane = Lane(f"t{uuid.uuid4().hex[:10]}")
    await broker.server.start()
    try:
        await admin.apply_topics(broker.open_door, lane)
        yield Doors(
            broker,
            lane,
            str(certificates.authority),
            own=_pair(certificates.sign("client")),
            locked=_pair(certificates.sign("locked", PASSWORD)),
            stranger=_pair(Certificates(folder / "others").sign("stranger")),
        )
    finally:
        await broker.server.stop()


def environment(kafka: KafkaSettings) -> dict[str, str]:
    """The same settings as variables."""
    found = {}
    for name in kafka.model_fields_set:
        value = getattr(kafka, name)
        value = value.get_secret_value() if isinstance(value, SecretStr) else value
        found[f"WIREDESK_KAFKA__{name.upper()}"] = ",".join(value) if isinstance(value, list) else str(value)
    return found


async def fetcher(kafka: KafkaSettings, lane: Lane, **more: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wiredesk_fetcher"),
        env={**os.environ, **environment(kafka), "WIREDESK_LANE": lane.name, **more},
        stderr=asyncio.subprocess.PIPE,
    )


async def works(kafka: KafkaSettings, lane: Lane) -> str:
    """Let a client and a service get in; return the service's log."""
    service = await fetcher(kafka, lane)
    try:
        async with Wiredesk(kafka, lane=lane.name) as wire:
            sent = await wire.publish(text=f"A story of its own, {uuid.uuid4()}.")
            async with asyncio.timeout(60), aclosing(wire.watch([FETCHED], from_start=True)) as entries:
                async for entry in entries:
                    if entry.correlation_id == sent.correlation_id:
                        break
        assert isinstance(entry.event, ArticleFetched)
    finally:
        service.terminate()
        _, log = await asyncio.wait_for(service.communicate(), 40)
    assert service.returncode == 0, log.decode()
    return log.decode()


async def refused(kafka: KafkaSettings, lane: Lane) -> tuple[str, str]:
    """Let a client and a service try in vain; return what each said."""
    service = await fetcher(kafka, lane, WIREDESK_KAFKA__START_TIMEOUT_SECONDS="1")
    with pytest.raises(InfrastructureError) as caught:
        async with Wiredesk(kafka, lane=lane.name):
            pass
    _, log = await asyncio.wait_for(service.communicate(), 60)
    assert service.returncode == 3, log.decode()
    return str(caught.value), log.decode()


async def test_a_client_certificate_lets_a_client_and_a_service_in(doors: Doors):
    await works(doors.certificate(**doors.own), doors.lane)


async def test_the_password_of_the_key_is_used(doors: Doors):
    await admin.missing_topics(doors.certificate(**doors.locked, ssl_key_password=SecretStr(PASSWORD)), set())
    for password in ({}, {"ssl_key_password": SecretStr("another")}):
        with pytest.raises(ConfigurationError, match="WIREDESK_KAFKA__SSL_KEY_PASSWORD") as caught:
            await admin.missing_topics(doors.certificate(**doors.locked, **password), set())
        assert "another" not in str(caught.value)


async def test_without_a_certificate_client_and_service_say_which_settings_are_missing(doors: Doors):
    for said in await refused(doors.certificate(), doors.lane):
        assert "asks for a client certificate" in said
        assert "WIREDESK_KAFKA__SSL_CERTFILE and WIREDESK_KAFKA__SSL_KEYFILE" in said


async def test_a_certificate_of_a_stranger_is_said_to_be_refused(doors: Doors):
    for said in await refused(doors.certificate(**doors.stranger), doors.lane):
        assert "refuses the client certificate" in said


async def test_a_broker_whose_certificate_is_not_trusted_is_said_to_be_so(doors: Doors):
    for said in await refused(doors.broker.by_certificate(**doors.own), doors.lane):
        assert "WIREDESK_KAFKA__SSL_CAFILE" in said


async def test_without_tls_the_message_names_the_protocol(doors: Doors):
    for said in await refused(doors.broker.by_certificate(security_protocol="PLAINTEXT"), doors.lane):
        assert "WIREDESK_KAFKA__SECURITY_PROTOCOL" in said


def test_the_desk_says_what_to_set_too(doors: Doors, monkeypatch, capsys):
    for name, value in environment(doors.certificate()).items():
        monkeypatch.setenv(name, value)
    assert outcome(diff(as_json=True)) == 3
    assert "asks for a client certificate" in capsys.readouterr().err


async def test_a_token_file_lets_a_client_and_a_service_in_and_is_read_at_each_login(doors: Doors, tmp_path: Path):
    file = tmp_path / "token"
    kafka = doors.broker.by_token(sasl_oauth_token_file=str(file))
    file.write_text(token(seconds=-60))
    for said in await refused(kafka, doors.lane):
        assert "refuses the token" in said
        assert file.read_text() not in said
    file.write_text(f"{token()}\n")
    log = await works(kafka, doors.lane)
    assert file.read_text().strip() not in log


async def test_a_service_whose_token_is_not_there_says_which_file(doors: Doors, tmp_path: Path):
    for said in await refused(doors.broker.by_token(sasl_oauth_token_file=str(tmp_path / "none")), doors.lane):
        assert f"no token in {tmp_path / 'none'} (No such file or directory)" in said


async def test_an_endpoint_gives_tokens_to_a_client_and_a_service(doors: Doors):
    with endpoint(lambda: {"access_token": token(), "expires_in": 600}) as here:
        login = {"sasl_oauth_token_url": here.url, "sasl_oauth_client_id": CLIENT}
        log = await works(doors.broker.by_token(**login, sasl_oauth_client_secret=SecretStr(SECRET)), doors.lane)
        # One for this process and one for the service, however many connections each of them has.
        assert len(here.forms) == 2
        assert SECRET not in log
        for said in await refused(
            doors.broker.by_token(**login, sasl_oauth_client_secret=SecretStr("wrong-one")), doors.lane
        ):
            assert "gives no token (HTTP 401)" in said
            assert "wrong-one" not in said


async def test_client_and_service_outlive_their_tokens(doors: Doors):
    """The broker ends a connection with its token; the next one comes with a fresh token, and nothing is lost."""
    with endpoint(lambda: {"access_token": token(seconds=6), "expires_in": 6}) as here:
        kafka = doors.broker.by_token(
            sasl_oauth_token_url=here.url, sasl_oauth_client_id=CLIENT, sasl_oauth_client_secret=SecretStr(SECRET)
        )
        service = await fetcher(kafka, doors.lane)
        sent, found = set(), set()
        try:
            async with asyncio.timeout(90), Wiredesk(kafka, lane=doors.lane.name) as wire:
                watching = aclosing(wire.watch([FETCHED], from_start=True))
                async with watching as entries:
                    while len(here.forms) < 8:
                        sent.add((await wire.publish(text=f"A story of its own, {uuid.uuid4()}.")).correlation_id)
                        await asyncio.sleep(0.2)
                    async for entry in entries:
                        found.add(entry.correlation_id)
                        if sent <= found:
                            break
        finally:
            service.terminate()
            _, log = await asyncio.wait_for(service.communicate(), 40)
    assert service.returncode == 0, log.decode()


async def test_a_broker_that_takes_tokens_only_names_the_setting_of_the_mechanism(doors: Doors):
    kafka = doors.broker.by_token(sasl_mechanism="PLAIN", sasl_username="desk", sasl_password=SecretStr("hunter2"))
    for said in await refused(kafka, doors.lane):
        assert "takes no PLAIN: set WIREDESK_KAFKA__SASL_MECHANISM" in said
        assert "hunter2" not in said
