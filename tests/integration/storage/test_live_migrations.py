"""Migrations of a store that is in use: rows are there, the release before goes on writing, replicas start at once."""

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from tests.integration.storage.records import disagreements, enriched, received, statuses
from tests.integration.storage.test_stored_before import _KEEP, _MAKE_CURRENT
from wiredesk.postgres import migrations
from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.migrations import apply
from wiredesk_storage import core
from wiredesk_storage.migrations import SETTING, bring_up, shipped
from wiredesk_storage.store import Store

pytestmark = pytest.mark.broker

ROWS, WRITES = 20, 3
FIRST, *LATER = shipped()

# As every release from 0002 on writes at least.
_KEEP_SAID = """
insert into revisions (
    article_id, event_id, version, revision, status, said, topic, partition, record_offset, recorded_at, event,
    seen_from, seen_until
) values ($1, $2, $3, 1, 'inserted', $4, 'articles.enriched.v1', 0, $5, $6, $7, $3, $3)
"""
_MAKE_CURRENT_SAID = _MAKE_CURRENT.replace(
    "article_id, event_id, version, duplicate_of, search_config, content_hash",
    "article_id, event_id, version, revision, confirmed_version, confirmed_event_id, duplicate_of, search_config, "
    "content_hash",
).replace(
    "article_id, event_id, version, duplicate_of, config, e->>'content_hash'",
    "article_id, event_id, version, 1, version, event_id, duplicate_of, config, e->>'content_hash'",
)


@dataclass
class Writer:
    """Stores articles one after the other, as a release of before does: each with one revision, in a transaction."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    written: list[Any] = field(default_factory=list)
    refused: list[tuple[uuid.UUID, str | None]] = field(default_factory=list)

    async def write(self, *, is_first: bool) -> None:
        record = received(enriched(entities=()))
        row = core.row(record)
        known = (row.article_id, row.event_id, row.version)
        try:
            async with self.connection.transaction():
                keep, said = (_KEEP, (1, "inserted")) if is_first else (_KEEP_SAID, (row.said,))
                await self.connection.execute(keep, *known, *said, record.offset, record.at, row.document)
                current = ([one] for one in (*known, None, "english", row.document))
                await self.connection.execute(_MAKE_CURRENT if is_first else _MAKE_CURRENT_SAID, *current)
        except asyncpg.DeadlockDetectedError:
            # A writer and a migration that wait for each other: no row is to blame, and the store tries it again.
            return
        except asyncpg.PostgresError as error:
            self.refused.append((row.article_id, error.sqlstate))
        else:
            self.written.append(record)

    async def go_on(self, *, is_first: bool) -> None:
        while True:
            await self.write(is_first=is_first)
            await asyncio.sleep(0.005)


@pytest.fixture
async def connect(options):
    """Makes connections to an empty schema."""
    made = []

    async def one():
        made.append(await asyncpg.connect(options.dsn.get_secret_value()))
        return made[-1]

    yield one
    for connection in made:
        await connection.close()


@pytest.fixture
async def writer(connect):
    """A writer of the first release, and its rows."""
    connection = await connect()
    await apply(connection, [FIRST])
    writer = Writer(connection)
    for _ in range(ROWS):
        await writer.write(is_first=True)
    assert len(writer.written) == ROWS
    return writer


async def _until(count, counted):
    async with asyncio.timeout(30):
        while len(counted()) < count:
            await asyncio.sleep(0.005)


async def test_the_release_before_writes_on_through_every_migration(options, connect, writer):
    migrating = await connect()
    for number, migration in enumerate(LATER):
        is_first = number == 0
        tries = len(writer.written)
        writing = asyncio.create_task(writer.go_on(is_first=is_first))
        try:
            await _until(tries + WRITES, lambda: writer.written)
            so_far = [FIRST, *LATER[: number + 1]]
            assert await migrations.bring_up(options, so_far, setting=SETTING) == [migration.name]
            tries = len(writer.written) + len(writer.refused)
            await _until(tries + WRITES, lambda: [*writer.written, *writer.refused])
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        # A statement that was cut off leaves its connection unusable.
        writer.connection = await connect()
        if is_first:
            # 0002 says itself what the first release does not know: that one is refused from then on, by its rows.
            assert {state for _, state in writer.refused} == {"23502"}
            refused = [article_id for article_id, _ in writer.refused]
            assert not await migrating.fetchval("select count(*) from revisions where article_id = any($1)", refused)
            writer.refused.clear()
        assert writer.refused == []
    async with open_pool(options) as pool:
        assert await disagreements(pool) == []
        records = {record.event.article_id: record for record in writer.written}
        assert len(records) >= ROWS + WRITES * len(LATER)
        kept = await pool.fetch("select article_id from articles where article_id = any($1)", list(records))
        assert len(kept) == len(records)
        # What each wrote is known to the newest: a record that comes again has the receipt it had.
        assert set(await statuses(Store(pool), list(records.values()))) == {"inserted"}
        assert await pool.fetchval("select max(revision) from revisions") == 1


async def test_replicas_that_start_at_once_on_a_store_in_use_apply_each_migration_once(options, connect, writer):
    applied = await asyncio.gather(*(bring_up(options) for _ in range(2)))
    assert sorted(applied, key=len) == [[], [migration.name for migration in LATER]]
    names = [row["name"] for row in await writer.connection.fetch("select name from schema_migrations order by 1")]
    assert names == [FIRST.name, *(migration.name for migration in LATER)]
    async with open_pool(options) as pool:
        assert set(await statuses(Store(pool), writer.written)) == {"inserted"}


async def test_whoever_owns_the_schema_and_nothing_else_brings_it_up_and_writes(dsn, options):
    role, password = f"owner_{uuid.uuid4().hex[:12]}", uuid.uuid4().hex
    owned = f"{role}_schema"
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"create role {role} login nosuperuser nocreatedb nocreaterole password '{password}'")
        await connection.execute(f"create schema {owned} authorization {role}")
        rest = dsn.partition("://")[2].rpartition("@")[2]
        address = f"postgresql://{role}:{password}@{rest}{'&' if '?' in rest else '?'}search_path={owned}"
        own = options.model_validate({"dsn": address})
        assert await bring_up(own) == [migration.name for migration in shipped()]
        async with open_pool(own) as pool:
            assert await statuses(Store(pool), [received(enriched())]) == ["inserted"]
    finally:
        await connection.execute(f"drop schema if exists {owned} cascade")
        await connection.execute(f"drop role if exists {role}")
        await connection.close()
