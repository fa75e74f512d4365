"""A served desk, its store and its lane."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.desk.web.server import NO_KAFKA, Server, database, send, serving, stored
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.topics import Lane
from wiredesk_desk.config import CONTACT, DSN, SERVERS
from wiredesk_storage.settings import StorageOptions


@pytest.fixture
async def options(dsn: str) -> AsyncIterator[StorageOptions]:
    """How to reach a database of this test's own."""
    async with database(dsn) as options:
        yield options


@pytest.fixture(autouse=True)
def _nowhere(options: StorageOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which nothing runs, and an environment that names the test's database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DSN, options.dsn.get_secret_value())
    monkeypatch.setenv(SERVERS, "127.0.0.1:1")
    for name in (CONTACT, "WIREDESK_LANE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def archive_server(options: StorageOptions) -> AsyncIterator[Server]:
    """A desk whose Kafka is away: its store is all it needs."""
    async with serving(options, NO_KAFKA, Lane("")) as server:
        yield server


@pytest.fixture
async def desk_server(options: StorageOptions, kafka: KafkaSettings, lane: Lane) -> AsyncIterator[Server]:
    """A desk with a store and a lane of its own."""
    async with serving(options, kafka, lane) as server:
        yield server


@pytest.fixture
def tell(options: StorageOptions, kafka: KafkaSettings, lane: Lane) -> Any:
    """Store articles, and send their receipts as storage does."""

    async def told(*events: ArticleEnriched) -> list[str]:
        receipts = await stored(options, *events)
        await send(kafka, lane, *receipts)
        return [str(one.article_id) for one in receipts]

    return told
