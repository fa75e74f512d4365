"""What some articles name, counted from the rows of `counting.NAMED` and `NAMED_OF_TYPE`. Pure.

Here and not in PostgreSQL: to fold a name takes that a hundred times as long, and each is read once for all that is
counted.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from wiredesk_storage.search.asking import entity_key, entity_name
from wiredesk_storage.search.counting import TOP, VALUE_TYPES
from wiredesk_storage.search.folding import folded_key
from wiredesk_storage.search.indexing import id_key

Row = Mapping[str, Any]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Company:
    """How articles name an entity, and what they name besides: see `answers.EntityPage`."""

    mentions: int
    names: Sequence[tuple[str, int]]
    types: Sequence[tuple[str, int]]
    ids: Mapping[str, Sequence[str]]
    together: Sequence[Mapping[str, Any]]


def company(rows: Sequence[Row], entity: str, entity_type: str | None) -> Company:
    """Return what `rows` tell of an entity, by its name or an id; of one type where it is given."""
    is_meant = _meant(entity)
    own = [row for row in rows if _is_of(row, entity_type) and is_meant(row)]
    own.sort(key=lambda row: (min(row["articles"]), row["name"], row["type"]))
    itself = {(row["name"], row["type"]) for row in own}
    beside = [row for row in rows if row["type"] not in VALUE_TYPES and (row["name"], row["type"]) not in itself]
    ids: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in own:
        for scheme, value in json.loads(row["ids"]).items():
            ids[scheme][value] = None
    return Company(
        mentions=sum(row["mentions"] for row in own),
        names=_by_articles(own, lambda row: str(row["name"])),
        types=_by_articles(own, lambda row: str(row["type"])),
        ids={scheme: list(values) for scheme, values in sorted(ids.items())},
        together=[
            {"name": name, "type": kind, "articles": count} for (name, kind), count in _top(beside, _name_and_type)
        ],
    )


def spread(rows: Sequence[Row]) -> dict[str, list[tuple[str, int]]]:
    """Return the facets "type" and "entity" (see `answers.Facets`)."""
    known = [row for row in rows if row["type"] not in VALUE_TYPES]
    return {
        "type": _top(rows, lambda row: str(row["type"])),
        "entity": [(" \u00b7 ".join(of), count) for of, count in _top(known, _name_and_type)],
    }


def _meant(entity: str) -> Callable[[Row], bool]:
    if (name := entity_name(entity)) is not None:
        return lambda row: folded_key(row["name"]) == name
    key = entity_key(entity)
    return lambda row: any(id_key(scheme, value) == key for scheme, value in json.loads(row["ids"]).items())


def _is_of(row: Row, entity_type: str | None) -> bool:
    return entity_type is None or row["type"].upper() == entity_type.upper()


def _name_and_type(row: Row) -> tuple[str, str]:
    return row["name"], row["type"]


def _top(rows: Iterable[Row], key: Callable[[Row], Key]) -> list[tuple[Key, int]]:
    return sorted(_by_articles(rows, key), key=lambda one: (-one[1], one[0]))[:TOP]


def _by_articles(rows: Iterable[Row], key: Callable[[Row], Key]) -> list[tuple[Key, int]]:
    """Return each key with the number of articles that have it, the most first, of equals that which came first."""
    articles: defaultdict[Key, set[int]] = defaultdict(set)
    for row in rows:
        articles[key(row)].update(row["articles"])
    return sorted(((one, len(of)) for one, of in articles.items()), key=lambda one: -one[1])
