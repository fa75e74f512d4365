# ruff: noqa: RUF001 - datelines are set with typographic dashes
"""Lines that name people, as the zones read them: bylines, credits, contributors, and datelines. Pure."""

import re
from dataclasses import dataclass

from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.reading.contributors import contributors
from wiredesk_cleaner.reading.credits import image_credit
from wiredesk_cleaner.reading.names import is_house
from wiredesk_cleaner.reading.people import byline, is_piped_byline, piped_names, signed_names

__all__ = [
    "DATELINE_WINDOW",
    "Dateline",
    "byline",
    "contributors",
    "dateline",
    "image_credit",
    "is_house",
    "is_piped_byline",
    "piped_names",
    "signed_names",
]

_DASH = re.compile(r"\s*[—–]\s*|\s+--?\s+|:\s+")
_LEAD = re.compile(r"([^()]*)(?:\(([^()]{2,40})\))?")
# A dateline is looked for in this many characters.
DATELINE_WINDOW = 100


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where and by whom a story was filed. `end` is where the sentence after the dash begins."""

    place: str
    agency: str | None
    end: int


def dateline(line: str) -> Dateline | None:
    """Return the dateline `line` begins with ("GENEVA (Harbour Press) — ", "KYIV, Ukraine (AP) - "), or None.

    A place in capitals is enough before a dash; in ordinary case it needs the agency in brackets, and so does a colon.
    The sentence after it must begin like a sentence.
    """
    found = _DASH.search(line[:DATELINE_WINDOW])
    if not found:
        return None
    rest = line[found.end() :]
    if rest and not (rest[0].isupper() or rest[0].isdigit() or not rest[0].isalpha()):
        return None
    lead = _LEAD.fullmatch(line[: found.start()].strip())
    if not lead:
        return None
    agency = lead[2].strip() if lead[2] else None
    place = lead[1].strip().rstrip(",")
    if agency and (len(agency.split()) > 5 or not agency[0].isalnum() or not _is_agency(agency)):
        return None
    parts = [part.strip() for part in place.split(",") if part.strip()]
    where = [part for part in parts if not _is_date(part)]
    strong = agency is not None or len(where) < len(parts)
    if not (strong or found[0].strip() != ":") or not _is_place(where, named=agency is not None):
        return None
    return Dateline(", ".join(where), agency, found.end())


def _is_agency(text: str) -> bool:
    return fold(text) in phrasebook().agency or all(word[:1].isupper() or word[:1].isdigit() for word in text.split())


def _is_date(part: str) -> bool:
    tokens = part.replace(".", " ").split()
    return len(tokens) <= 3 and all(token.isdigit() or token.casefold() in phrasebook().months for token in tokens)


def _is_place(where: list[str], *, named: bool) -> bool:
    if not where:
        return named
    first = where[0]
    words = first.split()
    if len(where) > 3 or len(words) > 4 or len(first) < 3 or any(char.isdigit() for char in first):
        return False
    if not all(word[:1].isupper() or word in {"de", "of", "la", "and"} for part in where for word in part.split()):
        return False
    if any(word.strip("'’.:").casefold() in phrasebook().not_place for word in words):
        return False
    return named or first.isupper()
