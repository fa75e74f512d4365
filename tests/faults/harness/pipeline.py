"""Real service processes, real signals, and a ledger that says what became of every submission."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg

from tests.wires import read_all
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import CURRENT, PUBLIC, REJECTED, STORED, Lane
from wiredesk_local.processes.child import free_port

SERVICES = ("fetcher", "cleaner", "tagger", "storage")
_PLACES = ("Oslo", "Lima", "Nairobi", "Hanoi", "Porto", "Quito", "Tunis", "Perth")


def story(number: int, run: str) -> str:
    """A short article of its own; no two are alike."""
    place = _PLACES[number % len(_PLACES)]
    return (
        f"World\n\n{place} Opens Bridge {number} After Long Repair\n\n"
        f"The bridge number {number} in {place} opened again on Monday after a repair that took {number + 2} weeks, "
        f"the city council said. Mayor Ada Marsh thanked the crews of run {run} for their work in the rain.\n\n"
        "Traffic over the river had been sent through the harbour since the storm of last winter, when engineers "
        f"found cracks in {number + 1} of the supports. The work cost $2.{number % 9} million.\n"
    )


class Processes:
    """The four services on one lane. A process that ends unasked is started again, as a supervisor would."""

    def __init__(self, kafka: KafkaSettings, dsn: str, lane: Lane, logs: Path) -> None:
        self.ends: list[tuple[str, int]] = []
        # Where the running process of each service serves /livez and /readyz.
        self.health: dict[str, int] = {}
        self._environment = {
            **os.environ,
            **_login(kafka),
            "WIREDESK_STORAGE__DSN": dsn,
            "WIREDESK_LANE": lane.name,
            "WIREDESK_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
            "WIREDESK_TAGGER__WORKERS": "1",
            "WIREDESK_CLEANER__WORKERS": "1",
        }
        self._logs = logs
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self, services: Iterable[str] = SERVICES) -> None:
        """Start `services`, each kept alive."""
        for service in services:
            await self._spawn(service)
            self._keepers.append(asyncio.create_task(self._keep(service)))

    def kill(self, service: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the running process of `service`, wherever it is in its start."""
        with contextlib.suppress(ProcessLookupError):
            self._running[service].send_signal(number)

    def pid(self, service: str) -> int:
        """Process id of the running process of `service`."""
        return self._running[service].pid

    async def stop(self) -> list[int]:
        """SIGTERM all; return the exit codes in order of start."""
        self._stopping = True
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        try:
            async with asyncio.timeout(60):
                await asyncio.gather(*self._keepers)
        finally:
            for service in self._running:
                self.kill(service)
        return [process.returncode or 0 for process in self._running.values()]

    async def _spawn(self, service: str) -> None:
        self.health[service] = free_port()
        environment = {**self._environment, "WIREDESK_HEALTH__PORT": str(self.health[service])}
        with (self._logs / f"{service}.log").open("ab") as log:
            self._running[service] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"wiredesk_{service}", env=environment, stdout=log, stderr=log
            )

    async def _keep(self, service: str) -> None:
        while True:
            code = await self._running[service].wait()
            if self._stopping:
                return
            self.ends.append((service, code))
            await self._spawn(service)


def _login(kafka: KafkaSettings) -> dict[str, str]:
    login = {
        "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": ",".join(kafka.bootstrap_servers),
        "WIREDESK_KAFKA__SECURITY_PROTOCOL": kafka.security_protocol,
    }
    if kafka.sasl_username and kafka.sasl_password:
        login["WIREDESK_KAFKA__SASL_MECHANISM"] = kafka.sasl_mechanism
        login["WIREDESK_KAFKA__SASL_USERNAME"] = kafka.sasl_username
        login["WIREDESK_KAFKA__SASL_PASSWORD"] = kafka.sasl_password.get_secret_value()
    return login


@dataclass
class Ledger:
    """What was sent, and where each article is now. Read from the topics and the database, not from the services."""

    sent: set[UUID]
    stored: Counter[UUID] = field(default_factory=Counter)
    rejected: set[UUID] = field(default_factory=set)
    dead: int = 0
    receipts: Counter[UUID] = field(default_factory=Counter)
    untabled: set[UUID] = field(default_factory=set)
    """of which the table of current articles says something else than the database"""

    @property
    def lost(self) -> set[UUID]:
        """Sent, and neither stored nor rejected (a dead letter has no id one may trust: they are counted apart)."""
        return self.sent - set(self.stored) - self.rejected

    @property
    def phantom(self) -> set[UUID]:
        """Stored or rejected, and never sent."""
        return (set(self.stored) | self.rejected) - self.sent

    @property
    def doubled(self) -> dict[UUID, int]:
        """Stored in more than one revision though sent in one."""
        return {article: count for article, count in self.stored.items() if count > 1}


async def ledger(kafka: KafkaSettings, dsn: str, lane: Lane, sent: Sequence[UUID]) -> Ledger:
    """Take stock. Rows of other runs in the same database are not looked at, phantoms show on the receipts."""
    book = Ledger(set(sent))
    receipts = [dict(record.headers)["ce_subject"] for record in await read_all(kafka, lane.topic(STORED))]
    book.receipts = Counter(UUID(subject.decode()) for subject in receipts)
    book.rejected = {
        UUID(dict(record.headers)["ce_subject"].decode()) for record in await read_all(kafka, lane.topic(REJECTED))
    }
    for topic in PUBLIC:
        for service in topic.consumers:
            book.dead += len(await read_all(kafka, lane.topic(topic.dead_letter(service))))
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT article_id, count(*) AS revisions FROM revisions WHERE article_id = ANY($1) GROUP BY article_id",
            list(book.sent | set(book.receipts)),
        )
        current = await connection.fetch(
            "SELECT article_id, event_id FROM articles WHERE article_id = ANY($1)", [row["article_id"] for row in rows]
        )
    finally:
        await connection.close()
    book.stored = Counter({row["article_id"]: row["revisions"] for row in rows})
    table = {record.key: dict(record.headers)["ce_id"] for record in await read_all(kafka, lane.topic(CURRENT))}
    book.untabled = {
        row["article_id"]
        for row in current
        if table.get(str(row["article_id"]).encode()) != str(row["event_id"]).encode()
    }
    return book


@asynccontextmanager
async def processes(kafka: KafkaSettings, dsn: str, lane: Lane, logs: Path) -> AsyncIterator[Processes]:
    """The four services, stopped at the end whatever happens."""
    running = Processes(kafka, dsn, lane, logs)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


async def publish_stories(wire: Wiredesk, count: int, run: str, *, pause: float) -> list[UUID]:
    """Publish `count` stories, one each `pause` seconds."""
    sent = []
    for number in range(count):
        submission = await wire.publish(text=story(number, run), source="faults")
        sent.append(submission.article_id)
        await asyncio.sleep(pause)
    return sent
