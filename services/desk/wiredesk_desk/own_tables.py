"""The desk's own tables, for a verb: brought up to date, one connection."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wiredesk.postgres.connections import Connections, open_pool
from wiredesk.postgres.options import PostgresOptions
from wiredesk_desk.config import System, outage_of, system
from wiredesk_desk.migrations import bring_up


@asynccontextmanager
async def own_tables() -> AsyncIterator[tuple[System, Connections]]:
    """Yield the system here, and a connection to its database.

    Raises:
        InfrastructureError: PostgreSQL is away.
        ConfigurationError: it does not let us in.
    """
    here = await system()
    options = PostgresOptions(dsn=here.dsn, connections=1, start_timeout_seconds=2)
    with outage_of(here.dsn):
        await bring_up(options)
        async with open_pool(options) as pool:
            yield here, pool
