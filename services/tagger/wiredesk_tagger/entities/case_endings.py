# ruff: noqa: RUF001 - letters of three scripts
"""The base forms of inflected names: Ankara'da is Ankara, Helsingissä Helsinki, Путина Путин. Pure but for its lists.

An ending is only taken off where the base form is known from elsewhere: it is a name of the article, or of a place. In
Turkish the apostrophe itself says where a name ends. What a mention is does not change: it is the words in the text.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from wiredesk_tagger.lexicon import locales

_SHORTEST = 3  # letters of a base form: "Iranin" is Iran, and "Oman" no Om
_LONGEST = 60  # letters of a word; what is longer is no name, and would fill the memory of those looked up before
# Case endings of Turkish behind the apostrophe of a name, with plural, possessive and -ki, and their buffer letters.
_TURKISH = re.compile(
    r"(?P<base>.*\w)['\u2019](?=\w)(?:l[ae]r)?(?:[ns]?[\u0131iu\u00fc]n?)?(?:[ny]?[ae]|[dt][ae]n?|y?l[ae]|[ns]?[\u0131iu\u00fc]n"
    r"|y?[\u0131iu\u00fc]|[cç][ae])?(?:ki(?:ler)?|yd[\u0131iu\u00fc]|d[\u0131iu\u00fc]r|d[ae]|yla|yle)?",
)
# "EU:n", "Nato:ssa".
_COLON = re.compile(r"(?P<base>.*\w):[a-z\u00e4\u00f6\u00e5]{1,5}")
# Finnish has another consonant in a closed syllable: what stands in the text → in the base form.
_GRADES = (("ng", "nk"), ("mm", "mp"), ("nn", "nt"), ("rr", "rt"), ("ll", "lt"), ("d", "t"), ("v", "p"))
_DOUBLED = re.compile(r"(?P<before>.*[aeiouyäöå])(?P<letter>[kpt])(?P<after>[aeiouyäöå]+)")
_INSERTED = re.compile(r"(?P<before>.*[aeiouyäölrh])(?P<after>[uyaieäö])")
# Hungarian lengthens a last vowel, and -val takes on the consonant before it: Budapesttel.
_SHORT_VOWELS = {"á": "a", "é": "e"}
_ASSIMILATED = re.compile(r"(?P<base>.*(?P<letter>[^aeiouáéíóöőúüű]))(?P=letter)[ae]l")
# Ukrainian and Polish have another vowel in a closed syllable: Києва is of Київ, Львова of Львів, Krakowa of Kraków.
_CLOSED = re.compile(r"(?P<before>.*)(?P<vowel>[оеєo])(?P<after>[^аеиоіуєїюяaeiouy])")
_IN_CLOSED = {"uk": dict(zip("оеє", "іії", strict=True)), "pl": {"o": "ó"}}
_WORDS = re.compile(r"\S+")
_MOST_WORDS = 3


@cache
def _endings(language: str | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    listed = tomllib.loads(files("wiredesk_tagger.lexicon").joinpath("case_endings.toml").read_text(encoding="utf-8"))
    own = listed.get(locales.known_as(language) or "", {})
    return tuple(sorted(((ending, tuple(ends)) for ending, ends in own.items()), key=lambda one: -len(one[0])))


def inflects(language: str | None) -> bool:
    """Whether names have endings in `language` (primary BCP 47 tag) that this module knows."""
    return language == "tr" or bool(_endings(language))


def marked(word: str, language: str | None) -> str | None:
    """Return the name that the spelling itself sets apart from its ending, or None: Ankara'da, EU:n."""
    pattern = {"tr": _TURKISH, "fi": _COLON}.get(language or "")
    match = pattern.fullmatch(word) if pattern else None
    return match["base"] if match else None


def bases(word: str, language: str | None) -> tuple[str, ...]:
    """Return what the base form of `word` may be, without `word` itself; the most of its letters first."""
    return _looked_up(word, language) if len(word) <= _LONGEST else ()


@lru_cache(maxsize=4096)
def _looked_up(word: str, language: str | None) -> tuple[str, ...]:
    if language == "tr":
        base = marked(word, language)
        return (base,) if base else ()
    found = dict.fromkeys(form for form in _bases(word, language) if len(form) >= _SHORTEST and form != word)
    return tuple(found)


def _bases(word: str, language: str | None) -> Iterator[str]:
    if base := marked(word, language):
        yield base
    if language == "hu" and (match := _ASSIMILATED.fullmatch(word)):
        yield match["base"]
    for ending, ends in _endings(language):
        if word.endswith(ending):
            stem = word[: len(word) - len(ending)]
            for end in ends:
                yield from _forms(stem + end, language)


def _forms(base: str, language: str | None) -> Iterator[str]:
    """Yield what `base` is where sounds have changed in it, and `base`."""
    if match := (_CLOSED.fullmatch(base) if language in _IN_CLOSED else None):
        yield match["before"] + _IN_CLOSED[language or ""].get(match["vowel"], match["vowel"]) + match["after"]
    yield base
    if language == "hu" and base[-1:] in _SHORT_VOWELS:
        yield base[:-1] + _SHORT_VOWELS[base[-1]]
    if language == "fi":
        # Foreign names that end with a consonant have an i before their endings: Bideniin.
        if base.endswith("i"):
            yield base[:-1]
        # Tampereella
        if base.endswith("ee"):
            yield base[:-1]
        for weak, strong in _GRADES:
            head, found, tail = base.rpartition(weak)
            if found and head and len(tail) == 1:
                yield head + strong + tail
        if match := _DOUBLED.fullmatch(base):
            yield match["before"] + 2 * match["letter"] + match["after"]
        if match := _INSERTED.fullmatch(base):
            yield match["before"] + "k" + match["after"]


def forms(name: str, language: str | None) -> Iterator[str]:
    """Yield what the base form of a name of one to three words may be, each word inflected or not; not the name."""
    words = _WORDS.findall(name)
    if len(words) <= _MOST_WORDS:
        yield from dict.fromkeys(form for form in _combined(words, language) if form != " ".join(words))


def base_of(name: str, language: str | None, is_known: Callable[[str], bool]) -> str | None:
    """Return the base form of a name, or None where it has none or it is not certain which.

    It has to be known, and the name itself not.
    """
    if base := marked(name, language):
        return base
    found = [] if is_known(name) else [form for form in forms(name, language) if is_known(form)]
    return found[0] if len(found) == 1 else None


def _combined(words: Sequence[str], language: str | None) -> Iterator[str]:
    heads = list(_combined(words[:-1], language)) if len(words) > 1 else [""]
    for end in (words[-1], *bases(words[-1], language)) if words else ():
        for head in heads:
            yield f"{head} {end}" if head else end
