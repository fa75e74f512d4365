"""One cleaner stage in the real service frame that is a bad deployment for as long as a file exists.

`python -m tests.faults.programs.deployment FILE`: every record raises while FILE is there. To remove it is to mend what
the deployment depends on; the process goes on running.
"""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from tests.factories import cleaned
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched
from wiredesk.contracts.topics import FETCHED
from wiredesk.engine.outcomes import Received
from wiredesk.engine.work import one_by_one
from wiredesk.runtime import service
from wiredesk.runtime.settings import ServiceSettings


@asynccontextmanager
async def worker(_settings: ServiceSettings, bad: Callable[[], bool]) -> AsyncIterator[service.Worker[ArticleFetched]]:
    """Yield a handler that raises while `bad` is true."""

    async def clean(received: Received[ArticleFetched]) -> ArticleCleaned:
        if bad():
            raise ValueError("a bad deployment")
        article = {"article_id": received.event.article_id, "event_id": received.event.event_id}
        return cleaned(received.event.content).model_copy(update=article)

    yield service.Worker(work=one_by_one(clean, concurrency=10))


if __name__ == "__main__":
    opened = partial(worker, bad=Path(sys.argv[1]).exists)
    raise SystemExit(service.run(service.Service("cleaner", FETCHED, ServiceSettings, opened), []))
