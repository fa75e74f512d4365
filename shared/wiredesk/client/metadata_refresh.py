"""Calm while a partition has no leader: aiokafka's producer asks for metadata without a pause until there is one.

Measured with one record waiting: half a core of the worker and a fifth of a core of every broker, at the moment the
cluster is in trouble. Its source speaks of a back-off at that place and has none (aiokafka 0.14, `producer/sender.py`).
"""

import asyncio
import time
from typing import Any

# aiokafka's own `retry_backoff_ms`.
PAUSE_SECONDS = 0.1


def space_out_refreshes(producer: Any) -> None:
    """Let at least `PAUSE_SECONDS` pass between two metadata requests of a started producer."""
    client = producer.client
    refresh = client._metadata_update  # noqa: SLF001 - there is no public place
    ended = 0.0

    async def spaced(*arguments: Any) -> Any:
        nonlocal ended
        await asyncio.sleep(max(0.0, ended + PAUSE_SECONDS - time.monotonic()))
        try:
            return await refresh(*arguments)
        finally:
            ended = time.monotonic()

    client._metadata_update = spaced  # noqa: SLF001 - see above
