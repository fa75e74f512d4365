"""The colours of `try`: one for each kind of zone, one for each type of entity, on a terminal and in a page."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar

from wiredesk.contracts.events import ArticleCleaned, ArticleEnriched, Zone, ZoneKind


class Place(Protocol):
    """A place in a text: code points, half-open."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


M = TypeVar("M", bound=Place)


class Marked(NamedTuple):
    """An entity's place in one field: code points, half-open."""

    start: int
    end: int
    type: str
    name: str


class Line(NamedTuple):
    """One line of the input. `offset` is where it begins in the article's text, None outside the story."""

    zone: Zone
    text: str
    offset: int | None


_OTHER = "#8a8a8a"
ZONES = {
    ZoneKind.SECTION: "#a855a8",
    ZoneKind.HEADLINE: "#2f6fde",
    ZoneKind.SUBTITLE: "#5b8def",
    ZoneKind.SLUG: "#c2413b",
    ZoneKind.BYLINE: "#2f9e5f",
    ZoneKind.DATELINE: "#1995a8",
    ZoneKind.DATE: "#1995a8",
    ZoneKind.CREDIT: "#c77414",
    ZoneKind.CAPTION: "#c77414",
    ZoneKind.CONTRIBUTORS: "#2f9e5f",
    ZoneKind.TAG: "#a855a8",
    ZoneKind.TRACKER: "#c2413b",
}
_TYPES = {
    "PERSON": "#ffd6a5",
    "ORG": "#bde0fe",
    "GPE": "#caffbf",
    "LOC": "#b5e48c",
    "NORP": "#e2c2ff",
    "FAC": "#d8e2dc",
    "EVENT": "#ffc6ff",
    "PRODUCT": "#ffcad4",
    "WORK_OF_ART": "#ffcad4",
    "LAW": "#ffcad4",
    "DATE": "#dfe7ec",
    "TIME": "#dfe7ec",
}
_NUMBER = "#fdffb6"
STORY_KINDS = frozenset({ZoneKind.BODY, ZoneKind.HEADING, ZoneKind.QUOTE, ZoneKind.LIST})


def zone_colour(kind: ZoneKind) -> str | None:
    """Return the colour of a kind of zone as #rrggbb; None for the story, which keeps the reader's own."""
    return None if kind in STORY_KINDS else ZONES.get(kind, _OTHER)


def type_colour(type_: str) -> str:
    """Return the background of an entity type as #rrggbb; all are light, for black letters."""
    return _TYPES.get(type_, _NUMBER)


def marks(article: ArticleCleaned, field: str) -> list[Marked]:
    """Return the entities in `field` of the article, in order; of two that overlap the earlier, or the longer."""
    entities = article.entities if isinstance(article, ArticleEnriched) else ()
    found = [
        Marked(mention.start, mention.end, entity.type, entity.name)
        for entity in entities
        for mention in entity.mentions
        if mention.field == field
    ]
    return apart(found)


def apart(found: Iterable[M], most: int | None = None) -> list[M]:
    """Return marks in order; of two that overlap the earlier, or the longer. Of more than `most` the first."""
    kept: list[M] = []
    for mark in sorted(found, key=lambda mark: (mark.start, -mark.end))[:most]:
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def lines(text: str, zones: Iterable[Zone]) -> list[Line]:
    """Return the lines of the input in order. A line of the story stands in an article once, in its `text`."""
    return [Line(zone, text[zone.start : zone.end] if zone.text is None else zone.text, zone.start) for zone in zones]
