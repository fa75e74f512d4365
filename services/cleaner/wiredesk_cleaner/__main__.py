"""Run the cleaner: settings, a pool of processes for the parsing, then the articles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from wiredesk.contracts.topics import FETCHED
from wiredesk.engine import metrics
from wiredesk.engine.work import one_by_one
from wiredesk.runtime.pool import Pool
from wiredesk.runtime.service import Service, Worker, run
from wiredesk_cleaner import pool_worker
from wiredesk_cleaner.drift.alarm import drift_alarm
from wiredesk_cleaner.handlers import clean
from wiredesk_cleaner.settings import CleanerSettings

_MIB = 1024 * 1024


@asynccontextmanager
async def worker(settings: CleanerSettings) -> AsyncIterator[Worker[bytes]]:
    """Start the processes and keep each of them busy: one article in work, one waiting."""
    options = settings.cleaner
    pool = Pool(options.workers, initializer=pool_worker.start, memory_bytes=options.memory_limit_mib * _MIB)
    with drift_alarm(metrics.REGISTRY) as alarm:
        async with pool:
            handler = partial(clean, pool=pool, options=options, note=alarm.note)
            yield Worker(work=one_by_one(handler, concurrency=2 * options.workers))


def main() -> None:
    """Entry point of `wiredesk-cleaner`."""
    service = Service(name="cleaner", consumes=FETCHED, settings=CleanerSettings, worker=worker, encoded=True)
    raise SystemExit(run(service))


if __name__ == "__main__":
    main()
