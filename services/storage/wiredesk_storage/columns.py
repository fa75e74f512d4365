"""Rows turned into columns: how a batch is given to PostgreSQL, with `unnest`."""

from collections.abc import Iterable
from typing import Any


def columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Return the columns of `rows`, each of which has `width` values; empty ones where there are no rows."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
