"""The work of the bench as a program does it that uses our cleaner and tagger as libraries: pages in, JSON out.

The limit and every peer call this and nothing else, so that they do the same. It imports nothing that a peer's
environment lacks.
"""

import gc
import json
import os
from collections.abc import Sequence

from wiredesk.contracts.events import ArticleCleaned
from wiredesk_cleaner import pool_worker
from wiredesk_cleaner.library import clean_html
from wiredesk_tagger import nlp

# As many as the tagger's service hands to a process at once.
CHUNK = 16


class Library:
    """The cleaner and the tagger, loaded. Not thread-safe; one per process."""

    def __init__(self) -> None:
        # One thread of linear algebra, as in the services: the processes are what uses the cores.
        os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
        pool_worker.start()
        self._tagger = nlp.load()
        # As the services do: a collection that looked through the models would add to each article's time.
        gc.collect()
        gc.freeze()

    def enriched(self, submissions: Sequence[bytes]) -> list[bytes]:
        """Return for each submission, in order, the JSON of its `ArticleEnriched`, or of why it is no article."""
        given = [json.loads(one) for one in submissions]
        cleaned = [clean_html(one["html"], one["url"]) for one in given]
        tagged = iter(self._tagger.tag([nlp.article_of(one) for one in cleaned if isinstance(one, ArticleCleaned)]))
        made = [next(tagged).enriched(one) if isinstance(one, ArticleCleaned) else one for one in cleaned]
        return [one.model_dump_json(exclude_none=True).encode() for one in made]
