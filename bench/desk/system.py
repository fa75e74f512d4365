"""The system of `make bench-desk`: what `wiredesk up` starts in a folder, with so many made articles in its store."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench.local_mode import up
from bench.store.generator import articles
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.topics import ENRICHED
from wiredesk.engine.outcomes import Received
from wiredesk.postgres.connections import Connections, open_pool
from wiredesk_storage import __main__ as service
from wiredesk_storage.handlers import row_of
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.store import Store

# Articles come as enriched events: who makes them has nothing to do.
_SCALE = [f"--scale={name}=0" for name in ("fetcher", "cleaner", "tagger")]
_BEGUN = "begun.txt"
_SAID = 2_000
# A partition that no topic has: what is published later has places of its own.
_NOWHERE = 1_000_000


@dataclass(frozen=True, slots=True)
class System:
    """Where it is. `newest` is the latest date of the made articles; `desk_pid` the process that answers."""

    desk: str
    desk_pid: int
    bootstrap_servers: list[str]
    pool: Connections
    newest: datetime

    def made(self, start: int, count: int) -> Iterator[ArticleEnriched]:
        """Yield `count` of the made articles, behind the first `start`."""
        return articles(start + count, newest=self.newest, start=start)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[System]:
    """Run the system in `folder` for as long as the block runs; what it has stored stays there.

    Raises:
        BenchError: it did not start.
    """
    begun = folder / _BEGUN
    if not begun.exists():
        begun.write_text(datetime.now(UTC).isoformat(), "utf-8")
    newest = datetime.fromisoformat(begun.read_text("utf-8"))
    async with up(folder, *_SCALE) as state:
        options = StorageOptions.model_validate({"dsn": state["dsn"]})
        await bring_up(options)
        async with open_pool(options) as pool:
            yield System(state["desk"], _pid(state), state["bootstrap_servers"], pool, newest)


async def fill(system: System, count: int, say: Callable[[str], None]) -> int:
    """Store made articles until there are `count`, as the service does. Returns how many there are; maybe more.

    Raises:
        InfrastructureError: PostgreSQL is away.
    """
    stored = int(await system.pool.fetchval("select count(*) from articles"))
    left = _records(system.made(stored, max(0, count - stored)), stored)
    store = Store(system.pool)
    said = stored

    async def keep() -> None:
        nonlocal stored, said
        while some := list(islice(left, service.BATCH)):
            await store.save([row_of(one) for one in some])
            stored += len(some)
            if stored - said >= _SAID:
                said = stored
                say(f"{stored:,} of {count:,} stored")

    await asyncio.gather(*(keep() for _ in range(service.SIDE_BY_SIDE)))
    await system.pool.execute("vacuum analyze")
    return stored


def _records(made: Iterator[ArticleEnriched], first: int) -> Iterator[Received[bytes]]:
    for number, article in enumerate(made, first):
        value = article.model_dump_json().encode()
        yield Received(value, at=datetime.now(UTC), topic=ENRICHED.name, partition=_NOWHERE, offset=number)


def _pid(state: dict[str, Any]) -> int:
    (pid,) = [int(one["pid"]) for one in state["workers"] if one["service"] == "desk"]
    return pid
