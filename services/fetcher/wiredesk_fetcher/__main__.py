"""The fetcher process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import SUBMITTED
from wiredesk.engine.work import one_by_one
from wiredesk.runtime.service import Service, Worker, run
from wiredesk_fetcher.handlers import fetch
from wiredesk_fetcher.http import open_web
from wiredesk_fetcher.settings import FetcherSettings

# Pages fetched at a time, up to 5 MiB each; a host that does not answer keeps one of them busy until the deadline.
CONCURRENCY = 50


@asynccontextmanager
async def worker(settings: FetcherSettings) -> AsyncIterator[Worker[ArticleSubmitted]]:
    """Yield the handler with its HTTP session."""
    async with open_web(settings.fetcher) as web:
        handler = partial(fetch, web=web, clock=lambda: datetime.now(UTC))
        yield Worker(work=one_by_one(handler, concurrency=CONCURRENCY))


def main() -> None:
    """Run until told to stop."""
    raise SystemExit(run(Service(name="fetcher", consumes=SUBMITTED, settings=FetcherSettings, worker=worker)))


if __name__ == "__main__":
    main()
