"""Connections to PostgreSQL, and which of its errors mean that it is away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeAlias

import asyncpg

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.postgres.options import PostgresOptions

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Connections: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

ACQUIRE_SECONDS = 10.0
# SQLSTATE classes that say "this row is at fault": data exception, integrity violation, program limit exceeded.
# All others say that PostgreSQL is away, busy, full or read-only, or that we are at fault: no row is to blame.
_DATA_ERRORS = ("22", "23", "54")


@contextmanager
def outages() -> Iterator[None]:
    """Turn whatever no row is to blame for into an `InfrastructureError`; let data errors pass."""
    try:
        yield
    except asyncpg.PostgresError as error:
        if error.sqlstate and error.sqlstate.startswith(_DATA_ERRORS):
            raise
        raise InfrastructureError(f"PostgreSQL: {type(error).__name__} ({error.sqlstate})") from error
    except (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        raise InfrastructureError(f"PostgreSQL: {type(error).__name__}") from error


@asynccontextmanager
async def open_pool(options: PostgresOptions) -> AsyncIterator[Connections]:
    """Yield a pool of connections.

    Raises:
        InfrastructureError: PostgreSQL does not answer.
    """
    with outages():
        pool = await asyncpg.create_pool(
            options.dsn.get_secret_value(),
            # Connections are made when needed: to keep some open, asyncpg logs a traceback per try during an outage.
            min_size=0,
            max_size=options.connections,
            timeout=ACQUIRE_SECONDS,
            # The server's own timeout comes first; this one is for a server that no longer says anything.
            command_timeout=options.statement_timeout_seconds + 5,
            statement_cache_size=options.statement_cache_size,
        )
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(5):
                await pool.close()
        except TimeoutError:
            pool.terminate()


async def unready(pool: Connections) -> str | None:
    """Return None when PostgreSQL answers, else why it does not."""
    try:
        with outages():
            await pool.fetchval("select 1", timeout=5)
    except InfrastructureError as error:
        return str(error)
    return None
