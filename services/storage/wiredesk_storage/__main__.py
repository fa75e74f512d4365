"""The storage process."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from functools import partial

from wiredesk.client.client import Wiredesk
from wiredesk.contracts.topics import ENRICHED
from wiredesk.engine.work import Work
from wiredesk.postgres.connections import open_pool
from wiredesk.runtime.background import background
from wiredesk.runtime.pool import Pool
from wiredesk.runtime.service import Service, Worker, run
from wiredesk_storage.handlers import keep
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.retention.sweeping import sweep
from wiredesk_storage.settings import StorageSettings
from wiredesk_storage.store import Store
from wiredesk_storage.stories.telling import Teller

log = logging.getLogger(__name__)

# Rows of one transaction, and how many of them are in work at once: while PostgreSQL writes one the next is read.
BATCH, SIDE_BY_SIDE = 100, 2


@asynccontextmanager
async def worker(settings: StorageSettings) -> AsyncIterator[Worker[bytes]]:
    """Yield the handler with its connections and a process for what takes long, on a schema brought up to date."""
    if applied := await bring_up(settings.storage):
        log.info("migrations applied: %s", ", ".join(applied))

    async def tell_stories() -> None:
        async with Wiredesk(settings.kafka) as kafka:
            await Teller(connections, kafka).run()

    async with (
        open_pool(settings.storage) as connections,
        Pool(1) as reader,
        # The stories of all lanes are the same: the live one tells them.
        nullcontext() if settings.lane else background("telling stories", tell_stories),
        background("deleting what is too old", lambda: sweep(connections, settings.storage)),
    ):
        store = Store(
            connections,
            settings.storage.statement_timeout_seconds,
            workers=reader,
            copy_window=timedelta(days=settings.storage.copy_window_days),
            story_window=timedelta(days=settings.storage.story_window_days),
        )
        work = Work(partial(keep, store=store, pool=reader), batch=BATCH, concurrency=SIDE_BY_SIDE)
        yield Worker(work=work, ready=(store.ready,))


def main() -> None:
    """Run until told to stop."""
    service = Service(name="storage", consumes=ENRICHED, settings=StorageSettings, worker=worker, encoded=True)
    raise SystemExit(run(service))


if __name__ == "__main__":
    main()
