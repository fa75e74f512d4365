"""`wiredesk tokens` on a real PostgreSQL, and the tables of the desk."""

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.postgres.connections import Connections, open_pool
from wiredesk.postgres.migrations import shipped
from wiredesk.postgres.options import PostgresOptions
from wiredesk_desk import migrations
from wiredesk_desk.config import DSN, SERVERS
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.tokens import commands, keeping
from wiredesk_desk.tokens.keeping import PREFIX, Scope

pytestmark = pytest.mark.broker

Rows = Callable[[], list[dict[str, Any]]]


@pytest.fixture
async def options(dsn: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PostgresOptions]:
    """How to reach a new database, which the environment names and which is dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create database {name}")
    options = PostgresOptions.model_validate({"dsn": urlsplit(dsn)._replace(path=f"/{name}").geturl()})
    monkeypatch.setenv(DSN, options.dsn.get_secret_value())
    monkeypatch.setenv(SERVERS, "127.0.0.1:1")
    yield options
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture
async def pool(options: PostgresOptions) -> AsyncIterator[Connections]:
    """Connections to it, with the desk's tables."""
    await migrations.bring_up(options)
    async with open_pool(options) as pool:
        yield pool


async def test_the_tables_are_made_once_in_a_schema_of_their_own(options: PostgresOptions):
    first = await asyncio.gather(*(migrations.bring_up(options) for _ in range(3)))
    names = [one.name for one in shipped(migrations.__name__)]
    assert names[0] == "0001_tokens.sql"
    assert sorted(first, key=len) == [[], [], names], "whoever comes first makes them"
    assert await migrations.bring_up(options) == []
    async with open_pool(options) as pool:
        tables = await pool.fetch(
            "select schemaname, tablename from pg_tables where schemaname !~ '^(pg|information)_'"
        )
    assert {schema for schema, _ in tables} == {migrations.SCHEMA}
    assert {"schema_migrations", "tokens"} <= {table for _, table in tables}


async def test_a_token_is_shown_once_and_only_its_digest_is_kept(
    options: PostgresOptions, rows: Rows, capsys: pytest.CaptureFixture[str]
):
    assert await commands.add("ada", scope="write", days=None, as_json=False) == Exit.OK
    (made,) = rows()
    assert (made["name"], made["scope"], made["token"].startswith(PREFIX)) == ("ada", "write", True)
    assert len(made["token"]) > 40
    assert await commands.list_tokens(as_json=True) == Exit.OK
    listed = capsys.readouterr().out
    assert made["token"] not in listed
    (one,) = [json.loads(line) for line in listed.splitlines()]
    assert (one["name"], one["scope"], one["expires"]) == ("ada", "write", "")
    async with open_pool(options) as pool:
        kept = str([tuple(one) for one in await pool.fetch("select * from wiredesk_desk.tokens")])
        assert made["token"] not in kept
        found = await keeping.known(pool, made["token"])
    assert found is not None
    assert (found.name, found.scope) == ("ada", Scope.WRITE)


async def test_a_token_that_expired_or_was_revoked_is_nobodys(pool: Connections, rows: Rows):
    expired = await keeping.add(pool, "old", Scope.READ, timedelta(seconds=-1))
    good = await keeping.add(pool, "new", Scope.READ, timedelta(days=1))
    assert expired is not None
    assert good is not None
    assert await keeping.known(pool, expired) is None
    assert (await keeping.known(pool, good) or keeping.Token("", Scope.READ, datetime.now(UTC), None)).name == "new"
    assert await commands.revoke("new") == Exit.OK
    assert await keeping.known(pool, good) is None
    assert await keeping.known(pool, "") is await keeping.known(pool, "wiredesk_guessed") is None
    with pytest.raises(Problem, match="no token called new") as caught:
        await commands.revoke("new")
    assert (caught.value.todo, caught.value.code) == ("wiredesk tokens list", Exit.USAGE)


async def test_a_token_lasts_as_long_as_it_is_told_to(pool: Connections, rows: Rows):
    assert await commands.add("ada", scope="read", days=7, as_json=False) == Exit.OK
    (one,) = await keeping.every(pool)
    assert one.expires_at is not None
    assert one.expires_at - one.created_at == timedelta(days=7)


async def test_a_name_is_taken_once(pool: Connections, rows: Rows):
    assert await commands.add("ada", scope="read", days=None, as_json=False) == Exit.OK
    with pytest.raises(Problem, match="called ada already") as caught:
        await commands.add("ada", scope="write", days=None, as_json=False)
    assert caught.value.todo == "wiredesk tokens revoke ada"
    assert [one.scope for one in await keeping.every(pool)] == [Scope.READ]


@pytest.mark.parametrize(
    ("name", "scope", "message"),
    [
        ("two words", "read", "no name"),
        ("", "read", "no name"),
        ("x" * 101, "read", "no name"),
        ("ada", "own", "no scope"),
    ],
)
async def test_what_is_no_token_is_refused_before_anything_is_asked(name: str, scope: str, message: str):
    with pytest.raises(Problem, match=message) as caught:
        await commands.add(name, scope=scope, days=None, as_json=False)
    assert caught.value.code == Exit.USAGE


async def test_people_are_told_that_it_is_shown_this_once(
    options: PostgresOptions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert await commands.list_tokens(as_json=False) == Exit.OK
    assert "wiredesk tokens add NAME" in capsys.readouterr().err
    assert await commands.add("ada", scope="read", days=None, as_json=False) == Exit.OK
    said = capsys.readouterr()
    assert said.out.startswith(PREFIX)
    assert "only time it is shown" in said.err


async def test_a_database_that_is_away_is_an_outage_that_names_it_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv(DSN, "postgresql://desk:hunter2@127.0.0.1:1/news")
    with pytest.raises(InfrastructureError) as caught:
        await commands.list_tokens(as_json=True)
    assert "127.0.0.1:1/news" in str(caught.value)
    assert "hunter2" not in str(caught.value)
