"""A store of its own for every test: a random schema in the real PostgreSQL."""

import uuid

import asyncpg
import pytest

from wiredesk.postgres.connections import open_pool
from wiredesk_storage.archive import Archive
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.store import Store


@pytest.fixture
async def options(dsn):
    """Settings of a store in a schema that is dropped afterwards."""
    schema = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create schema {schema}")
    yield StorageOptions.model_validate({"dsn": f"{dsn}{'&' if '?' in dsn else '?'}search_path={schema}"})
    await connection.execute(f"drop schema {schema} cascade")
    await connection.close()


@pytest.fixture
async def pool(options):
    """Connections to a store with its schema made."""
    await bring_up(options)
    async with open_pool(options) as pool:
        yield pool


@pytest.fixture
def store(pool):
    """The store."""
    return Store(pool)


@pytest.fixture
def archive(pool):
    """Reading the same store."""
    return Archive(pool)
