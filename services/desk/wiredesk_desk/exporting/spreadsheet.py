"""CSV (RFC 4180, UTF-8): a row an article, for spreadsheets and tables. Pure.

Lists are joined with "; " (a semicolon inside a value becomes a comma); entities are JSON, with the number of their
mentions. What a spreadsheet would take for a formula gets an apostrophe before it, which other programs have to drop:
where a cell begins, and inside one where it would begin for a program that takes a semicolon or a tab for the comma.
"""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from wiredesk.contracts.events import ArticleEnriched, Entity
from wiredesk_desk.exporting.values import stamp, text

COLUMNS = (
    *("article_id", "date_published", "date_modified", "fetched_at", "headline", "alternative_headline"),
    *("authors", "contributors", "agency", "publisher", "dateline", "article_section", "keywords", "in_language"),
    *("url", "canonical_url", "source", "content_type", "quality", "quality_reasons", "is_accessible_for_free"),
    *("word_count", "credits", "captions", "entities", "text"),
)
# Full-width signs too: spreadsheets of East Asia read them as the plain ones.
_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_INSIDE = re.compile(f"([\n\r\t;] *)(?=[{re.escape(''.join(_SIGNS))}])")


def head() -> bytes:
    """Return the row with the names of the columns."""
    return _row(COLUMNS)


def item(article: ArticleEnriched) -> bytes:
    """Return the row of an article."""
    return _row(_guarded(_cell(name, getattr(article, name))) for name in COLUMNS)


def _row(cells: Iterable[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()


def _cell(name: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return stamp(value)
        case tuple() if name == "entities":
            return json.dumps([_entity(one) for one in value], ensure_ascii=False)
        case tuple():
            return "; ".join(" ".join(one.replace(";", ",").split()) for one in value)
        case _:
            return str(value)


def _entity(entity: Entity) -> dict[str, object]:
    said = entity.model_dump(exclude={"mentions"}, exclude_none=True, exclude_defaults=True)
    return {**said, "mentions": len(entity.mentions)}


def _guarded(cell: str) -> str:
    plain = _INSIDE.sub(r"\1'", text(cell))
    # Blanks before a formula do not make every spreadsheet take it for text.
    return f"'{plain}" if plain.lstrip(" ").startswith((*_SIGNS, "\t", "\r", "\n")) else plain
