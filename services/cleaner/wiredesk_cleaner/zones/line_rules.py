# ruff: noqa: RUF001 - the marks of five scripts
"""What one line is, seen alone: the rules that name furniture. Pure; where a line stands is judged in `zone_map`.

A line longer than `MAX_LINE` is prose and no rule looks at it, which bounds the work per line.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.lexicon.furniture import Where, first_word, lexicon
from wiredesk_cleaner.normalisation import fold
from wiredesk_cleaner.reading.contributors import helpers
from wiredesk_cleaner.reading.credits import MAX_CREDIT, archive_mark, image_credit, is_house_alone, split_credit
from wiredesk_cleaner.reading.people import byline, signed_names
from wiredesk_cleaner.zones.bylines import DATELINE_WINDOW, dateline
from wiredesk_cleaner.zones.date_lines import is_date_line

__all__ = [
    "MAX_CREDIT",
    "MAX_LINE",
    "Match",
    "breadcrumb",
    "ends_sentence",
    "is_list_item",
    "is_quote",
    "is_whole_quote",
    "match",
    "split_credit",
    "word_count",
]

MAX_LINE = 600
# A sentence of more words than this is prose, whatever phrase of furniture it holds.
_SENTENCE_WORDS = 25
# Lines whose match is kept at hand: a page asks for some of them several times, a site has the same on every page.
_REMEMBERED = 2048
_SLUG = re.compile(r"[A-Z0-9]{2,}(?:[-_/][A-Z0-9&'.]+){2,}")
_COUNTER = re.compile(
    r"\d[\d.,]*\s?[KkMm]?\s(?:comments?|shares?|likes?|views?|retweets?|replies|kommentare?|commentaires?|comentarios?)"
)
_POSITION = re.compile(
    r"(?:image|photo|picture|slide|bild|foto)?\s?\d{1,3}\s?(?:/|of|von|de|sur)\s?\d{1,3}", re.IGNORECASE
)
_SCRIPT = re.compile(r"(?:https?://|www\.)\S+|[\w.$]+\([^)]*\);?|<[^<>]+>|[{}\[\]();]+")
_CONTRIBUTED = re.compile(
    r".{0,200}\b(?:contributed (?:reporting )?to this (?:report|story|article)|contributed reporting)\.?"
)
_CRUMBS = re.compile(r"\s?[>›»]\s?|\s[|/]\s")
_HOME = frozenset({"home", "homepage", "startseite", "accueil", "inicio"})
_HANDLES = re.compile(r"(?:[@#]\w+[\s,]*)+")
_FILE = re.compile(
    r"(?:[^\s:/]+\s){0,4}[^\s:/]*\w\.(?:jpe?g|png|gif|webp|svg|avif|bmp|tiff?|heic)(?:[?#]\S*)?", re.IGNORECASE
)
_ADDRESS = re.compile(r"@\w+|[\w.+-]+@[\w.-]+|https?://\S+|www\.\S+")
# The last mark of a line, whatever quotation marks, brackets or symbols follow it.
_END = re.compile(r"[.!?…。！？؟।॥۔][^\w]*$")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]\.){2,}$")
_UNSPACED = re.compile("[\u3040-\u9fff\u0e00-\u0eff]")
_OPEN_QUOTE = "\"“„«»‘‚'「『"
_CLOSE_QUOTE = "\"”“»«’'」』"
_MARKS = '"“”„«»「」『』'
_BULLET = re.compile(r"(?:[-–—*•·▪●◦‣○■]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")


@dataclass(frozen=True, slots=True)
class Match:
    """A line that is furniture. `credit` is the image credit in it, `heads` whether it opens a block of links."""

    kind: ZoneKind
    rule: str
    where: Where = "any"
    credit: str | None = None
    heads: bool = False


def ends_sentence(line: str) -> bool:
    """Whether `line` ends like a sentence, closing quotation marks and brackets aside."""
    return _END.search(line[-12:]) is not None and _ABBREVIATION.search(line) is None


def word_count(line: str) -> int:
    """Words of `line`; scripts without spaces count two characters as a word."""
    spaced = len(line.split())
    # Each of those characters takes two bytes more than an ASCII one: mostly there are too few to matter.
    if line.isascii() or (len(line.encode("utf-8", "surrogatepass")) - len(line)) // 4 <= spaced:
        return spaced
    return max(spaced, len(_UNSPACED.findall(line)) // 2)


def is_quote(line: str) -> bool:
    """Whether `line` opens with a quotation mark."""
    return line[0] in _OPEN_QUOTE


def is_whole_quote(line: str) -> bool:
    """Whether `line` is one quotation and nothing else."""
    return is_quote(line) and line[-1] in _CLOSE_QUOTE and sum(line.count(mark) for mark in _MARKS) <= 2


def is_list_item(line: str) -> bool:
    """Whether `line` carries a bullet or a number."""
    return _BULLET.match(line) is not None


def match(line: str) -> Match | None:
    """Return what furniture `line` is, or None. `line` is stripped and not empty."""
    return _matched(line) if len(line) <= MAX_LINE else None


@lru_cache(maxsize=_REMEMBERED)
def _matched(line: str) -> Match | None:
    return _structure(line) or _phrase(line) or _people(line)


def _structure(line: str) -> Match | None:
    if _SLUG.fullmatch(line) and any(char.isalpha() for char in line):
        return Match(ZoneKind.SLUG, "caps_slug")
    if _SCRIPT.fullmatch(line) or _FILE.fullmatch(line) or not any(char.isalnum() for char in line):
        return Match(ZoneKind.TRACKER, "script_or_url")
    if _COUNTER.fullmatch(line):
        return Match(ZoneKind.SHARE, "counter")
    if _POSITION.fullmatch(line):
        return Match(ZoneKind.NAVIGATION, "position", "ends")
    if _HANDLES.fullmatch(line):
        return Match(ZoneKind.TAG, "handles", "ends")
    return _menu(line) if len(line) <= 160 and not ends_sentence(line) else None


def _menu(line: str) -> Match | None:
    """Labels in a row: a share bar, a menu, or the breadcrumb that ends in the section."""
    labels = _labels(line)
    if len(labels) > 1 and "share_bar" in labels:
        return Match(ZoneKind.SHARE, "share_bar")
    if len(labels) > 3 or (len(labels) > 1 and "section_word" not in labels):
        return Match(ZoneKind.NAVIGATION, "menu")
    parts = _CRUMBS.split(line)
    crumbs = [fold(crumb) for crumb in parts] if len(parts) > 1 else []
    if crumbs and all(crumb and len(crumb.split()) <= 3 for crumb in crumbs):
        if crumbs[0] in _HOME:
            return Match(ZoneKind.NAVIGATION, "breadcrumb", "ends")
        if any(crumb in lexicon().exact for crumb in crumbs):
            return Match(ZoneKind.SECTION, "breadcrumb", "ends")
    return None


def _labels(line: str) -> list[str]:
    """Return the rules of the known labels that `line` is made of, or nothing when it holds any other word."""
    words = [word for word in map(fold, line.split()) if word] if _opens_label(line) else []
    labels: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(4, len(words) - at), 0, -1):
            found = lexicon().exact.get(" ".join(words[at : at + size]))
            if found:
                labels.append(found.rule)
                at += size
                break
        else:
            return []
    return labels


def _opens_label(line: str) -> bool:
    """Whether the first word of `line` is the first of a known label."""
    return next(filter(None, map(fold, line.split())), "") in _first_words()


@cache
def _first_words() -> frozenset[str]:
    return frozenset(label.partition(" ")[0] for label in lexicon().exact)


def breadcrumb(line: str) -> str:
    """Return the section a label or breadcrumb names: its last part."""
    return [crumb.strip() for crumb in _CRUMBS.split(line) if crumb.strip()][-1]


def _phrase(line: str) -> Match | None:
    words = lexicon()
    folded = fold(line)
    bare = folded.rstrip(": ")
    found = words.exact.get(bare)
    if found and (found.sentence or not ends_sentence(line)):
        return Match(
            found.kind, found.rule, found.where, heads=found.rule in {"related_heading", "comments", "read_more"}
        )
    if "contributed" in line and _CONTRIBUTED.fullmatch(line):
        return Match(ZoneKind.CONTRIBUTORS, "contributed")
    count = word_count(folded)
    opening = folded.lstrip("(")
    for phrase, entry in words.contains if count <= _SENTENCE_WORDS and not is_quote(line) else ():
        if phrase in folded and count <= (_SENTENCE_WORDS if entry.sentence else 4):
            return Match(entry.kind, entry.rule, entry.where)
    for phrase, entry in words.starts.get(first_word(opening), ()):
        fits = count <= entry.words and _begins(opening, phrase) and (entry.sentence or not ends_sentence(line))
        if fits and (not entry.away or _leads_away(opening)):
            alone = len(opening) <= len(phrase)
            # "Read more: …" may name a story in a whole sentence; a longer line is prose that begins with the words.
            return Match(entry.kind, entry.rule, entry.where, heads=alone and entry.kind is ZoneKind.RELATED)
    return None


def _begins(line: str, phrase: str) -> bool:
    if not line.startswith(phrase):
        return False
    return len(line) == len(phrase) or not phrase[-1].isalnum() or not line[len(phrase)].isalnum()


def _leads_away(folded: str) -> bool:
    """Whether a line ends with a handle, an address or a platform, and says "on" before one."""
    known = lexicon().words
    words = [word.strip("()[].,:;!") for word in folded.split()]
    if _ADDRESS.fullmatch(words[-1]):
        return True
    named = pairwise(words)
    return words[-1] in known["platform"] and any(
        link in known["platform_link"] and platform in known["platform"] for link, platform in named
    )


def _people(line: str) -> Match | None:
    credit = image_credit(line) if len(line) <= MAX_CREDIT else None
    if credit:
        return Match(ZoneKind.CREDIT, "credit_line", credit=credit)
    if archive_mark(line):
        return Match(ZoneKind.CAPTION, "archive_picture")
    return _signed(line) or _caption(line)


def _signed(line: str) -> Match | None:
    """A line that says who, where or when."""
    if byline(line):
        return Match(ZoneKind.BYLINE, "byline")
    filed = "(" in line or line[-1] in "—–-"
    stated = dateline(line + " — ") if filed and len(line) <= DATELINE_WINDOW else None
    if stated and stated.end > len(line) and (stated.agency or line[-1] in "—–-"):
        return Match(ZoneKind.DATELINE, "dateline_line", "head")
    if is_date_line(line):
        return Match(ZoneKind.DATE, "date_line", "ends")
    if signed_names(line):
        return Match(ZoneKind.BYLINE, "name_and_house", "head")
    return Match(ZoneKind.CONTRIBUTORS, "helper_label") if helpers(line) else None


def _caption(line: str) -> Match | None:
    closing = split_credit(line)
    # An agency in brackets closes a story as often as a caption.
    if closing and not is_house_alone(closing[1]):
        return Match(ZoneKind.CAPTION, "caption_with_credit", credit=image_credit(closing[1]))
    return None
