"""The system under measure: Kafka and PostgreSQL as local mode runs them, and the services as processes beside them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.pipeline.processes import Groups
from bench.store.writing import BenchError
from wiredesk.client import admin
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk.postgres.connections import Connections, open_pool
from wiredesk_local.processes.child import free_port
from wiredesk_local.servers.launch import both, kafka_server, postgres_server
from wiredesk_local.settings import LocalSettings
from wiredesk_local.state import StateDir
from wiredesk_local.workers import DESK, Workers, module_command
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions

SERVICES = ("fetcher", "cleaner", "tagger", "storage")
KAFKA, POSTGRES = "Kafka", "PostgreSQL"
# Local mode keeps 512 MB a topic; whatever a run writes must stay until it is read.
_RETENTION_BYTES = 2 * 1024 * 1024 * 1024
_READY_SECONDS, _ASKED_SECONDS = 180.0, 0.3


@dataclass(frozen=True, slots=True)
class System:
    """Where the servers are, and who they are."""

    kafka: KafkaSettings
    dsn: str
    pool: Connections
    state: StateDir
    servers: Groups
    ports: Mapping[str, int]

    @contextlib.asynccontextmanager
    async def services(self, counts: Mapping[str, int], say: Callable[[str], None]) -> AsyncIterator[Groups]:
        """Run so many processes of each service for as long as the block runs; yield the processes of each.

        Raises:
            BenchError: one did not come up, or did not stay up.
        """
        async with self.workers(counts, say) as workers:
            groups = _groups(workers, counts)
            yield groups
            if _groups(workers, counts) != groups:
                raise BenchError("a service was started again while it was measured: what it took before is lost")

    @contextlib.asynccontextmanager
    async def workers(self, counts: Mapping[str, int], say: Callable[[str], None]) -> AsyncIterator[Workers]:
        """Run the same; yield what starts and stops more of them.

        Raises:
            BenchError: one did not come up.
        """
        environment = {DESK: {"WIREDESK_DESK__PORT": str(free_port())}}
        workers = Workers(list(counts), self.state, environment, command=module_command, say=say, changed=lambda: None)
        try:
            for service, count in counts.items():
                await workers.scale(service, count, self.addresses())
            await ready(workers)
            yield workers
        finally:
            await asyncio.shield(workers.stop(asyncio.Event()))

    def addresses(self) -> dict[str, str]:
        """Return the variables that tell a service where the servers are."""
        return {
            "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": ",".join(self.kafka.bootstrap_servers),
            "WIREDESK_STORAGE__DSN": self.dsn,
            "WIREDESK_FETCHER__DSN": self.dsn,
        }


@contextlib.asynccontextmanager
async def running(folder: Path, say: Callable[[str], None]) -> AsyncIterator[System]:
    """Run Kafka and PostgreSQL with all topics and tables, their data in `folder`, for as long as the block runs.

    Raises:
        ConfigurationError: Kafka's jars or PostgreSQL's wheel cannot be had.
        InfrastructureError: a server did not start.
    """
    state = StateDir(folder)
    state.create()
    kafka = await kafka_server(LocalSettings.load(), state, say)
    postgres = postgres_server(state)
    try:
        await both(kafka.start(), postgres.start())
        settings = KafkaSettings(bootstrap_servers=[kafka.bootstrap_server])
        await admin.apply_topics(settings, Lane(), retention_bytes=_RETENTION_BYTES)
        options = StorageOptions.model_validate({"dsn": postgres.dsn})
        await bring_up(options)
        pids = {KAFKA: [kafka.child.pid or 0], POSTGRES: [postgres.child.pid or 0]}
        ports = {KAFKA: kafka.port, POSTGRES: postgres.port}
        async with open_pool(options) as pool:
            yield System(settings, postgres.dsn, pool, state, pids, ports)
    finally:
        await asyncio.shield(asyncio.gather(kafka.stop(), postgres.stop()))


def _groups(workers: Workers, names: Iterable[str]) -> dict[str, list[int]]:
    status = workers.status()
    return {name: [int(one["pid"] or 0) for one in status if one["service"] == name] for name in names}


async def ready(workers: Workers) -> None:
    """Wait until each of them can work.

    Raises:
        BenchError: one ended for good, or is not ready after three minutes.
    """
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while problems := await workers.unready():
                if failures := workers.failures():
                    raise BenchError("\n".join(failures))
                await asyncio.sleep(_ASKED_SECONDS)
    except TimeoutError:
        raise BenchError(f"not ready after {_READY_SECONDS:g} s: {'; '.join(problems)}") from None
