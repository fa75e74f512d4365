"""The id of an event: made of everything the event says, the same way in every stage, on every machine.

Two events with one id are one event said twice. Two that differ in anything, be it a credit or the time at which the
page was got, have two ids: a page that is put back as it was is a new event, and so is a corrected byline.
"""

import hashlib
from collections.abc import Set as AbstractSet
from typing import TypeVar
from uuid import UUID

from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleCleaned, ArticleFetched, ArticleRejected, ArticleStored
from wiredesk.contracts.withdrawals import ArticleWithdrawn

# What an event is made with before `identified` gives it its id.
UNIDENTIFIED = UUID(int=0)

E = TypeVar("E", bound=ArticleFetched | ArticleCleaned | ArticleRejected | ArticleStored | ArticleWithdrawn)


def identified(event: E, stage: str, version: str, *, source: str = "", vouched: AbstractSet[str] = frozenset()) -> E:
    """Return `event` with its id: what `stage` of `version` says about the article.

    Args:
        event: what is said; the id it has does not count.
        stage: who says it, and as what: "fetched", "cleaner.rejected".
        version: of what made it: another version is another event even where it says the same.
        source: what it was made from or answers, where the event itself does not say so.
        vouched: fields that `source` stands for (a digest of them, or the id of the event that says them), so that
            what is large is not hashed twice.

    Neither `schema_version` nor optional fields that are None count, so a minor version with a new one leaves the ids
    of those who do not use it as they are.
    """
    said = event.model_dump_json(exclude={"event_id", "schema_version", *vouched}, exclude_none=True)
    event_id = ids.event_id(event.article_id, stage, digest(f"{source}\0{said}"), version)
    return event.model_copy(update={"event_id": event_id})  # type: ignore[return-value]


def digest(text: str) -> str:
    """Return the SHA-256 (hex) of `text` as it is, code point for code point; lone surrogates do not raise."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
