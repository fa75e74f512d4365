"""Which places are linked, and rightly: against 215 names marked by hand in the corpus's development texts. Pure.

The names were drawn by chance from what the tagger took for places in 207 texts of five sources, countries thinned out,
so missed names are not measured. Those marked `place: false` are none; those without a country lie in none or several.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wiredesk_tagger.core import Found

_MARKS = Path(__file__).parent / "toponyms.jsonl"


@dataclass(frozen=True)
class Mark:
    """What a name at a place of a text means: a country, or where it lies; a city's or state's number in GeoNames."""

    text: str
    start: int
    surface: str
    iso3166: str | None = None
    in_country: str | None = None
    geonames: int | None = None
    place: bool = True

    @property
    def country(self) -> tuple[str | None, str | None]:
        """Return the country that it is, and the one that it lies in."""
        return self.iso3166, self.in_country


@dataclass(frozen=True)
class Linked:
    """How many of the marked names lie in or are one country, are linked, and rightly."""

    there: int
    linked: int
    right: int


def marks() -> list[Mark]:
    """Return the names marked by hand."""
    return [Mark(**json.loads(line)) for line in _MARKS.read_text(encoding="utf-8").splitlines()]


def judged(marked: Iterable[Mark], entities: dict[str, tuple[Found, ...]]) -> Linked:
    """Compare the marks with the entities of each text, by its id."""
    there = linked = right = 0
    for mark in marked:
        there += any(mark.country)
        found = _at(mark, entities[mark.text])
        if found is not None and found.label != "PERSON" and (found.in_country or found.ids):
            ids = dict(found.ids)
            linked += 1
            same = (ids.get("iso3166"), found.in_country) == mark.country
            right += same and (mark.geonames is None or ids.get("geonames") == str(mark.geonames))
    return Linked(there, linked, right)


def _at(mark: Mark, found: Iterable[Found]) -> Found | None:
    return next((one for one in found if any(place.start == mark.start for place in one.mentions)), None)
