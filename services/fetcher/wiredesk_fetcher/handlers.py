"""A submission in; the page or text as got, a rejection, or a wish to retry, out."""

from collections.abc import Callable
from datetime import datetime, timedelta

from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.submission import Refusal
from wiredesk.engine.outcomes import Outcome, Received, RetryAt
from wiredesk_fetcher import core
from wiredesk_fetcher.http import HOST_BUSY, Web

BUSY_PAUSE = timedelta(minutes=1)


async def fetch(received: Received[ArticleSubmitted], *, web: Web, clock: Callable[[], datetime]) -> Outcome:
    """Return what became of one submission.

    Raises:
        TransientError: the site or its name could not be reached now.
    """
    submission = received.event
    event = core.given(submission, received.at)
    if event is not None:
        return event
    assert submission.url is not None, "the contract: without content there is a URL"
    try:
        answer = await web.get(submission.url)
    except TransientError as error:
        if error.reason != HOST_BUSY:
            raise
        # Our own queue is full, which is no failed try of the site's.
        return RetryAt(clock() + BUSY_PAUSE, HOST_BUSY, is_attempt=False)
    if isinstance(answer, Refusal):
        return core.rejected(submission, answer, received.at)
    return core.answered(submission, answer, at=received.at, now=clock())
