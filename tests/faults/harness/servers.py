"""Servers of a test's own, to be killed, filled, cut off; and what the store of a test holds."""

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg

from tests.faults.harness.pipeline import Ledger, Processes
from tests.faults.harness.proxy import Proxy, proxied
from tests.wires import read_all
from wiredesk.client import offsets
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleEnriched, ArticleStored
from wiredesk.contracts.topics import ENRICHED, PUBLIC, STORED, Lane, Topic
from wiredesk_local.processes.child import free_port
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars
from wiredesk_local.servers.postgres import PostgresServer


@asynccontextmanager
async def kafka_behind_a_proxy(folder: Path, *, seed: int) -> AsyncIterator[tuple[KafkaSettings, Proxy]]:
    """An own broker that knows itself only by its proxy's address, so nobody can get round the proxy."""
    port = free_port()
    async with proxied(port, seed=seed) as proxy:
        broker = KafkaServer(
            folder / "kafka",
            await kafka_jars(print),
            logs=folder / "logs",
            pids=folder / "pids",
            port=port,
            properties={"advertised.listeners": f"PLAINTEXT://127.0.0.1:{proxy.port}"},
            name="kafka-behind-proxy",
        )
        await broker.start()
        try:
            yield KafkaSettings(bootstrap_servers=[f"127.0.0.1:{proxy.port}"], partitions=2), proxy
        finally:
            proxy.heal()
            await broker.stop()


@asynccontextmanager
async def own_postgres(folder: Path) -> AsyncIterator[PostgresServer]:
    """An own PostgreSQL, started."""
    server = PostgresServer(folder / "postgres", logs=folder / "logs", pids=folder / "pids")
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def start_again(server: PostgresServer) -> None:
    """Start a server that was killed: it refuses while processes of the one before it still hold its memory."""
    async with asyncio.timeout(30):
        while True:
            try:
                await server.start()
            except InfrastructureError:
                await asyncio.sleep(0.2)
            else:
                return


@asynccontextmanager
async def only(
    services: Sequence[str], kafka: KafkaSettings, dsn: str, lane: Lane, logs: Path
) -> AsyncIterator[Processes]:
    """Some of the four services as processes, stopped at the end."""
    running = Processes(kafka, dsn, lane, logs)
    await running.start(services)
    try:
        yield running
    finally:
        await running.stop()


async def dead_letters(kafka: KafkaSettings, topic: str) -> dict[str, tuple[str, bytes]]:
    """Return origin → (reason, value) of the dead letters on `topic`; a letter that repeats counts once."""
    letters = {}
    for record in await read_all(kafka, topic):
        headers = dict(record.headers)
        letters[headers["wiredesk-origin"].decode()] = (headers["wiredesk-reason"].decode(), record.value or b"")
    return letters


async def all_dead_letters(kafka: KafkaSettings, lane: Lane) -> dict[str, tuple[str, bytes]]:
    """Return the same for every stage of a lane."""
    letters: dict[str, tuple[str, bytes]] = {}
    for topic in PUBLIC:
        for service in topic.consumers:
            letters |= await dead_letters(kafka, lane.topic(topic.dead_letter(service)))
    return letters


async def stage_book(kafka: KafkaSettings, lane: Lane, output: Topic, letters: Topic, sent: Iterable[UUID]) -> Ledger:
    """The books of one stage alone: what is on its output topic stands for what is stored.

    The same event twice is a repeat on the wire; two different events of one article are a doubled article.
    """
    found: Counter[tuple[UUID, str]] = Counter()
    for record in await read_all(kafka, lane.topic(output)):
        headers = dict(record.headers)
        found[UUID(headers["ce_subject"].decode()), headers["ce_id"].decode()] += 1
    book = Ledger(set(sent))
    book.stored = Counter(article for article, _ in found)
    for (article, _), count in found.items():
        book.receipts[article] += count
    book.dead = len(await dead_letters(kafka, lane.topic(letters)))
    return book


async def revision_book(kafka: KafkaSettings, dsn: str, lane: Lane, events: Iterable[ArticleEnriched]) -> Ledger:
    """The books of storage by event: each of `events` is to be one revision, and to have a receipt."""
    book = Ledger({event.event_id for event in events})
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("select event_id from revisions where event_id = any($1)", list(book.sent))
    finally:
        await connection.close()
    book.stored = Counter(row["event_id"] for row in rows)
    for record in await read_all(kafka, lane.topic(STORED)):
        book.receipts[ArticleStored.model_validate_json(record.value or b"").enriched_event_id] += 1
    book.dead = len(await dead_letters(kafka, lane.topic(ENRICHED.dead_letter("storage"))))
    return book


async def lag_is_gone(kafka: KafkaSettings, lane: Lane, services: Sequence[str]) -> bool:
    """Whether these services have committed everything on the topics they read."""
    stages = [stage for stage in await offsets.lag(kafka, lane) if stage.service in services]
    return sum(position.lag for stage in stages for position in stage.partitions) == 0


@asynccontextmanager
async def empty_store(dsn: str) -> AsyncIterator[str]:
    """Yield the address of a schema of its own in the real PostgreSQL, dropped at the end."""
    schema = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create schema {schema}")
    yield f"{dsn}{'&' if '?' in dsn else '?'}search_path={schema}"
    await connection.execute(f"drop schema {schema} cascade")
    await connection.close()


async def contents(dsn: str) -> dict[str, tuple[int, str]]:
    """Return table → (rows, checksum) of a store; without the times for which a revision was confirmed.

    An article that is submitted again counts as fetched again, which confirms its revision, no more.
    """
    tables = {
        "articles": "to_jsonb(t) - 'confirmed_version' - 'confirmed_event_id'",
        "revisions": "to_jsonb(t) - 'seen_from' - 'seen_until'",
        "contents": "to_jsonb(t)",
        "entities": "to_jsonb(t)",
    }
    connection = await asyncpg.connect(dsn)
    try:
        sums = {}
        for table, row in tables.items():
            text = f"({row})::text"
            found = await connection.fetchrow(
                f"select count(*) as rows, md5(coalesce(string_agg({text}, ',' order by {text}), '')) as sum "
                f"from {table} t"
            )
            assert found is not None
            sums[table] = (found["rows"], found["sum"])
        return sums
    finally:
        await connection.close()


def log_lines(log: Path, words: str) -> list[dict[str, str]]:
    """Return the JSON log lines of a service that contain `words`."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if words in line]
