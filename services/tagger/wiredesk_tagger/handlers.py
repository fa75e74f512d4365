"""A batch of clean articles in, the same articles with their entities out, as bytes; a bad article fails alone."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeAlias

from wiredesk.contracts.errors import ConfigurationError, PermanentError, WorkFailedError
from wiredesk.contracts.events import MAX_PAGE_BYTES
from wiredesk.contracts.wire import Record
from wiredesk.engine.outcomes import Received
from wiredesk.runtime.pool import Pool
from wiredesk_tagger import nlp, pool_worker
from wiredesk_tagger.settings import TaggerOptions

Work: TypeAlias = Callable[[Sequence[bytes]], list[Record | PermanentError]]

_BYTES_PER_WORD = 6  # English news, the space included; what else a record holds counts as text as well


async def tag(
    batch: Sequence[Received[bytes]],
    *,
    pool: Pool,
    options: TaggerOptions,
    work: Work = pool_worker.tag,
) -> Sequence[Record | PermanentError]:
    """Answer each record with that of its `ArticleEnriched`, or with the error that its own bytes caused.

    That is an `InvalidRecordError` where they are no `ArticleCleaned`, otherwise a `WorkFailedError`.
    """
    values = [one.event for one in batch]
    size = options.chunk_size
    chunks = [values[at : at + size] for at in range(0, len(values), size)]
    answers = await asyncio.gather(*(_tagged(chunk, pool, options, work) for chunk in chunks))
    return [answer for chunk in answers for answer in chunk]


async def _tagged(
    values: Sequence[bytes], pool: Pool, options: TaggerOptions, work: Work
) -> list[Record | PermanentError]:
    """Return what `work` makes of each record; a chunk that fails is tried again record by record."""
    # No text is longer than the page that it was on, whatever else a record holds.
    words = sum(min(len(value), MAX_PAGE_BYTES) for value in values) / _BYTES_PER_WORD
    limit = options.base_seconds + options.seconds_per_1000_words * words / 1000
    try:
        return await pool.run(work, values, timeout=limit)
    except WorkFailedError as error:
        if len(values) == 1:
            return [error]
    alone = await asyncio.gather(*(_tagged([value], pool, options, work) for value in values))
    return [answer for answers in alone for answer in answers]


async def pipeline_of(pool: Pool, options: TaggerOptions) -> nlp.MadeBy:
    """Wait until a process of `pool` has loaded the pipelines, and return what reads English.

    Raises:
        ConfigurationError: one does not load; the message says how to install it.
    """
    try:
        answer = await pool.run(nlp.describe, timeout=options.load_seconds)
    except WorkFailedError as error:
        raise ConfigurationError(f"the pipelines did not load in their process: {error}") from None
    if isinstance(answer, str):
        raise ConfigurationError(answer)
    return answer
