"""What the words around a date say about it: whether the sentence looks ahead, whose year it is in. Pure; English."""

import re
from collections.abc import Iterable
from datetime import date

from wiredesk_tagger.values.grammar import MONTH, WEEKDAY, YEAR, S
from wiredesk_tagger.values.relative_dates import month_number

BEFORE, AFTER = 240, 120  # characters looked at on either side of a date

# Said in the clause of the date, before it, with nobody saying anything in between: "said on Tuesday" looks back.
_AHEAD = (
    r"(?:\b(?:will|shall|must|won't|won\u2019t|going to|upcoming|to be held)\b|['\u2019]ll\b"
    r"|\b(?:plans|hopes|aims|intends|vows) to\b"
    r"|\b(?:is|are|be|(?P<was>was|were)) (?:to|due|set|scheduled|expected|planned|slated)\b)"
)
_AHEAD_BEFORE = re.compile(rf"{_AHEAD}(?P<rest>[^.;:,\n]*)$", re.IGNORECASE)
# "On Tuesday, the board will": the date opens the sentence or clause, and its verb follows.
_OPENS = re.compile(
    r"(?:^|[.!?;:\n\u201c\"]|, (?:and|but|then)|\b(?:and|but))\s*(?:(?:on|in|by|then),?\s+)?$", re.IGNORECASE
)
_AHEAD_AFTER = re.compile(rf"(?P<rest>(?:,|\s+[^\s.;:,]+,?){{0,8}}?)\s+{_AHEAD}", re.IGNORECASE)
_SAID = re.compile(
    r"\b(?:said|says|told|announced|reported|wrote|added|warned|confirmed|after|since|from)\b", re.IGNORECASE
)
# A deadline, or what a programme says in the present tense, may lie on either side: "by Friday", "opens on Friday".
_OPEN_ENDED = re.compile(
    r"\b(?:by|until|till|no later than|as of|(?:opens|starts|begins|ends|closes|returns|meets|expires)(?: \w+)?)"
    rf"(?:{S}on)?{S}$",
    re.IGNORECASE,
)
_AGENDA = re.compile(r"\s*:")
_CLAUSE = 120  # characters before the date

_YEAR = re.compile(rf"(?<![\w.,$£€/:-]){YEAR}(?![\w%/:]|[.,][0-9])")
_IN_A_YEAR = re.compile(rf"\b(?:in|of|during){S}(?:{MONTH}{S})?({YEAR})\b[^.!?\n]*$", re.IGNORECASE)
# Whatever day it was told on, this has happened: so the text is later.
_HAPPENED = re.compile(
    rf"\b(?:[Ss]ince|[Ii]n|[Oo]n){S}(?:(?:early|late|mid){S})?(?P<month>{MONTH}){S}(?:[0-9]{{1,2}},?{S})?(?P<year>{YEAR})\b"
)
_PAST = re.compile(r"\b(?:was|were|had|did|became|began|joined|said|won|lost|left|took|made|\w{3,}ed)\b")
_NOT_YET = re.compile(r"\b(?:will|by|until|till|due|expected|planned|scheduled|to be)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?](?=\s)|\n")
_MONTHS = 2  # a page that tells as past what lies further ahead of its day was written anew

_BESIDE = re.compile(rf"{S}(?:of{S})?(?P<which>last|this|next){S}(?P<period>week|year)\b", re.IGNORECASE)
_STEPS = {"last": -1, "this": 0, "next": 1}
_WEEKDAY = re.compile(WEEKDAY, re.IGNORECASE)
_MONTH = re.compile(rf"\b{MONTH}")
_OWN_WAY = re.compile(rf"(?:last|next|this){S}", re.IGNORECASE)  # "last May" says itself which one
_EVERY = re.compile(rf"\b(?:every|each|most){S}$", re.IGNORECASE)
_NEXT_OR_LAST = re.compile(rf"(?:next|last){S}", re.IGNORECASE)
_TO_WEEKDAY = re.compile(rf"[-\u2010-\u2013]{WEEKDAY}", re.IGNORECASE)
_FROM_WEEKDAY = re.compile(rf"{WEEKDAY}[-\u2010-\u2013]$", re.IGNORECASE)
_DECADE = re.compile(r"[0-9]{2}s")
_OF_A_CENTURY = re.compile(r"(?:\bthe (?:(?:early|mid|late)[ -])*|['\u2019])$", re.IGNORECASE)
# "a better tomorrow", "than today": no day.
_TIMELESS_BEFORE = re.compile(r"\b(?:better|brighter|new|than|of|do|does|even)\s+$", re.IGNORECASE)


def looks(before: str, after: str = "") -> tuple[bool, ...]:
    """Return whether the words around a date look ahead: "The board will meet on " does; (False, True): they may."""
    match = _AHEAD_BEFORE.search(before[-_CLAUSE:])
    if match is None and _OPENS.search(before[-_CLAUSE:]):
        match = _AHEAD_AFTER.match(after)
    if match is not None and not _SAID.search(match["rest"]):
        return (False, True) if match["was"] else (True,)
    if _OPEN_ENDED.search(before) or (_OPENS.search(before) and _AGENDA.match(after)):
        return (False, True)
    return (False,)


def with_year(surface: str, after: str, published: date) -> str:
    """Return `surface` with what stands behind it: "April" and " last year" with the year, "Friday" with its week."""
    match = _BESIDE.match(after)
    if match is None:
        return surface
    if match["period"].lower() == "year":
        return f"{surface} {published.year + _STEPS[match['which'].lower()]}"
    return surface + match[0] if _WEEKDAY.fullmatch(surface) else surface


def is_of_another_year(surface: str, before: str, published: date) -> bool:
    """Whether the text has just gone to another year than that of publication: "In 2016 … on 5 March".

    A day or month is then of that year or of the present one. A weekday is doubtful only in the same sentence.
    """
    if _WEEKDAY.fullmatch(surface):
        match = _IN_A_YEAR.search(before)
        return match is not None and int(match[1]) < published.year
    if not _MONTH.search(surface) or _OWN_WAY.match(surface):
        return False
    paragraph = before.rpartition("\n")[2]
    ends = [end.end() for end in _SENTENCE.finditer(paragraph)]
    years = _YEAR.findall(paragraph[ends[-2] if len(ends) > 1 else 0 :])
    return bool(years) and int(years[-1]) != published.year


def is_timeless(surface: str, before: str, after: str) -> bool:
    """Whether it names no day of its own: the today of "today's world", "every Monday", "Tuesday-Saturday shifts".

    "The next week" hangs on the story, and "in his 40s" on a birthday: a decade of two figures is one behind "the".
    """
    word = surface.lower()
    if _EVERY.search(before) or (_NEXT_OR_LAST.match(surface) and before.lower().endswith("the ")):
        return True
    if _WEEKDAY.fullmatch(surface) and (_TO_WEEKDAY.match(after) or _FROM_WEEKDAY.search(before)):
        return True
    if _DECADE.fullmatch(surface):
        return _OF_A_CENTURY.search(before) is None
    if word == "today" and after.startswith(("'s", "\u2019s")):
        return True
    return word in ("today", "tomorrow") and _TIMELESS_BEFORE.search(before) is not None


def was_written_later(texts: Iterable[str], published: date) -> bool:
    """Whether a text tells as past what lies more than two months after `published`: an explainer kept up to date."""
    for text in texts:
        for match in _HAPPENED.finditer(text):
            ahead = 12 * (int(match["year"]) - published.year) + month_number(match["month"]) - published.month
            sentence = _sentence(text, match.start(), match.end()) if ahead > _MONTHS else ""
            if _PAST.search(sentence) and not _NOT_YET.search(sentence):
                return True
    return False


def _sentence(text: str, start: int, end: int) -> str:
    """Return what is around the stretch, up to the ends of its sentence."""
    before = _SENTENCE.split(text[max(0, start - BEFORE) : start])[-1]
    return before + text[start:end] + _SENTENCE.split(text[end : end + AFTER])[0]
