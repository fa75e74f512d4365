"""Which of several cities of one name an article means, if that is certain. Pure.

Populations are GeoNames'; the thresholds were set by hand, against wrong links in news that nobody links by hand.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wiredesk_tagger.linking.cities import City
from wiredesk_tagger.linking.toponym_context import Beside, Region

_TIMES = 10  # so much larger than its namesakes is a city that is meant without further words
_WORLD_TIMES = 40  # and so much larger one that is meant even where the article names a namesake's country
_CLOSE = 3  # at most so much smaller than a namesake is a city that its country's name singles out
_LARGE = 200_000  # smaller places have namesakes that no list holds
_WORLD_CITY = 1_000_000
_BORROWED = 20  # so much less weighs a city that has the name as one of its other names, in some language
# Named in stories about anywhere, and full of small places: there the state has to be named.
_EVERYWHERE = "US"


class Article(NamedTuple):
    """What one article names."""

    countries: Counter[str]
    """code → how often it names the country, its people or a state of it"""
    regions: frozenset[Region]
    """states and provinces"""
    people: frozenset[str]
    """words of personal names, folded"""
    cities: tuple[City, ...]
    """for each name of a place, the most populous city of that name"""
    home: frozenset[str] = frozenset()
    """countries of the language that it is written in; of English, which is everywhere, none"""


def inside(city: City, regions: Iterable[Region]) -> bool:
    """Whether `city` lies in one of `regions`."""
    return any(city.country == country and division in ("", city.division) for country, division in regions)


def outstanding(candidates: Sequence[City]) -> City | None:
    """Return the city that is called so itself and is much larger than the next that is; None if there is none."""
    own = [city for city in candidates if city.own_name] or list(candidates)
    if not own or (len(own) > 1 and own[0].population < own[1].population * _CLOSE):
        return None
    return own[0]


def qualified(candidates: Sequence[City], said: Beside) -> City | None:
    """Return the city in the regions that stand beside its name."""
    city = outstanding([city for city in candidates if inside(city, said.regions)])
    # "London, Canada and Australia" is a list, and says nothing of a London in Canada.
    by_country = not any(division for _, division in said.regions)
    return None if city and said.listed and by_country and city != candidates[0] else city


def meant(candidates: Sequence[City], article: Article) -> City | None:
    """Return the city that is meant without a word beside its name: by its size, or by what else the article names.

    `candidates` are the most populous first.
    """
    best = next((city for city in candidates if city.own_name), candidates[0] if candidates else None)
    if best is None:
        return None
    others = [city for city in candidates if city != best]
    largest = max((_weight(city, best) for city in others), default=1)
    home = article.countries[best.country] > 0
    # In some language Little Rock is called Acropolis.
    borrowed = not best.own_name and best.population < _WORLD_CITY
    if not home and (borrowed or any(inside(city, article.regions) for city in others)):
        return None
    elsewhere = any(article.countries[city.country] for city in others if city.country != best.country)
    times = best.population / max(1, largest)
    if times >= _TIMES and best.population >= _LARGE and (home or not elsewhere):
        return best
    if times >= _CLOSE and best.capital and home:
        return best
    # Moscow is Moscow in a story about the United States, which have one too.
    if times >= 2 * _TIMES and best.population >= _WORLD_CITY and (best.capital or times >= _WORLD_TIMES):
        return best
    return _singled_out(candidates, article)


def _weight(city: City, best: City) -> int:
    return city.population // _BORROWED if best.own_name and not city.own_name else city.population


def _singled_out(candidates: Sequence[City], article: Article) -> City | None:
    """Return the city in the only country of theirs that the article names, if it is a capital or among the largest.

    Where it names none of theirs, that of the article's language counts.
    """
    named = {city.country for city in candidates if article.countries[city.country]}
    named = named or {city.country for city in candidates if city.country in article.home}
    if len(named) != 1:
        return None
    code = named.pop()
    city = outstanding([city for city in candidates if city.country == code])
    if city is None or city.capital:
        return city
    if code == _EVERYWHERE:
        large = city == candidates[0] and city.population >= _LARGE
        return (
            city
            if large or any(division and inside(city, [(code, division)]) for code, division in article.regions)
            else None
        )
    close = city.population * _CLOSE >= candidates[0].population
    return city if city == candidates[0] or (close and article.countries[code] > 1) else None
