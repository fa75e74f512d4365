"""What can be asked besides words: filters, the order, and how much recency counts. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from wiredesk_storage.search.folding import KEY_CHARACTERS, folded_key
from wiredesk_storage.search.indexing import id_key, key, typed_key

HALF_LIFE_DAYS = 30.0
LEAST_HALF_LIFE_DAYS = 0.01
_ID = re.compile(r"([A-Za-z][A-Za-z0-9_]*):(\S+)")


class Order(StrEnum):
    """What comes first: the best by its words and its age, or the newest."""

    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles count; None: any. Names are compared without case and accents, hosts without case.

    `entity` is a name or an id (`geonames:524901`). `host` also means every host below it: `bbc.co.uk` has
    `news.bbc.co.uk`. `country` is ISO 3166-1: the country itself is named, or a linked place in it. `since` is the
    earliest time, `until` the first that is too late; an article counts for when it was published or fetched, whichever
    was earlier. `without_copies`: none that is a copy of another stored one, whole or nearly.
    `story`: its id; or of the one that it was merged into.
    """

    entity: str | None = None
    entity_type: str | None = None
    source: str | None = None
    host: str | None = None
    section: str | None = None
    language: str | None = None
    country: str | None = None
    quality: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    without_copies: bool = False
    story: str | None = None

    def __bool__(self) -> bool:
        """Whether anything is filtered at all."""
        return any(getattr(self, field.name) not in (None, False) for field in fields(self))

    def required_keys(self, *, typed: bool = False) -> list[str]:
        """Return the keys that an article must have, all of them (see `indexing`).

        `typed`: every article has the `typed_key` of each entity.
        """
        return list(self._keys(typed=typed))

    @property
    def typed_key(self) -> str | None:
        """The key of an entity that is asked for by its name and its type; an id has a type of its own."""
        if self.entity is None or self.entity_type is None or entity_name(self.entity) is None:
            return None
        return typed_key(clean(self.entity_type), clean(self.entity))

    def _keys(self, *, typed: bool) -> Iterator[str]:
        both = self.typed_key if typed else None
        if both is not None:
            yield both
        elif self.entity is not None:
            yield entity_key(self.entity)
        if self.host is not None:
            # A host is not a name: with an accent it is another.
            yield f"host:{clean(self.host).lower().removeprefix('www.')[:KEY_CHARACTERS]}"
        named = {
            "type": self.entity_type if both is None else None,
            "source": self.source,
            "section": self.section,
            "language": self.language,
            "country": self.country,
            "quality": self.quality,
        }
        for kind, value in named.items():
            if value is not None:
                yield key(kind, clean(value))


def entity_key(entity: str) -> str:
    """Return the key of an entity: of its id where it is written as one (`wikidata:Q90`), else of its name."""
    found = _ID.fullmatch(clean(entity))
    return id_key(found[1], found[2]) if found else key("entity", clean(entity))


def entity_name(entity: str) -> str | None:
    """Return an entity's name as it is compared; None where it is an id."""
    return None if _ID.fullmatch(clean(entity)) else folded_key(clean(entity))


def clean(value: str) -> str:
    """Return `value` without what PostgreSQL does not take as text: NULs and lone surrogates."""
    return value.replace("\0", " ").encode(errors="replace").decode().strip()
