"""The texts of ECB+ as enriched articles, in two halves by topic: one to tune on, one to report."""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from bench.tagging.remembered import model_outputs
from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched
from wiredesk_tagger import nlp

_FILE = "ecbplus.jsonl.gz"
_BATCH = 32
_AT = datetime(2026, 1, 5, tzinfo=UTC)


class Text(NamedTuple):
    """One text. `story` says which event it tells; of a topic there are two."""

    id: str
    topic: int
    story: str
    article: ArticleEnriched


def read(folder: Path, remembered: Path | None) -> list[Text]:
    """Return all texts, tagged; what the model said is kept in `remembered`, if given."""
    with gzip.open(folder / _FILE, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    cleaned = [_cleaned(row["id"], row["text"]) for row in rows]
    enriched: list[ArticleEnriched] = []
    with model_outputs(remembered):
        tagger = nlp.load()
        for at in range(0, len(cleaned), _BATCH):
            some = cleaned[at : at + _BATCH]
            tagged = tagger.tag([nlp.article_of(one) for one in some])
            enriched += [own.enriched(one) for own, one in zip(tagged, some, strict=True)]
    return [Text(row["id"], row["topic"], row["story"], one) for row, one in zip(rows, enriched, strict=True)]


def _cleaned(name: str, text: str) -> ArticleCleaned:
    # The first line is often the headline, and says what happened where it is none.
    headline, _, body = text.partition("\n")
    made = uuid5(NAMESPACE_URL, name)
    return ArticleCleaned(
        event_id=made,
        article_id=made,
        headline=headline,
        text=body,
        in_language="en",
        content_hash="",
        cleaner_version="",
        fetched_at=_AT,
    )


def halves(texts: Sequence[Text]) -> tuple[list[Text], list[Text]]:
    """Return the texts to tune on and those held out: by the hash of their topic, the larger half to tune on."""
    topics = sorted({text.topic for text in texts}, key=lambda topic: sha256(str(topic).encode()).digest())
    tuned_on = set(topics[: (len(topics) + 1) // 2])
    return [text for text in texts if text.topic in tuned_on], [text for text in texts if text.topic not in tuned_on]
