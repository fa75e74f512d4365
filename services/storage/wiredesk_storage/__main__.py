"""The storage process."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from wiredesk.contracts.topics import ENRICHED
from wiredesk.engine.work import Work
from wiredesk.postgres.connections import open_pool
from wiredesk.runtime.pool import Pool
from wiredesk.runtime.service import Service, Worker, run
from wiredesk_storage.handlers import keep
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageSettings
from wiredesk_storage.store import Store

log = logging.getLogger(__name__)

# Rows of one transaction.
BATCH = 100


@asynccontextmanager
async def worker(settings: StorageSettings) -> AsyncIterator[Worker[bytes]]:
    """Yield the handler with its connections and a process for what takes long, on a schema brought up to date."""
    if applied := await bring_up(settings.storage):
        log.info("migrations applied: %s", ", ".join(applied))
    async with open_pool(settings.storage) as connections, Pool(1) as reader:
        store = Store(
            connections,
            settings.storage.statement_timeout_seconds,
            workers=reader,
            copy_window=timedelta(days=settings.storage.copy_window_days),
        )
        yield Worker(work=Work(partial(keep, store=store, pool=reader), batch=BATCH), ready=(store.ready,))


def main() -> None:
    """Run until told to stop."""
    service = Service(name="storage", consumes=ENRICHED, settings=StorageSettings, worker=worker, encoded=True)
    raise SystemExit(run(service))


if __name__ == "__main__":
    main()
