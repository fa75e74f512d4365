"""The word lists beside this file and ISO 3166 as plain data: what a phrase is, and which country it means.

Read from the package's own files, once; no spaCy, so that the core can be tested with the real lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import pycountry

from wiredesk_tagger.lexicon import locales

# In order of priority: the first list that has a phrase decides its type (Luxembourg is a country first).
_LISTS = (
    ("states", "GPE"),
    ("cities", "GPE"),
    ("regions", "LOC"),
    ("organisations", "ORG"),
    ("events", "EVENT"),
    ("holidays", "DATE"),
    ("languages", "LANGUAGE"),
)


@dataclass(frozen=True)
class Lexicon:
    """Everything the rules and the core look up. Phrases keep their case; nothing here is ambiguous on purpose."""

    phrases: dict[str, str]
    """phrase → entity type, e.g. `Kremlin` → ORG."""
    canonical: dict[tuple[str, str], str]
    """(type, phrase) → first name of its line, so that `UN` and `United Nations` are one thing."""
    countries: dict[tuple[str, str], str]
    """(type, phrase) → ISO 3166-1 alpha-2, for GPE and NORP, only where the phrase alone is certain."""
    divisions: dict[str, frozenset[tuple[str, str]]]
    """name → (country, division) of what may stand behind a city's name: `Tex.` → {("US", "TX")}."""
    states: frozenset[str]
    """Names that mean a part of a country, and sometimes a city in it too."""
    given_names: frozenset[str]
    family_first: frozenset[str]
    titles: frozenset[str]
    roles: frozenset[str]
    ordinary: frozenset[str]
    small: frozenset[str]
    """Words that news hardly ever writes with a capital inside a sentence."""
    doubtful: frozenset[str]
    """Words that news writes small as a rule, and with a capital inside names."""
    pairs: frozenset[str]
    """Two words of these with a blank between, where they have capitals: `supreme court`."""
    heads: dict[str, str]
    """last word of a name → its type (`Ltd` → ORG)."""
    heads_of: dict[str, str]
    """word before "of" → type of the whole name (`Ministry` → ORG)."""

    def code(self, label: str, surface: str) -> str | None:
        """Return the country `surface` certainly means, or None."""
        return self.countries.get((label, surface))

    def name(self, label: str, surface: str) -> str | None:
        """Return the canonical name of a listed phrase, or None."""
        return self.canonical.get((label, surface))


def _lines(name: str) -> Iterator[str]:
    text = (files(__package__) / f"{name}.txt").read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _names(line: str) -> list[str]:
    return [name.strip() for name in line.split(";")]


def _keyed(name: str) -> Iterator[tuple[str, list[str]]]:
    for line in _lines(name):
        key, _, names = line.partition(" = ")
        yield key, _names(names)


# Antarctica has a code, and is no country.
_CONTINENT = "AQ"


def _countries() -> Iterator[tuple[str, list[str]]]:
    """Yield (alpha-2 or "-", names), the common name first."""
    own = list(_keyed("countries"))
    taken = {name for _, names in own for name in names}
    codes = {code: names[0] for code, names in own}
    yield from own
    for country in pycountry.countries:
        common = getattr(country, "common_name", country.name)
        # "Congo, The Democratic Republic of the" and "Saint Martin (French part)" are catalogue entries, not names.
        formal = getattr(country, "official_name", common)
        names = [name for name in (common, country.name, formal) if not set(name) & set(",(")]
        names = [name for name in dict.fromkeys(names) if name not in taken]
        if names and country.alpha_2 not in codes and country.alpha_2 != _CONTINENT:
            yield country.alpha_2, names
        elif country.alpha_2 in codes and formal in names and " of " in formal:
            yield country.alpha_2, [codes[country.alpha_2], formal]


def _divisions() -> dict[str, frozenset[tuple[str, str]]]:
    divisions: dict[str, frozenset[tuple[str, str]]] = {}
    for key, names in _keyed("divisions"):
        country, _, division = key.partition(".")
        for name in names:
            divisions[name] = divisions.get(name, frozenset()) | {(country, division)}
    return divisions


@cache
def read() -> Lexicon:
    """Return the lexicon; the files are read once in a process."""
    phrases: dict[str, str] = {}
    canonical: dict[tuple[str, str], str] = {}
    countries: dict[tuple[str, str], str] = {}
    for label, entries in (("GPE", _countries()), ("NORP", _keyed("demonyms"))):
        for code, names in entries:
            for name in names:
                phrases.setdefault(name, label)
                canonical.setdefault((label, name), names[0])
                if code != "-":
                    countries.setdefault((label, name), code)
    for file, label in _LISTS:
        for line in _lines(file):
            names = _names(line)
            for name in names:
                phrases.setdefault(name, label)
                canonical.setdefault((label, name), names[0])
    return Lexicon(
        phrases=phrases,
        canonical=canonical,
        countries=countries,
        divisions=_divisions(),
        states=frozenset(name for line in _lines("states") for name in _names(line)),
        given_names=frozenset(_lines("given_names")),
        family_first=frozenset(_lines("family_first")),
        titles=frozenset(_lines("titles")),
        roles=frozenset(_lines("roles")),
        ordinary=frozenset(_lines("ordinary")),
        small=frozenset(word for line in _lines("small") for word in line.split()),
        doubtful=frozenset(word for line in _lines("doubtful") for word in line.split()),
        pairs=frozenset(_lines("pairs")),
        heads={word: label for label, words in _keyed("heads") for word in words},
        heads_of={word: label for label, words in _keyed("heads_of") for word in words},
    )


@cache
def of(language: str | None) -> Lexicon:
    """Return the lexicon for texts in `language` (primary BCP 47 tag): with its names of countries.

    A country's canonical name is then CLDR's in that language. English, and what is not listed, has `read()` itself.
    """
    lexicon, places = read(), locales.places(language)
    if places is None:
        return lexicon
    codes = set(lexicon.countries.values())
    named = {name: code for name, code in places.countries.items() if code in codes}
    means = {name: code for (label, name), code in lexicon.countries.items() if label == "GPE"} | named
    return replace(
        lexicon,
        phrases=lexicon.phrases | dict.fromkeys(named, "GPE"),
        canonical=lexicon.canonical | {("GPE", name): places.own.get(code, name) for name, code in means.items()},
        countries=lexicon.countries | {("GPE", name): code for name, code in named.items()},
    )
