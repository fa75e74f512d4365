"""A batch of enriched events in, as bytes; a receipt for each, or why it cannot be stored, out."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from wiredesk.contracts import wire
from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.events import ArticleEnriched, ArticleStored
from wiredesk.engine.outcomes import Received
from wiredesk.runtime.pool import Pool
from wiredesk_storage import core
from wiredesk_storage.core import Row
from wiredesk_storage.store import Store

# To read a larger one takes longer than the event loop may stand still: 8 MiB of mentions take most of a second.
LARGE_BYTES = 256 * 1024
READ_SECONDS = 60.0


async def keep(
    batch: Sequence[Received[bytes]], *, store: Store, pool: Pool | None = None
) -> list[ArticleStored | PermanentError]:
    """Return one answer per record, in order; what has a receipt is durable. `pool` reads the large ones.

    Raises:
        InfrastructureError: the store is away; the whole batch may be given again.
    """
    found = [await _read(received, pool) for received in batch]
    rows = [one for one in found if isinstance(one, Row)]
    answers = iter(await store.save(rows))
    return [one if isinstance(one, PermanentError) else _answer(one, next(answers)) for one in found]


def row_of(received: Received[bytes]) -> Row:
    """Return the row for a record.

    Raises:
        InvalidRecordError: it holds no enriched event.
    """
    return core.row(replace(received, event=wire.decode(received.event, ArticleEnriched)))  # type: ignore[arg-type]


async def _read(received: Received[bytes], pool: Pool | None) -> Row | PermanentError:
    try:
        if pool is not None and len(received.event) > LARGE_BYTES:
            return await pool.run(row_of, received, timeout=READ_SECONDS)
        row = row_of(received)
    except PermanentError as error:
        return error
    # A batch of them takes its time: others get their turn in between.
    await asyncio.sleep(0)
    return row


def _answer(row: Row, answer: core.Receipt | PermanentError) -> ArticleStored | PermanentError:
    return answer if isinstance(answer, PermanentError) else core.stored_event(row, answer)
