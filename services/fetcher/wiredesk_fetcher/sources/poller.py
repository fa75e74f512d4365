"""The poller: takes sources that are due, asks them, and puts what is new on the wire.

Any number of fetchers poll side by side: a source is taken by one of them for the time of a lease. What is new is on
Kafka before the poll is written down, so a crash in between submits it once more and loses nothing.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from wiredesk.contracts import wire
from wiredesk.contracts.errors import BrokenError, InfrastructureError, PermanentError, TransientError
from wiredesk.contracts.events import ArticleSubmitted, Rejection
from wiredesk.contracts.submission import Refusal
from wiredesk.runtime.pool import Pool
from wiredesk_fetcher.core import Response
from wiredesk_fetcher.crawler import Crawler, NotYetError
from wiredesk_fetcher.feeds.hubs import hub_of
from wiredesk_fetcher.feeds.listing import Item, Listing, NotAListingError, TooLargeError
from wiredesk_fetcher.feeds.reading import MAX_FEED_BYTES, read
from wiredesk_fetcher.http import UNKNOWN_HOST, Wanted
from wiredesk_fetcher.sources import polling
from wiredesk_fetcher.sources.polled import Poll, Saw
from wiredesk_fetcher.sources.source import Source, article_of, identity, submission
from wiredesk_fetcher.sources.store import Listed, Page, SourceStore
from wiredesk_fetcher.sources.tally import POLLS
from wiredesk_fetcher.websub.store import Subscriptions

log = logging.getLogger(__name__)

LISTING = Wanted(
    accept="application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
    is_read=lambda status, _: 200 <= status < 300,
    limit=lambda _: MAX_FEED_BYTES,
)
# Longer than any poll takes, sitemaps of an index and politeness included.
LEASE = timedelta(minutes=10)
LOOK_SECONDS = 2.0
PARSE_SECONDS = 20.0
PARSE_BYTES = 1024 * 1024 * 1024
# Of an index, those that changed last: a site's older sitemaps list what it listed before.
SITEMAPS_AT_ONCE = 3
# For its host's time: above the longest delay, and three times within a lease.
SITEMAP_PATIENCE = timedelta(seconds=130)

Submit = Callable[[ArticleSubmitted], Awaitable[object]]
Tell = Callable[[wire.Record], Awaitable[object]]


class Poller:
    """Polls for as long as `run` runs; `problem` says why it cannot, empty when all is well."""

    def __init__(
        self,
        store: SourceStore,
        crawler: Crawler,
        submit: Submit,
        tell: Tell,
        *,
        at_once: int,
        backlog: int,
        now: Callable[[], datetime],
        jitter: Callable[[], float] = random.random,
        subscriptions: Subscriptions | None = None,
        submit_backlog: Submit | None = None,
    ) -> None:
        """`submit` and `tell` return when what they are given is durable; `jitter` gives numbers from 0 to 1.

        What a new source lists already goes to `submit_backlog` where there is one.
        With `subscriptions` the hubs that listings name are noted there, and polls are spared while these tell.
        """
        self.problem = ""
        self._store = store
        self._crawler = crawler
        self._reader: Pool | None = None
        self._starting = asyncio.Lock()
        self._submit = submit
        self._submit_backlog = submit_backlog or submit
        self._tell = tell
        self._at_once = at_once
        self._backlog = backlog
        self._now = now
        self._jitter = jitter
        self._subscriptions = subscriptions
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Poll until cancelled. An outage of PostgreSQL or Kafka is waited out."""
        try:
            while True:
                try:
                    await self.look()
                    self.problem = ""
                except InfrastructureError as error:
                    self._failed(error)
                await (self._subscriptions.told if self._subscriptions else asyncio.sleep)(LOOK_SECONDS)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.close()

    async def close(self) -> None:
        """End the process that reads listings; the next listing starts another."""
        if self._reader is not None:
            await self._reader.__aexit__(None, None, None)
            self._reader = None

    async def look(self) -> None:
        """Begin what is due and finds room.

        Raises:
            InfrastructureError: PostgreSQL is away.
        """
        room = self._at_once - len(self._tasks)
        if room <= 0:
            return
        sources = await self._store.take(self._now(), room, LEASE)
        for source in sources:
            self._begin(self.poll(source), source.address)
        for page in (
            await self._store.take_pages(self._now(), room - len(sources), LEASE) if room > len(sources) else ()
        ):
            self._begin(self.revisit(page), page.submission.url or "")

    async def finished(self) -> None:
        """Return when what has been begun has ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _begin(self, work: Awaitable[None], name: str) -> None:
        async def guarded() -> None:
            try:
                await work
            except InfrastructureError as error:
                self._failed(error)
            except Exception as error:  # noqa: BLE001 - one source must not end the others; its lease brings it back
                log.error("polling broke at %s: %s", name, type(error).__name__)  # noqa: TRY400 - no text of a stranger

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _failed(self, error: InfrastructureError) -> None:
        if not self.problem:
            log.warning("polling waits: %s", error)
        self.problem = str(error)

    # ---- a source ----

    async def poll(self, source: Source) -> None:
        """Ask one source, submit what is new, and write down how it is and when it is polled next.

        Raises:
            InfrastructureError: PostgreSQL or Kafka is away; the source is taken again when its lease ends.
        """
        try:
            answer = await self._crawler.get(
                source.address, LISTING, has_waited=True, headers=polling.conditions(source)
            )
        except NotYetError as later:
            await self._store.postpone(source, later.at)
            return
        except TransientError as error:
            saw = Saw.HARD_ERROR if error.reason == UNKNOWN_HOST else Saw.SOFT_ERROR
            await self._finish(source, source, Poll(at=self._now(), saw=saw, reason=error.reason), ())
            return
        poll = polling.failed(answer, self._now())
        if poll is None and isinstance(answer, Response):
            poll = polling.same_body(source, answer, self._now())
        if poll is not None:
            named = source
            if poll.saw is Saw.SAME_BODY and isinstance(answer, Response):
                # The same bytes may have a new name.
                named = replace(source, **polling.named_by(answer))
            await self._finish(source, named, poll, ())
            return
        assert isinstance(answer, Response)
        await self._list(source, answer)

    async def _list(self, source: Source, answer: Response) -> None:
        listing = await self._read(answer)
        if isinstance(listing, Poll):
            await self._finish(source, source, listing, ())
            return
        described = polling.described(source, listing, answer)
        if self._subscriptions is not None:
            hub = hub_of(listing, answer.headers, answer.url)
            await self._subscriptions.named(source.source_id, hub, self._now())
        parts = [await self._sitemap(one.url) for one in listing.sitemaps[:SITEMAPS_AT_ONCE]]
        if parts and all(part is None for part in parts):
            await self._finish(source, source, Poll(at=self._now(), saw=Saw.SOFT_ERROR, reason="sitemaps"), ())
            return
        if None in parts:
            # What could not be read is asked again, whether the index has changed or not.
            described = replace(described, etag="", last_modified="", body_hash="")
        items = [*listing.items, *(item for part in parts for item in part or ())]
        keys = [identity(item) for item in items]
        known = await self._store.known(source, keys)
        wired = await self._store.on_the_wire([article_of(item) for item in items])
        backlog = self._backlog if source.backlog is None else source.backlog
        chosen = polling.sort(source, items, known, wired, backlog=backlog)
        submit = self._submit_backlog if source.health.last_success is None else self._submit
        for item in chosen.submit:
            await self._submit_one(described, item, submit)
        poll = polling.listed(listing, items, len(chosen.submit) + len(chosen.remember), answer, self._now())
        noted = [Listed(identity(item), article_of(item), was_submitted=True) for item in chosen.submit]
        noted += [Listed(identity(item), article_of(item), was_submitted=False) for item in chosen.remember]
        await self._finish(source, described, poll, noted)

    async def _submit_one(self, source: Source, item: Item, submit: Submit) -> None:
        try:
            await submit(submission(source, item))
        except (PermanentError, ValueError):
            # Such an address is refused wherever it is published; once is enough to know.
            log.warning("%s lists what cannot be submitted", source.url)

    async def _read(self, answer: Response) -> Listing | Poll:
        async with self._starting:
            # Most fetchers never read a listing, and a process for it takes 60 MB.
            if self._reader is None:
                self._reader = await Pool(1, memory_bytes=PARSE_BYTES).__aenter__()
        try:
            found = await self._reader.run(
                _listing_of, answer.body, answer.content_type, answer.url, timeout=PARSE_SECONDS
            )
        except BrokenError:
            await self.close()
            raise
        except PermanentError as error:
            return Poll(at=self._now(), saw=Saw.HARD_ERROR, reason=error.reason)
        return found if isinstance(found, Listing) else Poll(at=self._now(), saw=Saw.HARD_ERROR, reason=found)

    async def _sitemap(self, url: str) -> Sequence[Item] | None:
        try:
            answer = await self._crawler.get(url, LISTING, has_waited=True, patience=SITEMAP_PATIENCE)
        except (NotYetError, TransientError):
            return None
        if isinstance(answer, Refusal) or not 200 <= answer.status < 300:
            return None
        listing = await self._read(answer)
        return listing.items if isinstance(listing, Listing) else None

    async def _finish(self, before: Source, source: Source, poll: Poll, items: Sequence[Listed]) -> None:
        after = polling.settled(source, poll, jitter=self._jitter(), told_for=await self._told_for(before, poll))
        if before.health.state is not after.health.state and await self._store.is_polled(source):
            await self._tell(wire.of_source(polling.told(after, poll.at), source="fetcher"))
        await self._store.finish(after, items, poll.at)
        POLLS.labels(poll.saw).inc()
        if poll.reason:
            log.info("%s: %s", after.url, poll.reason)

    async def _told_for(self, source: Source, poll: Poll) -> timedelta:
        if self._subscriptions is None:
            return timedelta()
        # The next poll of a source that was taken is when its lease ends.
        began = (source.next_poll or poll.at) - LEASE
        return await self._subscriptions.told_for(
            source.source_id, new=poll.new, began=began, last_success=source.health.last_success, now=poll.at
        )

    # ---- a page ----

    async def revisit(self, page: Page) -> None:
        """Look whether a page has changed; what has is submitted again with its content.

        Raises:
            InfrastructureError: PostgreSQL or Kafka is away; the page is taken again when its lease ends.
        """
        assert page.submission.url is not None
        url = page.submission.url
        after = replace(page, visits=page.visits + 1)
        try:
            known = polling.validators(page.etag, page.last_modified)
            answer = await self._crawler.get(url, has_waited=True, headers=known)
        except NotYetError as later:
            await self._store.visited(page, later.at)
            return
        except TransientError as error:
            answer = Refusal(Rejection.HTTP_ERROR, str(error))
        if isinstance(answer, Response) and 200 <= answer.status < 300:
            found = polling.digest(answer.body)
            after = replace(after, body_hash=found, **polling.named_by(answer))
            if found != page.body_hash:
                # By its address: the stage that gets pages is one, and what it notes of them is noted there.
                await self._submit(page.submission)
        await self._store.visited(after, polling.next_visit(after.visits, page.fetched_at))


def _listing_of(body: bytes, content_type: str, url: str) -> Listing | str:
    """Return the listing in `body`, or the code of why it is none: errors of a worker lose their kind on the way."""
    try:
        return read(body, content_type, url)
    except TooLargeError:
        return "too_large"
    except NotAListingError:
        return "not_a_feed"
