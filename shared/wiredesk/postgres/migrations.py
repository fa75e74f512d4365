"""A schema: numbered .sql files of a package, applied in order, once, by whichever process comes first."""

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from importlib.resources import files

import asyncpg

from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.postgres.options import PostgresOptions

_NAME = re.compile(r"\d{4}_[a-z0-9_]+\.sql")
# Two numbers, so that no lock on an article (one number) can ever be the same.
_LOCK = "select pg_advisory_xact_lock(x'776972'::int, 1)"
_LEDGER = """
create table if not exists schema_migrations (
    name text primary key, checksum text not null, applied_at timestamptz not null default now()
)
"""
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. Never edited after a release: its checksum would no longer be the ledger's."""

    name: str
    sql: str = field(repr=False)

    @property
    def checksum(self) -> str:
        """SHA-256 (hex) of the SQL."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def shipped(package: str) -> list[Migration]:
    """Return the migrations in `package` (its name), in order."""
    found = [entry for entry in files(package).iterdir() if _NAME.fullmatch(entry.name)]
    return [Migration(entry.name, entry.read_text("utf-8")) for entry in sorted(found, key=lambda entry: entry.name)]


async def apply(
    connection: "asyncpg.Connection[asyncpg.Record]", migrations: list[Migration], *, schema: str | None = None
) -> list[str]:
    """Apply what the database has not seen and return the names. All or nothing; processes at once wait in line.

    `schema` (a plain name) is where they and their ledger live; None: where the connection's search path says.

    Migrations the database has and this code does not are left alone: a newer release has been here first.

    Raises:
        ConfigurationError: a migration was changed after it had been applied.
    """
    async with connection.transaction():
        await connection.execute(_LOCK)
        if schema is not None:
            await connection.execute(f"create schema if not exists {schema}")
            await connection.execute(f"set local search_path to {schema}")
        await connection.execute(_LEDGER)
        found = await connection.fetch("select name, checksum from schema_migrations")
        applied = {one["name"]: one["checksum"] for one in found}
        for migration in migrations:
            if applied.get(migration.name, migration.checksum) != migration.checksum:
                raise ConfigurationError(
                    f"migration {migration.name} differs from the one this database was made with: "
                    "use the release that made it, or restore the file"
                )
        missing = [migration for migration in migrations if migration.name not in applied]
        for migration in missing:
            await connection.execute(migration.sql)
            await connection.execute(
                "insert into schema_migrations (name, checksum) values ($1, $2)", migration.name, migration.checksum
            )
    return [migration.name for migration in missing]


async def bring_up(
    options: PostgresOptions, migrations: list[Migration], *, setting: str, schema: str | None = None
) -> list[str]:
    """Wait for PostgreSQL, apply what is missing, and return the names applied.

    `setting` is the name of the variable that says where PostgreSQL is, for messages; `schema` as in `apply`.

    Raises:
        InfrastructureError: PostgreSQL did not answer, or running workers kept it, for `start_timeout_seconds`.
        ConfigurationError: it does not let us in, or a migration was changed.
    """
    deadline = asyncio.get_running_loop().time() + options.start_timeout_seconds
    while True:
        connection = await _connected(options, deadline, setting)
        try:
            return await apply(connection, migrations, schema=schema)
        except asyncpg.DeadlockDetectedError:
            # A worker of the release before writes into what is being changed. Nothing was applied.
            if asyncio.get_running_loop().time() > deadline:
                message = "a migration and a running worker wait for each other: stop the workers of the release before"
                raise InfrastructureError(message) from None
        finally:
            await connection.close()
        await asyncio.sleep(_PAUSE_SECONDS)


async def _connected(options: PostgresOptions, deadline: float, setting: str) -> "asyncpg.Connection[asyncpg.Record]":
    while True:
        try:
            return await asyncpg.connect(options.dsn.get_secret_value(), timeout=10, statement_cache_size=0)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError) as error:
            if asyncio.get_running_loop().time() > deadline:
                message = f"PostgreSQL does not answer ({type(error).__name__}): check {setting}"
                raise InfrastructureError(message) from None
        except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            # The text of the error may hold the DSN, and that a password.
            raise ConfigurationError(f"{setting} is refused: {type(error).__name__}") from None
        await asyncio.sleep(_PAUSE_SECONDS)
