"""Which country, state or city a name means, where that is certain. Pure; the cities come in as a table.

A wrong link is worse than none, so a link needs one of these:

- a country or people whose listed name means one country only;
- words beside the name: "Paris, Texas", "Birmingham in Alabama", "the Russian city of Orsk";
- the name of a state, a province or a nation of the United Kingdom that no city bears, or that the article's other
  places call for: these lie in their country, and are none;
- a city of 200,000 people, ten times as populous as every other place of its name, none of whose namesakes the
  article gives reason to think of;
- the article names the country of the largest city of that name (or of a capital), and of none of its namesakes; in
  the United States the state, too, unless the city is large.

There is no link where the name is part of a person's name in the same article, nor where a state or province is called
the same and the article does not say which is meant.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.linking.cities import Cities, City, fold
from wiredesk_tagger.linking.namesakes import Article, inside, meant, outstanding, qualified
from wiredesk_tagger.linking.toponym_context import COUNTRY_AND_STATE, Beside, Region, beside, regions_of
from wiredesk_tagger.spans import Span

_METROPOLIS = 5_000_000
_SURE = 0.6  # below this the model's word for it that a name is a place is not enough
_ABBREVIATED = 3  # letters; in small letters such a name of a region is a word ("or", "in", "cal")
_FAR = 1.0  # degrees; places nearer to each other are one conurbation

# GeoNames' numbers of the nations of the United Kingdom, which its table of cities has not.
_NATIONS = {"ENG": 6269131, "NIR": 2641364, "SCT": 2638360, "WLS": 2634895}

_AREA = r"[Ss]tate|[Pp]rovince|[Oo]blast|[Rr]egion|[Gg]overnorate|[Pp]refecture|[Dd]istrict|[Cc]ounty"
_AREA_BEFORE = re.compile(rf"\b(?:{_AREA}) of $")
_AREA_AFTER = re.compile(rf"(?:['\u2019]s)? (?:{_AREA})\b")
_STATE_BEFORE = re.compile(
    r"\b(?:[Uu]pstate|[Dd]ownstate|(?:[Nn]or|[Ss]ou)thern|(?:[Ee]a|[Ww]e)stern|[Gg]overnor of|[Ss]enator (?:of|from)) $"
)
_LIST = re.compile(r"([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?:,| and|, and) $")
_STATE_AFTER = re.compile(r"(?:['\u2019]s)? (?:Gov\.|[Gg]overnor|[Ll]egislat|[Ll]awmakers|[Ss]enate|[Aa]ttorney)")
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
    """What a name means: ids by scheme, and for a city where it is (latitude, longitude).

    `iso3166` among the ids says that the name is that country's; `in_country` that what is named lies in it.
    """

    ids: tuple[tuple[str, str], ...]
    geo: tuple[float, float] | None = None
    in_country: str | None = None


def apart(text: str, span: Span, lexicon: Lexicon, cities: Cities) -> list[Span]:
    """Return a city and its region as two where nothing but a blank is between them: "Paris Texas"; else `span`."""
    name = text[span.start : span.end]
    if span.label not in ("GPE", "LOC") or " " not in name or name in lexicon.phrases or cities.named(name):
        return [span]
    for blank in (at for at, char in enumerate(name) if char == " "):
        region = name[blank + 1 :]
        if len(region) > _ABBREVIATED and region.islower():
            region = region.title()
        where = regions_of(region, lexicon)
        if where and any(inside(city, where) for city in cities.named(name[:blank])):
            middle = span.start + blank
            return [span._replace(end=middle), span._replace(start=middle + 1)]
    return [span]


def links(entities: Sequence[Named], lexicon: Lexicon, cities: Cities) -> list[Link | None]:
    """Return what each entity of one article certainly means, in the order of `entities`."""
    entities = [
        one._replace(name=one.name.title()) if one.label == "GPE" and one.name.islower() else one for one in entities
    ]
    article = _read(entities, lexicon, cities)
    return [_link(entity, article, lexicon, cities) for entity in entities]


def _read(entities: Iterable[Named], lexicon: Lexicon, cities: Cities) -> Article:
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
            if entity.name not in COUNTRY_AND_STATE and not _is_abbreviation(entity.name):
                regions |= lexicon.divisions.get(entity.name, frozenset())
    countries.update({country for country, _ in regions})
    return Article(countries, frozenset(regions), frozenset(people), tuple(largest), cities.home)


def _is_abbreviation(name: str) -> bool:
    # "LA" is a city as often as a state. Paris is of two characters in Chinese.
    return len(name.replace(".", "")) <= 2 and name.isascii()


def _link(entity: Named, article: Article, lexicon: Lexicon, cities: Cities) -> Link | None:
    code = lexicon.code(entity.label, entity.name)
    if code:
        # "Jordan" once, in a story about Michael Jordan, is no country.
        doubtful = article.countries[code] == 1 and fold(entity.name) in article.people
        return None if doubtful else Link((("iso3166", code),))
    doubtful = entity.confidence is not None and entity.confidence < _SURE
    return None if doubtful or entity.label != "GPE" else _link_place(entity, article, lexicon, cities)


def _link_place(entity: Named, article: Article, lexicon: Lexicon, cities: Cities) -> Link | None:
    name, said = _said(entity, lexicon)
    candidates = cities.named(name)
    shared = name in lexicon.divisions or name in lexicon.states
    if shared:
        # "Delaware in the United States" does not say whether the state or the town in Ohio is meant.
        said = [one for one in said if any(division for _, division in one.regions)]
    elif _says(entity, _AREA_BEFORE, _AREA_AFTER):
        # The table has Basra, and nothing of Basra province.
        return None
    chosen = {qualified(candidates, one) for one in said}
    if chosen - {None} or not all(one.listed for one in said):
        return _to_city(chosen.pop()) if len(chosen) == 1 else None
    if fold(name) in article.people or _is_abbreviation(name):
        return None
    if shared:
        return _state_or_city(entity, candidates, article, lexicon, cities)
    return _to_city(meant(candidates, article))


def _said(entity: Named, lexicon: Lexicon) -> tuple[str, list[Beside]]:
    """Return the bare name, and what says where it is: the words beside it, or its own ("Washington, D.C.")."""
    name, _, rest = entity.name.partition(", ")
    if not rest and entity.name.endswith((" D.C.", " DC")):
        name, _, rest = entity.name.rpartition(" ")
    regions = regions_of(rest, lexicon)
    if regions:
        return name, [Beside(regions, listed=False)]
    return entity.name, [one for place in entity.places if (one := beside(*place, lexicon))]


def _to_city(city: City | None) -> Link | None:
    if city is None:
        return None
    return Link((("geonames", str(city.geonames)),), (city.latitude, city.longitude), city.country)


def _state_or_city(
    entity: Named, candidates: Sequence[City], article: Article, lexicon: Lexicon, cities: Cities
) -> Link | None:
    """Return the link of a name that a state or province has too, or None if the article does not tell them apart."""
    divisions = lexicon.divisions.get(entity.name, frozenset())
    of_state = (
        _says(entity, _AREA_BEFORE, _AREA_AFTER)
        or _says(entity, _STATE_BEFORE, _STATE_AFTER)
        or _is_among_states(entity, lexicon, cities)
    )
    of_city = _says(entity, _CITY_BEFORE, _CITY_AFTER)
    city = outstanding(candidates)
    if city and not of_state and (of_city or _is_better_known(city)):
        others = [one for one in article.cities if inside(one, divisions) and _apart(one, city)]
        return _to_city(city) if of_city or not others else None
    if len(divisions) != 1 or of_city:
        return None
    ((country, division),) = divisions
    own = COUNTRY_AND_STATE.get(entity.name)
    if own:
        there = any(one.country == own for one in article.cities)
        here = of_state or any(inside(one, divisions) for one in article.cities)
        if there == here:
            return None
        return Link((("iso3166", own),)) if there else _to_division(country, division, cities)
    if not article.countries[country] and any(article.countries[one.country] for one in candidates):
        return None
    # Names of provinces are cities' too ("Victoria"), and the name itself counts once for its country.
    sure = country == "US" or of_state or not candidates or article.countries[country] > 1
    return _to_division(country, division, cities) if sure else None


def _to_division(country: str, division: str, cities: Cities) -> Link | None:
    number = _NATIONS.get(division) if country == "GB" else cities.states.get(division) if country == "US" else None
    if number is None and country == "US":
        return None
    return Link((("geonames", str(number)),) if number else (), in_country=country)


def _apart(one: City, other: City) -> bool:
    return abs(one.latitude - other.latitude) + abs(one.longitude - other.longitude) > _FAR


def _is_better_known(city: City) -> bool:
    """Whether a city is what its name means where a state has it too."""
    return city.capital or city.population >= _METROPOLIS


def _is_among_states(entity: Named, lexicon: Lexicon, cities: Cities) -> bool:
    """Whether it stands behind a state in a list: "Idaho, Montana and Washington"."""
    befores = (_LIST.search(text, max(0, start - 40), start) for text, start, _ in entity.places)
    return any(
        one[1] in lexicon.divisions and not any(map(_is_better_known, cities.named(one[1]))) for one in befores if one
    )


def _says(entity: Named, before: re.Pattern[str], after: re.Pattern[str]) -> bool:
    """Whether the words before or after one of its mentions match."""
    return any(
        before.search(text, max(0, start - 20), start) or after.match(text, end) for text, start, end in entity.places
    )
