"""What every answer is made from: the store, Kafka and the settings. Made once a process, closed when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from wiredesk.postgres.connections import Connections, open_pool
from wiredesk_desk.config import System
from wiredesk_desk.settings import DeskSettings
from wiredesk_desk.web.live.hub import Hub
from wiredesk_desk.web.wire import Wire
from wiredesk_storage.archive import Archive
from wiredesk_storage.settings import StorageOptions

# Nobody looks at a page for longer than this before he asks again.
STATEMENT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Desk:
    """Where answers come from. `wire` publishes; `hub` hears what was stored."""

    settings: DeskSettings
    here: System
    pool: Connections
    archive: Archive
    wire: Wire
    hub: Hub


@asynccontextmanager
async def open_desk(settings: DeskSettings, here: System) -> AsyncIterator[Desk]:
    """Yield what answers are made from. Nothing is connected yet: a server that is away is an answer's failure."""
    options = StorageOptions(
        dsn=here.dsn,
        connections=settings.desk.connections,
        statement_cache_size=settings.storage.statement_cache_size,
        statement_timeout_seconds=STATEMENT_SECONDS,
    )
    async with open_pool(options) as pool, Wire(here).open() as wire:
        archive = Archive(pool)
        hub = Hub(here, archive, limit=settings.desk.streams)
        async with hub.running():
            yield Desk(settings, here, pool, archive, wire, hub)


def desk_of(request: Request) -> Desk:
    """Return the desk that answers a request."""
    found: Desk = request.app.state.desk
    return found


TheDesk = Annotated[Desk, Depends(desk_of)]
