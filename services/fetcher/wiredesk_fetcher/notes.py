"""What is noted of a page that was asked for: for the next look at it, and in the archive."""

import asyncio
from datetime import UTC, datetime

from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.events import ArticleFetched
from wiredesk_fetcher.handlers import Got
from wiredesk_fetcher.page_archive import PageArchive
from wiredesk_fetcher.sources.polling import Names, digest, named_by, next_visit
from wiredesk_fetcher.sources.store import Page, SourceStore


class Notes:
    """Notes pages of sources in `store` and all pages in `archive`, as far as there are any."""

    def __init__(self, store: SourceStore | None, archive: PageArchive | None) -> None:
        self._store = store
        self._archive = archive

    async def note(self, got: Got) -> None:
        """Note what was got. Idempotent but for the archive, which keeps what comes again as a revisit.

        Raises:
            InfrastructureError: PostgreSQL is away, or the archive cannot be written.
        """
        answer, event = got.answer, got.event
        fetched_at = event.fetched_at if isinstance(event, ArticleFetched) else datetime.now(UTC)
        if self._archive is not None and answer is not None and answer.body:
            try:
                await asyncio.to_thread(
                    self._archive.keep,
                    url=answer.url,
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                    fetched_at=fetched_at,
                )
            except OSError as error:
                raise InfrastructureError(f"the archive cannot be written: {error.strerror}") from error
        if self._store is not None and got.submission.feed_item is not None:
            is_fetched = isinstance(event, ArticleFetched)
            page = Page(
                article_id=event.article_id,
                outcome="fetched" if is_fetched else event.reason.value,  # type: ignore[union-attr]
                fetched_at=fetched_at,
                body_hash=digest(answer.body) if answer else "",
                submission=got.submission,
                **(named_by(answer) if answer else Names(etag="", last_modified="")),
            )
            await self._store.keep_page(page, next_visit(0, fetched_at) if is_fetched else None)
