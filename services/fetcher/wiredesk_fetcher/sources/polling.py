"""What a poll makes of its source: which items are new, how the source is, when it is polled next. Pure."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypedDict
from uuid import UUID

from wiredesk.contracts.events import Rejection
from wiredesk.contracts.sources import SourceHealth
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher import core
from wiredesk_fetcher.charset import fit
from wiredesk_fetcher.core import Response
from wiredesk_fetcher.feeds.listing import Item, Kind, Listing
from wiredesk_fetcher.sources.health import after
from wiredesk_fetcher.sources.polled import LONGEST_ASKED, Poll, Saw, hint_of
from wiredesk_fetcher.sources.schedule import NEVER, is_conditional, next_poll, rhythm_after
from wiredesk_fetcher.sources.source import Source, article_of, identity

# A page is looked at again for corrections: most come within the hour; GDELT asks again after a day and a week.
REVISITS = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7))
_LONGEST_NAME = 1000
# A header that holds one is not sent.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Request Timeout, Too Early, Too Many Requests.
_PASSING = frozenset({408, 425, 429})
_CODES = {
    Rejection.ROBOTS: (Saw.BLOCKED, "robots"),
    Rejection.NO_CONTACT: (Saw.BLOCKED, "no_contact"),
    Rejection.TOO_LARGE: (Saw.HARD_ERROR, "too_large"),
}


@dataclass(frozen=True, slots=True)
class Sorted:
    """The items of a listing by what is done with them: those to be submitted, and those that are only remembered."""

    submit: tuple[Item, ...]
    remember: tuple[Item, ...]


def conditions(source: Source) -> dict[str, str]:
    """Return the headers that make the next poll conditional; none when it is time for one that is not."""
    if not is_conditional(source.rhythm):
        return {}
    return validators(source.etag, source.last_modified)


def validators(etag: str, last_modified: str) -> dict[str, str]:
    """Return the headers of a conditional request."""
    # What was remembered may be older than what is kept of it now.
    named = {"If-None-Match": _name(etag), "If-Modified-Since": _name(last_modified)}
    return {name: value for name, value in named.items() if value}


def failed(answer: Response | Refusal, now: datetime) -> Poll | None:
    """Return the poll of an answer that is no listing, or None when there is a body to be read."""
    if isinstance(answer, Refusal):
        saw, reason = _CODES.get(answer.reason, (Saw.HARD_ERROR, answer.reason.value))
        return Poll(at=now, saw=saw, reason=reason)
    hint = _hint(answer, None, now)
    retry_after = core.wait(answer.retry_after, now, LONGEST_ASKED) if answer.retry_after else None
    status = answer.status
    if 200 <= status < 300:
        return None
    if status == 304:
        return Poll(at=now, saw=Saw.NOT_MODIFIED, hint=hint, moved_to=answer.moved_to)
    return Poll(at=now, saw=_failure(status), reason=f"http_{status}", retry_after=retry_after)


def _failure(status: int) -> Saw:
    if status == 410:
        return Saw.GONE
    if status in (401, 403):
        return Saw.BLOCKED
    return Saw.SOFT_ERROR if status in _PASSING or status >= 500 else Saw.HARD_ERROR


def same_body(source: Source, answer: Response, now: datetime) -> Poll | None:
    """Return the poll of a body that is the last one's, byte for byte; None when it has to be read."""
    if digest(answer.body) != source.body_hash:
        return None
    hint = _hint(answer, None, now)
    return Poll(at=now, saw=Saw.SAME_BODY, listed=source.listed, hint=hint, moved_to=answer.moved_to)


class Names(TypedDict):
    """What a server calls a version of a body."""

    etag: str
    last_modified: str


def named_by(answer: Response) -> Names:
    """Return what the answer calls its body; "" for a name that could not be sent back as it came."""
    return Names(etag=_name(answer.header("ETag")), last_modified=_name(answer.header("Last-Modified")))


def _name(value: str) -> str:
    is_sendable = len(value) <= _LONGEST_NAME and fit(value) == value and not _CONTROL.search(value)
    return value if is_sendable else ""


def _hint(answer: Response, ttl: timedelta | None, now: datetime) -> timedelta | None:
    return hint_of({name.lower(): value for name, value in answer.headers}, ttl, now)


def digest(body: bytes) -> str:
    """Return the SHA-256 (hex) of a body."""
    return sha256(body).hexdigest()


def sort(
    source: Source, items: Sequence[Item], known: AbstractSet[bytes], on_the_wire: AbstractSet[UUID], *, backlog: int
) -> Sorted:
    """Return which items are submitted, the oldest first.

    Args:
        source: whose they are.
        items: what it lists.
        known: the digests of those it has listed before; they are left out.
        on_the_wire: articles that any source has submitted: they are remembered, and not submitted again.
        backlog: of a source that is read for the first time the newest so many are submitted.
    """
    new: dict[bytes, Item] = {}
    for item in items:
        key = identity(item)
        if key not in known:
            new.setdefault(key, item)
    fresh: list[Item] = []
    remember: list[Item] = []
    articles = set(on_the_wire)
    for item in new.values():
        article = article_of(item)
        (remember if article in articles else fresh).append(item)
        articles.add(article)
    # Feeds list the newest first; without a date that is all there is to go by.
    newest = sorted(enumerate(fresh), key=lambda one: (_age(one[1]), one[0]))
    most = backlog if source.health.last_success is None else len(newest)
    submit = tuple(item for _, item in newest[:most])[::-1]
    return Sorted(submit, (*remember, *(item for _, item in newest[most:])))


def listed(listing: Listing, items: Sequence[Item], new: int, answer: Response, now: datetime) -> Poll:
    """Return the poll of a listing with `items`, of which so many are `new`."""
    return Poll(
        at=now,
        saw=Saw.LISTING,
        listed=len(items),
        new=new,
        published=tuple(item.published for item in items if item.published is not None),
        hint=_hint(answer, listing.ttl, now),
        moved_to=answer.moved_to,
    )


def described(source: Source, listing: Listing, answer: Response) -> Source:
    """Return the source as the listing describes itself, with what makes the next poll conditional."""
    return replace(
        source,
        title=source.title or listing.title,
        kind=listing.kind.value,
        site_url=source.site_url or listing.site_url,
        body_hash=digest(answer.body),
        **named_by(answer),
    )


def settled(source: Source, poll: Poll, *, jitter: float, told_for: timedelta = timedelta()) -> Source:
    """Return the source after `poll`: how it is, how often it publishes, when and why it is polled next."""
    rhythm = rhythm_after(source.rhythm, poll)
    health = after(source.health, poll)
    # Where it had moved to there may be nothing any more, and something again where it was.
    moved_to = "" if poll.saw in (Saw.HARD_ERROR, Saw.GONE) else poll.moved_to or source.moved_to
    if source.moved_to and poll.saw is Saw.GONE:
        health = after(source.health, replace(poll, saw=Saw.HARD_ERROR))
    at, why = next_poll(health, rhythm, poll, jitter=jitter, told_for=told_for)
    return replace(
        source,
        moved_to=moved_to,
        rhythm=rhythm,
        health=health,
        next_poll=None if at == NEVER else at,
        why=why,
        listed=poll.listed if poll.saw is Saw.LISTING else source.listed,
    )


def told(source: Source, at: datetime) -> SourceHealth:
    """Return the record of how a source is at `at`."""
    health = source.health
    return SourceHealth(
        source_id=source.source_id,
        url=source.url,
        title=source.title[:500],
        state=health.state,
        reason=health.reason[:500],
        at=at,
        next_poll=source.next_poll,
    )


def is_index(listing: Listing) -> bool:
    """Tell whether it names sitemaps instead of articles."""
    return listing.kind is Kind.SITEMAP_INDEX


def next_visit(visits: int, fetched_at: datetime) -> datetime | None:
    """Return when a page first got at `fetched_at` is looked at again after so many visits; None: never."""
    return fetched_at + REVISITS[visits] if visits < len(REVISITS) else None


def _age(item: Item) -> float:
    published = item.published or item.updated
    return -published.timestamp() if published else 0.0
