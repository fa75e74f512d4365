"""What a search and a stream can be narrowed by, and how it is written in an address. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from uuid import UUID


class Filters(TypedDict, total=False):
    """Which articles are wanted; what is left out or None narrows nothing.

    `entity` is a name or an id (`wikidata:Q90`), `type` one of an entity (PERSON). `host` means every host below it,
    too. `country` is ISO 3166-1: named itself, or a place in it. `since` is the earliest time, `until` the first that
    is too late: a datetime (without a zone UTC), an age (`7d`) or a day (`2026-11-20`, as `until` a whole one).
    `copies=False` leaves out copies of other stored articles.
    """

    entity: str | None
    type: str | None
    source: str | None
    host: str | None
    section: str | None
    language: str | None
    country: str | None
    quality: str | None
    since: datetime | str | None
    until: datetime | str | None
    story: UUID | str | None
    copies: bool


# `from` is a word of Python.
_NAMES = {"since": "from", "until": "to"}


def question(words: str, filters: Mapping[str, object]) -> dict[str, str]:
    """Return words and filters as the parameters of an address.

    Raises:
        TypeError: there is no such filter.
    """
    if unknown := filters.keys() - Filters.__annotations__.keys():
        known = ", ".join(Filters.__annotations__)
        raise TypeError(f"no such filter: {', '.join(sorted(unknown))}; there are {known}")
    asked = {"q": words} if words else {}
    return asked | {_NAMES.get(name, name): _written(value) for name, value in filters.items() if value is not None}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
