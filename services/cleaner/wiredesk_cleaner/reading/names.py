# ruff: noqa: RUF001 - names are set with typographic apostrophes, quotation marks and dashes
"""What one name is: a person's, a house's, what somebody does, or nothing of the kind. Pure."""

import re

from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.reading.dates import without_dates

MAX_NAME_WORDS = 6
QUOTES = "\"'“”„«»‘’ .,-–—:*·|"
_MAX_NAME = 80
_MAX_ROLE_WORDS = 5
# Before the name of a house: "The Quay Reporter" is nobody's name and role.
_ARTICLES = frozenset({"the", "die", "der", "das", "la", "le", "les", "el", "los", "il", "team"})
# Small letters of Western Europe are told by the pattern, those of other scripts by their case.
_CAPITALISED = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w'’.\-]*")
_JOINED_PARTICLE = re.compile(r"(?:el|al|d|ad|as|ar|l)[-'’]\w[\w'’.\-]*")
_HAN = re.compile("[\u3005\u3400-\u9fff\uac00-\ud7af]{2,5}")
_UNSPACED = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
_BREAK = re.compile(r"\s*[|•·∙⋅●/—–]\s*|\s+-+\s+|\s{3,}|\s*\n\s*|\s*[(\[]")
_INITIAL = re.compile(r"(?:^|\W)[^\W\d_]\.$")
_CREDENTIAL = re.compile(
    r"(?:[A-Z][A-Za-z]?\.?){1,6}(?:-[A-Z]{1,6}){0,3}[®™]?(?:\s(?:[A-Z]{2,6}|\d{2,4})){0,3}|Ph\.?\s?D\.?|[JS]r\.?"
)
_JUNK = re.compile(r"[@<>{}\[\]=_#]|://|www\.|^\S+[./]\S+\.\S+$|^[a-z0-9]+(?:\.[a-z0-9]+)+$")


def is_name(text: str) -> bool:
    """Whether `text` is written like a name: one to six capitalised words, particles between them."""
    words = text.split()
    if not 1 <= len(words) <= MAX_NAME_WORDS or len(text) > _MAX_NAME:
        return False
    inner = all(_is_capitalised(word) or _is_particle(word) for word in words[1:-1])
    return inner and _is_capitalised(words[0]) and (_is_capitalised(words[-1]) or "-" in words[-1])


def _is_capitalised(word: str) -> bool:
    return _CAPITALISED.fullmatch(word) is not None and not word[0].islower()


def _is_particle(word: str) -> bool:
    return word in phrasebook().particles or _JOINED_PARTICLE.fullmatch(word) is not None


def is_full_name(text: str) -> bool:
    """Whether `text` is written like the whole name of one person: two to four words, or two to five Han characters."""
    return is_name(text) and (2 <= len(text.split()) <= 4 or _HAN.fullmatch(text) is not None)


def is_unspaced(text: str) -> bool:
    """Whether `text` begins in a script that writes names without spaces."""
    return _UNSPACED.match(text) is not None


def reads_as_name(name: str) -> bool:
    """Whether every word of `name` could be one of a name: none in lower case but a particle."""
    words = name.split()
    lower = [word for word in words if word[0].islower()]
    return (
        1 <= len(words) <= MAX_NAME_WORDS
        and all(word.casefold() in phrasebook().particles or word[1:2] in {"'", "’"} for word in lower)
        and len(lower) < len(words)
        and not is_job(name)
    )


def is_house(name: str) -> bool:
    """Whether `name` is an agency or a publisher, known or by its last word ("Harbour Press")."""
    folded = fold(name)
    words = folded.split()
    book = phrasebook()
    return folded in book.agency or (
        len(words) > 1 and (words[-1] in book.organisation or words[0] in book.house_first)
    )


def has_agency(text: str) -> bool:
    """Whether `text` begins or ends with the name of an agency."""
    words = fold(text).split()
    agencies = phrasebook().agency
    sizes = range(1, min(3, len(words)) + 1)
    return any(" ".join(words[:size]) in agencies or " ".join(words[-size:]) in agencies for size in sizes)


def is_role(text: str) -> bool:
    """Whether `text` is what somebody does in a newsroom ("Science Correspondent") and no name."""
    words = set(fold(text).split())
    return bool(words & phrasebook().role) and len(words) <= _MAX_ROLE_WORDS


def is_job(text: str) -> bool:
    """Whether `text` is what somebody does anywhere, or holds another word that no name holds."""
    return is_role(text) or bool(set(fold(text).split()) & phrasebook().title)


def is_desk(text: str) -> bool:
    """Whether `text` is a role and nothing else, its field before it: "Political Correspondent"."""
    words = fold(text).split()
    book = phrasebook()
    return any(word in book.role for word in words) and all(
        word in book.role or word in book.desk or word in book.title for word in words
    )


def names_nobody(text: str) -> bool:
    """Whether `text` stands for people without naming them: "agencies", "Staff"."""
    folded = fold(text)
    words = phrasebook()
    return folded in words.nobody or folded in words.agencies or folded in words.newsroom


def is_newsroom(text: str) -> bool:
    """Whether `text` stands for all who work at a house: "Die Redaktion", "Staff"."""
    return fold(text) in phrasebook().newsroom


def tidy_name(who: str) -> str:
    """Collapse white space and give names in capitals their ordinary case; agencies keep theirs."""
    line = " ".join(who.split()).strip(" .;,[]")
    parts = (line if "(" in line and line.endswith(")") else line.strip("() ")).split("/")
    if len(parts[0].split()) > 1 and parts[0].isupper() and parts[0].casefold() not in phrasebook().agency:
        parts[0] = _capitalised(parts[0])
    return "/".join(part.strip() for part in parts if part)


def _capitalised(name: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), name)


def is_credential(text: str) -> bool:
    """Whether `text` is a degree or a title behind a name: "MD", "Ph.D."."""
    return _CREDENTIAL.fullmatch(text) is not None


def bare_name(piece: str) -> str:
    """Return the name that `piece` begins with, without what follows it; "" when there is none.

    A place, a role, a degree and a date behind the name go, initials and particles stay.
    """
    name = next((part for part in _BREAK.split(piece) if part.strip(QUOTES)), "")
    name = _stripped(name.strip().rstrip(")"))
    if not without_dates(name)[0]:
        return ""
    words = name.split()
    kept = words[: _length(words, shouted=name.isupper())]
    months = phrasebook().months
    while len(kept) > 1 and kept[-1].casefold().strip(".,") in months and len(kept) < len(words):
        kept.pop()
    name = _stripped(" ".join(kept))
    if len(kept) > 1 and name.isupper():
        name = _capitalised(name)
    if not 2 <= len(name) <= _MAX_NAME or _JUNK.search(name) or not any(char.isalpha() for char in name):
        return ""
    return "" if _is_label(fold(name)) else name


def _stripped(name: str) -> str:
    """`name` without quotation marks and dashes around it; the point of a last initial stays."""
    bare = name.strip(QUOTES)
    return f"{bare}." if _INITIAL.search(f"{bare}.") and name.strip(QUOTES.replace(".", "")).endswith(".") else bare


def _length(words: list[str], *, shouted: bool) -> int:
    """How many of `words` are the name that they begin with."""
    book = phrasebook()
    for index, word in enumerate(words[1:], 1):
        folded = word.casefold().strip(".,:")
        if any(char.isdigit() for char in word):
            return index
        if index == 1 and not is_unspaced(words[0]):
            continue
        if folded in book.after:
            return index
        small = word[0].islower() or (shouted and len(folded) > 1)
        if folded in book.place and (small or _is_site(words[index + 1 :])):
            return index
        if words[0].casefold() not in _ARTICLES and (
            folded in book.role or folded in book.title or (folded in book.desk and is_desk(" ".join(words[index:])))
        ):
            return index
    return len(words)


def _is_site(words: list[str]) -> bool:
    """Whether what follows "For" is where somebody writes, whatever its case."""
    return is_house(" ".join(words)) or (len(words) == 1 and "." in words[0][1:-1])


def _is_label(folded: str) -> bool:
    words = phrasebook()
    return (
        folded.isdigit()
        or folded in words.nobody
        or folded in words.by
        or folded in words.by_label
        or folded in words.months
    )
