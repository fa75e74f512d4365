"""CPU work that fails as its article's headline asks for; a module of its own, which the pool imports."""

import os
import signal
import time
from collections.abc import Sequence

from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, ArticleRejected
from wiredesk_cleaner import pool_worker
from wiredesk_tagger import nlp

HANG, KILLED, HOARD, RAISE = "please hang", "please be killed", "please take all memory", "please raise"


def _misbehave(words: str) -> None:
    if HANG in words:
        time.sleep(600)
    if KILLED in words:
        # What the kernel does to a process when memory runs out.
        os.kill(os.getpid(), signal.SIGKILL)
    if HOARD in words:
        hoard = []
        while True:
            hoard.append(bytearray(64 * 1024 * 1024))
    if RAISE in words:
        raise RuntimeError("the model is broken")


def find(articles: Sequence[nlp.Article]) -> list[nlp.Tagged]:
    """The tagger's work."""
    for article in articles:
        _misbehave(article.headline)
    return nlp.tag(articles)


def parse(event: ArticleFetched) -> ArticleCleaned | ArticleRejected:
    """The cleaner's work."""
    _misbehave(event.content)
    return pool_worker.parse(event)
