"""Where a page of results ends, as something opaque to pass on. Pure."""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID

from wiredesk_storage.search.asking import Filters, Order


class StaleCursorError(ValueError):
    """A cursor that is none, or one of another search."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last hit of a page. `began`: when the first page was asked for; ages count from then, on every page."""

    began: datetime
    score: float
    dated: datetime
    article_id: UUID


def search_id(query: str, filters: Filters, order: Order, half_life_days: float) -> str:
    """Return what tells one search from another: its pages are in one order."""
    said = json.dumps([query, asdict(filters), order, float(half_life_days)], default=str, sort_keys=True)
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:12]


def written(cursor: Cursor, search: str) -> str:
    """Return `cursor` as a word; `search` says of which (see `search_id`)."""
    parts = [search, cursor.began.isoformat(), cursor.score, cursor.dated.isoformat(), str(cursor.article_id)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read(word: str, search: str) -> Cursor:
    """Return the cursor that `written` made.

    Raises:
        StaleCursorError: it is no cursor, or not of this search.
    """
    try:
        padded = word.strip() + "=" * (-len(word.strip()) % 4)
        made_for, began, score, dated, article_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        cursor = Cursor(_time(began), float(score), _time(dated), UUID(article_id))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise StaleCursorError("it is no cursor") from None
    if made_for != search:
        raise StaleCursorError("it is the cursor of another search")
    return cursor


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)
