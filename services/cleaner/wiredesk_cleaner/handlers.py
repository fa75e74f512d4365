"""The bytes of a page or text as got in; the record of the clean article, or of why it is none, out."""

from collections.abc import Callable, Mapping

from wiredesk.contracts.events import Content
from wiredesk.contracts.wire import Record
from wiredesk.engine.outcomes import Received
from wiredesk.runtime.pool import Pool
from wiredesk_cleaner import pool_worker
from wiredesk_cleaner.settings import CleanerOptions


async def clean(
    received: Received[bytes],
    *,
    pool: Pool,
    options: CleanerOptions,
    parse: Callable[[bytes, Mapping[Content, int]], Record] = pool_worker.parse,
) -> Record:
    """Return the record of the cleaned article or of its rejection.

    Raises:
        InvalidRecordError: the bytes are no `ArticleFetched`.
        WorkFailedError: the page took too long or too much memory; its process is gone, its neighbours are not.
    """
    limits = {Content.HTML: options.max_page_bytes, Content.TEXT: options.max_text_bytes}
    return await pool.run(parse, received.event, limits, timeout=options.time_limit_seconds)
