"""The fetcher process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

from wiredesk.client.client import Wiredesk
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import SUBMITTED
from wiredesk.engine.work import one_by_one
from wiredesk.postgres.connections import open_pool, unready
from wiredesk.postgres.options import PostgresOptions
from wiredesk.runtime.background import background
from wiredesk.runtime.service import Service, Worker, run
from wiredesk_fetcher.crawler import Crawler
from wiredesk_fetcher.handlers import fetch
from wiredesk_fetcher.hosts import HostsHere, HostsTogether
from wiredesk_fetcher.http import open_web
from wiredesk_fetcher.migrations import bring_up
from wiredesk_fetcher.notes import Notes
from wiredesk_fetcher.page_archive import PageArchive
from wiredesk_fetcher.refusals import Refusals
from wiredesk_fetcher.settings import FetcherSettings
from wiredesk_fetcher.sources.poller import Poller
from wiredesk_fetcher.sources.store import SourceStore
from wiredesk_fetcher.sources.tally import keep_tally
from wiredesk_fetcher.websub.callbacks import listening
from wiredesk_fetcher.websub.store import Subscriptions
from wiredesk_fetcher.websub.subscriber import Subscriber

log = logging.getLogger(__name__)

# Pages fetched at a time, up to 5 MiB each; a host that does not answer keeps one of them busy until the deadline.
CONCURRENCY = 50
# Claims take milliseconds each; polls hold none while they wait for a site.
CONNECTIONS = 8
# A look-up of a name keeps one until its name servers answer, which may be after whoever asked has left.
THREADS = 64
_START_AGAIN_SECONDS = 5.0


@asynccontextmanager
async def worker(settings: FetcherSettings) -> AsyncIterator[Worker[ArticleSubmitted]]:
    """Yield the handler with its HTTP session; where a database is set, sources are polled meanwhile."""
    options = settings.fetcher
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(open_web(options))
        archive = None
        if options.archive_dir is not None:
            # It reads the newest file through.
            archive = await asyncio.to_thread(PageArchive, options.archive_dir, name="fetcher")
            stack.callback(archive.close)
        if options.dsn is None:
            crawler = Crawler(web, HostsHere(), options, _now)
            handler = partial(fetch, crawler=crawler, clock=_now, note=Notes(None, archive).note)
            yield Worker(work=one_by_one(handler, concurrency=CONCURRENCY))
            return
        database = PostgresOptions(dsn=options.dsn, connections=CONNECTIONS)
        if applied := await bring_up(database):
            log.info("migrations applied: %s", ", ".join(applied))
        pool = await stack.enter_async_context(open_pool(database))
        crawler, store = Crawler(web, HostsTogether(pool), options, _now), SourceStore(pool)
        subscriptions = None
        # History is submitted, not discovered: only the live lane polls.
        if options.websub_url and not settings.lane:
            subscriptions = Subscriptions(pool, options.websub_url)
            callbacks = listening(subscriptions, host=options.websub_host, port=options.websub_port, now=_now)
            await stack.enter_async_context(callbacks)
            subscribing = asyncio.create_task(Subscriber(subscriptions, crawler, _now).run())
            stack.push_async_callback(_end, subscribing)
        if options.polls and not settings.lane:
            polling = asyncio.create_task(_poll(settings, store, crawler, subscriptions))
            stack.push_async_callback(_end, polling)
            await stack.enter_async_context(background("counting sources", partial(keep_tally, pool, _now)))
        handler = partial(
            fetch, crawler=crawler, clock=_now, note=Notes(store, archive).note, refuses=Refusals(pool).refuses
        )
        yield Worker(work=one_by_one(handler, concurrency=CONCURRENCY), ready=(partial(unready, pool),))


async def _poll(
    settings: FetcherSettings, store: SourceStore, crawler: Crawler, subscriptions: Subscriptions | None
) -> None:
    """Poll for as long as the process lives; Kafka may come up after it."""
    options = settings.fetcher
    while True:
        with suppress(InfrastructureError):
            async with (
                Wiredesk(settings.kafka) as wire,
                Wiredesk(settings.kafka, lane=options.backlog_lane) as behind,
            ):
                poller = Poller(
                    store,
                    crawler,
                    wire.submit,
                    wire.send,
                    at_once=options.polls,
                    backlog=options.backlog,
                    now=_now,
                    subscriptions=subscriptions,
                    submit_backlog=behind.submit,
                )
                await poller.run()
        await asyncio.sleep(_START_AGAIN_SECONDS)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    """Run until told to stop."""
    raise SystemExit(run(Service(name="fetcher", consumes=SUBMITTED, settings=FetcherSettings, worker=worker)))


if __name__ == "__main__":
    main()
