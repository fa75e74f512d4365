"""A Kafka that knows the users of the chart and refuses what they have no right to; services that log in there."""

import argparse
import asyncio
import os
import re
import shlex
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from tests.deploy.chart import SERVICES
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_desk.rights import USERS, commands, rights
from wiredesk_local.servers.kafka import KafkaServer

PASSWORD = "made-up_for-this"
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
DENIED = ("AuthorizationFailed", "not authorized", "Not authorized")


@dataclass(frozen=True)
class Guarded:
    """Such a Kafka, and how its users get in."""

    server: KafkaServer

    def by(self, user: str) -> KafkaSettings:
        """How a user of the chart gets in; `wiredesk` may do everything."""
        login = {**self.server.login, "sasl_username": user}
        return KafkaSettings(bootstrap_servers=[self.server.bootstrap_server], partitions=2, **login)

    def environment(self, user: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_")}
        return kept | {
            "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": self.server.bootstrap_server,
            "WIREDESK_KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "WIREDESK_KAFKA__SASL_MECHANISM": "PLAIN",
            "WIREDESK_KAFKA__SASL_USERNAME": user,
            "WIREDESK_KAFKA__SASL_PASSWORD": PASSWORD,
            "WIREDESK_KAFKA__PARTITIONS": "2",
        }

    def operator(self, user: str) -> AdminClient:
        return AdminClient({
            "bootstrap.servers": self.server.bootstrap_server, "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN", "sasl.username": user, "sasl.password": PASSWORD,
        })  # fmt: skip


def laid_out(folder: Path, jars: Sequence[Path]) -> KafkaServer:
    """Return a broker in which everybody but `wiredesk` may do what is granted alone."""
    logins = " ".join(f'user_{name}="{PASSWORD}"' for name in ("wiredesk", *USERS))
    return KafkaServer(
        folder / "kafka",
        jars,
        logs=folder / "logs",
        pids=folder / "pids",
        password=PASSWORD,
        properties={
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:wiredesk",
            "listener.name.plaintext.plain.sasl.jaas.config": (
                f'{_PLAIN} username="wiredesk" password="{PASSWORD}" {logins};'
            ),
        },
        name="kafka-rights",
    )


def grant(operator: AdminClient) -> None:
    """As whoever types what `wiredesk topics rights` prints."""
    bindings = [
        AclBinding(kind, name, pattern, typed.allow_principal, "*", _operation(word), AclPermissionType.ALLOW)
        for user in USERS
        for typed in map(_typed, commands(rights(user, Lane()), f"User:{user}", "127.0.0.1:9092"))
        for kind, names in ((ResourceType.TOPIC, typed.topic), (ResourceType.GROUP, typed.group))
        for pattern in [ResourcePatternType[typed.resource_pattern_type.upper()]]
        for name in names
        for word in typed.operation
    ]
    for done in operator.create_acls(bindings).values():
        done.result(timeout=30)


def _typed(command: str) -> argparse.Namespace:
    """What Kafka's own tool reads out of a command."""
    parser = argparse.ArgumentParser()
    for once in ("--bootstrap-server", "--command-config", "--allow-principal"):
        parser.add_argument(once, required=True)
    for often in ("--operation", "--topic", "--group"):
        parser.add_argument(often, action="append", default=[])
    parser.add_argument("--add", action="store_true", required=True)
    parser.add_argument("--resource-pattern-type", choices=("literal", "prefixed"), default="literal")
    return parser.parse_args(shlex.split(command)[1:])


def _operation(word: str) -> AclOperation:
    return AclOperation[re.sub("(?<=[a-z])(?=[A-Z])", "_", word).upper()]


@dataclass
class Running:
    """The services as processes, each with the login of its own user and, by `dsns`, of its own role."""

    guarded: Guarded
    dsns: dict[str, str]
    folder: Path
    ports: dict[str, int]
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def verb(self, *arguments: str, said: bytes = b"", codes: tuple[int, ...] = (0,)) -> str:
        """Run a verb as the desk, as in its pod; return what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wiredesk_desk", *arguments),
            env={**self.guarded.environment("desk"), "WIREDESK_STORAGE__DSN": self.dsns["desk"]},
            cwd=self.folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await asyncio.wait_for(process.communicate(said), 90)
        assert process.returncode in codes, (arguments, out.decode(), errors.decode())
        assert not [word for word in DENIED if word in errors.decode()], errors.decode()
        return out.decode()

    def logs(self) -> dict[str, str]:
        return {service: (self.folder / f"{service}.log").read_text() for service in SERVICES}

    async def is_ready(self) -> bool:
        async with aiohttp.ClientSession() as session:
            for service, port in self.ports.items():
                assert self.processes[service].returncode is None, self.logs()[service]
                try:
                    async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                        if answer.status != 200:
                            return False
                except aiohttp.ClientError:
                    return False
        return True


@asynccontextmanager
async def process(running: Running, service: str) -> AsyncIterator[None]:
    """Run a service beside the block."""
    more = {
        "fetcher": {
            "WIREDESK_FETCHER__DSN": running.dsns["fetcher"],
            "WIREDESK_FETCHER__CONTACT": "you@example.org",
            "WIREDESK_FETCHER__ALLOW_ADDRESSES": "127.0.0.0/8",
            "WIREDESK_FETCHER__DELAYS": "127.0.0.1=0",
        },
        "tagger": {"WIREDESK_TAGGER__WORKERS": "1"},
        "storage": {"WIREDESK_STORAGE__DSN": running.dsns["storage"]},
        "desk": {"WIREDESK_STORAGE__DSN": running.dsns["desk"], "WIREDESK_DESK__PORT": "0"},
    }.get(service, {})
    with (running.folder / f"{service}.log").open("wb") as log:
        started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"wiredesk_{service}", *(["serve"] if service == "desk" else [])),
            env={
                **running.guarded.environment(service),
                "WIREDESK_HEALTH__PORT": str(running.ports[service]),
                **more,
            },
            cwd=running.folder,
            stdout=log,
            stderr=log,
        )
        running.processes[service] = started
        try:
            yield
        finally:
            if started.returncode is None:
                started.terminate()
            await asyncio.wait_for(started.wait(), 40)
