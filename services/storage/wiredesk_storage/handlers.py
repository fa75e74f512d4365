"""A batch of enriched events in, as bytes; out a receipt for each, a rejection, or why it cannot be stored.

An event that says what its article says now goes on to the table of current articles as well.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from wiredesk.contracts import wire
from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.topics import CURRENT
from wiredesk.engine.outcomes import Answer, Output, Received
from wiredesk.runtime.pool import Pool
from wiredesk_storage import core
from wiredesk_storage.core import Row
from wiredesk_storage.receipts import rejected_event, stored_event
from wiredesk_storage.store import Store

# To read a larger one takes longer than the event loop may stand still: 8 MiB of mentions take most of a second.
LARGE_BYTES = 256 * 1024
READ_SECONDS = 60.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def keep(batch: Sequence[Received[bytes]], *, store: Store, pool: Pool | None = None) -> list[Answer]:
    """Return one answer per record, in order; what has a receipt is durable. `pool` reads the large ones.

    Raises:
        InfrastructureError: the store is away; the whole batch may be given again.
    """
    found = [await _read(received, pool) for received in batch]
    rows = [one for one in found if isinstance(one, Row)]
    answers = iter(await store.save(rows))
    return [
        one if isinstance(one, PermanentError) else _answer(one, received.event, next(answers))
        for received, one in zip(batch, found, strict=True)
    ]


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


def _answer(row: Row, value: bytes, answer: core.Receipt | core.Refused | PermanentError) -> Answer:
    if isinstance(answer, PermanentError):
        return answer
    if isinstance(answer, core.Refused):
        return rejected_event(row)
    receipt = stored_event(row, answer)
    if not answer.is_current:
        return receipt
    now = datetime.now(UTC)
    outputs: list[Output] = [
        wire.of_table(
            CURRENT, row.article_id, row.event_id, value, source="storage", time=now, fetched_at=_fetched_at(row)
        ),
        receipt,
    ]
    return outputs


def _fetched_at(row: Row) -> datetime:
    return _EPOCH + timedelta(microseconds=row.version)
