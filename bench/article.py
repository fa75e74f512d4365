"""What does the whole pipeline make of one article? In this process, without a broker or a database.

`read` is for any outside measure: content in, the event as it would be on the wire out.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from wiredesk.contracts.events import ArticleEnriched, ArticleFetched, ArticleRejected, ArticleSubmitted
from wiredesk_cleaner import core as cleaner
from wiredesk_fetcher import core as fetcher
from wiredesk_fetcher.charset import decode
from wiredesk_tagger import nlp


@cache
def _tagger() -> nlp.Tagger:
    return nlp.load()


def read(content: str | bytes, url: str | None = None, kind: Literal["html", "text"] = "html") -> dict[str, Any]:
    """Return the `ArticleEnriched` that the pipeline would publish for this content, or its `ArticleRejected`.

    The event is a dict as it is on the wire (JSON types, absent fields left out); a rejection has `stage` and `reason`,
    an enriched event has neither. Bytes are decoded as the fetcher decodes a body without a Content-Type. The same
    content gives the same event but for `fetched_at`, which is now, and `event_id`, which is over that too.

    Raises:
        ValueError: `kind` is neither "html" nor "text" (pydantic's error), or `url` is longer than a contract allows.
    """
    text = decode(content, "") if isinstance(content, bytes) else content
    submission = ArticleSubmitted.model_validate({"url": url or None, kind: text})
    return _worked(submission).model_dump(mode="json", exclude_none=True)


def _worked(submission: ArticleSubmitted) -> ArticleEnriched | ArticleRejected:
    fetched = fetcher.given(submission, datetime.now(UTC))
    assert fetched is not None, "there is content"
    cleaned = cleaner.clean(fetched) if isinstance(fetched, ArticleFetched) else fetched
    if isinstance(cleaned, ArticleRejected):
        return cleaned
    (tagged,) = _tagger().tag([nlp.article_of(cleaned)])
    return tagged.enriched(cleaned)
