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


def arrival(article: ArticleEnriched) -> Arrival | None:
    """Return what the article's story needs; None where there is too little of it to tell an event."""
    if article.quality is Quality.POOR or not (own := material(article)).counts:
        return None
    return Arrival(
        article.article_id, event_time(article), article.in_language or "", own, written_named(named(article))
    )


def named(article: ArticleEnriched) -> tuple[Named, ...]:
    """Return what the article names most: people, places, organisations and the like, the most salient first."""
    some = [one for one in article.entities if one.type in _NAMED]
    some.sort(key=lambda one: (-one.salience, one.name))
    return tuple(map(_named, some[:_MOST]))


def _named(entity: Entity) -> Named:
    country = entity.in_country or (entity.ids.get(_COUNTRY) if entity.type == "GPE" else None)
    return Named(entity.name, entity.type, entity.salience, tuple(sorted(entity.ids.items())), country)


def written_named(some: Iterable[Named]) -> str:
    """Return the names as JSON."""
    return json.dumps([(*one[:3], dict(one.ids), one.country) for one in some])


def read_named(written: str) -> tuple[Named, ...]:
    """Return the names that `written_named` wrote."""
    return tuple(
        Named(name, type_, weight, tuple(sorted(ids.items())), country)
        for name, type_, weight, ids, country in json.loads(written)
    )
