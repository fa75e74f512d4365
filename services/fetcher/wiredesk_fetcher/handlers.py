"""A submission in; the page or text as got, a rejection, or a wish to retry, out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleFetched, ArticleRejected, ArticleSubmitted, Rejection
from wiredesk.contracts.submission import Refusal, article_of
from wiredesk.contracts.topics import SUBMITTED
from wiredesk.engine.outcomes import Outcome, Received, RetryAt
from wiredesk_fetcher import core
from wiredesk_fetcher.core import Response
from wiredesk_fetcher.crawler import HOST_BUSY, ROBOTS_CLOSED, Crawler, NotYetError
from wiredesk_fetcher.http import UNKNOWN_HOST

BUSY_PAUSE = timedelta(minutes=1)
HOST_TURN = "host_turn"
# After so many tries, over an hour, what a site's robots.txt would say is not waited for any longer.
ROBOTS_TRIES = 3
_RETRY = SUBMITTED.retry("fetcher").name
# A name that does not exist is mostly a mistyped one, which somebody waits for; a resolver may be wrong for a moment.
UNKNOWN_HOST_PAUSES = (timedelta(seconds=5), timedelta(seconds=20))
_WITHDRAWN = Refusal(Rejection.WITHDRAWN, "the article was withdrawn or erased")


@dataclass(frozen=True, slots=True)
class Got:
    """What became of a submission whose page was asked for; `answer` is None when none came."""

    submission: ArticleSubmitted
    event: ArticleFetched | ArticleRejected
    answer: Response | None


Note = Callable[[Got], Awaitable[None]]
Refuses = Callable[[UUID], Awaitable[bool]]


async def fetch(
    received: Received[ArticleSubmitted],
    *,
    crawler: Crawler,
    clock: Callable[[], datetime],
    note: Note | None = None,
    refuses: Refuses | None = None,
) -> Outcome:
    """Return what became of one submission; `note` hears of each page that was asked for before it goes on.

    `refuses` is asked before anything goes on or is fetched whether the article was withdrawn or erased.

    Raises:
        TransientError: the site or its name could not be reached now.
        InfrastructureError: what is known of hosts, or of refused articles, is out of reach.
    """
    submission = received.event
    event = core.given(submission, received.at)
    if isinstance(event, ArticleRejected):
        return event
    article_id = event.article_id if event is not None else article_of(submission)
    if refuses is not None and await refuses(article_id):
        return core.rejected(submission, _WITHDRAWN, received.at)
    if event is not None:
        return event
    answer = await _answer(received, crawler, clock)
    if isinstance(answer, RetryAt):
        return answer
    if isinstance(answer, Refusal):
        outcome: ArticleFetched | ArticleRejected | RetryAt = core.rejected(submission, answer, received.at)
    else:
        outcome = core.answered(submission, answer, at=received.at, now=clock())
    if note is not None and not isinstance(outcome, RetryAt):
        await note(Got(submission, outcome, answer if isinstance(answer, Response) else None))
    return outcome


async def _answer(
    received: Received[ArticleSubmitted], crawler: Crawler, clock: Callable[[], datetime]
) -> Response | Refusal | RetryAt:
    url = received.event.url
    assert url is not None, "the contract: without content there is a URL"
    try:
        return await crawler.get(url, has_waited=received.topic.endswith(_RETRY))
    except NotYetError as later:
        return RetryAt(later.at, HOST_TURN, is_attempt=False)
    except TransientError as error:
        if error.reason == HOST_BUSY:
            # Our own queue is full, which is no failed try of the site's.
            return RetryAt(clock() + BUSY_PAUSE, HOST_BUSY, is_attempt=False)
        if error.reason == ROBOTS_CLOSED and received.attempt >= ROBOTS_TRIES:
            return Refusal(Rejection.ROBOTS, str(error))
        if error.reason == UNKNOWN_HOST and received.attempt < len(UNKNOWN_HOST_PAUSES):
            return RetryAt(clock() + UNKNOWN_HOST_PAUSES[received.attempt], UNKNOWN_HOST)
        if error.reason == UNKNOWN_HOST and received.attempt == len(UNKNOWN_HOST_PAUSES):
            return Refusal(Rejection.INVALID_URL, str(error))
        # A host that was there at an earlier try has the longer waits.
        raise
