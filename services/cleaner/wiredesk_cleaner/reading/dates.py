# ruff: noqa: RUF001 - the marks of several scripts
"""Dates in a line, an address or a stated value, in any language that has a phrasebook. Pure; no clock.

"3 hours ago" is told from other words and gives no date.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import chain

from wiredesk_cleaner.lexicon.phrasebook import phrasebook

_YEAR = r"(?P<year>(?:19|20)\d{2})"
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|\.)?"
# A month of the Levant has two words; Hindi is written with marks that are no letters.
_WORD = r"(?P<month>[^\W\d_][^\s\d.,;:/()|–—-]{1,13}(?:\sال\w{2,8})?)"
_OF = r"(?:de\s|of\s|d'|del\s|do\s)?"
_NAMED = (
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}}){_ORDINAL}[\s,،]*{_OF}\s*[-/.]?{_WORD}[.,،]?[\s,/-]*{_OF}\s*{_YEAR}(?!\d)"),
    re.compile(
        rf"(?<!\w){_WORD}[.,]?\s*(?P<day>\d{{1,2}}){_ORDINAL},?\s+(?:\d{{1,2}}:\d\d(?::\d\d)?\s)?(?:[a-z]{{3,4}}\s)?"
        rf"{_OF}{_YEAR}(?!\d)"
    ),
    re.compile(rf"(?<!\d){_YEAR}[.,]?\s*(?:m\.\s*)?{_WORD}[.,]?\s*(?P<day>\d{{1,2}})(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}\.?\s(?:gada\s)(?P<day>\d{{1,2}})\.?\s{_WORD}"),
)
_YEAR_FIRST = re.compile(
    rf"(?<!\d){_YEAR}\s?[-/.•年년]\s?(?P<month>\d{{1,2}})\s?[-/.•月월]\s?(?P<day>\d{{1,2}})(?![\d-])"
)
_NUMBERED = re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})\stháng\s(?P<month>\d{{1,2}})(?:,|\snăm)?\s{_YEAR}(?!\d)")
_YEAR_LAST = re.compile(
    rf"(?<![\d./-])(?P<one>\d{{1,2}})(?P<mark>[./-])\s?(?P<two>\d{{1,2}})(?P=mark)\s?{_YEAR}(?!\d|\.\d)"
)
_SHORT_YEAR = re.compile(
    r"(?<![\d./-])(?P<one>\d{1,2})(?P<mark>[./])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{2})(?![\d./-])"
)
_PATH = re.compile(
    r"[/_.-](?P<year>(?:19|20)\d{2})[/_.-]?(?P<month>0[1-9]|1[0-2])[/_.-]?(?P<day>0[1-9]|[12]\d|3[01])(?=[/_.-]|$|[a-z])"
)
_PATH_NAMED = re.compile(r"/(?P<year>(?:19|20)\d{2})/(?P<month>[a-z]{3,9})/(?P<day>\d{1,2})/")
_CLOCK = re.compile(
    r"(?<![\d.,/-])(?P<late>午後|下午|오후)?\s?(?P<hour>\d{1,2})\s?(?:[:時时點시]|h(?=\d))\s?(?P<minute>\d{2})(?!\d)(?::\d{2})?"
    r"(?:\s?(?P<half>[ap])\.?m\b)?"
)
_DOTTED_CLOCK = re.compile(
    r"(?:\bkl\.?|\bklo|\bkello|\bore|\bgodz\.?)\s?(?P<hour>\d{1,2})\.(?P<minute>\d{2})(?!\d)"
    r"|(?<![\d.])(?P<hours>\d{1,2})\.(?P<minutes>\d{2})\suhr"
)
_UTC = re.compile(r"\s?(?:\(?(?:utc|gmt)\s?(?P<offset>[+-]\d{1,2})?|z\b)")
_ZONE = re.compile(
    r"\s?\(?(?:[ecmp][sd]?t|a[ce]?[sd]t|bst|ist|jst|sgt|hkt|pkt|sast|wat|w?cest|[ew]est|[ew]et|cet|msk|brt|wib|wita|wit|мск"
    r"|[+-]\d{2}:?\d{2})\b"
)
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0d7f])+(?:\.[^\W\d_](?!\w))?|\d+")
# Some write a name of the zone behind the offset, or a space before it.
_ISO = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(?::\d\d(?:[.,]\d{1,6})?)?)\d*\s?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?"
)
_RFC = re.compile(r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s[A-Za-z]{3}\s\d{4}\s\d")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_SUFFIX = re.compile(r"(?<=\d)(?:st|nd|rd|th|er)\b", re.IGNORECASE)
_MAX_LINE = 200
# Digits of other scripts, each one character, as ASCII has them.
_DIGITS = {zero + digit: str(digit) for zero in (0x0660, 0x06F0, 0x0966, 0xFF10) for digit in range(10)}
_NOON = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """A date as it was read. `certain` is false where day and month may stand in either order.

    `moment` is the day with the time beside it, in UTC: a time counts with UTC or GMT beside it or no zone at all, else
    it is midnight.
    """

    day: date
    certain: bool = True
    time: timedelta = timedelta()

    @property
    def moment(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC) + self.time


def has_digit(line: str) -> bool:
    """Whether a digit of any script stands in `line`: there is no date without one."""
    return _DIGIT.search(line) is not None


def read_date(line: str, *, month_first: bool = False) -> Reading | None:
    """Return the first date that a short line states in full.

    `month_first`: whether 3/4/2026 is 4 March, as in the United States; with points it never is.
    """
    folded = line[:_MAX_LINE].translate(_DIGITS).casefold()
    if not has_digit(folded):
        return None
    spelt = chain.from_iterable(pattern.finditer(folded) for pattern in (_YEAR_FIRST, _NUMBERED, *_NAMED))
    for match in sorted(spelt, key=lambda match: match.start()):
        month = match["month"]
        number = int(month) if month.isdigit() else phrasebook().months.get(month)
        if number and (day := _day(int(match["year"]), number, int(match["day"]))):
            return Reading(day, time=_time(folded))
    numeric = _YEAR_LAST.search(folded) or _SHORT_YEAR.search(folded)
    return _numeric(numeric, folded, month_first=month_first) if numeric else None


def _numeric(match: re.Match[str], folded: str, *, month_first: bool) -> Reading | None:
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    year += 2000 if year < 100 else 0
    first = month_first and match["mark"] != "."
    for month, day in ((one, two), (two, one)) if first else ((two, one), (one, two)):
        if found := _day(year, month, day):
            certain = match["mark"] == "." or one > _NOON or two > _NOON or one == two
            return Reading(found, certain, _time(folded))
    return None


def _time(folded: str) -> timedelta:
    found = _CLOCK.search(folded)
    dotted = None if found else _DOTTED_CLOCK.search(folded)
    if dotted:
        return _of_day(int(dotted["hour"] or dotted["hours"]), int(dotted["minute"] or dotted["minutes"]))
    if not found:
        return timedelta()
    hour = int(found["hour"])
    if found["half"] or found["late"]:
        hour = hour % _NOON + (_NOON if found["late"] or found["half"] == "p" else 0)
    utc = _UTC.match(folded, found.end())
    if not utc and _ZONE.match(folded, found.end()):
        return timedelta()
    return _of_day(hour, int(found["minute"])) - timedelta(hours=int(utc["offset"] or 0) if utc else 0)


def _of_day(hour: int, minute: int) -> timedelta:
    return timedelta(hours=hour, minutes=minute) if hour < 24 and minute < 60 else timedelta()


def has_clock(line: str) -> bool:
    """Whether `line` states a time of day."""
    folded = line[:_MAX_LINE].translate(_DIGITS).casefold()
    return _CLOCK.search(folded) is not None or _DOTTED_CLOCK.search(folded) is not None


def date_in_url(url: str | None) -> date | None:
    """Return the date that the path of an address states in full."""
    path = (url or "").partition("://")[2].partition("/")[2].partition("?")[0]
    match = _PATH.search("/" + path) or _PATH_NAMED.search("/" + path.casefold())
    if not match:
        return None
    month = match["month"]
    number = int(month) if month.isdigit() else phrasebook().months.get(month)
    return _day(int(match["year"]), number, int(match["day"])) if number else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1990 <= year <= 2100 else None
    except ValueError:
        return None


def moment_of(value: object, *, month_first: bool = False) -> datetime | None:
    """Return a stated date with its time zone, or UTC.

    It may be ISO 8601, RFC 2822, seconds or milliseconds since 1970, or written out as for readers. None when `value`
    is no date or no text. `month_first`: see `read_date`.
    """
    if not isinstance(value, str) or not 8 <= len(value.strip()) <= 64:
        return None
    text = value.strip()
    try:
        moment = _stamp(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        moment = None
    if moment is not None and 1900 <= moment.year <= 2100:
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    reading = read_date(text, month_first=month_first)
    return reading.moment if reading else None


def _stamp(text: str) -> datetime | None:
    """The moment of a machine's date; raises what the parsers raise."""
    if iso := _ISO.match(text):
        return datetime.fromisoformat(f"{iso['day']}T{iso['time'].replace(',', '.')}{iso['zone'] or ''}")
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    return parsedate_to_datetime(text) if _RFC.match(text) else datetime.fromisoformat(text)


def without_dates(line: str) -> tuple[list[str], list[str]]:
    """Take the dates, times and the words around them out of `line`.

    Return (what is left, in the pieces that it was cut into; the case-folded words taken out). A word of a date stays
    where no digit stands with it.
    """
    text = _SUFFIX.sub("", _unglued(line.translate(_DIGITS)))
    pieces: list[str] = []
    taken: list[str] = []
    run: list[str] = []
    begin = end = last = 0
    for match in (*_TOKEN.finditer(text), None):
        word = match[0].casefold() if match else ""
        if match and (word.isdigit() or (word in date_words() and not _is_initial(text, match))):
            begin = begin if run else match.start()
            run.append(word)
            end = match.end()
            continue
        if _is_date_run(text, run, begin, end):
            pieces.append(text[last:begin])
            taken += run
            last = end
        run = []
    return [piece for piece in (*pieces, text[last:]) if any(map(str.isalnum, piece))], taken


def _is_date_run(text: str, run: list[str], begin: int, end: int) -> bool:
    """Whether neighbouring words of a date are one: a number alone is a year, and no part of "Quay24"."""
    if len(run) == 1:
        glued = text[begin - 1 : begin].isalnum() or text[end : end + 1].isalnum()
        return not glued and re.fullmatch(_YEAR, run[0]) is not None
    return any(token.isdigit() for token in run)


def _is_initial(text: str, match: re.Match[str]) -> bool:
    """Whether a letter is one of a name and not one of "2026-03-03T10:15Z"."""
    return len(match[0]) == 1 and match[0].isupper() and not text[: match.start()][-1:].isdigit()


def _unglued(line: str) -> str:
    """`line` with a space where the name before "Published" ends when an upstream lost that between two elements."""
    # Few lines have a capital within a word, and the pattern is slow.
    within = any(word[1:] != word[1:].lower() for word in line.split())
    return _glued().sub(" ", line) if within else line


@cache
def _glued() -> re.Pattern[str]:
    words = phrasebook()
    leads = sorted(word.capitalize() for word in words.date_first | words.date_later if word.isalpha())
    return re.compile(rf"(?<=[^\W\d_])(?<![A-Z])(?=(?:{'|'.join(leads)})\b)")


def has_reading_time(line: str) -> bool:
    """Whether `line` says how long the story takes to read."""
    folded = " ".join(line[:_MAX_LINE].casefold().split())
    return has_digit(folded) and any(phrase in folded for phrase in phrasebook().reading)


@cache
def date_words() -> frozenset[str]:
    """Return every word that may stand in the line of a date."""
    words = phrasebook()
    phrases = words.date_first | words.date_later | words.weekdays | words.reading | words.ago
    return words.date_words.union(words.months, {word for phrase in phrases for word in _TOKEN.findall(phrase)})
