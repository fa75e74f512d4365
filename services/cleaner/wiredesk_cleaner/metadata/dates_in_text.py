"""Dates in the text and addresses of a page, in any language whose months `pagewords.toml` names. Pure; no clock."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from wiredesk_cleaner.lexicon.page_words import pagewords
from wiredesk_cleaner.zones.date_lines import parse_date

_YEAR = r"(?P<year>(?:19|20)\d{2})"
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_WORD = r"(?P<month>[^\W\d_]{3,12})"
_NAMED = (
    re.compile(
        rf"\b(?P<day>\d{{1,2}}){_ORDINAL}[\s,]*(?:de\s|of\s|d')?\s*[-/.]?{_WORD}[.,]?[\s,/-]*(?:de\s|del\s|do\s)?\s*{_YEAR}(?!\d)"
    ),
    re.compile(rf"(?<!\w){_WORD}[.,]?\s*(?P<day>\d{{1,2}}){_ORDINAL},?\s+(?:of\s)?{_YEAR}(?!\d)"),
    re.compile(rf"\b{_YEAR}[.,]?\s*{_WORD}\s(?P<day>\d{{1,2}})\b"),
)
_YEAR_FIRST = re.compile(rf"(?<!\d){_YEAR}\s?[-/.•年년]\s?(?P<month>\d{{1,2}})\s?[-/.•月월]\s?(?P<day>\d{{1,2}})(?!\d)")
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
_MAX_LINE = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """A date as it was read. `certain` is false where day and month may stand in either order."""

    day: date
    certain: bool = True

    @property
    def moment(self) -> datetime:
        """Midnight UTC of the day."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)


def date_in_line(line: str, *, month_first: bool = False) -> Reading | None:
    """Return the first date that a short line states in full.

    `month_first`: whether 3/4/2026 is 4 March, as in the United States; with points it never is.
    """
    folded = line[:_MAX_LINE].casefold()
    if not any(char.isdigit() for char in folded):
        return None
    found = [match for pattern in (_YEAR_FIRST, *_NAMED) if (match := pattern.search(folded))]
    for match in sorted(found, key=lambda match: match.start()):
        month = match["month"]
        number = int(month) if month.isdigit() else pagewords().months.get(month.strip("."))
        if number and (day := _day(int(match["year"]), number, int(match["day"]))):
            return Reading(day)
    numeric = _YEAR_LAST.search(folded) or _SHORT_YEAR.search(folded)
    return _numeric(numeric, month_first=month_first) if numeric else None


def _numeric(match: re.Match[str], *, month_first: bool) -> Reading | None:
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    year += 2000 if year < 100 else 0
    first = month_first and match["mark"] != "."
    for month, day in ((one, two), (two, one)) if first else ((two, one), (one, two)):
        if found := _day(year, month, day):
            return Reading(found, certain=match["mark"] == "." or one > 12 or two > 12 or one == two)
    return None


def date_in_url(url: str | None) -> date | None:
    """Return the date that the path of an address states in full."""
    path = (url or "").partition("://")[2].partition("/")[2].partition("?")[0]
    match = _PATH.search("/" + path) or _PATH_NAMED.search("/" + path.casefold())
    if not match:
        return None
    month = match["month"]
    number = int(month) if month.isdigit() else pagewords().months.get(month)
    return _day(int(match["year"]), number, int(match["day"])) if number else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1990 <= year <= 2100 else None
    except ValueError:
        return None


def moment_of(value: str, *, month_first: bool = False) -> datetime | None:
    """Return a stated date: ISO 8601, RFC 2822, or written out as for readers."""
    moment = parse_date(value)
    if moment is None and (reading := date_in_line(value, month_first=month_first)):
        moment = reading.moment
    return moment
