"""A page or text as got in; the clean article, or why it is none, out."""

from collections.abc import Callable

from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, ArticleRejected, Content
from wiredesk.contracts.submission import check_content
from wiredesk.engine.outcomes import Outcome, Received
from wiredesk.runtime.pool import Pool
from wiredesk_cleaner import core, pool_worker
from wiredesk_cleaner.settings import CleanerOptions


async def clean(
    received: Received[ArticleFetched],
    *,
    pool: Pool,
    options: CleanerOptions,
    parse: Callable[[ArticleFetched], ArticleCleaned | ArticleRejected] = pool_worker.parse,
) -> Outcome:
    """Return the cleaned article or its rejection.

    Raises:
        WorkFailedError: the page took too long or too much memory; its process is gone, its neighbours are not.
    """
    event = received.event
    is_page = event.kind is Content.HTML
    limit = options.max_page_bytes if is_page else options.max_text_bytes
    if refusal := check_content(event.content, "page" if is_page else "text", limit):
        return core.rejected(event, refusal.reason, refusal.message)
    return await pool.run(parse, event, timeout=options.time_limit_seconds)
