"""People who helped with a story without writing it: "Editing by …", "With files from …", "Lektorat: …". Pure."""

import re
from functools import cache

from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.reading.name_lists import listed
from wiredesk_cleaner.reading.names import bare_name, is_house, is_name

_MAX_LINE = 160
_CONTRIBUTED = re.compile(r"\b(?:has |have |also )?contributed\b")
_CONTRIBUTION = re.compile(r"^.{0,40}?\b(?:by|from|von|de|par|por)\b\s*|^[^:]{0,30}:\s*")


def contributors(line: str) -> tuple[str, ...]:
    """Return the people that "(Reporting by …; Editing by …)" or "… contributed to this report" names."""
    names: list[str] = []
    for part in re.split(r"[;(]|\.\s", line.strip().strip("().")):
        said = _CONTRIBUTION.sub("", _CONTRIBUTED.split(part)[0].strip(), count=1)
        names += [bare_name(piece) for piece in listed(said)]
    return tuple(dict.fromkeys(name for name in names if " " in name and is_name(name) and not is_house(name)))


def helpers(line: str) -> tuple[str, ...]:
    """Return whom a line names as those who helped: "Editor: Ann Lee", "With files from Bo Ek"; empty if nobody."""
    who = _helped(line) if len(line) <= _MAX_LINE and not line.endswith((".", "?", "!")) else ""
    names = [bare_name(piece) for piece in listed(who)] if who else []
    return tuple(names) if all(is_name(name) for name in names) else ()


def _helped(line: str) -> str:
    """What stands behind the label of a helper, or behind "With files from"; "" where neither begins the line."""
    words = phrasebook()
    label, _, who = line.replace("\uff1a", ":").partition(":")
    said = label.casefold().strip()
    if who and (said in words.helper or said in words.role):
        return who.strip()
    if not line[:1].isupper() or line.partition(" ")[0].lower() not in _openings():
        return ""
    lower = line.lower()
    lead = next((lead for lead in words.helped_by if lower.startswith(f"{lead} ")), "")
    return line[len(lead) :].strip() if lead else ""


@cache
def _openings() -> frozenset[str]:
    return frozenset(lead.split()[0] for lead in phrasebook().helped_by)
