"""Kafka and PostgreSQL together: what the supervisor runs, and what tests start once for a whole run."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from wiredesk.contracts.errors import ConfigurationError
from wiredesk_local.processes.child import stop_leftovers
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars
from wiredesk_local.servers.postgres import PostgresServer
from wiredesk_local.settings import LocalSettings
from wiredesk_local.state import StateDir


@dataclass(frozen=True)
class Addresses:
    """Where the servers answer. `dsn` holds a password: never print it."""

    bootstrap_servers: list[str]
    dsn: str


async def kafka_server(
    settings: LocalSettings, state: StateDir, say: Callable[[str], None], *, port: int = 0
) -> KafkaServer:
    """Lay out the broker of `state`, fetching Kafka when this machine has none yet. Port 0 takes a free one.

    Raises:
        ConfigurationError: Kafka's jars cannot be had, or the file of its password is empty.
    """
    options = settings.local
    jars = await kafka_jars(say, jar_dir=options.jar_dir, repository=options.jar_repository)
    return KafkaServer(
        state.kafka,
        jars,
        logs=state.logs,
        pids=state.pids,
        port=port,
        heap=options.kafka_heap,
        password=_kafka_password(state) if options.kafka_login else None,
    )


def _kafka_password(state: StateDir) -> str:
    """Return the password of `state`'s Kafka, made up the first time and kept beside its data."""
    path = state.kafka / "password"
    state.kafka.mkdir(parents=True, exist_ok=True)
    with (
        contextlib.suppress(FileExistsError),
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file,
    ):
        file.write(secrets.token_urlsafe(24))
    if not (password := path.read_text()):
        raise ConfigurationError(f"{path} is empty: remove it, and another password is made up")
    return password


def postgres_server(state: StateDir, *, port: int = 0) -> PostgresServer:
    """Lay out the database server of `state`. Port 0 takes a free one.

    Raises:
        ConfigurationError: PostgreSQL's wheel is not installed.
    """
    return PostgresServer(state.postgres, logs=state.logs, pids=state.pids, port=port)


@contextlib.asynccontextmanager
async def servers(
    state_dir: Path, settings: LocalSettings | None = None, say: Callable[[str], None] = print
) -> AsyncIterator[Addresses]:
    """Run only Kafka and PostgreSQL, both on free ports, for as long as the block runs.

    Raises:
        ConfigurationError: Kafka's jars or PostgreSQL's wheel cannot be had, or `state_dir` is in use.
        InfrastructureError: a server did not start.
    """
    settings = settings or LocalSettings.load()
    state = StateDir(state_dir)
    state.create()
    stop_leftovers(state.pids)
    kafka = await kafka_server(settings, state, say)
    postgres = postgres_server(state)
    try:
        await both(kafka.start(), postgres.start())
        yield Addresses([kafka.bootstrap_server], postgres.dsn)
    finally:
        await asyncio.shield(asyncio.gather(kafka.stop(), postgres.stop()))


async def both(*starts: Awaitable[None]) -> None:
    """Await all; when one fails, cancel the others, wait for them, and raise that one error itself."""
    tasks = [asyncio.ensure_future(start) for start in starts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
