"""What all sources come to, as metrics: how many are in which state, whether polls are late, and what polls saw."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from wiredesk.contracts.sources import SourceState
from wiredesk.metrics import known
from wiredesk.metrics.registry import counter, gauge
from wiredesk.postgres.connections import Connections, outages
from wiredesk_fetcher.sources.polled import Saw

SOURCES = gauge(known.SOURCES)
POLL_DELAY = gauge(known.POLL_DELAY)
POLLS = counter(known.POLLS)

EVERY_SECONDS = 30.0

_STATES = "select state, count(*) as sources from wiredesk_fetcher.sources group by state"
# One that is taken is late only when whoever took it has not come back in the time of its lease.
_DELAY = """
select coalesce(extract(epoch from $1::timestamptz - min(next_poll)), 0)
from wiredesk_fetcher.sources where next_poll <= $1 and coalesce(taken_until <= $1, true)
"""


async def keep_tally(pool: Connections, now: Callable[[], datetime]) -> None:
    """Count the sources twice a minute until cancelled.

    Raises:
        InfrastructureError: PostgreSQL is away; what was counted last stands.
    """
    for saw in Saw:
        POLLS.labels(saw)
    while True:
        await tally(pool, now())
        await asyncio.sleep(EVERY_SECONDS)


async def tally(pool: Connections, now: datetime) -> None:
    """Count the sources once.

    Raises:
        InfrastructureError: PostgreSQL is away.
    """
    with outages():
        counted = {row["state"]: row["sources"] for row in await pool.fetch(_STATES)}
        delay = await pool.fetchval(_DELAY, now)
    for state in SourceState:
        SOURCES.labels(state).set(counted.get(state, 0))
    POLL_DELAY.set(float(delay))
