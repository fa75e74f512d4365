"""What somebody typed: made harmless for PostgreSQL, and how each configuration reads it. Pure."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from wiredesk_storage.search.folding import FOLDED, readable
from wiredesk_storage.search_configs import PLAIN_CONFIG, SEARCH_CONFIGS

MAX_CHARACTERS = 1_000
# A phrase of stop words is short; every word more makes the pattern slower.
_PATTERN_WORDS = 30
_WORD = re.compile(r"\w+")
# Between the words of a pattern.
_BETWEEN = r"\W+"
# What stands before no word excludes nothing; of more than 32 in a row PostgreSQL's parser of queries makes an error.
_DASHES = re.compile(r'(?<=\w)-{2,}|-(?![^\W_]|")')
# Around a phrase as a telephone types them.
_QUOTES = dict.fromkeys(map(ord, "“”„«»"), '"')
_EXCLUDED = re.compile(r'(?<!\S)-(?:"[^"]*"?|\S+)')
# A tsquery as PostgreSQL writes it: its words, "follows", and the brackets round what is excluded.
_OF_TSQUERY = re.compile(r"(?P<word>'(?:[^'\\]|''|\\.)*')|(?P<follows><(?:-|\d+)>)|(?P<excluded>!?)\(|(?P<end>\))")
ALL_CONFIGS = (PLAIN_CONFIG, *dict.fromkeys(SEARCH_CONFIGS.values()))


@dataclass(frozen=True, slots=True)
class Reading:
    """How a query is searched for.

    `queries`: each tsquery with the configurations that read the query so. `plain`: the configurations in which it is
    nothing but stop words; there `pattern`, a regular expression, is looked for. Neither: nothing can be found, unless
    `is_empty`, where nothing was asked for and every article is a hit. `is_quick`: somebody waits, and `pattern` is one
    word, which stands in most texts of its language: fewer are read for it.
    """

    queries: tuple[tuple[str, tuple[str, ...]], ...] = ()
    plain: tuple[str, ...] = ()
    pattern: str = ""
    is_empty: bool = False
    is_quick: bool = False

    @property
    def finds_nothing(self) -> bool:
        """Whether there is no word to look for."""
        return not (self.queries or self.plain or self.is_empty)

    @property
    def for_who_waits(self) -> "Reading":
        """The same, quickly."""
        return replace(self, is_quick=bool(self.plain) and _BETWEEN not in self.pattern)

    @property
    def loose(self) -> "Reading":
        """The same without the order of words in phrases: what the index answers, and has all hits and more."""
        return replace(self, queries=tuple((loosened(tsquery), configs) for tsquery, configs in self.queries))


def loosened(tsquery: str) -> str:
    """Return `tsquery` (as PostgreSQL writes one) with its phrases as words in any order, but for those excluded."""
    brackets: list[bool] = []

    def replaced(found: re.Match[str]) -> str:
        if found["excluded"] is not None:
            brackets.append(bool(found["excluded"]))
        elif found["end"]:
            brackets.pop()
        elif found["follows"] and not any(brackets):
            return "&"
        return found[0]

    return _OF_TSQUERY.sub(replaced, tsquery)


def typed(query: str) -> str:
    """Return a query that PostgreSQL takes, whatever was typed: no controls, no surrogates, 1,000 characters at most.

    Accents are gone, as in what is searched.
    """
    # More than is kept, because what is left out of it shortens it.
    start = query[: 4 * MAX_CHARACTERS]
    plain = "".join(" " if unicodedata.category(one) in ("Cc", "Cs", "Co", "Cn") else one for one in start)
    plain = _DASHES.sub(" ", readable(unicodedata.normalize("NFC", plain).translate(_QUOTES)))
    return " ".join(plain.split())[:MAX_CHARACTERS].strip()


def configs_for(language: str | None) -> tuple[str, ...]:
    """Return the configurations that articles in `language` (BCP 47 primary tag) are read in; None: all."""
    return ALL_CONFIGS if language is None else (SEARCH_CONFIGS.get(language.lower(), PLAIN_CONFIG),)


def reading(query: str, read: Mapping[str, str]) -> Reading:
    """Return how to search for `query` (see `typed`), given what each configuration makes of it: a tsquery as text."""
    if not query:
        return Reading(is_empty=True)
    groups: dict[str, list[str]] = defaultdict(list)
    for config, tsquery in read.items():
        groups[tsquery].append(config)
    pattern = _pattern(query)
    plain = tuple(groups.pop("", ())) if pattern else ()
    groups.pop("", None)
    return Reading(tuple((tsquery, tuple(configs)) for tsquery, configs in groups.items()), plain, pattern)


def _pattern(query: str) -> str:
    """Return what matches the words of a query in a row, with any accents, in PostgreSQL and in Python; any case."""
    words = _WORD.findall(_EXCLUDED.sub(" ", query))[:_PATTERN_WORDS]
    if not words:
        return ""
    return rf"(?<!\w){_BETWEEN.join(''.join(map(_any_accent, word.lower())) for word in words)}(?!\w)"


def _any_accent(letter: str) -> str:
    others = _VARIANTS.get(letter)
    return f"[{letter}{others}]" if others else letter


def _variants() -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for letter, plain in FOLDED.items():
        # Those that a language of the list of configurations uses.
        if len(plain) == 1 and letter.islower() and ord(letter) < 0x460:
            found[plain] += letter
    return dict(found)


_VARIANTS = _variants()
