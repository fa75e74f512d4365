"""The storage process."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.topics import ENRICHED
from wiredesk.runtime.service import Service, Worker, run
from wiredesk_storage.handlers import keep
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageSettings
from wiredesk_storage.store import Store, open_pool

log = logging.getLogger(__name__)


@asynccontextmanager
async def worker(settings: StorageSettings) -> AsyncIterator[Worker[ArticleEnriched]]:
    """Yield the batch handler with its connections, on a schema brought up to date."""
    if applied := await bring_up(settings.storage):
        log.info("migrations applied: %s", ", ".join(applied))
    async with open_pool(settings.storage) as pool:
        store = Store(pool, settings.storage.statement_timeout_seconds)
        yield Worker(handle=partial(keep, store=store), ready=(store.ready,))


def main() -> None:
    """Run until told to stop."""
    raise SystemExit(run(Service(name="storage", consumes=ENRICHED, settings=StorageSettings, worker=worker)))


if __name__ == "__main__":
    main()
