"""A database of its own for every test on the real PostgreSQL, with the fetcher's schema."""

import uuid
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.integration.fetcher.newsroom import open_newsroom
from wiredesk.postgres.connections import open_pool
from wiredesk.postgres.options import PostgresOptions
from wiredesk.runtime.pool import Pool
from wiredesk_fetcher.migrations import bring_up
from wiredesk_fetcher.sources.poller import PARSE_BYTES
from wiredesk_fetcher.sources.store import SourceStore


@pytest.fixture
async def options(dsn):
    """How to reach a new database, which is dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create database {name}")
    options = PostgresOptions.model_validate({"dsn": urlsplit(dsn)._replace(path=f"/{name}").geturl()})
    await bring_up(options)
    yield options
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture
async def pool(options):
    """Connections to it."""
    async with open_pool(options) as pool:
        yield pool


@pytest.fixture
def store(pool):
    """The sources in it."""
    return SourceStore(pool)


@pytest.fixture(scope="session")
async def reader():
    """The process that reads listings: one for all tests, as it takes a second to start."""
    async with Pool(1, memory_bytes=PARSE_BYTES) as reader:
        yield reader


@pytest.fixture
async def newsroom(store, reader):
    """A poller that submits into a list."""
    async with open_newsroom(store, reader) as newsroom:
        yield newsroom
