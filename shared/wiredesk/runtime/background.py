"""What a service does beside its records, for as long as it runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from wiredesk.contracts.errors import ConfigurationError, InfrastructureError

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0


@asynccontextmanager
async def background(name: str, job: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run `job` beside the block and cancel it at the block's end; when it ends before, it begins again after a pause.

    An outage is not told: the readiness of the service does. Any other error is, for the service goes on without.
    """
    task = asyncio.create_task(_for_ever(name, job))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _for_ever(name: str, job: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await job()
        except InfrastructureError as error:
            log.debug("%s begins again: %s", name, error)
        except ConfigurationError as error:
            log.error("%s begins again: %s", name, error)  # noqa: TRY400 - the message is the whole story
        except Exception as error:  # noqa: BLE001 - whatever it is, the service goes on, and so does this
            # Only the class of the error: its text may quote an article.
            log.error("%s begins again: %s", name, type(error).__name__)  # noqa: TRY400 - as above
        await asyncio.sleep(AGAIN_SECONDS)
