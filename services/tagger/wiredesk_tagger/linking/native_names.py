"""The names of cities in a language that is not English: tables for `cities.Cities`, and which names need no context.

CLDR's names of cities are the language's own; GeoNames' other names are of any language that is written in its script,
so that of them only large cities, and those of the language's home, are taken for places by their name alone. A script
takes 20 to 120 ms on its first text and up to 1.5 MB, a language 10 ms and 0.3 MB more.
"""

import re
from array import array
from collections.abc import Iterator
from functools import cache, lru_cache

import numpy as np

from wiredesk_tagger.lexicon import gazetteers, locales
from wiredesk_tagger.lexicon.locales import PlaceWords
from wiredesk_tagger.linking import cities
from wiredesk_tagger.linking.cities import Cities, City, fold

_HOME = 100_000  # people; so large is a city of the language's home that is meant without further words
_ABROAD = 1_000_000
# The same for names that nothing sets apart from the words around them, and for those of two characters: people's and
# places' names are made of such.
_UNBOUNDED, _OF_TWO = 300_000, 3_000_000
_LONGEST = 90  # letters; what is longer is no city, and would fill the memory of those asked for before
_SCRIPTS = {
    "ar": r"[\u0600-\u06ff ]+",
    "ja": r"[\u3040-\u30ff\u4e00-\u9fff\u30fb]+",
    "ko": r"[\uac00-\ud7a3 ]+",
    "ru": r"[\u0400-\u04ff' -]+",
    "zh": r"[\u4e00-\u9fff]+",
}
_SCRIPT_OF = {"uk": "ru"}
_LATIN = r"[\u0020-\u024f\u1e00-\u1eff\u2019]+"


@cache
def _names(script: str) -> tuple[tuple[str, int], ...]:
    """Return (name, row) of all names beyond ASCII in a script, of cities of 50,000 people or more."""
    written = re.compile(_SCRIPTS.get(script, _LATIN))
    found = []
    for line in cities.read().others.decode().split("\n"):
        row, *names = line.split("\t")
        found += [(name, int(row)) for name in names if written.fullmatch(name) and len(name) > 1]
    return tuple(found)


def _script(code: str) -> str:
    code = _SCRIPT_OF.get(code, code)
    return code if code in _SCRIPTS else ""


@cache
def of(language: str | None) -> Cities:
    """Return the world's cities with their names in `language`; in English, and what is not listed, `cities.read()`."""
    world, places, code = cities.read(), locales.places(language), locales.known_as(language)
    if places is None or code is None:
        return world
    own = _own_rows(places, world)
    names, owners = array("q"), array("i")
    for name, row in _names(_script(code)):
        names.append(hash(fold(name)))
        owners.append(row if own[row] else -row - 1)
    for name, row in _own(places, world):
        names.append(hash(fold(name)))
        owners.append(row)
    order = np.argsort(names)
    return world._replace(native=(np.array(names)[order], np.array(owners)[order]), home=places.home)


def _own_rows(places: PlaceWords, world: Cities) -> list[bool]:
    """Return by row whether a city's other names in the script count as its own: of a large one, and one at home."""
    rows = world.rows
    home = np.isin(rows["country"], np.array(sorted(places.home), dtype="S2"))
    return [bool(is_own) for is_own in home | rows["capital"] | (rows["population"] >= _ABROAD)]


def _own(places: PlaceWords, world: Cities) -> Iterator[tuple[str, int]]:
    """Yield the language's listed names of cities, CLDR's among them, and their rows."""
    rows = {int(number): row for row, number in enumerate(world.rows["geonames"])}
    for name, (english, country) in places.cities.items():
        found = next((city for city in world.named(english) if city.country == country), None)
        if found:
            yield name, rows[found.geonames]
    for name in places.large:
        largest = next(iter(world.named(name)), None)
        if largest:
            yield name, rows[largest.geonames]


def is_plain(name: str, language: str | None) -> bool:
    """Whether a name alone is that of a city in a text of `language`: a large one, and no common word or given name."""
    return len(name) <= _LONGEST and _is_plain(name, language)


# A story asks for each of its capitalised words.
@lru_cache(maxsize=20_000)
def _is_plain(name: str, language: str | None) -> bool:
    places = locales.places(language)
    lexicon = gazetteers.read()
    if places is None or name in places.common or name in lexicon.given_names or name in lexicon.ordinary:
        return False
    if name in places.cities or name in places.large:
        return True
    return any(_is_large(city, places) for city in of(language).named(name))


def _is_large(city: City, places: PlaceWords) -> bool:
    # In the letters of English GeoNames' other names are of any language: Dabei is Dubai in one, Kilo Kiel.
    if not city.own_name:
        return False
    return city.population >= (_HOME if city.country in places.home else _ABROAD) or city.capital


@cache
def unbounded(language: str | None) -> frozenset[str]:
    """Return the names of large cities in Japanese or Chinese, between whose words nothing stands."""
    places, code = locales.places(language), locales.known_as(language)
    if places is None or code is None or not locales.is_east_asian(language):
        return frozenset()
    world = cities.read()
    populations, capitals = world.rows["population"], world.rows["capital"]
    large = (
        name
        for name, row in _names(_script(code))
        if populations[row] >= (_OF_TWO if len(name) == 2 else _UNBOUNDED) or (capitals[row] and len(name) > 1)
    )
    return frozenset({*places.cities, *large} - places.common)
