"""How the words of a name are compared, and which of them name nothing themselves. Pure."""

import re

from wiredesk_tagger.lexicon.gazetteers import Lexicon
from wiredesk_tagger.linking.cities import fold

# ruff: noqa: SIM905 - word lists read best as text
# What a company or party may be called without.
LEGAL_FORMS = frozenset(
    "Inc Inc. Corp Corp. Corporation Ltd Ltd. Limited LLC LLP PLC plc AG SE SA S.A. NV N.V. GmbH SpA Co Co. Company "
    "Companies Group Holding Holdings Incorporated Party".split()
)
# What navies and coast guards put before the names of their ships.
SHIP = re.compile(r"(?:USS|USNS|USCGC|HMS|HMCS|HMAS|HMNZS|HNLMS|BRP|ROKS|KRI|RFA|RRS|RMS|MV|M/V) ")
_LONG = 8  # letters that no two names of one article have by chance
_DOUBLE = re.compile(r"([^\W\d])\1")
_SHOUTED = 4  # letters; shorter words in capitals are as a rule acronyms
_DOTTED = re.compile(r"(?:[A-Z]\.)+[A-Z]?")
# "Larkspur S.A."; at the beginning they are somebody's initials.
_LAST_DOTTED = re.compile(r"(?<= )(?:[A-Z]\.){2,}$")
_SIGNS = re.compile(r" ?[&+] ?")
_DASHES = re.compile(r" ?[\u2010-\u2015/-] ?")
# Countries that names of bodies begin with, and words that are abbreviated at the beginning of places' names.
_WRITTEN_OUT = (
    (re.compile(r"\b(?:U\.S\.(?:A\.)?|USA?)(?![\w.])"), "United States"),
    (re.compile(r"\b(?:U\.K\.|UK)(?![\w.])"), "United Kingdom"),
    (re.compile(r"^Mt\.? (?=[A-Z])"), "Mount "),
    (re.compile(r"^Ft\.? (?=[A-Z])"), "Fort "),
)
_ENDS = re.compile(r"^(?:the|a) |'s?$")


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of `name` without case, accents, full stops, hyphens, a leading "the"; "&" is "and".

    Names with equal words are spellings of one name: "Ho-Chunk" and "Ho - Chunk", "U.N." and "UN", "US Navy" and
    "United States Navy".
    """
    for short, full in _WRITTEN_OUT:
        name = short.sub(full, name)
    plain = (
        name.replace(".", "")
        if _DOTTED.fullmatch(name)
        else _LAST_DOTTED.sub(lambda one: one[0].replace(".", ""), name)
    )
    folded = fold(_DASHES.sub(" ", _SIGNS.sub(" and ", plain)))
    return tuple(_ENDS.sub("", folded).split()) or (name,)


def spelling(words: tuple[str, ...]) -> object:
    """Return what spellings of one name have in common; of a long name double letters and blanks tell nothing.

    "Vadasserikara" is "Vadaserikara", and "Laytongku" "Lay Tong Ku".
    """
    joined = "".join(words)
    return _DOUBLE.sub(r"\1", joined) if len(joined) >= _LONG else words


def as_listed(label: str, name: str, lexicon: Lexicon) -> str | None:
    """Return the form of `name` that the lists have with this type: itself, or of capitals in the case of a name."""
    for form in (name, name.title()) if name.isupper() and len(name) >= _SHOUTED else (name,):
        if lexicon.code(label, form) or lexicon.name(label, form):
            return form
    return None


def is_shouted(word: str) -> bool:
    """Whether `word` is in capitals and too long for most acronyms."""
    return len(word) >= _SHOUTED and word.isupper()
