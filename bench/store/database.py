"""The PostgreSQL of `make bench-store`: local mode's, with the schema of the store, and a bare table beside it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from wiredesk.postgres.connections import Connections, open_pool
from wiredesk_local.servers.launch import postgres_server
from wiredesk_local.state import StateDir
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions

_BACKENDS = "select pid from pg_stat_activity where backend_type = 'client backend' and datname = current_database()"
_BARE = "create table bare (article_id uuid primary key, event jsonb not null)"


@contextlib.asynccontextmanager
async def database(folder: Path) -> AsyncIterator[Connections]:
    """Run PostgreSQL on a free port, its data in `folder`, for as long as the block runs; yield connections to it.

    Raises:
        ConfigurationError: PostgreSQL's wheel is not installed.
        InfrastructureError: it did not start.
    """
    state = StateDir(folder)
    state.create()
    server = postgres_server(state)
    await server.start()
    try:
        options = StorageOptions.model_validate({"dsn": server.dsn})
        await bring_up(options)
        async with open_pool(options) as pool:
            await pool.execute(_BARE)
            yield pool
    finally:
        await asyncio.shield(server.stop())


async def processor(pool: Connections) -> Callable[[], float]:
    """Return what tells the seconds of processor that the server's side of the open connections has taken so far.

    It does not see what else the machine does. Without Linux's /proc it says nothing but 0.
    """
    files = [Path(f"/proc/{row['pid']}/schedstat") for row in await pool.fetch(_BACKENDS)]

    def seconds() -> float:
        try:
            return sum(int(file.read_text("ascii").split()[0]) for file in files) / 1e9
        except OSError:
            return 0.0

    return seconds
