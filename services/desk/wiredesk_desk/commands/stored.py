"""Reading the store for a verb: one connection, and an outage that says which PostgreSQL it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wiredesk.postgres.connections import open_pool
from wiredesk_desk.config import outage_of, system
from wiredesk_storage.archive import Archive
from wiredesk_storage.settings import StorageOptions


@asynccontextmanager
async def archive() -> AsyncIterator[Archive]:
    """Yield the store of the system here.

    Raises:
        InfrastructureError: PostgreSQL is away.
    """
    here = await system()
    with outage_of(here.dsn):
        async with open_pool(StorageOptions(dsn=here.dsn, connections=1)) as pool:
            yield Archive(pool)
