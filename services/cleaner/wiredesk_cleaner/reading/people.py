"""Lines that are a byline, told from lines that are none: every word of one must be accounted for. Pure."""

import re
from functools import cache

from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.reading.dates import has_clock, has_digit, has_reading_time, read_date, without_dates
from wiredesk_cleaner.reading.name_lists import joined, lead_of, listed, without_lead
from wiredesk_cleaner.reading.names import (
    QUOTES,
    bare_name,
    is_desk,
    is_full_name,
    is_house,
    is_name,
    is_role,
    is_unspaced,
    names_nobody,
)

_MAX_LINE = 160
_PARTS = re.compile(r"\s*[|•·/]\s*|\s+[–—-]\s+")  # noqa: RUF001 - bylines are set with any dash
_MARKS = "|•·"
# Names of two words each that stand side by side without a mark.
_GLUED = frozenset({6, 8})


def byline(line: str) -> tuple[str, ...]:
    """Return the authors and houses a byline names, in order; empty when `line` is no byline.

    It begins with what stands before a name; a word that only labels a person needs its colon.
    """
    if not _may_be_byline(line):
        return ()
    _, rest, alone = lead_of(line)
    if not alone:
        return ()
    again, inner, _ = lead_of(rest.strip(QUOTES))
    return _named(inner if again else rest)


def _may_be_byline(line: str) -> bool:
    return len(line) <= _MAX_LINE and (not line.endswith(("?", "!", ":", ".")) or _ends_initial(line))


def _ends_initial(line: str) -> bool:
    return len(line) > 2 and line[-1] == "." and line[-2].isupper() and not line[-3].isalnum()


def _named(text: str) -> tuple[str, ...]:
    """The people and houses of what follows the lead of a byline; empty when a word of it is nothing of the kind."""
    bare = " | ".join(without_dates(text)[0]).strip(QUOTES.replace(".", ""))
    first, *others = _PARTS.split(bare)
    names: list[str] = []
    for piece in listed(first):
        if not piece or names_nobody(piece) or is_role(piece) or piece.split()[0] in phrasebook().place:
            continue
        name, house = _person(piece)
        if not (is_name(name) or is_house(name)):
            return ()
        # Behind a full name one word is the place: "Ann Lee, Berlin".
        if " " in name or not names or " " not in names[0] or is_house(name):
            names += [name, house] if house else [name]
    if any(" " in name or is_house(name) or is_unspaced(name) for name in names):
        return tuple(dict.fromkeys(names))
    # "By Monday" is no byline: one word alone needs a second part ("By Ann | 3 March", "By Quay24 with agencies").
    with_agencies = len(names) == 1 and names_nobody(bare[len(names[0]) :].lstrip().partition(" ")[2])
    return tuple(names) if len(names) == 1 and (others or read_date(text) or with_agencies) else ()


def _person(piece: str) -> tuple[str, str]:
    """Return (name, house) of "Sam Jones in Madrid" or "Ann Lee for Harbour Press"; no house where none is named."""
    places = phrasebook().place
    first, *behind = piece.split()
    if behind and behind[0] in places and names_nobody(" ".join(behind[1:])):
        return first, ""
    name = bare_name(piece)
    rest = piece[len(name) :].split()
    house = " ".join(rest[1:])
    return name, house if rest and rest[0].casefold() in places and is_house(house) else ""


def signed_names(line: str) -> tuple[str, ...]:
    """Return the names and the house of a line that is signed; empty when `line` is none.

    "Ann Lee, Harbour Press", "Ann Lee | Science Editor", "Author Ann Lee", "Ann Lee 3 March 2026, 10:15", "Ann Lee in
    Oslo and agencies": nothing but its surroundings tells such a line from a title or a label, so it counts above a
    story only.
    """
    if not _may_be_byline(line):
        return ()
    lead, rest, _ = lead_of(line)
    return _named(rest) if lead else _with_house(line) or _with_role(line) or _with_agencies(line) or _stamped(line)


def _with_house(line: str) -> tuple[str, ...]:
    who, _, house = line.rpartition(", ")
    # "Fairless Hills, PA" is a town in Pennsylvania.
    if not who or house == "PA" or not is_name(house):
        return ()
    if is_house(who):
        return (who,) if house.isupper() else ()
    if not (is_house(house) or is_role(house)) or not _are_full(names := list(listed(who))):
        return ()
    return (*names, house) if is_house(house) else tuple(names)


def _with_role(line: str) -> tuple[str, ...]:
    if phrasebook().role.isdisjoint(fold(line).split()):
        return ()
    who, *roles = _PARTS.split(line)
    if not roles:
        name = bare_name(line)
        return (name,) if is_full_name(name) and is_desk(line[len(name) :]) else ()
    if not all(map(is_role, roles)):
        return ()
    names = list(listed(who))
    return tuple(names) if _are_full(names) else ()


def _with_agencies(line: str) -> tuple[str, ...]:
    """The names of "Sam Jones in Madrid and agencies", and the agency of "Sam Jones und dpa"."""
    if line.rpartition(" ")[2].casefold() not in _agency_endings():
        return ()
    *who, last = joined(line)
    if not who or not _is_agency(last):
        return ()
    names = [_person(piece)[0] for part in who for piece in listed(part) if piece]
    return (*names, *(() if names_nobody(last) else (last,))) if _are_full(names) else ()


@cache
def _agency_endings() -> frozenset[str]:
    return frozenset(name.split()[-1] for name in phrasebook().agencies | phrasebook().agency)


def _is_agency(text: str) -> bool:
    """Whether `text` stands for agencies, or names one that stories are not about."""
    words = phrasebook()
    folded = fold(text)
    return folded in words.agencies or (folded in words.agency and folded not in words.subjects)


def _stamped(line: str) -> tuple[str, ...]:
    """The names and houses beside a date with its time, beside a reading time, or parted from a date by a mark."""
    if not has_digit(line):
        return ()
    parted = any(mark in line for mark in _MARKS) and read_date(line) is not None
    if not parted and not has_clock(line) and not has_reading_time(line):
        return ()
    names: list[str] = []
    for part in _PARTS.split(" | ".join(without_dates(line)[0])):
        bare = without_lead(part)
        if not bare or is_role(bare) or names_nobody(bare):
            continue
        found = [bare] if is_house(bare) and is_name(bare) else _unglued(bare)
        if not found:
            return ()
        names += found
    return tuple(dict.fromkeys(names))


def _unglued(text: str) -> list[str]:
    """Full names, of two words each where so many stand side by side that they are those of several people."""
    names = [_person(piece)[0] for piece in listed(text) if piece]
    words = text.split()
    if names == [text] and is_name(text) and len(words) in _GLUED:
        return [" ".join(words[at : at + 2]) for at in range(0, len(words), 2)]
    return names if _are_full(names) else []


def _are_full(names: list[str]) -> bool:
    return bool(names) and all(is_full_name(name) for name in names)


def piped_names(line: str) -> tuple[str, ...]:
    """Return the names and the house of a piped byline, roles left out; empty when `line` is none."""
    if not is_piped_byline(line):
        return ()
    first, *others = _PARTS.split(line)
    return (*listed(first), *(part for part in others if not is_role(part)))


def is_piped_byline(line: str) -> bool:
    """Whether `line` sets a name beside a house ("Ann Lee | Harbour Press"); a page title may look the same."""
    if len(line) > _MAX_LINE:
        return False
    first, *others = _PARTS.split(line)
    return (
        1 <= len(others) <= 2
        and all(" " in name and is_full_name(name) for name in listed(first))
        and all(is_name(part) or is_role(part) for part in others)
    )
