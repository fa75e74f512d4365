"""The texts of ECB+ as enriched articles, and strangers among them; in two halves: one to tune on, one to report.

In ECB+ every topic has two events and nothing else happens. In news most articles tell what no other does: so texts
of the Groningen Meaning Bank, one in seven, come in among them. Each counts as an event of its own; a few do tell the
same.
"""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from bench.tagging.remembered import model_outputs
from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched
from wiredesk_tagger import nlp

_FILE = "ecbplus.jsonl.gz"
_STRANGERS = "train/gmb-taught.jsonl.gz"
_ONE_IN = 7
_BATCH = 32
_AT = datetime(2026, 1, 5, tzinfo=UTC)


class Text(NamedTuple):
    """One text. `story` says which event it tells; of a topic there are two."""

    id: str
    topic: int
    story: str
    article: ArticleEnriched


def read(folder: Path, strangers: Path, remembered: Path | None) -> tuple[list[Text], list[Text]]:
    """Return the texts of ECB+ and the strangers, tagged; what the model said is kept in `remembered`, if given.

    Raises:
        OSError: one of the folders has not the file.
    """
    rows = _rows(folder / _FILE)
    others = [row | {"topic": -1, "story": row["id"]} for row in _rows(strangers / _STRANGERS)[::_ONE_IN]]
    texts = _tagged([*rows, *others], remembered)
    return texts[: len(rows)], texts[len(rows) :]


def _rows(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _tagged(rows: Sequence[dict[str, Any]], remembered: Path | None) -> list[Text]:
    cleaned = [_cleaned(row["id"], row["text"], has_headline=row["topic"] >= 0) for row in rows]
    enriched: list[ArticleEnriched] = []
    with model_outputs(remembered):
        tagger = nlp.load()
        for at in range(0, len(cleaned), _BATCH):
            some = cleaned[at : at + _BATCH]
            tagged = tagger.tag([nlp.article_of(one) for one in some])
            enriched += [own.enriched(one) for own, one in zip(tagged, some, strict=True)]
    return [Text(row["id"], row["topic"], row["story"], one) for row, one in zip(rows, enriched, strict=True)]


def _cleaned(name: str, text: str, *, has_headline: bool) -> ArticleCleaned:
    # The first line is often the headline, and says what happened where it is none.
    headline, _, body = text.partition("\n") if has_headline else ("", "", text)
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


def halves_of_strangers(texts: Sequence[Text]) -> tuple[list[Text], list[Text]]:
    """Return the strangers to tune among and those held out: by the hash of their id."""
    tuned_on = [text for text in texts if sha256(text.id.encode()).digest()[0] % 2]
    return tuned_on, [text for text in texts if not sha256(text.id.encode()).digest()[0] % 2]


def halves(texts: Sequence[Text]) -> tuple[list[Text], list[Text]]:
    """Return the texts to tune on and those held out: by the hash of their topic, the larger half to tune on."""
    topics = sorted({text.topic for text in texts}, key=lambda topic: sha256(str(topic).encode()).digest())
    tuned_on = set(topics[: (len(topics) + 1) // 2])
    return [text for text in texts if text.topic in tuned_on], [text for text in texts if text.topic not in tuned_on]
