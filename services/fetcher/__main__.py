"""The fetcher process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from services.fetcher.handlers import fetch
from services.fetcher.http import open_web
from services.fetcher.settings import FetcherSettings
from shared.events import ArticleSubmitted
from shared.service import Service, Worker, run
from shared.stage import one_by_one
from shared.topics import SUBMITTED

# All of a batch is in hand at once, up to 5 MiB each; one slow host holds it for queue and deadline at most.
BATCH = 50


@asynccontextmanager
async def worker(settings: FetcherSettings) -> AsyncIterator[Worker[ArticleSubmitted]]:
    """Yield the batch handler with its HTTP session."""
    async with open_web(settings.fetcher) as web:
        handler = partial(fetch, web=web, clock=lambda: datetime.now(UTC))
        yield Worker(handle=one_by_one(handler, concurrency=BATCH))


def main() -> None:
    """Run until told to stop."""
    raise SystemExit(
        run(Service(name="fetcher", consumes=SUBMITTED, settings=FetcherSettings, worker=worker, batch=BATCH))
    )


if __name__ == "__main__":
    main()
