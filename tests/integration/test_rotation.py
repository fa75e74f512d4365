"""A password in a file is changed under a working service: the next process takes the new one, and no article waits."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.factories import NOON, enriched
from tests.faults.harness.one_service import member
from tests.wires import eventually, produce, raw
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.topics import ENRICHED, Lane

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]


@dataclass(frozen=True)
class Login:
    """A role of its own in a database of its own, whose address with its password stands in `file`."""

    operator: asyncpg.Connection
    role: str
    database: str
    server: str
    file: Path

    def address(self, password: str) -> str:
        return f"postgresql://{self.role}:{password}@{self.server}/{self.database}"

    async def set_password(self, password: str) -> None:
        """As docs/operating.md says: PostgreSQL first, then the file."""
        await self.operator.execute(f"alter role {self.role} password '{password}'")
        self.file.write_text(self.address(password) + "\n")

    async def stored(self) -> set[uuid.UUID]:
        connection = await asyncpg.connect(self.file.read_text().strip())
        try:
            return {row["article_id"] for row in await connection.fetch("select article_id from articles")}
        finally:
            await connection.close()


@pytest.fixture
async def login(dsn: str, tmp_path: Path) -> AsyncIterator[Login]:
    name, parts = f"rotation_{uuid.uuid4().hex}", urlsplit(dsn)
    operator = await asyncpg.connect(dsn)
    await operator.execute(f"create role {name} login")
    await operator.execute(f"create database {name} owner {name}")
    try:
        yield Login(operator, name, name, parts.netloc.rpartition("@")[2], tmp_path / "dsn")
    finally:
        await operator.execute(f"drop database {name} with (force)")
        await operator.execute(f"drop role {name}")
        await operator.close()


async def test_a_password_that_is_changed_is_taken_by_the_next_process_and_no_article_waits(
    kafka: KafkaSettings, lane: Lane, login: Login, tmp_path: Path
):
    sent: set[uuid.UUID] = set()

    async def publish() -> None:
        event = enriched(headline=f"Bridge {uuid.uuid4().hex} opens")
        await produce(kafka, lane.topic(ENRICHED), [raw(wire.encode(event, source="test", time=NOON))])
        sent.add(event.article_id)

        async def is_stored() -> bool:
            return event.article_id in await login.stored()

        await eventually(is_stored, within=60)

    storage = ("wiredesk_storage",)
    given = {"WIREDESK_STORAGE__DSN_FILE": str(login.file)}
    old, new = uuid.uuid4().hex, uuid.uuid4().hex
    await login.set_password(old)
    async with member(kafka, lane, *storage, logs=tmp_path, **given) as first:
        await first.joined(kafka, lane, "storage")
        await publish()
        await login.set_password(new)
        # What runs keeps the connections that it has.
        await publish()
        async with member(kafka, lane, *storage, logs=tmp_path, **given) as second:
            await second.joined(kafka, lane, "storage")
            assert await first.stop() == 0
            await publish()
            assert (await second.health("/readyz"))[0] == 200
    assert await login.stored() == sent

    login.file.write_text(login.address(old))
    async with member(kafka, lane, *storage, logs=tmp_path, **given) as late:
        assert await late.end() == 4
        said = late.log.read_text()
    assert "WIREDESK_STORAGE__DSN is refused: InvalidPasswordError" in said
    assert old not in said
