"""A batch of enriched articles in; a receipt for each, or why it cannot be stored, out."""

from collections.abc import Sequence

from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.events import ArticleEnriched, ArticleStored
from wiredesk.engine.outcomes import Received
from wiredesk_storage import core
from wiredesk_storage.store import Store


async def keep(batch: Sequence[Received[ArticleEnriched]], *, store: Store) -> list[ArticleStored | PermanentError]:
    """Return one answer per record, in order; what has a receipt is durable.

    Raises:
        InfrastructureError: the store is away; the whole batch may be given again.
    """
    rows = [core.row(received) for received in batch]
    answers = await store.save(rows)
    return [
        answer if isinstance(answer, PermanentError) else core.stored_event(row, answer)
        for row, answer in zip(rows, answers, strict=True)
    ]
