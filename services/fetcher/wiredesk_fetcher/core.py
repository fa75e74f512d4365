"""What a submission or an HTTP answer becomes. Pure: the time comes in, nothing is fetched here."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from wiredesk.contracts import identity, ids
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import (
    MAX_PAGE_BYTES,
    MAX_TEXT_BYTES,
    ArticleFetched,
    ArticleRejected,
    ArticleSubmitted,
    Content,
    Rejection,
    Rights,
    ServiceName,
)
from wiredesk.contracts.submission import (
    Refusal,
    article_of,
    check,
    check_content,
    check_url,
    not_an_article,
    without_credentials,
)
from wiredesk.engine.outcomes import RetryAt
from wiredesk_fetcher.charset import decode, fit
from wiredesk_fetcher.politeness import rights
from wiredesk_fetcher.politeness.rights import Stated

# Part of every event id: a change of how pages are decoded gives new events.
FETCHER_VERSION = "3"
MAX_REDIRECTS = 5
DEFAULT_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KINDS = {"text/html": Content.HTML, "application/xhtml+xml": Content.HTML, "text/plain": Content.TEXT}
_LISTS = {
    "application/rss+xml": "an RSS feed",
    "application/rdf+xml": "an RSS feed",
    "application/atom+xml": "an Atom feed",
    "application/feed+json": "a JSON feed",
}
# No page or text begins with it.
_GZIP = b"\x1f\x8b"
_LIMITS = {Content.HTML: MAX_PAGE_BYTES, Content.TEXT: MAX_TEXT_BYTES}
_NAMES = {Content.HTML: "page", Content.TEXT: "text"}
_REFUSALS = {
    401: Rejection.FORBIDDEN,
    403: Rejection.FORBIDDEN,
    404: Rejection.NOT_FOUND,
    410: Rejection.GONE,
}


@dataclass(frozen=True, slots=True)
class RobotsSay:
    """What the robots.txt that was asked before a page says of it (see `politeness.robots`)."""

    access: str
    content_usage: str = ""
    licences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """The last HTTP answer of a hop chain. `url` is where it came from; `body` is decompressed."""

    url: str
    status: int
    content_type: str = ""
    retry_after: str = ""
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    robots: RobotsSay | None = None
    moved_to: str = ""
    """where permanent redirects alone (301, 308) lead from the address that was asked; empty when none does"""

    def header(self, name: str) -> str:
        """Return the first header of this name in any case; "" when there is none."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")


def given(submission: ArticleSubmitted, at: datetime) -> ArticleFetched | ArticleRejected | None:
    """Return the event of a submission that needs no network: refused, or its content as it is; None: fetch its URL.

    `at` is when it was submitted, the same on redelivery.
    """
    if refusal := check(submission):
        return rejected(submission, refusal, at)
    if submission.html is None and submission.text is None:
        return None
    return passed_through(submission, at)


def passed_through(submission: ArticleSubmitted, at: datetime) -> ArticleFetched | ArticleRejected:
    """Return the event for a submitted page or text; `at` is when it was submitted, the same on redelivery."""
    kind = Content.TEXT if submission.html is None else Content.HTML
    content = fit(submission.html or submission.text or "")
    # It can be made older alone: dated in the future, it would win over all that is fetched until then.
    fetched_at = min(submission.fetched_at or at, at)
    return _fetched(submission, kind, content, at=at, fetched_at=fetched_at, url=submission.url)


def answered(
    submission: ArticleSubmitted, response: Response, *, at: datetime, now: datetime
) -> ArticleFetched | ArticleRejected | RetryAt:
    """Return what the answer of the submitted URL's site makes of it; submitted `at`, answered `now`.

    What the site says now is a new observation: fetched again, it is a new event.

    Raises:
        TransientError: the site failed (5xx); it may answer later.
    """
    if response.status in (429, 503):
        return RetryAt(now + wait(response.retry_after, now), f"http_{response.status}")
    if response.status >= 500:
        raise TransientError(f"the site answered {response.status}", reason=f"http_{response.status}")
    if refusal := refused_head(response.status, response.content_type):
        return rejected(submission, refusal, at)
    if response.body.startswith(_GZIP):
        is_packed = Refusal(Rejection.UNSUPPORTED_TYPE, "the body is gzip data, and it is not said")
        return rejected(submission, is_packed, at)
    content = decode(response.body, response.content_type)
    kind = _KINDS.get(media_type(response.content_type), Content.HTML)
    in_page = rights.headers_in(content) if kind is Content.HTML else []
    stated = rights.stated_in([*response.headers, *in_page])
    if rights.forbids_indexing(stated):
        asked = ", ".join(stated.robots_tag)
        return rejected(submission, Refusal(Rejection.ROBOTS, f"the page asks for it: {asked}"), at)
    return _fetched(
        submission,
        kind,
        content,
        at=at,
        fetched_at=now,
        url=response.url,
        status=response.status,
        terms=_rights(response, stated),
    )


def refused_head(status: int, content_type: str) -> Refusal | None:
    """Return why the body of an answer is not worth reading, or None when it is."""
    if not 200 <= status < 300:
        return Refusal(_REFUSALS.get(status, Rejection.HTTP_ERROR), f"the site answered {status}")
    if listing := _LISTS.get(media_type(content_type)):
        return not_an_article(listing)
    # Without a body there is no type to be of.
    if media_type(content_type) not in _KINDS and status not in (204, 205):
        kind = media_type(content_type)[:100] or "nothing said"
        return Refusal(Rejection.UNSUPPORTED_TYPE, f"only HTML and plain text can be read, this is {kind}")
    return None


def media_type(content_type: str) -> str:
    """Return the type of a Content-Type header without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def limit(content_type: str) -> int:
    """Return how many bytes a body of this Content-Type may have, decompressed."""
    return _LIMITS[_KINDS.get(media_type(content_type), Content.HTML)]


def too_large(size: int, allowed: int) -> Refusal:
    """Return the refusal of a body of at least `size` bytes."""
    return Refusal(Rejection.TOO_LARGE, f"the body has {size:,} bytes or more, {allowed:,} are admitted")


def next_hop(url: str, status: int, location: str, hops: int) -> str | Refusal | None:
    """Return where an answer redirects to, why that is not followed, or None when it is no redirect.

    `hops` is how many redirects have been followed already. A target must pass the rules of a submitted URL.
    """
    if status not in _REDIRECTS or not location:
        return None
    if hops >= MAX_REDIRECTS:
        return Refusal(Rejection.TOO_MANY_REDIRECTS, f"more than {MAX_REDIRECTS} redirects")
    try:
        target = urljoin(url, location)
    except ValueError:
        return Refusal(Rejection.INVALID_URL, "redirected to what is no URL")
    if refusal := check_url(target):
        return Refusal(refusal.reason, f"in a redirect: {refusal.message}")
    return target


def wait(retry_after: str, now: datetime, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """Return how long a Retry-After header asks to wait: seconds or an HTTP date, at most `longest`."""
    if re.fullmatch("[0-9]{1,18}", retry_after):
        asked = timedelta(seconds=min(int(retry_after), 86_400))
    else:
        try:
            when = parsedate_to_datetime(retry_after)
        except (ValueError, OverflowError, IndexError):
            return DEFAULT_WAIT
        asked = (when if when.tzinfo else when.replace(tzinfo=UTC)) - now
    return min(max(asked, timedelta(seconds=1)), longest)


def rejected(submission: ArticleSubmitted, refusal: Refusal, at: datetime) -> ArticleRejected:
    """Return the rejection of a submission. Its URL never holds credentials.

    `at` is when it was submitted: refused again on redelivery it is the same event, submitted again another.
    """
    event = ArticleRejected(
        event_id=identity.UNIDENTIFIED,
        article_id=article_of(submission),
        stage=ServiceName.FETCHER,
        reason=refusal.reason,
        # A header of a stranger's, quoted in it, may hold what JSON cannot carry.
        detail=fit(refusal.message)[:500],
        url=without_credentials(submission.url) or None if submission.url else None,
    )
    return identity.identified(event, "fetcher.rejected", FETCHER_VERSION, source=at.isoformat())


def _rights(response: Response, stated: Stated) -> Rights:
    robots = response.robots or RobotsSay("")
    return Rights(
        robots=robots.access or None,
        robots_tag=tuple(map(fit, stated.robots_tag)),
        tdm_reservation=stated.tdm_reservation,
        tdm_policy=fit(stated.tdm_policy) or None,
        content_usage=fit(stated.content_usage or robots.content_usage) or None,
        licence=fit(_absolute(response.url, stated.licence) or next(iter(robots.licences), "")) or None,
    )


def _absolute(url: str, reference: str) -> str:
    """Return where a reference on the page at `url` leads; as it is where that cannot be told."""
    try:
        return urljoin(url, reference) if reference else ""
    except ValueError:
        return reference


def _fetched(
    submission: ArticleSubmitted,
    kind: Content,
    content: str,
    *,
    at: datetime,
    fetched_at: datetime,
    url: str | None,
    status: int | None = None,
    terms: Rights | None = None,
) -> ArticleFetched | ArticleRejected:
    if refusal := check_content(content, _NAMES[kind], _LIMITS[kind]):
        return rejected(submission, refusal, at)
    event = ArticleFetched(
        event_id=identity.UNIDENTIFIED,
        article_id=article_of(submission),
        url=url,
        submitted_url=submission.url,
        kind=kind,
        content=content,
        content_hash=ids.content_hash(content),
        fetched_at=fetched_at,
        http_status=status,
        source=fit(submission.source) if submission.source is not None else None,
        source_labels=submission.source_labels,
        published_hint=submission.published_hint,
        feed_item=submission.feed_item,
        rights=terms,
    )
    # Of the content as it is: `content_hash` folds what differs between two events.
    source = identity.digest(content)
    return identity.identified(event, "fetched", FETCHER_VERSION, source=source, vouched={"content"})
