"""The worker process: records in, records out, so that no article holds up the loop, which has heartbeats to send.

It may hang or die, and then only its articles are lost. `nlp.start` loads its pipelines.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError, PermanentError
from wiredesk.contracts.events import ArticleCleaned
from wiredesk_tagger import nlp


def tag(values: Sequence[bytes]) -> list[wire.Record | PermanentError]:
    """Return the record of the `ArticleEnriched` for the `ArticleCleaned` in each of `values`, in order.

    Where there is none in it, the answer is its `InvalidRecordError`. Raises whatever tagging raises, for all of them.
    """
    decoded = [_decoded(value) for value in values]
    articles = [nlp.article_of(one) for one in decoded if isinstance(one, ArticleCleaned)]
    tagged = iter(nlp.tag(articles))
    return [_record(next(tagged), one) if isinstance(one, ArticleCleaned) else one for one in decoded]


def _decoded(value: bytes) -> ArticleCleaned | InvalidRecordError:
    try:
        return wire.decode(value, ArticleCleaned)
    except InvalidRecordError as error:
        return error


def _record(tagged: nlp.Tagged, cleaned: ArticleCleaned) -> wire.Record:
    return wire.encode(tagged.enriched(cleaned), source="tagger", time=datetime.now(UTC))
