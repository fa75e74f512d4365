# ruff: noqa: RUF001 - typographic quotation marks and dashes
"""Names out of what a page writes where an author's name belongs: single names, nothing else. Pure."""

import re
from collections.abc import Iterable, Iterator

from wiredesk_cleaner.lexicon.page_words import pagewords
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.zones.bylines import is_role as is_job

MAX_NAME_WORDS = 6
_MAX_NAME, _MAX_AUTHORS = 80, 30
_JOIN = re.compile(r"\s*(?:;|&|\s(?:and|und|et|och|og|en|ja)\s|、|,\s*(?:and|und|et)\s)\s*")
_COMMA = re.compile(r"\s*[,，]\s*")
# In some languages these join two names, in others they stand within one: only between two full names do they join.
_AND_PLAIN = re.compile(r"\s+(?:y|e|i|a|и|και|ve)\s+")
_BREAK = re.compile(r"\s*[|•·∙⋅●/—–]\s*|\s+-+\s+|\s{3,}|\s*\n\s*|\s*[(\[]")
QUOTES = "\"'“”„«»‘’ .,-–—:*·|"
_CREDENTIAL = re.compile(
    r"(?:[A-Z][A-Za-z]?\.?){1,6}(?:-[A-Z]{1,6}){0,3}[®™]?(?:\s(?:[A-Z]{2,6}|\d{2,4})){0,3}|Ph\.?\s?D\.?|[JS]r\.?"
)
_ADDRESSES = ("://", "www.", "@")
_JUNK = re.compile(r"[@<>{}\[\]=_#]|://|www\.|^\S+[./]\S+\.\S+$|^[a-z0-9]+(?:\.[a-z0-9]+)+$")


def author_names(stated: Iterable[str]) -> tuple[str, ...]:
    """Return single names from strings such as "By Ann Lee and Bo Ek, Science Editor"; URLs and roles are left out.

    Initials, particles and titles before a name stay; what somebody does, degrees and dates behind it go.
    """
    found: dict[str, None] = {}
    for value in stated:
        if any(mark in value for mark in _ADDRESSES):
            continue
        for part in _JOIN.split(without_lead(value)):
            for name in _listed(part):
                found.setdefault(name)
    unique: dict[str, str] = {}
    for name in found:
        unique.setdefault(fold(name), name)
    return tuple(unique.values())[:_MAX_AUTHORS]


def _listed(part: str) -> Iterator[str]:
    """The names of a comma-separated list, up to the first piece that is a role or a degree."""
    first = ""
    for piece in _COMMA.split(part):
        name = bare_name(piece)
        if not name:
            continue
        alone = not first and "," not in part
        if (is_role(name) and not alone) or (first and not _follows(name, first)):
            if first:
                return
            continue
        words = name.split()
        pieces = _AND_PLAIN.split(name)
        if len(pieces) > 1 and all(len(each.split()) > 1 and reads_as_name(each) for each in pieces):
            yield from pieces
        elif len(words) <= 2 * MAX_NAME_WORDS:
            yield name
        first = first or name


def _follows(name: str, first: str) -> bool:
    """Whether a later piece of a list can be one more name: no degree, no single word beside a full name."""
    return (" " in name or " " not in first) and reads_as_name(name) and not _CREDENTIAL.fullmatch(name)


def without_lead(value: str) -> str:
    """Return a byline without what stands before the name: "By", "Text:", "Von"."""
    line = value.strip(QUOTES)
    folded = line.casefold()
    words = pagewords()
    if not folded.startswith(words.by):
        return line
    for lead in words.by:
        if not folded.startswith(lead) or len(line) <= len(lead):
            continue
        rest = line[len(lead) :]
        bare = rest.strip(QUOTES)
        if not bare or (rest[0].isalnum() and lead[-1].isascii()):
            continue
        # "Von Arnim" and "De Vries" are names, "Von Ann Lee" is a byline.
        if lead not in words.particles or (bare[0].isupper() and " " in bare) or ":" in rest[:2]:
            return without_lead(rest)
    return line


def bare_name(piece: str) -> str:
    """Return the name that `piece` begins with, without what follows it; "" when there is none."""
    words = pagewords()
    name = next((part for part in _BREAK.split(piece) if part.strip(QUOTES)), "").strip(QUOTES + ")")
    kept: list[str] = []
    for word in name.split():
        folded = word.casefold().strip(".,:")
        if (len(kept) > 1 and folded in words.after) or (kept and any(char.isdigit() for char in word)):
            break
        kept.append(word)
    while len(kept) > 1 and kept[-1].casefold().strip(".,") in words.months and len(kept) < len(name.split()):
        kept.pop()
    name = " ".join(kept).strip(QUOTES.replace(".", ""))
    if len(kept) > 1 and name.isupper():
        name = re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), name)
    if not 2 <= len(name) <= _MAX_NAME or _JUNK.search(name) or not any(char.isalpha() for char in name):
        return ""
    folded = fold(name)
    return "" if folded in words.nobody or folded in words.by or folded in words.months or folded.isdigit() else name


def is_role(name: str) -> bool:
    words = set(fold(name).split())
    return is_job(name) or bool(words & pagewords().titles)


def reads_as_name(name: str) -> bool:
    """Whether every word of `name` could be one of a name: none in lower case but a particle."""
    words = name.split()
    lower = [word for word in words if word[0].islower()]
    return (
        1 <= len(words) <= MAX_NAME_WORDS
        and all(word.casefold() in pagewords().particles or word[1:2] in {"'", "’"} for word in lower)
        and len(lower) < len(words)
        and not is_role(name)
    )
