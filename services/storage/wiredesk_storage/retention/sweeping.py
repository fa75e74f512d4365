"""Deletes for as long as the process lives, and says how much."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from wiredesk.metrics import known
from wiredesk.metrics.registry import counter
from wiredesk.postgres.connections import Connections
from wiredesk_storage.retention.pruning import START, Place, Pruner, Round
from wiredesk_storage.settings import StorageOptions

log = logging.getLogger(__name__)

DELETED = counter(known.STORAGE_DELETED)

# What becomes too old waits so long at most.
_EVERY_SECONDS = 6 * 3600.0
# Of one transaction: some tens of milliseconds.
_MOST = 100
# After each for as long as it took, and a little: so at most half of a connection's time goes into deleting.
_LEAST_PAUSE_SECONDS = 0.05
_IN_THE_WAY_SECONDS = 5.0

_Prune = Callable[[Place, int], Awaitable[Round | None]]


async def sweep(pool: Connections, options: StorageOptions) -> None:
    """Delete what `options` says may go, now and every six hours, until cancelled.

    Raises:
        InfrastructureError: PostgreSQL is away: call it again later.
    """
    pruner = Pruner(pool, options.statement_timeout_seconds)
    replaced = START
    while True:
        if options.revisions_days is not None:
            # What was looked at once has nothing left: it is not looked at again.
            prune = partial(pruner.revisions, timedelta(days=options.revisions_days))
            replaced = await swept("revisions", prune, replaced)
        if options.articles_days is not None:
            # Those that were seen again are still there, and looked at again.
            await swept("articles", partial(pruner.articles, timedelta(days=options.articles_days)), START)
        await asyncio.sleep(_EVERY_SECONDS)


async def swept(what: str, prune: _Prune, place: Place, most: int = _MOST) -> Place:
    """Delete, some rows a transaction, from `place` on to the last that is too old now; return that one."""
    total, is_last = 0, False
    while not is_last:
        begun = time.monotonic()
        done = await prune(place, most)
        if done is None:
            await asyncio.sleep(_IN_THE_WAY_SECONDS)
            continue
        DELETED.labels(what).inc(done.deleted)
        total, place, is_last = total + done.deleted, done.place, done.is_last
        await asyncio.sleep(max(_LEAST_PAUSE_SECONDS, time.monotonic() - begun))
    if total:
        log.info("%d %s were too old and are deleted", total, what)
    return place
