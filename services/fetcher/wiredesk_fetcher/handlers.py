"""A submission in; the page or text as got, a rejection, or a wish to retry, out."""

from collections.abc import Callable
from datetime import datetime, timedelta

from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import ArticleSubmitted, Rejection
from wiredesk.contracts.submission import Refusal
from wiredesk.engine.outcomes import Outcome, Received, RetryAt
from wiredesk_fetcher import core
from wiredesk_fetcher.http import HOST_BUSY, UNKNOWN_HOST, Web

BUSY_PAUSE = timedelta(minutes=1)
# A name that does not exist is mostly a mistyped one, which somebody waits for; a resolver may be wrong for a moment.
UNKNOWN_HOST_PAUSES = (timedelta(seconds=5), timedelta(seconds=20))


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
        if error.reason == HOST_BUSY:
            # Our own queue is full, which is no failed try of the site's.
            return RetryAt(clock() + BUSY_PAUSE, HOST_BUSY, is_attempt=False)
        if error.reason != UNKNOWN_HOST or received.attempt > len(UNKNOWN_HOST_PAUSES):
            # A host that was there at an earlier try has the longer waits.
            raise
        if received.attempt < len(UNKNOWN_HOST_PAUSES):
            return RetryAt(clock() + UNKNOWN_HOST_PAUSES[received.attempt], UNKNOWN_HOST)
        return core.rejected(submission, Refusal(Rejection.INVALID_URL, str(error)), received.at)
    if isinstance(answer, Refusal):
        return core.rejected(submission, answer, received.at)
    return core.answered(submission, answer, at=received.at, now=clock())
