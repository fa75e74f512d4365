"""One stage as any number of real processes, and its books: what went in, what came out."""

import asyncio
import contextlib
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson

from tests.faults.harness.pipeline import Ledger
from tests.wires import Raw, produce, read_all
from wiredesk.client import offsets
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.events import ArticleFetched
from wiredesk.contracts.topics import CLEANED, FETCHED, Lane, Topic

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@dataclass
class Member:
    """One process of a stage."""

    process: asyncio.subprocess.Process
    port: int
    log: Path
    began: float

    @property
    def pid(self) -> int:
        return self.process.pid

    async def health(self, path: str = "/livez") -> tuple[int, list[str]]:
        """Return the status and the problems it names; (0, []) when nobody answers."""

        def get() -> tuple[int, bytes]:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.read()
            except OSError:
                return 0, b"{}"

        status, body = await asyncio.to_thread(get)
        return status, orjson.loads(body).get("problems", [])

    async def joined(self, kafka: KafkaSettings, lane: Lane, service: str, *, within: float = 60) -> None:
        """Return when every group of `service`, that of its retry topics too, has this process for a member."""
        async with asyncio.timeout(within):
            while True:
                if all(
                    has_member(stage, self.pid) for stage in await offsets.lag(kafka, lane) if stage.service == service
                ):
                    return
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.1)

    async def said(self, words: str, *, within: float = 60) -> None:
        """Return when `words` stand in its log."""
        async with asyncio.timeout(within):
            while words not in self.log.read_text():
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.05)

    async def end(self, *, within: float = 60) -> int:
        """Wait for its end and return the exit code."""
        return await asyncio.wait_for(self.process.wait(), within)

    async def stop(self) -> int:
        """SIGTERM, and wait."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        return await self.end()

    async def kill(self) -> None:
        """SIGKILL, whatever state it is in."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


def has_member(stage: offsets.StageLag, pid: int) -> bool:
    """Whether the group of a stage has the process for a member."""
    return any(one.client_id.endswith(f"-{pid}") for one in stage.members)


async def spawn(kafka: KafkaSettings, lane: Lane, *command: str, logs: Path, **environment: str) -> Member:
    """Start `python -m COMMAND…` on the lane; the caller ends it."""
    port = free_port()
    path = logs / f"{command[0].rpartition('.')[2]}-{port}.log"
    with path.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *command),
            cwd=ROOT,
            env={
                **os.environ,
                "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": ",".join(kafka.bootstrap_servers),
                "WIREDESK_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
                "WIREDESK_LANE": lane.name,
                "WIREDESK_HEALTH__PORT": str(port),
                **environment,
            },
            stdout=log,
            stderr=log,
        )
    return Member(process, port, path, time.monotonic())


@asynccontextmanager
async def member(
    kafka: KafkaSettings, lane: Lane, *command: str, logs: Path, **environment: str
) -> AsyncIterator[Member]:
    """One process, killed at the end when it still runs."""
    running = await spawn(kafka, lane, *command, logs=logs, **environment)
    try:
        yield running
    finally:
        await running.kill()


async def feed(
    kafka: KafkaSettings, lane: Lane, events: Sequence[ArticleFetched], partition: int | None = None
) -> None:
    """Put fetched articles on their topic."""
    records: list[Raw] = [(str(event.article_id).encode(), event.model_dump_json().encode(), []) for event in events]
    await produce(kafka, lane.topic(FETCHED), records, partition=partition)


async def stage_ledger(
    kafka: KafkaSettings, lane: Lane, sent: Sequence[UUID], *, into: Topic = CLEANED, of: Topic = FETCHED
) -> Ledger:
    """Take stock of one stage: an article is stored when its event is on `into`, doubled when two different ones are.

    The same event twice is a repeat on the wire, which readers tell by its id.
    """
    headers = [dict(record.headers) for record in await read_all(kafka, lane.topic(into))]
    events = {(UUID(one["ce_subject"].decode()), one["ce_id"]) for one in headers}
    book = Ledger(set(sent))
    book.receipts = Counter(UUID(one["ce_subject"].decode()) for one in headers)
    book.stored = Counter(article for article, _ in events)
    for service in of.consumers:
        book.dead += len(await read_all(kafka, lane.topic(of.dead_letter(service))))
    return book


async def committed_all(kafka: KafkaSettings, lane: Lane, service: str, *, within: float) -> float:
    """Wait until nothing waits for `service`; return how many seconds that took."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while sum(stage.lag for stage in await offsets.lag(kafka, lane) if stage.service == service):
            await asyncio.sleep(0.2)
    return time.monotonic() - began
