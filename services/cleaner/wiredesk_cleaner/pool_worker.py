"""The worker process that pages are parsed in: it may hang or run out of memory, and then only its page is lost."""

import gc
import logging
import os

from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, ArticleRejected
from wiredesk_cleaner.core import clean
from wiredesk_cleaner.fingerprint import SHINGLE_WORDS, minhash
from wiredesk_cleaner.html.boilerplate import block_model
from wiredesk_cleaner.lexicon.furniture import lexicon
from wiredesk_cleaner.lexicon.page_words import pagewords
from wiredesk_cleaner.metadata.language import identifier


def start() -> None:
    """Load what every page needs, before the first one's time runs."""
    # One thread of linear algebra: more would each reserve address space that the limit counts.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # The allocator that comes with the MinHash reserves a gigabyte of it.
    os.environ.setdefault("MIMALLOC_ARENA_RESERVE", "64MiB")
    # They warn of every page that they find no article or date in; the rejection or the event says so already.
    for name in ("trafilatura", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    minhash(["one"] * SHINGLE_WORDS)
    lexicon()
    pagewords()
    identifier()
    block_model()
    # What is loaded stays: a collection that looked through all of it would add to one page's time.
    gc.collect()
    gc.freeze()


def parse(event: ArticleFetched) -> ArticleCleaned | ArticleRejected:
    """Clean one article in a worker."""
    return clean(event)
