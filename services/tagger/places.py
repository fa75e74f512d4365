"""Which country, state or city a name means, where that is certain. Pure; the cities come in as a table.

A wrong link is worse than none, so a link needs one of these:

- a country or people whose listed name means one country only;
- words beside the name: "Paris, Texas", "Birmingham in Alabama", "the Russian city of Orsk";
- a city of 100,000 people, ten times as populous as every other place of its name, none of whose namesakes the
  article gives reason to think of;
- the article names the country of the largest city of that name (or of a capital), and of none of its namesakes.

There is no link where the name is part of a person's name in the same article, nor where a state or province is called
the same and the article does not say which is meant. Populations are GeoNames'; the thresholds were set by hand.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.tagger.beside import COUNTRY_AND_STATE, Region, beside
from services.tagger.cities import NO_CITIES, Cities, City, fold
from services.tagger.gazetteers import Lexicon

_TIMES = 10  # so much larger than its namesakes is a city that is meant without further words
_CLOSE = 3  # at most so much smaller than a namesake is a city that its country's name singles out
_LARGE = 100_000
_WORLD_CITY = 1_000_000
_METROPOLIS = 5_000_000
# Named in stories about anywhere: that it is named says little about where a story takes place.
_EVERYWHERE = "US"
_SURE = 0.6  # below this the model's word for it that a name is a place is not enough
_FAR = 1.0  # degrees; places nearer to each other are one conurbation

_STATE_BEFORE = re.compile(
    r"\b(?:[Ss]tate of|[Pp]rovince of|[Uu]pstate|[Dd]ownstate|(?:[Nn]or|[Ss]ou)thern|(?:[Ee]a|[Ww]e)stern) $"
)
_STATE_AFTER = re.compile(
    r"(?:['\u2019]s)? (?:[Ss]tate|[Pp]rovince|[Oo]blast|[Rr]egion|Gov\.|[Gg]overnor|[Ll]egislat|[Ll]awmakers|[Ss]enate"
    r"|[Aa]ttorney)"
)
_CITY_BEFORE = re.compile(r"\b(?:[Cc]ity|[Tt]own|[Pp]ort|[Dd]owntown)(?: of)? $")
_CITY_AFTER = re.compile(r" [Cc]ity\b|, D\.?C\b")


class Named(NamedTuple):
    """One entity as this module reads it; `places` are (text of the field, start, end) of its mentions."""

    name: str
    label: str
    places: Sequence[tuple[str, int, int]]
    confidence: float | None = None
    """the highest of its mentions; None where a rule or list decided"""


class Link(NamedTuple):
    """What a name means: ids by scheme, and for a city where it is (latitude, longitude)."""

    ids: tuple[tuple[str, str], ...]
    geo: tuple[float, float] | None = None


class _Article(NamedTuple):
    """What one article names."""

    countries: Counter[str]
    """code → how often it names the country, its people or a state of it"""
    regions: frozenset[Region]
    people: frozenset[str]
    """words of personal names, folded"""
    cities: tuple[City, ...]
    """for each name of a place, the most populous city of that name"""


def links(entities: Sequence[Named], lexicon: Lexicon, cities: Cities | None) -> list[Link | None]:
    """Return what each entity of one article certainly means, in the order of `entities`; without `cities` no city."""
    cities = cities or NO_CITIES
    article = _read(entities, lexicon, cities)
    return [_link(entity, article, lexicon, cities) for entity in entities]


def _read(entities: Iterable[Named], lexicon: Lexicon, cities: Cities) -> _Article:
    countries: Counter[str] = Counter()
    regions: set[Region] = set()
    people: set[str] = set()
    largest: list[City] = []
    for entity in entities:
        code = lexicon.code(entity.label, entity.name)
        if code:
            countries[code] += len(entity.places)
        elif entity.label == "PERSON":
            people.update(fold(entity.name).split())
        elif entity.label == "GPE":
            largest += cities.named(entity.name)[:1]
            if entity.name not in COUNTRY_AND_STATE:
                regions |= lexicon.divisions.get(entity.name, frozenset())
    countries.update({country for country, _ in regions})
    return _Article(countries, frozenset(regions), frozenset(people), tuple(largest))


def _link(entity: Named, article: _Article, lexicon: Lexicon, cities: Cities) -> Link | None:
    code = lexicon.code(entity.label, entity.name)
    if code:
        # "Jordan" once, in a story about Michael Jordan, is no country.
        doubtful = article.countries[code] == 1 and fold(entity.name) in article.people
        return None if doubtful else Link((("iso3166", code),))
    if entity.label != "GPE" or (entity.confidence is not None and entity.confidence < _SURE):
        return None
    candidates = cities.named(entity.name)
    said = [one for place in entity.places if (one := beside(*place, lexicon))]
    chosen = {_qualified(candidates, one.regions, listed=one.listed) for one in said}
    if chosen - {None} or not all(one.listed for one in said):
        return _to_city(chosen.pop()) if len(chosen) == 1 else None
    if fold(entity.name) in article.people:
        return None
    if entity.name in lexicon.divisions or entity.name in lexicon.states:
        return _state_or_city(entity, candidates, article, lexicon, cities)
    return _to_city(_by_context(candidates, article))


def _to_city(city: City | None) -> Link | None:
    if city is None:
        return None
    return Link((("geonames", str(city.geonames)), ("iso3166", city.country)), (city.latitude, city.longitude))


def _in(city: City, regions: Iterable[Region]) -> bool:
    return any(city.country == country and division in ("", city.division) for country, division in regions)


def _outstanding(candidates: Sequence[City]) -> City | None:
    """Return the city that is called so itself and is much larger than the next that is; else nobody's."""
    own = [city for city in candidates if city.own_name] or list(candidates)
    if not own or (len(own) > 1 and own[0].population < own[1].population * _CLOSE):
        return None
    return own[0]


def _qualified(candidates: Sequence[City], regions: frozenset[Region], *, listed: bool) -> City | None:
    city = _outstanding([city for city in candidates if _in(city, regions)])
    # "London, Canada and Australia" is a list, and says nothing of a London in Canada.
    by_country = not any(division for _, division in regions)
    return None if city and listed and by_country and city != candidates[0] else city


def _by_context(candidates: Sequence[City], article: _Article) -> City | None:
    own = [city for city in candidates if city.own_name] or list(candidates)
    if own and own[0] == candidates[0]:
        best, others = own[0], candidates[1:]
        times = best.population / max((city.population for city in others), default=1)
        home = article.countries[best.country] > 0
        elsewhere = any(article.countries[city.country] for city in others if city.country != best.country)
        if not home and any(_in(city, article.regions) for city in others):
            return None
        if times >= 2 * _TIMES and best.population >= _WORLD_CITY:
            return best
        if times >= _TIMES and best.population >= _LARGE and (home or not elsewhere):
            return best
    return _singled_out(candidates, article)


def _singled_out(candidates: Sequence[City], article: _Article) -> City | None:
    """Return the city in the only country of theirs that the article names, if it is a capital or among the largest."""
    named = {city.country for city in candidates if article.countries[city.country]}
    if len(named) != 1:
        return None
    code = named.pop()
    city = _outstanding([city for city in candidates if city.country == code])
    if city is None or city.capital or city == candidates[0]:
        return city
    close = city.population * _CLOSE >= candidates[0].population
    return city if close and code != _EVERYWHERE and article.countries[code] > 1 else None


def _state_or_city(
    entity: Named, candidates: Sequence[City], article: _Article, lexicon: Lexicon, cities: Cities
) -> Link | None:
    """Return the link of a name that a state or province has too, or None if the article does not tell them apart."""
    divisions = lexicon.divisions.get(entity.name, frozenset())
    of_state, of_city = _cues(entity)
    city = _outstanding(candidates)
    if city and not of_state and (of_city or city.capital or city.population >= _METROPOLIS):
        inside = [one for one in article.cities if _in(one, divisions) and _apart(one, city)]
        return _to_city(city) if of_city or not inside else None
    number = next((cities.states.get(division) for country, division in divisions if country == "US"), None)
    if number is None or len(divisions) > 1 or of_city:
        return None
    if entity.name in COUNTRY_AND_STATE:
        country = COUNTRY_AND_STATE[entity.name]
        there = any(one.country == country for one in article.cities)
        here = of_state or any(_in(one, divisions) for one in article.cities)
        if there == here:
            return None
        if there:
            return Link((("iso3166", country),))
    elif not article.countries["US"] and any(article.countries[one.country] for one in candidates):
        return None
    return Link((("geonames", str(number)), ("iso3166", "US")))


def _apart(one: City, other: City) -> bool:
    return abs(one.latitude - other.latitude) + abs(one.longitude - other.longitude) > _FAR


def _cues(entity: Named) -> tuple[bool, bool]:
    """Return whether a mention's words say that it is a state or province, and whether that it is a city."""
    around = [(text[max(0, start - 20) : start], text[end : end + 20]) for text, start, end in entity.places]
    of_state = any(_STATE_BEFORE.search(before) or _STATE_AFTER.match(after) for before, after in around)
    of_city = any(_CITY_BEFORE.search(before) or _CITY_AFTER.match(after) for before, after in around)
    return of_state, of_city
