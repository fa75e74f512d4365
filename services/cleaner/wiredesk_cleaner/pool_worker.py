"""The worker process: it may hang or run out of memory, and then only its page is lost.

Records are decoded and encoded here as well, so that no page holds up the event loop, which has heartbeats to send.
"""

import gc
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime

from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, ArticleRejected, Content
from wiredesk.contracts.submission import check_content
from wiredesk_cleaner.core import clean, rejected
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


def parse(value: bytes, limits: Mapping[Content, int]) -> wire.Record:
    """Return the record of what becomes of the `ArticleFetched` in `value`; `limits` are in bytes of UTF-8.

    Raises:
        InvalidRecordError: there is none in it.
    """
    event = wire.decode(value, ArticleFetched)
    return wire.encode(_cleaned(event, limits[event.kind]), source="cleaner", time=datetime.now(UTC))


def _cleaned(event: ArticleFetched, limit: int) -> ArticleCleaned | ArticleRejected:
    name = "page" if event.kind is Content.HTML else "text"
    if refusal := check_content(event.content, name, limit):
        return rejected(event, refusal.reason, refusal.message)
    return clean(event)
