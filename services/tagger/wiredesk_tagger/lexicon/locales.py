"""The words of a language for dates, sums and places: CLDR, through `babel`, and what CLDR lacks (`locales.toml`).

A language is read when its first text comes: babel itself once in a process (0.06 to 0.3 s, 5 MB), then 10 to 60 ms and
0.5 to 1 MB each. English is none of them: it has a grammar of its own.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from babel import Locale

# Of a language whose month's name alone differs from the one beside a day. Only of these: babel gives for any other
# what some language that was read before it has.
_TWO_FORMS = frozenset({"fi", "pl", "ru", "uk"})
# The written standards of one language, and old codes.
_SAME = {"nb": "no", "nn": "no", "in": "id"}
_PLACES_ONLY = frozenset({"hu"})
_UNITS: tuple[tuple[Literal["day", "week", "month", "year"], int], ...] = (
    ("day", 86_400),
    ("week", 7 * 86_400),
    ("month", 30 * 86_400),
    ("year", 365 * 86_400),
)
_SEVERAL = (1, 2, 3, 4, 5, 6, 11, 21, 22)  # between them they take every plural form of these languages
_STEPS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_PERIODS = ("week", "month", "quarter", "year")
_ZEROS = re.compile(r"0+")
_SHORTEST_SCALE = 2  # letters; "M" and "K" are anything
# A billion in Swedish is 10^12, and "bn" an English word for 10^9.
_DOUBTFUL_SCALES = frozenset({"bn"})
_BRACKETS = re.compile(r" ?[(\uff08].*?[)\uff09]")
_DIRECTION = re.compile(r"[\u200e\u200f]")
_REGIONS = frozenset({"AQ", "EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})


@dataclass(frozen=True)
class Ago:
    """A length of time back from the day of publication: what stands before its number and behind; the unit."""

    before: str
    after: str
    unit: str


@dataclass(frozen=True)
class Words:
    """A language's words; those that are looked up are in small letters, all others as a sentence writes them."""

    months: Mapping[str, int]
    """name → 1 to 12"""
    short_months: Mapping[str, int]
    """abbreviated name → 1 to 12; many are words, too"""
    weekdays: Mapping[str, int]
    """name → 0 (Monday) to 6"""
    capital_days: bool
    """whether a weekday has a capital inside a sentence"""
    near: Mapping[str, int]
    """"yesterday" → -1"""
    periods: Mapping[str, tuple[str, int]]
    """"last week" → ("week", -1)"""
    ago: tuple[Ago, ...]
    counts: Mapping[str, int]
    """"two" → 2, up to ten"""
    scales: Mapping[str, int]
    """"million" → 6"""
    currencies: Mapping[str, str | None]
    """"euros" → ISO 4217; None where several countries share the word"""
    symbols: Mapping[str, str]
    """"rp" → ISO 4217, of what stands before the figures"""
    day_first: bool
    """whether 7/1/2025 is in January; else the year is first"""
    lists: Mapping[str, tuple[str, ...]]
    """the other lists of `locales.toml`, by their keys"""


@dataclass(frozen=True)
class PlaceWords:
    """A language's names of countries, and of those cities that CLDR translates."""

    countries: Mapping[str, str]
    """name, as written → ISO 3166-1 alpha-2"""
    own: Mapping[str, str]
    """ISO 3166-1 alpha-2 → the name that CLDR has"""
    cities: Mapping[str, tuple[str, str]]
    """name, as written → (name in English, alpha-2 of its country)"""
    large: tuple[str, ...]
    """further names of large cities"""
    home: frozenset[str]
    common: frozenset[str]
    """names that are words or people's names, too"""

    @cached_property
    def names(self) -> frozenset[str]:
        """All names of countries and cities here."""
        return frozenset((*self.countries, *self.cities, *self.large))


# Languages in which nothing stands between words, or where a word's ending is a word of its own.
_EAST_ASIAN = frozenset({"ja", "ko", "zh"})


@cache
def _lists() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(__package__) / "locales.toml").read_text(encoding="utf-8"))


def known_as(language: str | None) -> str | None:
    """Return the code under which a language's words are listed, or None where they are not."""
    code = _SAME.get(language or "", language)
    return code if code in _lists() else None


def is_east_asian(language: str | None) -> bool:
    """Whether it is Japanese, Korean or Chinese."""
    return language in _EAST_ASIAN


def _locale(code: str) -> "Locale":
    # Half of the tagger's texts are in English and never need it.
    from babel import Locale  # noqa: PLC0415

    return Locale.parse(code)


@cache
def words(language: str | None) -> Words | None:
    """Return the words for dates and sums in a language (primary BCP 47 tag), or None where it is not listed."""
    code = known_as(language)
    if code is None or code in _PLACES_ONLY:
        return None
    locale, lists = _locale(code), _lists()[code]
    months = dict(_numbered(locale.months["format"]["wide"].items()))
    if code in _TWO_FORMS:
        alone = locale.months["stand-alone"]["wide"]
        months |= _numbered(
            (at, name + ending) for at, name in alone.items() for ending in ("", *_of(lists, "month_endings"))
        )
    months |= _numbered(enumerate(lists.get("months", ()), 1))
    wide = locale.days["format"]["wide"]
    days = {name.lower(): at for at, name in wide.items()}
    days |= _numbered(enumerate(lists.get("weekdays", ())))
    days |= {name + ending: at for name, at in days.items() for ending in _of(lists, "weekday_endings")}
    periods = _numbered(enumerate(lists.get("periods", ())))
    short = _numbered(locale.months["format"]["abbreviated"].items())
    return Words(
        months=months,
        short_months={name: at for name, at in short.items() if name not in months},
        weekdays=days,
        capital_days=wide[0][0].isupper(),
        near={word.lower(): step for name, step in _STEPS.items() for word in _of(lists, name)},
        periods={name: (_PERIODS[at // 3], at % 3 - 1) for name, at in periods.items()},
        ago=tuple(dict.fromkeys(_ago(code))),
        counts=_numbered(enumerate(lists.get("counts", ()), 2)),
        scales=_scales(locale) | {word.lower(): power for word, power in lists.get("scales", {}).items()},
        currencies=dict(_currencies(code, lists)),
        symbols={sign.lower(): code for code, signs in lists.get("symbols", {}).items() for sign in signs},
        day_first=_DIRECTION.sub("", locale.date_formats["short"].pattern)[0] == "d",
        lists={key: tuple(value) for key, value in lists.items() if isinstance(value, list)},
    )


def _of(lists: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(lists.get(key, ()))


def _numbered(forms: Iterable[tuple[int, str]]) -> dict[str, int]:
    return {name.lower(): at for at, names in forms for name in names.split("|") if name}


def _ago(code: str) -> Iterator[Ago]:
    from datetime import timedelta  # noqa: PLC0415 - as babel

    from babel.dates import format_timedelta  # noqa: PLC0415

    for unit, seconds in _UNITS:
        for number in _SEVERAL:
            back = timedelta(seconds=-number * seconds)
            text = format_timedelta(back, granularity=unit, threshold=10_000, add_direction=True, locale=code)
            before, figures, after = text.partition(str(number))
            if figures:
                yield Ago(before, after, unit)


def _scales(locale: "Locale") -> dict[str, int]:
    found: dict[str, int] = {}
    for style in ("short", "long"):
        for forms in locale.compact_decimal_formats.get(style, {}).values():
            for value, pattern in forms.items():
                zeros = _ZEROS.search(pattern.pattern)
                word = _ZEROS.sub("", pattern.pattern).replace("'", "").strip(" \u00a0\u202f.").lower()
                is_word = len(word) >= _SHORTEST_SCALE or not word.isascii()
                if zeros and word and is_word and word not in _DOUBTFUL_SCALES and value.isdigit():
                    found.setdefault(word, len(value) - len(zeros[0]))
    return found


def _currencies(code: str, lists: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    from babel.numbers import get_currency_name  # noqa: PLC0415 - as babel

    own: dict[str, list[str]] = lists["currencies"]
    for currency in own:
        if currency != "?":
            for number in (None, *_SEVERAL):
                yield get_currency_name(currency, count=number, locale=code).lower(), currency
    for currency, names in own.items():
        for name in names:
            yield name.lower(), None if currency == "?" else currency


@cache
def places(language: str | None) -> PlaceWords | None:
    """Return the names of countries and cities in a language (primary BCP 47 tag), or None where it is not listed."""
    code = known_as(language)
    if code is None:
        return None
    from babel.core import get_global  # noqa: PLC0415 - as `_locale`

    locale, lists = _locale(code), _lists()[code]
    listed: dict[str, list[str]] = lists.get("countries", {})
    own: dict[str, str] = {}
    countries: dict[str, str] = {}
    for country, name in locale.territories.items():
        if len(country) == 2 and country not in _REGIONS:
            own[country] = _BRACKETS.sub("", name)
            countries[own[country]] = country
    countries |= {name: country for country, names in listed.items() for name in names if country != "-"}
    common = frozenset(_of(lists, "common"))
    zones: Mapping[str, str] = get_global("zone_territories")
    cities = {
        _BRACKETS.sub("", zone["city"]): (key.rpartition("/")[2].replace("_", " "), zones[key])
        for key, zone in locale.time_zones.items()
        if "city" in zone and key in zones
    }
    return PlaceWords(
        countries={name: country for name, country in countries.items() if name not in common},
        own=own,
        cities={name: city for name, city in cities.items() if name not in common | set(countries)},
        large=_of(lists, "cities"),
        home=frozenset(_of(lists, "home")),
        common=common,
    )
