# ruff: noqa: RUF001 - names and datelines are set with typographic apostrophes and dashes
"""Names in furniture: image credits, bylines, contributors and datelines. Pure."""

import re
from dataclasses import dataclass

from wiredesk_cleaner.lexicon.furniture import lexicon
from wiredesk_cleaner.normalisation import fold

_CAPITALISED = r"[^\W\d_a-zß-öø-ÿ][\w'’.\-]*"
_PARTICLE = r"de|da|del|della|van|von|der|den|bin|ibn|al|el|la|le|du|dos|y|e|(?:el|al|d|ad|as|ar)[-'’]\w[\w'’.\-]*"
_NAME = re.compile(rf"{_CAPITALISED}(?:\s(?:{_CAPITALISED}|{_PARTICLE})){{0,5}}")
_JOIN = re.compile(r"\s*(?:,|;|&|\band\b|\bund\b|\bet\b|\by\b)\s*")
_PARTS = re.compile(r"\s*[|•·/]\s*|\s+[–—-]\s+")
_PLACE_OF = re.compile(r"\s+(?:in|at|aus|à|en|with|mit|avec|con|for|für)\s+.*$")
_SENTENCE_INSIDE = re.compile(r"[^\W\d_]{3}[.!?]\s")
_SLASHED = re.compile(r"[^/]{2,60}(?:/[^/]{2,40}){1,3}")
_MAX_WHO = 14


def _is_name(text: str) -> bool:
    if len(text) > 80 or _NAME.fullmatch(text) is None:
        return False
    # The pattern knows the small letters of Western Europe only.
    return not any(word[0].islower() and word[0] > "ÿ" for word in text.split())


def _has_agency(text: str) -> bool:
    words = fold(text).split()
    agencies = lexicon().words["agency"]
    sizes = range(1, min(3, len(words)) + 1)
    return any(" ".join(words[:size]) in agencies or " ".join(words[-size:]) in agencies for size in sizes)


def image_credit(line: str) -> str | None:
    """Return whom an image credit line names ("Alexander Nemenov/AFP via Getty Images"), or None when it is none."""
    inner = line.strip().strip("()[]").strip()
    lead, who = _credit_lead(inner)
    if lead:
        return _tidy_name(who) if who and len(who.split()) <= _MAX_WHO and not who.endswith(("?", "!")) else None
    by_mark = "/" in inner or " via " in inner or inner.startswith("©")
    if not by_mark or _SENTENCE_INSIDE.search(inner):
        return None
    if inner.startswith("©") and _has_agency(inner[1:].strip()):
        return _tidy_name(inner[1:].strip())
    if _SLASHED.fullmatch(inner) and len(inner.split()) <= _MAX_WHO and not inner.startswith(("http", "www")):
        parts = [part.strip() for part in inner.split("/")]
        by_agency = any(_has_agency(part) for part in parts) and all(part[:1].isupper() for part in parts if part)
        by_name = len(parts[0].split()) in {2, 3} and all(_is_name(part.partition(" via ")[0]) for part in parts)
        return _tidy_name(inner) if by_agency or by_name else None
    name, via, agency = inner.rpartition(" via ")
    if via and _has_agency(agency) and _is_name(name.replace("/", " ")):
        return _tidy_name(inner)
    return None


def _credit_lead(text: str) -> tuple[bool, str]:
    words = lexicon().words
    tokens = text.replace("：", ":").replace(":", " : ", 1).split()
    for size in range(min(3, len(tokens) - 1), 0, -1):
        if " ".join(tokens[:size]).casefold() not in words["credit"]:
            continue
        link = tokens[size].casefold()
        if link in {":", "/", "|", "©"} or link in words["credit_link"]:
            rest = tokens[size + 1 :]
            while rest and rest[0].casefold() in words["credit_link"] | {":", "©"}:
                rest = rest[1:]
            who = " ".join(rest)
            # Most scripts have no capitals.
            named = who[:1].isalpha() and not who[:1].islower()
            return bool(who) and (named or who[0] in "@©" or _has_agency(who)), who
    return False, ""


def _tidy_name(who: str) -> str:
    """Collapse white space and give names in capitals their ordinary case; agencies keep theirs."""
    agencies = lexicon().words["agency"]
    parts = " ".join(who.split()).strip(" .;,()[]").split("/")
    if len(parts[0].split()) >= 2 and parts[0].isupper() and parts[0].casefold() not in agencies:
        parts[0] = re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), parts[0])
    return "/".join(part.strip() for part in parts)


def is_house(name: str) -> bool:
    """Whether `name` is an agency or a publisher, known or by its last word ("Harbour Press")."""
    folded = fold(name)
    words = folded.split()
    return folded in lexicon().words["agency"] or (len(words) > 1 and words[-1] in lexicon().words["organisation"])


def piped_names(line: str) -> tuple[str, ...]:
    """Return the names and the house of a piped byline, roles left out; empty when `line` is none."""
    if not is_piped_byline(line):
        return ()
    first, *others = _PARTS.split(line)
    return (*_JOIN.split(first), *(part for part in others if not is_role(part)))


def is_piped_byline(line: str) -> bool:
    """Whether `line` sets a name beside a house ("Ann Lee | Harbour Press"); a page title may look the same."""
    first, *others = _PARTS.split(line)
    named = all(_is_name(name) and 2 <= len(name.split()) <= 4 for name in _JOIN.split(first))
    return (
        len(line) <= 160 and named and 1 <= len(others) <= 2 and all(_is_name(part) or is_role(part) for part in others)
    )


def byline(line: str) -> tuple[str, ...]:
    """Return the authors a byline names, in order; empty when `line` is no byline."""
    if len(line) > 160 or line.endswith((".", "?", "!", ":")):
        return ()
    words = line.replace("：", ":").replace(":", ": ", 1).split()
    for size in range(min(3, len(words) - 1), 0, -1):
        if " ".join(words[:size]).casefold().rstrip(":") in lexicon().words["by"]:
            return _authors(" ".join(words[size:]).lstrip(": "))
    return ()


def signed_names(line: str) -> tuple[str, ...]:
    """Return the names and the house or role of "Ann Lee, Harbour Press"; empty when `line` is none."""
    who, _, house = line.rpartition(", ")
    # "Fairless Hills, PA" is a town in Pennsylvania.
    if not who or len(line) > 160 or house == "PA" or not _is_name(house):
        return ()
    names = _JOIN.split(who)
    if not all(2 <= len(name.split()) <= 4 and _is_name(name) for name in names) or is_house(who):
        return ()
    if is_house(house):
        return (*names, house)
    return tuple(names) if is_role(house) else ()


def _authors(text: str) -> tuple[str, ...]:
    first, *others = _PARTS.split(text)
    pieces = [piece for piece in _JOIN.split(first) if piece]
    names = []
    for piece in pieces:
        bare = _PLACE_OF.sub("", piece)
        if is_role(bare):
            continue
        if not _is_name(bare):
            return ()
        names.append(" ".join(_tidy_name(bare).split()))
    if not names or (len(names) == 1 and len(names[0].split()) < 2 and not others):
        # "By Monday" is no byline: one word alone needs a second part ("By Reuters | 3 March").
        return tuple(names) if names and fold(names[0]) in lexicon().words["agency"] else ()
    return tuple(dict.fromkeys(names))


def is_role(text: str) -> bool:
    """Whether `text` is what somebody does ("Science Correspondent") and no name."""
    words = set(fold(text).split())
    return bool(words & lexicon().words["role"]) and len(words) <= 5


def contributors(line: str) -> tuple[str, ...]:
    """Return the people that "(Reporting by …; Editing by …)" or "… contributed to this report" names."""
    names = []
    for part in re.split(r"[;(]|\.\s", line.strip().strip("().")):
        text = re.split(r"\b(?:has |have |also )?contributed\b", part)[0]
        text = re.sub(r"^.{0,40}?\b(?:by|von|de|par|por)\b\s*|^[^:]{0,20}:\s*", "", text.strip(), count=1)
        for piece in _JOIN.split(text):
            bare = _PLACE_OF.sub("", piece).strip(" .")
            if bare and _is_name(bare) and len(bare.split()) >= 2:
                names.append(bare)
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where and by whom a story was filed. `end` is where the sentence after the dash begins."""

    place: str
    agency: str | None
    end: int


_DASH = re.compile(r"\s*[—–]\s*|\s+--?\s+|:\s+")
_LEAD = re.compile(r"([^()]*)(?:\(([^()]{2,40})\))?")
# A dateline is looked for in this many characters.
DATELINE_WINDOW = 100


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
    return fold(text) in lexicon().words["agency"] or all(
        word[:1].isupper() or word[:1].isdigit() for word in text.split()
    )


def _is_date(part: str) -> bool:
    tokens = part.replace(".", " ").split()
    return len(tokens) <= 3 and all(token.isdigit() or token.casefold() in lexicon().months for token in tokens)


def _is_place(where: list[str], *, named: bool) -> bool:
    if not where:
        return named
    first = where[0]
    words = first.split()
    if len(where) > 3 or len(words) > 4 or len(first) < 3 or any(char.isdigit() for char in first):
        return False
    if not all(word[:1].isupper() or word in {"de", "of", "la", "and"} for part in where for word in part.split()):
        return False
    if any(word.strip("'’.:").casefold() in lexicon().words["not_place"] for word in words):
        return False
    return named or first.isupper()
