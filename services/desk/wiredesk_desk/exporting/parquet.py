"""Parquet: a row an article, with columns of the types of the contract. Pure but for the file it is given."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from wiredesk.contracts.events import ArticleEnriched, Entity
from wiredesk_desk.exporting.values import text, utc

# Of a row group, which is in memory as a whole: articles, and characters with a mention counted as so many.
_ROWS, _CHARACTERS, _MENTIONED = 1_000, 8 * 1024 * 1024, 200

_TIME = pa.timestamp("us", tz="UTC")
_TEXTS = pa.list_(pa.string())
_MENTION = pa.struct(
    [
        ("field", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("surface", pa.string()),
        ("confidence", pa.float64()),
    ]
)
_ENTITY = pa.struct(
    [
        ("name", pa.string()),
        ("type", pa.string()),
        ("salience", pa.float64()),
        ("ids", pa.map_(pa.string(), pa.string())),
        ("in_country", pa.string()),
        ("geo", pa.struct([("latitude", pa.float64()), ("longitude", pa.float64())])),
        ("value", pa.string()),
        ("currency", pa.string()),
        ("mentions", pa.list_(_MENTION)),
    ]
)
SCHEMA = pa.schema(
    [
        ("article_id", pa.string()),
        ("event_id", pa.string()),
        ("revision", pa.int32()),
        *((name, _TIME) for name in ("date_published", "date_modified", "fetched_at")),
        *((name, pa.string()) for name in ("headline", "alternative_headline", "text")),
        *((name, _TEXTS) for name in ("authors", "contributors", "credits", "captions", "keywords")),
        *((name, pa.string()) for name in ("agency", "publisher", "dateline", "article_section", "in_language")),
        *((name, pa.string()) for name in ("url", "canonical_url", "source", "content_type", "quality")),
        ("quality_reasons", _TEXTS),
        ("is_accessible_for_free", pa.bool_()),
        ("word_count", pa.int32()),
        *((name, pa.string()) for name in ("content_hash", "text_hash", "cleaner_version", "tagger_version")),
        ("entities", pa.list_(_ENTITY)),
    ]
)


class Rows:
    """Writes articles into an open file, a row group at a time. The same articles make the same bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._writer = pq.ParquetWriter(file, SCHEMA, compression="zstd")
        self._rows: list[Mapping[str, Any]] = []
        self._characters = 0

    def add(self, article: ArticleEnriched, revision: int) -> None:
        """Add a row."""
        self._rows.append(row(article, revision))
        self._characters += len(article.text) + _MENTIONED * sum(len(entity.mentions) for entity in article.entities)
        if len(self._rows) >= _ROWS or self._characters >= _CHARACTERS:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the end of the file; the file itself stays open."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Let go of the file, which is of no use then."""
        self._rows = []
        with suppress(OSError):
            self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA))
        self._rows, self._characters = [], 0


def row(article: ArticleEnriched, revision: int) -> dict[str, Any]:
    """Return a row of `SCHEMA`."""
    said = {name: _value(getattr(article, name, None)) for name in SCHEMA.names}
    return {**said, "revision": revision}


def _value(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case datetime():
            return utc(value)
        case Entity():
            return _plain(value.model_dump())
        case tuple():
            return [_value(one) for one in value]
        case _:
            return text(str(value))


def _plain(value: Any) -> Any:
    """Return the parts of an entity with text that UTF-8 has; its ids as pairs."""
    match value:
        case str():
            return text(value)
        case dict():
            parts = {name: _plain(part) for name, part in value.items()}
            return {**parts, "ids": [(text(k), v) for k, v in parts["ids"].items()]} if "ids" in parts else parts
        case tuple() | list():
            return [_plain(one) for one in value]
        case _:
            return value
