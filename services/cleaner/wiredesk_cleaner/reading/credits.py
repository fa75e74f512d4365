# ruff: noqa: RUF001 - credits are set with typographic dashes
"""Image credits: whom a line, or the end of a caption, names as the maker of a picture. Pure."""

import re
from functools import cache

from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.reading.names import has_agency, is_full_name, is_name, tidy_name

# A credit is no longer than this.
MAX_CREDIT = 200
_MAX_WHO, _MAX_HOUSE = 14, 60
_MAX_LEAD_WORDS = 3
_SENTENCE_INSIDE = re.compile(r"[^\W\d_]{3}[.!?]\s")
_SLASHED = re.compile(r"[^/]{2,60}(?://?[^/]{2,40}){1,3}")
_ACRONYMS = re.compile(r"[A-Z][A-Z0-9]{1,7}(?:/[A-Z][A-Z0-9]{1,7}){1,3}")
_BRACKETED = re.compile(r"([^()]{3,60})\(([^()]{2,60})\)")
_ARCHIVE = re.compile(r"([^\W\d_]+(?:\s[^\W\d_]+)?)\s?[-–—:](?:\s|$)")
_OPENING = re.compile("[^\\s:\uff1a]+")
_DASHES = "-–— "


def image_credit(line: str) -> str | None:
    """Return whom an image credit line names ("Alexander Nemenov/AFP via Getty Images"), or None when it is none."""
    inner = _unwrapped(line).lstrip(_DASHES).strip()
    rest = inner[archive_mark(inner) :]
    if rest != inner and not (is_name(rest) or has_agency(rest)):
        return None
    lead, who = _credit_lead(inner)
    if lead:
        return tidy_name(who) if who and len(who.split()) <= _MAX_WHO and not who.endswith(("?", "!")) else None
    if housed := _house_alone(line.strip()) or _with_house(line.strip().lstrip(_DASHES)):
        return housed
    by_mark = "/" in inner or " via " in inner or inner.startswith("©")
    return _marked(inner) if by_mark and not _SENTENCE_INSIDE.search(inner) else None


def _marked(inner: str) -> str | None:
    """The credit in "© HPA", "Ann Lee/HPA" or "Ann Lee via HPA"."""
    if inner.startswith("©") and has_agency(inner[1:].strip()):
        return tidy_name(inner[1:].strip())
    if _SLASHED.fullmatch(inner) and len(inner.split()) <= _MAX_WHO and not inner.startswith(("http", "www")):
        parts = [part.strip() for part in inner.split("/") if part]
        by_agency = any(has_agency(part) for part in parts) and all(part[:1].isupper() for part in parts if part)
        by_name = len(parts[0].split()) in {2, 3} and all(is_name(part.partition(" via ")[0]) for part in parts)
        return tidy_name(inner) if by_agency or by_name else None
    name, via, agency = inner.rpartition(" via ")
    if via and has_agency(agency) and is_name(name.replace("/", " ")):
        return tidy_name(inner)
    return None


def _unwrapped(line: str) -> str:
    """`line` without the brackets that it stands in."""
    inner = line.strip().lstrip("([").strip()
    return inner if "(" in inner or "[" in inner else inner.rstrip(")] ")


def _house_alone(line: str) -> str | None:
    """The agency that is all of a line ("Getty Images"), or the acronyms or agencies in brackets ("(NOAA/SPC)")."""
    if len(line) > _MAX_HOUSE:
        return None
    words = phrasebook()
    inner = line.strip("()[] ")
    if line[:1] not in {"(", "["} or line[-1] not in ")]" or "(" in inner:
        folded = fold(line)
        return inner if folded in words.agency and folded not in words.subjects else None
    houses = all(fold(part) in words.agency for part in inner.split("/"))
    return inner if houses or _ACRONYMS.fullmatch(inner) else None


def is_house_alone(part: str) -> bool:
    """Whether `part` is nothing but agencies in brackets, which close stories as well as captions."""
    return all(fold(house) in phrasebook().agency for house in part.strip("()[] ").split("/"))


def _with_house(line: str) -> str | None:
    """The credit "Ann Lee (REUTERS)"; "Buenos Aires (AFP)" and "GENEVA (AFP)" say where a story was filed."""
    found = _BRACKETED.fullmatch(line)
    if not found:
        return None
    name, house = found[1].strip(), found[2].strip()
    if not is_full_name(name) or " " not in name or name.isupper() or fold(name) in phrasebook().cities:
        return None
    return f"{name} ({house})" if all(map(has_agency, house.split("/"))) else None


@cache
def _openings() -> frozenset[str]:
    return frozenset(credit.split()[0] for credit in phrasebook().credit)


def _credit_lead(text: str) -> tuple[bool, str]:
    words = phrasebook()
    opening = _OPENING.match(text)
    if not opening or opening[0].casefold() not in _openings():
        return False, ""
    tokens = text.replace("：", ":").replace(":", " : ", 1).split()
    for size in range(min(_MAX_LEAD_WORDS, len(tokens) - 1), 0, -1):
        if " ".join(tokens[:size]).casefold() not in words.credit:
            continue
        link = tokens[size].casefold()
        if link in {":", "/", "|", "©"} or link in words.credit_link:
            rest = tokens[size + 1 :]
            while rest and rest[0].casefold() in words.credit_link | {":", "©"}:
                rest = rest[1:]
            who = " ".join(rest)
            if link in words.credit_link and _says_more(rest):
                return False, ""
            # Most scripts have no capitals.
            named = who[:1].isalpha() and not who[:1].islower()
            return bool(who) and (named or who[0] in "@©" or has_agency(who)), who
    return False, ""


def _says_more(who: list[str]) -> bool:
    """Whether words that no name holds follow: "Images of Orrin were shown in court" credits nobody."""
    words = phrasebook()
    known = words.particles | words.place | words.and_ | words.and_full | words.credit_link | words.after | words.credit
    small = [word for word in who if word[0].islower() and word.strip(".,()").casefold() not in known | {"the", "of"}]
    return len(small) > 1


def split_credit(line: str) -> tuple[str, str] | None:
    """Return (caption, the part that holds the credit) of a caption line, or None when no credit closes it."""
    parts = (part for part in _tails(line) if part[0] and len(part[1]) <= MAX_CREDIT)
    return next((part for part in parts if image_credit(part[1])), None)


def _tails(line: str) -> list[tuple[str, str]]:
    """What may be the credit at the end of `line`, the longest first."""
    found = []
    sentence, dot, tail = line.rpartition(". ")
    if dot:
        found.append((sentence + ".", tail))
    if line[-1:] in {")", "]"}:
        cut = line.rfind("(" if line[-1] == ")" else "[")
        found.append((line[: max(cut, 0)].rstrip(), line[max(cut, 0) :]))
    return found


def archive_mark(line: str) -> int:
    """Return how long the mark of an old picture is that `line` begins with: that of "FILE - " is 7; 0 without one."""
    found = _ARCHIVE.match(line) if line[:2].isupper() else None
    return found.end() if found and found[1].isupper() and found[1].casefold() in phrasebook().archive else 0
