"""An article as its story needs it, when it is stored. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.parts import Entity, Quality
from wiredesk_storage.stories.assigning import event_time
from wiredesk_storage.stories.profiles import Material, material

_NAMED = frozenset({"PERSON", "NORP", "FAC", "ORG", "GPE", "LOC", "EVENT", "LAW"})
# Of one article; a list of winners may name hundreds.
_MOST = 20
# What is longer is no name, and no id. A record of a story has room for all of them.
_NAME_CHARACTERS, _ID_CHARACTERS = 200, 100
# As long as a tag of BCP 47 gets in practice.
_LANGUAGE_CHARACTERS = 35
_COUNTRY = "iso3166"


class Named(NamedTuple):
    """One thing that an article names, as far as a story needs it; or that a story names.

    `weight` is the salience; of a story the mean over its articles, those that do not name it counting nothing.
    """

    name: str
    type: str
    weight: float
    ids: tuple[tuple[str, str], ...] = ()
    country: str | None = None
    """ISO 3166-1, of a place"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What decides an article's story, and what is told of it. `named` is JSON (see `read_named`)."""

    article_id: UUID
    at: datetime
    language: str
    """BCP 47 primary tag; empty: not known"""
    material: Material = field(repr=False)
    named: str = field(repr=False)
    is_told: bool = True
    """False: there is too little of it to tell an event, and it is in no story"""


def arrival(article: ArticleEnriched) -> Arrival:
    """Return what the article's story needs."""
    own = material(article)
    return Arrival(
        article.article_id,
        event_time(article),
        (article.in_language or "")[:_LANGUAGE_CHARACTERS],
        own,
        written_named(named(article)),
        is_told=bool(own.counts) and article.quality is not Quality.POOR,
    )


def named(article: ArticleEnriched) -> tuple[Named, ...]:
    """Return what the article names most: people, places, organisations and the like, the most salient first."""
    some = [one for one in article.entities if one.type in _NAMED and len(one.name) <= _NAME_CHARACTERS]
    some.sort(key=lambda one: (-one.salience, one.name))
    return tuple(map(_named, some[:_MOST]))


def _named(entity: Entity) -> Named:
    country = entity.in_country or (entity.ids.get(_COUNTRY) if entity.type == "GPE" else None)
    ids = sorted((kind, id_) for kind, id_ in entity.ids.items() if len(kind) + len(id_) <= _ID_CHARACTERS)
    return Named(entity.name, entity.type, entity.salience, tuple(ids[:_MOST]), country)


def written_named(some: Iterable[Named]) -> str:
    """Return the names as JSON."""
    return json.dumps([(*one[:3], dict(one.ids), one.country) for one in some])


def read_named(written: str) -> tuple[Named, ...]:
    """Return the names that `written_named` wrote."""
    return tuple(
        Named(name, type_, weight, tuple(sorted(ids.items())), country)
        for name, type_, weight, ids, country in json.loads(written)
    )
