"""The schema is made once, whoever comes first, and never silently differs."""

import asyncio
import socket

import asyncpg
import pytest

from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.postgres.migrations import Migration, apply
from wiredesk_storage.migrations import bring_up, shipped
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker


@pytest.fixture
async def connection(options):
    connection = await asyncpg.connect(options.dsn.get_secret_value())
    yield connection
    await connection.close()


async def test_four_processes_at_once_apply_each_migration_once(options, connection):
    applied = await asyncio.gather(*(bring_up(options) for _ in range(4)))
    names = [migration.name for migration in shipped()]
    assert sorted(applied, key=len) == [[], [], [], names]
    assert await connection.fetchval("select count(*) from schema_migrations") == len(names)


async def test_a_second_start_applies_nothing(options):
    assert await bring_up(options)
    assert await bring_up(options) == []


async def test_only_what_is_missing_is_applied_in_order(connection):
    first = Migration("0001_a.sql", "create table a (x int); insert into a values (1);")
    second = Migration("0002_b.sql", "create table b as select x + 1 as x from a;")
    assert await apply(connection, [first]) == ["0001_a.sql"]
    assert await apply(connection, [first, second]) == ["0002_b.sql"]
    assert await connection.fetchval("select x from b") == 2


async def test_a_changed_migration_stops_the_start(connection):
    await apply(connection, [Migration("0001_a.sql", "create table a (x int)")])
    with pytest.raises(ConfigurationError, match=r"0001_a\.sql"):
        await apply(connection, [Migration("0001_a.sql", "create table a (y int)")])


async def test_a_migration_that_fails_leaves_nothing_behind(connection):
    good, bad = Migration("0001_a.sql", "create table a (x int)"), Migration("0002_b.sql", "create tabel b ()")
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await apply(connection, [good, bad])
    assert await connection.fetchval("select to_regclass('a')") is None
    assert await apply(connection, [good]) == ["0001_a.sql"]


async def test_a_migration_of_a_newer_release_is_left_alone(connection):
    newer = [Migration("0001_a.sql", "create table a (x int)"), Migration("0002_b.sql", "create table b (x int)")]
    await apply(connection, newer)
    assert await apply(connection, newer[:1]) == []


async def test_a_server_that_is_away_is_waited_for_and_then_named_without_its_password():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    dsn = f"postgresql://user:s3cret@127.0.0.1:{port}/news"
    with pytest.raises(InfrastructureError, match="WIREDESK_STORAGE__DSN") as caught:
        await bring_up(StorageOptions.model_validate({"dsn": dsn, "start_timeout_seconds": 0.1}))
    assert "s3cret" not in str(caught.value)


async def test_a_database_that_does_not_exist_is_a_matter_of_configuration(dsn):
    base, _, parameters = dsn.partition("?")
    missing = f"{base.rpartition('/')[0]}/no_such_database?{parameters}"
    with pytest.raises(ConfigurationError, match="InvalidCatalogNameError"):
        await bring_up(StorageOptions.model_validate({"dsn": missing}))


async def test_a_dsn_that_the_client_refuses_is_told_without_showing_it():
    dsn = "postgresql://u:s3cret@h/d?sslmode=nonsense"
    with pytest.raises(ConfigurationError) as caught:
        await bring_up(StorageOptions.model_validate({"dsn": dsn, "start_timeout_seconds": 0.1}))
    assert "s3cret" not in str(caught.value)
