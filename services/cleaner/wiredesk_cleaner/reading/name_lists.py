# ruff: noqa: RUF001 - names are set with typographic quotation marks and full-width marks
"""The single names in what stands where an author's name belongs, whatever that is. Pure."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from wiredesk_cleaner.lexicon.furniture import first_word
from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.reading.dates import without_dates
from wiredesk_cleaner.reading.names import (
    MAX_NAME_WORDS,
    QUOTES,
    bare_name,
    has_agency,
    is_credential,
    is_house,
    is_job,
    is_newsroom,
    is_unspaced,
    names_nobody,
    reads_as_name,
)

_MAX_AUTHORS = 30
_MAX_LEAD, _MAX_LEAD_WORDS = 40, 5
_COMMA = re.compile(r"\s*[,，]\s*")
_ADDRESSES = ("://", "www.", "@")


@cache
def _joins() -> tuple[re.Pattern[str], ...]:
    """What joins any two names, and what joins only two full ones because it may stand within a name as well."""
    words = phrasebook()
    always, within = ("|".join(map(re.escape, sorted(said))) for said in (words.and_, words.and_full))
    return (
        re.compile(rf"\s*(?:[;&＆、]|\s(?:{always}|{always.upper()})\s|,\s*(?:{always}|{within})\s)\s*"),
        re.compile(rf"\s+(?:{within})\s+"),
        re.compile(r"\s*/\s*"),
    )


def joined(text: str) -> list[str]:
    """Return the pieces of `text` between "and", commas left in; at least one, which may be empty."""
    return [piece for piece in _joins()[0].split(text) if piece] or [""]


def listed(text: str) -> Iterator[str]:
    """Yield the pieces of `text` between "and" and commas; some may be empty."""
    for part in joined(text):
        for piece in _COMMA.split(part):
            yield from _parted(piece.strip())


def _parted(name: str) -> list[str]:
    """Two or more full names that a word joins which may also stand within one name; else the one name."""
    for pattern in _joins()[1:]:
        pieces = pattern.split(name)
        if len(pieces) > 1 and all(len(each.split()) > 1 and reads_as_name(each) for each in pieces):
            return pieces
    return [name]


def author_names(stated: Iterable[str]) -> tuple[str, ...]:
    """Return single names from strings such as "By Ann Lee and Bo Ek, Science Editor"; URLs and roles are left out.

    Initials, particles and titles before a name stay; what somebody does, degrees and dates behind it go.
    """
    found: dict[str, None] = {}
    for value in stated:
        if any(mark in value for mark in _ADDRESSES):
            continue
        for part in _people_joined(without_lead(value)):
            for name in _people_listed(part):
                found.setdefault(name)
    unique: dict[str, str] = {}
    for name in found:
        unique.setdefault(fold(name), name)
    return tuple(unique.values())[:_MAX_AUTHORS]


def _people_joined(text: str) -> list[str]:
    """The pieces between "and"; one piece where what follows it is no name: "Center for Water and Energy"."""
    pieces = joined(text)
    single = any(" " not in piece and not is_house(piece) and not names_nobody(piece) for piece in pieces[1:])
    return [text] if single and " " in pieces[0] and not any(mark in text for mark in ",;") else pieces


def _people_listed(part: str) -> Iterator[str]:
    """The names of a comma-separated list, up to the first piece that is a role or a degree."""
    first = ""
    for piece in (each for listed_piece in _COMMA.split(part) for each in _parted(listed_piece)):
        name = bare_name(piece)
        if not name:
            continue
        alone = not first and "," not in part
        if (is_job(name) and not alone and not is_newsroom(name)) or (first and not _follows(name, first)):
            if first:
                return
            continue
        if len(name.split()) <= 2 * MAX_NAME_WORDS:
            yield name
        first = first or name


def _follows(name: str, first: str) -> bool:
    """Whether a later piece of a list can be one more name: no degree, no single word beside a full name."""
    return (" " in name or " " not in first) and reads_as_name(name) and not is_credential(name)


@cache
def _leads() -> dict[str, list[str]]:
    """All that stands before a name, by its first word, the longest first: the longest lead of a byline is cut."""
    words = phrasebook()
    leads: dict[str, list[str]] = {}
    for lead in sorted(words.by | words.by_label, key=lambda lead: (-len(lead), lead)):
        leads.setdefault(_opening(lead), []).append(lead)
    return leads


def _opening(line: str) -> str:
    """The first word of `line` in small letters; of a script without spaces the first character."""
    return line[:1] if is_unspaced(line) else first_word(line[:_MAX_LEAD]).lower()


@lru_cache(maxsize=512)
def lead_of(line: str) -> tuple[str, str, bool]:
    """Return (what stands before a name in `line`, the rest, whether it leads alone), empty when nothing does.

    "By" leads alone, a label such as "Author" with a colon only.
    """
    before, colon, after = line.replace("：", ":").partition(":")
    if colon and after.strip(QUOTES) and _is_label(before):
        return before.casefold().strip(), after, True
    lower = line[:_MAX_LEAD].lower()
    words = phrasebook()
    for lead in _leads().get(_opening(line), ()):
        if not lower.startswith(lead):
            continue
        rest = line[len(lead) :]
        bare = rest.strip(QUOTES)
        if not bare or (rest[0].isalnum() and lead[-1].isalnum()):
            continue
        # "Von Arnim" and "De Vries" are names, "Von Ann Lee", "von Ann" and "Von dpa" bylines.
        many = bare[0].isupper() and " " in bare
        if lead in words.particles and not (many or line[0].islower() or has_agency(bare.split()[0])):
            continue
        return lead, rest, lead in words.by
    return "", "", False


def _is_label(text: str) -> bool:
    """Whether `text` stands before the names of authors when a colon follows it: "Author", "Text und Fotos"."""
    words = phrasebook()
    folded = text.casefold().strip()
    if folded in words.by or folded in words.by_label:
        return True
    first, *more = folded.replace("&", " ").replace("/", " ").split() or [""]
    if first not in words.by_label or not 0 < len(more) < _MAX_LEAD_WORDS:
        return False
    known = words.by_label | words.credit | words.and_ | words.and_full
    return all(word in known for word in more)


def is_lead(line: str) -> bool:
    """Whether `line` is what stands before a name and no more: the name is in the next element."""
    words = phrasebook()
    said = line.strip(QUOTES).casefold()
    return said in words.by or said in words.by_label


def without_lead(value: str) -> str:
    """Return a byline without what stands before the name: "By", "Text:", "Von"."""
    line = value.strip(QUOTES) if not value.endswith(".") else value.strip().lstrip(QUOTES)
    lead, rest, _ = lead_of(line)
    return without_lead(rest) if lead else line


def led_names(line: str) -> tuple[str, ...]:
    """Return whom a line names that begins with "By" or "Author:", whatever stands behind the names."""
    lead, rest, alone = lead_of(line.strip(QUOTES))
    found = author_names(without_dates(rest)[0][:1]) if alone else ()
    labelled = lead not in phrasebook().by
    return tuple(name for name in found if reads_as_name(name) and (" " in name or labelled or is_house(name)))
