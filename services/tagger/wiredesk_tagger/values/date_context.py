"""What the words around a date say about it: whether the sentence looks ahead, whose year it is in. Pure; English.

Whether it is a date of its own at all is in `timeless`.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from wiredesk_tagger.values.grammar import DAY, MONTH, WEEKDAY, YEAR, S
from wiredesk_tagger.values.relative_dates import NEAR, month_number

BEFORE, AFTER = 240, 120  # characters looked at on either side of a date

# Said in the clause of the date, before it, with nobody saying anything in between: "said on Tuesday" looks back.
_TO_COME = r"(?:to|due|set|scheduled|expected|planned|slated|forecast|predicted|likely|poised|tipped)"
_AHEAD = (
    r"(?:\b(?:will|shall|must|won't|won\u2019t|going to|upcoming|to be held)\b|['\u2019]ll\b"
    r"|\b(?:plans?|hopes?|aims?|intends?|vows?) to\b|\b(?P<open>would|should|could|may|might|can)\b"
    rf"|\b(?:is|are|be|(?P<was>was|were|been)) (?:also |now |still )?{_TO_COME}\b"
    rf"|\b(?P<planned>due|scheduled|slated|planned|set) (?:for|on)\b)"
)
_AHEAD_BEFORE = re.compile(rf"{_AHEAD}(?P<rest>[^.;:,\n]*)$", re.IGNORECASE)
# "On Tuesday, the board will": the date opens the sentence or clause, and its verb follows.
_OPENS = re.compile(
    r"(?:^|[.!?;:\n\u201c\"]|, (?:and|but|then)|\b(?:and|but))\s*(?:(?:on|in|by|then),?\s+)?$", re.IGNORECASE
)
_AHEAD_AFTER = re.compile(rf"(?P<rest>(?:,|\s+[^\s.;:,]+,?){{0,8}}?)\s+{_AHEAD}", re.IGNORECASE)
# "Tuesday is forecast to be colder": the date itself is what the verb tells of.
_SUBJECT = re.compile(r"(?:^|[.!?;:,\n])\s*$")
_IS_TO_COME = re.compile(rf"(?P<rest>){_AHEAD}", re.IGNORECASE)
_NEARS = re.compile(
    r"\s+(?:(?:is|are)\s+)?(?:just\s+)?(?:around the corner|(?:fast\s+)?approaching|looming|coming up)\b", re.IGNORECASE
)
_SAID = re.compile(
    r"\b(?:said|says|told|announced|reported|wrote|added|warned|confirmed|after|since|from)\b", re.IGNORECASE
)
# A deadline, or what a programme says in the present tense, may lie on either side: "by Friday", "opens on Friday".
_OPEN_ENDED = re.compile(
    r"(?:\b(?:by|until|till|no later than|as of|before|ahead of|starting|beginning|effective)(?:\s+on)?"
    r"|\b(?:opens|starts|begins|ends|closes|returns|meets|expires|faces?|hosts?|plays?|takes? on|travels? to|heads? to"
    r"|kicks? off|resumes?|airs|premieres|launches|arrives?|concludes?|gets? under ?way)(?:\s+[^\s.;:,]+){0,6}?)"
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
# Case counts: "United" is a club.
PAST = re.compile(
    r"\b(?:was|were|had|did|became|began|said|won|lost|left|took|made|told|came|went|got|gave|saw|fell|rose|hit|cut|led"
    r"|met|held|found|sent|shot|kept|brought|bought|built|felt|fought|heard|knew|laid|paid|ran|sold|spoke|spent|stood"
    r"|struck|swore|thought|threw|wrote|broke|chose|drew|drove|flew|grew|hid|sank|shook|sang|stole|swept|withdrew"
    r"|underwent|beat|burst|quit|spread|split|hurt|stuck|caught|dealt|slid|spun|sought|lay|ate|forgave|overcame|upheld"
    r"|(?!indeed|need|speed|feed|seed|breed|exceed|proceed|succeed|hundred)[a-z]{2,}ed)\b"
    r"|n['\u2019]t\b(?<=didn.t|wasn.t)|\bweren['\u2019]t\b"
)
_AFTERMATH = re.compile(
    r"\b(?:after|since|following|during|late|early|overnight|in the wake of)\s+(?:on\s+)?$", re.IGNORECASE
)
_NOT_YET = re.compile(r"\b(?:will|by|until|till|due|expected|planned|scheduled|to be)\b", re.IGNORECASE)
# A point behind one letter or a title ends no sentence: "at 10 a.m. Tuesday".
SENTENCE = re.compile(r"(?<![\s.(][A-Za-z])(?<!\b(?:Mr|Ms|Dr|St))(?<!\b(?:Mrs|Gov|Sen|Rep|Gen))[.!?](?=\s)|\n")
_UPDATED = re.compile(
    rf"\b(?:updated|reviewed|revised|modified)(?:{S}on|:)?{S}(?:[0-9]{{1,2}}{S})?(?P<month>{MONTH}){S}"
    rf"(?:[0-9]{{1,2}},?{S})?(?P<year>{YEAR})\b",
    re.IGNORECASE,
)
# "Best Camping Hammocks of 2026" is a page that is made anew each year.
_GUIDE = re.compile(
    rf"(?:[0-9]+|top|best|how|the{S}best|guide)\b[^.!?\n]{{0,100}}\b(?:in|of|for){S}(?P<year>{YEAR})(?=$|{S}?[:|(\u2013\u2014-])",
    re.IGNORECASE,
)
_MONTHS = 2  # a page that tells as past what lies further ahead of its day was written anew

_BESIDE = re.compile(rf"{S}(?:of{S})?(?P<which>last|this|next){S}(?P<period>week|year)\b", re.IGNORECASE)
LONE_MONTH = re.compile(MONTH)
_YEAR_SHARED = re.compile(
    rf"(?:,{S}{MONTH}){{0,4}},?(?:{S}?[-\u2013]{S}?|{S}(?:and|to|or|through|until){S})"
    rf"(?P<month>{MONTH}){S}(?P<year>{YEAR})\b"
)
# The grammar takes "Monday, January 12, 2026" for one date; with a comma too many or a dash it is two.
_ITS_DATE = re.compile(
    rf"(?:,|{S}?[-\u2013]){S}(?:(?P<month>{MONTH}),?{S}(?P<day>{DAY})|(?P<first>{DAY}),?{S}(?P<then>{MONTH})),?{S}(?P<year>{YEAR})\b",
    re.IGNORECASE,
)
_STEPS = {"last": -1, "this": 0, "next": 1}
_WEEKDAY = re.compile(WEEKDAY, re.IGNORECASE)
_MONTH = re.compile(rf"\b{MONTH}")
_THIS_OR_LAST_YEAR = re.compile(rf"(?:this|last){S}year", re.IGNORECASE)
_SOME_YEAR = re.compile(rf"(?:(?:earlier|later){S})?(?:this|last|next){S}year", re.IGNORECASE)
_LEANS = re.compile(
    rf"(?:(?:earlier|later){S})?(?:this|last|next){S}[a-z]+|today|yesterday|tomorrow|.{{1,30}}{S}ago", re.IGNORECASE
)
_YOU = re.compile(r"\b(?:you|yours?|yourself)\b", re.IGNORECASE)
_ADVICE = 50  # words; a text with a "you" in so many, and no fewer than five, tells its reader what to do
_TOP = 400  # characters in which a guide says which year it is for
_OWN_WAY = re.compile(rf"(?:last|next|this){S}", re.IGNORECASE)  # "last May" says itself which one


def looks(before: str, after: str = "") -> tuple[bool, ...]:
    """Return whether the words around a date look ahead: "The board will meet on " does; (False, True): they may."""
    match = _AHEAD_BEFORE.search(before[-_CLAUSE:])
    if match is None and _OPENS.search(before[-_CLAUSE:]):
        match = _AHEAD_AFTER.match(after)
    if match is None and _SUBJECT.search(before):
        match = _IS_TO_COME.match(after.lstrip(" "))
    if match is not None and not _SAID.search(match["rest"]):
        return (False, True) if match["was"] or match["open"] else (True,)
    if _NEARS.match(after):
        return (True,)
    if _OPEN_ENDED.search(before[-_CLAUSE:]) or (_OPENS.search(before) and _AGENDA.match(after)):
        return (False, True)
    return (False,)


def is_weekday(surface: str) -> bool:
    """Whether it is a weekday and nothing else."""
    return _WEEKDAY.fullmatch(surface) is not None


def is_told(surface: str, before: str, after: str) -> bool:
    """Whether the sentence of a weekday, day or month tells of the past: "they met on Tuesday".

    Nothing else needs a tense to be certain.
    """
    if not is_weekday(surface) and (not _MONTH.search(surface) or _OWN_WAY.match(surface)):
        return True
    around = f"{SENTENCE.split(before)[-1]} {SENTENCE.split(after)[0]}"
    return _AFTERMATH.search(before) is not None or PAST.search(around) is not None


def is_near(value: str, published: date) -> bool:
    """Whether a day or month is near enough, 62 days back, to be meant without a word on its tense."""
    month = date.fromisoformat(f"{value[:7]}-01")
    return month >= (published - NEAR).replace(day=1)


def with_year(surface: str, after: str, published: date) -> str:
    """Return `surface` with what stands behind it: "April" and " last year" with the year, "Friday" with its day."""
    its = _ITS_DATE.match(after) if _WEEKDAY.fullmatch(surface) else None
    if its:
        return f"{surface}, {its['month'] or its['then']} {its['day'] or its['first']}, {its['year']}"
    shared = _YEAR_SHARED.match(after)
    if shared and LONE_MONTH.fullmatch(surface):
        # "between November and April 2018"
        return f"{surface} {int(shared['year']) - (month_number(surface) > month_number(shared['month']))}"
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
    ends = [end.end() for end in SENTENCE.finditer(paragraph)]
    years = _YEAR.findall(paragraph[ends[-2] if len(ends) > 1 else 0 :])
    return bool(years) and int(years[-1]) != published.year


def is_of_a_year_to_come(surface: str, before: str, after: str, published: date) -> bool:
    """Whether "this year" or "last year" may be told from a later one: "in 2026 this year's rates will be lower"."""
    if not _THIS_OR_LAST_YEAR.fullmatch(surface):
        return False
    sentence = f"{SENTENCE.split(before)[-1]} {SENTENCE.split(after)[0]}"
    return any(int(year) > published.year for year in _YEAR.findall(sentence))


def is_of_the_reader(surface: str, text: str) -> bool:
    """Whether "this week", "yesterday" and their like stand in advice, which is read and renewed at any time."""
    return _LEANS.fullmatch(surface) is not None and _is_advice(text)


# The dates of a text ask one after the other.
@lru_cache(maxsize=1)
def _is_advice(text: str) -> bool:
    spoken_to = len(_YOU.findall(text))
    return spoken_to >= 5 and spoken_to * _ADVICE >= len(text.split())


def is_for_a_year_to_come(surface: str, text: str, published: date) -> bool:
    """Whether "this year" and its like stand in a text that is for a later year: "The best of 2026", from 2025.

    It says so at its top, and names that year more often than its own: then either may be meant.
    """
    if not _SOME_YEAR.fullmatch(surface):
        return False
    later = {year for year in map(int, _YEAR.findall(text[:_TOP])) if year > published.year}
    years = list(map(int, _YEAR.findall(text))) if later else []
    return any(years.count(year) > max(1, years.count(published.year)) for year in later)


def was_written_later(texts: Iterable[str], published: date) -> bool:
    """Whether a text tells as past what lies more than two months after `published`: an explainer kept up to date."""
    for text in texts:
        guide = _GUIDE.match(text)
        if guide and int(guide["year"]) > published.year + 1:
            return True
        for match in _UPDATED.finditer(text):
            if _months_ahead(match, published) > _MONTHS:
                return True
        for match in _HAPPENED.finditer(text):
            is_ahead = _months_ahead(match, published) > _MONTHS
            sentence = _sentence(text, match.start(), match.end()) if is_ahead else ""
            if PAST.search(sentence) and not _NOT_YET.search(sentence):
                return True
    return False


def _months_ahead(match: re.Match[str], published: date) -> int:
    return 12 * (int(match["year"]) - published.year) + month_number(match["month"]) - published.month


def _sentence(text: str, start: int, end: int) -> str:
    """Return what is around the stretch, up to the ends of its sentence."""
    before = SENTENCE.split(text[max(0, start - BEFORE) : start])[-1]
    return before + text[start:end] + SENTENCE.split(text[end : end + AFTER])[0]
