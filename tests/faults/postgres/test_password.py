"""A password changed under running services: they say so within a minute, and go on alone once it is right again."""

import asyncio
import os
import uuid

import pytest
from pydantic import SecretStr

from tests.faults.harness.pipeline import SERVICES, processes
from tests.faults.harness.probe import ask, red, seconds_until
from tests.faults.harness.story_stream import stream
from wiredesk.client import admin
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_local.processes.child import free_ports
from wiredesk_local.servers import jvm
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1200)]
USER = "wiredesk"
# How long an old login stays good. Without it a broker asks for the password only on new connections.
LOGIN_SECONDS = 10


class _Secured:
    """A broker whose clients log in with SCRAM; the plain listener is the operator's."""

    def __init__(self, folder, jars):
        port, controller_port, self._clients = free_ports(3)
        listeners = f"PLAINTEXT://127.0.0.1:{port},CLIENTS://127.0.0.1:{self._clients}"
        self._jars = jars
        self.server = KafkaServer(
            folder / "kafka",
            jars,
            logs=folder / "logs",
            pids=folder / "pids",
            port=port,
            controller_port=controller_port,
            properties={
                "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller_port}",
                "advertised.listeners": listeners,
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CLIENTS:SASL_PLAINTEXT",
                "sasl.enabled.mechanisms": "SCRAM-SHA-512",
                "listener.name.clients.scram-sha-512.sasl.jaas.config": (
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;"
                ),
                "listener.name.clients.scram-sha-512.connections.max.reauth.ms": LOGIN_SECONDS * 1000,
            },
            name="kafka-secured",
        )

    @property
    def operator(self):
        return KafkaSettings(bootstrap_servers=[self.server.bootstrap_server], partitions=2)

    def client(self, password):
        return KafkaSettings(
            bootstrap_servers=[f"127.0.0.1:{self._clients}"],
            partitions=2,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_username=USER,
            sasl_password=SecretStr(password),
        )

    async def set_password(self, password):
        """Kafka's own tool: no Python client can do this."""
        process = await asyncio.create_subprocess_exec(
            *(str(jvm.java()), "-Xmx128m", "-cp", os.pathsep.join(map(str, self._jars)), "kafka.admin.ConfigCommand"),
            *("--bootstrap-server", self.server.bootstrap_server, "--alter", "--entity-type", "users"),
            *("--entity-name", USER, "--add-config", f"SCRAM-SHA-512=[iterations=4096,password={password}]"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()


async def test_a_changed_password_is_said_within_a_minute_and_costs_no_article(dsn, tmp_path, enter, pace):
    broker = _Secured(tmp_path, await kafka_jars(print))
    await broker.server.start()
    old, new = f"old-{uuid.uuid4().hex}", f"new-{uuid.uuid4().hex}"
    kafka, lane = broker.client(old), Lane(f"t{uuid.uuid4().hex[:10]}")
    try:
        await broker.set_password(old)
        await admin.apply_topics(kafka, lane)
        async with processes(kafka, dsn, lane, tmp_path) as running, stream(kafka, dsn, lane) as stories:

            async def said():
                return all(await asyncio.gather(*(red(running.health[service]) for service in SERVICES)))

            async def ready():
                found = [await ask(running.health[service], "/readyz") for service in SERVICES]
                return found == [[]] * len(SERVICES)

            # Logins run out all the time and are renewed: nobody notices.
            await asyncio.sleep(2 * LOGIN_SECONDS)
            await seconds_until(ready, within=10)
            await broker.set_password(new)
            reddened = await seconds_until(said, within=60)
            stored = await stories.count()
            await asyncio.sleep(20)
            assert await stories.count() == stored
            assert await said()
            await broker.set_password(old)
            back = await seconds_until(ready, within=60)
            await stories.through(within=pace.seconds(60))
            book = await stories.settle(broker.operator, lane)
            ends = list(running.ends)
    finally:
        await broker.server.stop()
    logs = {service: (tmp_path / f"{service}.log").read_text() for service in SERVICES}
    extra = f"SCRAM over SASL; logins good for {LOGIN_SECONDS} s; ready red {reddened:.0f} s after the change"
    enter(27, book, extra=f"{extra}, ready again {back:.0f} s after it was taken back; {len(ends)} services ended")
    assert book.dead == 0
    for service, log in logs.items():
        assert "SaslAuthenticationFailed" in log or "AuthenticationFailed" in log, service
        assert old not in log
        assert new not in log
