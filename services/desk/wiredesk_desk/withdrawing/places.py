"""The databases that have to know what was decided: the store's, and the fetchers' where they have one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.postgres.connections import open_pool, outages
from wiredesk.postgres.options import PostgresOptions
from wiredesk_desk.config import System, shown
from wiredesk_desk.distributions import is_installed
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.withdrawals.decisions import Withdrawals

if TYPE_CHECKING:
    from wiredesk_fetcher.refusals import Refusals

_IS_THERE = "select to_regnamespace('wiredesk_fetcher') is not null"


@asynccontextmanager
async def store(here: System) -> AsyncIterator[Withdrawals]:
    """Yield the decisions in the store, whose tables are brought up to date.

    Raises:
        InfrastructureError: PostgreSQL is away.
        ConfigurationError: it does not let us in.
    """
    options = StorageOptions(dsn=here.dsn, connections=1, start_timeout_seconds=2)
    try:
        await bring_up(options)
        async with open_pool(options) as pool:
            yield Withdrawals(pool)
    except InfrastructureError as error:
        if error.reason == "kafka":
            raise
        raise InfrastructureError(f"{error} ({shown(here.dsn)})", reason="postgres") from None


@asynccontextmanager
async def entrance(here: System) -> "AsyncIterator[Refusals | None]":
    """Yield where fetchers look up what is refused; None: none of those known here has a database.

    Raises:
        InfrastructureError: PostgreSQL is away.
        ConfigurationError: it does not let us in.
    """
    if not is_installed("wiredesk_fetcher"):
        yield None
        return
    from wiredesk_fetcher import migrations  # noqa: PLC0415 - may not be installed
    from wiredesk_fetcher.refusals import Refusals  # noqa: PLC0415 - as above
    from wiredesk_fetcher.settings import FetcherSettings  # noqa: PLC0415 - as above

    dsn = FetcherSettings.load().fetcher.dsn
    options = PostgresOptions(dsn=dsn or here.dsn, connections=1, start_timeout_seconds=2)
    try:
        if dsn is None and not await _has_sources(here):
            yield None
            return
        await migrations.bring_up(options)
        async with open_pool(options) as pool:
            yield Refusals(pool)
    except InfrastructureError as error:
        raise InfrastructureError(f"{error} ({shown(options.dsn)})", reason="postgres") from None


async def _has_sources(here: System) -> bool:
    """Whether a fetcher, or somebody who added a source, has made tables beside the store's."""
    with outages():
        connection = await asyncpg.connect(here.dsn.get_secret_value(), timeout=5)
        try:
            return bool(await connection.fetchval(_IS_THERE))
        finally:
            await connection.close()
