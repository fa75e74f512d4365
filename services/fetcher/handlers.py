"""A submission in; the page or text as got, a rejection, or a wish to come back later out."""

from collections.abc import Callable
from datetime import datetime

from services.fetcher import core
from services.fetcher.http import Web
from shared.events import ArticleSubmitted
from shared.outcomes import Outcome, Received
from shared.submission import Refusal, check


async def fetch(received: Received[ArticleSubmitted], *, web: Web, clock: Callable[[], datetime]) -> Outcome:
    """Return what became of one submission.

    Raises:
        TransientError: the site or its name could not be reached now.
    """
    submission = received.event
    if refusal := check(submission):
        return core.rejected(submission, refusal)
    if submission.url is None or submission.html is not None or submission.text is not None:
        return core.passed_through(submission, received.at)
    answer = await web.get(submission.url)
    if isinstance(answer, Refusal):
        return core.rejected(submission, answer)
    return core.answered(submission, answer, clock())
