"""The worker process that pages are parsed in: it may hang or run out of memory, and then only its page is lost."""

import logging
import os

from services.cleaner.core import clean
from services.cleaner.language import identifier
from services.cleaner.lexicon import lexicon
from shared.events import ArticleCleaned, ArticleFetched, ArticleRejected


def start() -> None:
    """Load what every page needs, before the first one's time runs."""
    # One thread of linear algebra: more would each reserve address space that the limit counts.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # It warns of every page that it finds no article in; the rejection says so already.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    lexicon()
    identifier()


def parse(event: ArticleFetched) -> ArticleCleaned | ArticleRejected:
    """Clean one article in a worker."""
    return clean(event)
