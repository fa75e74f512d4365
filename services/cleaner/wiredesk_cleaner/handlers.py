"""The bytes of a page or text as got in; the record of the clean article, or of why it is none, out."""

from collections.abc import Callable, Mapping

from wiredesk.contracts.events import Content
from wiredesk.contracts.wire import Record
from wiredesk.engine.outcomes import Received
from wiredesk.runtime.pool import Pool
from wiredesk_cleaner import pool_worker
from wiredesk_cleaner.drift.figures import Seen, with_figures
from wiredesk_cleaner.settings import CleanerOptions


async def clean(
    received: Received[bytes],
    *,
    pool: Pool,
    options: CleanerOptions,
    note: Callable[[Seen], None] = lambda _seen: None,
    parse: Callable[[bytes, Mapping[Content, int]], Record] = pool_worker.parse,
) -> Record:
    """Return the record of the cleaned article or of its rejection; `note` gets its figures, where it has a URL.

    Raises:
        InvalidRecordError: the bytes are no `ArticleFetched`.
        WorkFailedError: the page took too long or too much memory; its process is gone, its neighbours are not.
    """
    limits = {Content.HTML: options.max_page_bytes, Content.TEXT: options.max_text_bytes}
    record, seen = await pool.run(with_figures, parse, received.event, limits, timeout=options.time_limit_seconds)
    if seen is not None:
        note(seen)
    return record
