"""What a DATE means, as ISO 8601: a day, month, year, week, quarter, or an interval of them. Pure.

    7 January 2025 → 2025-01-07    January 7-9, 2025 → 2025-01-07/2025-01-09    late January 2025 → 2025-01
    third quarter of 2023 → 2023-Q3    first half of 2024 → 2024-01/2024-06    2024-25 → 2024/2025
    1990s → 1990/1999    19th century → 1801/1900    13/01/2025 → 2025-01-13    07/01/2025 → none: it may be July

A value names the period that the words stand for or lie in: "early 2024" and "the end of 2024" are 2024. What leans on
the day of publication is in `relative_dates`. Lengths of time, seasons, feasts, years before Christ, and what
hangs on the story ("the following day", "two days later") have no value.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

from wiredesk_tagger.values import continental, relative_dates
from wiredesk_tagger.values.grammar import DAY, MONTH, PERIOD, PHASE, TO, UNIT, WEEKDAY, WHICH, WORDS, YEAR, H, S
from wiredesk_tagger.values.relative_dates import When, month_number, weekday_number

_THE = re.compile(rf"\Athe{S}", re.IGNORECASE)
_YEAR_AFTER = rf"(?:,?{S}(?:of{S})?(?P<year>{YEAR}))?"
_ON = rf"(?:(?P<weekday>{WEEKDAY}),?{S})?"
_FROM_TO = rf"(?P<day>{DAY})(?:{TO}(?P<last>{DAY}))?"
_WITHIN = rf"(?:{PHASE}|(?:end|beginning|start|middle){S}of{S})?"
_OLD = "(?:nineteenth|twentieth|twenty-first)"
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "nineteenth": 19, "twentieth": 20, "twenty-first": 21}


def resolve(surface: str, published: date | None = None, *, ahead: bool = False) -> str | None:
    """Return what `surface` means, or None when that is not certain.

    `published` is the day of publication; `ahead` says that the sentence speaks of what is still to come.
    """
    when = When(published, ahead=ahead)
    try:
        return next(
            filter(None, (means(match, when) for means, match in _matches(_THE.sub("", surface.strip(), count=1)))),
            None,
        )
    except (ValueError, OverflowError):
        return None  # no day of the calendar: February 30, or beyond the year 9999


def _matches(surface: str) -> Iterator[tuple[Callable[[re.Match[str], When], str | None], re.Match[str]]]:
    for pattern, means in (*_FORMS, *((pattern, _continental) for pattern in continental.DATES)):
        match = pattern.fullmatch(surface)
        if match:
            yield means, match


def _day(match: re.Match[str], when: When) -> str | None:
    month, first = month_number(match["month"]), _leading_number(match["day"])
    weekday = weekday_number(match["weekday"]) if match["weekday"] else None
    if match["year"]:
        day: date | None = date(int(match["year"]), month, first)
        if day is not None and weekday is not None and day.weekday() != weekday:
            return None
    else:
        day = relative_dates.day_of(month, first, weekday, when)
    if day is None or match["last"] is None:
        return day.isoformat() if day else None
    last = day.replace(day=_leading_number(match["last"]))
    return f"{day.isoformat()}/{last.isoformat()}" if last > day else None


def _continental(match: re.Match[str], when: When) -> str | None:
    month, parts = continental.month_number(match["month"]), match.groupdict()
    if "day" not in parts:
        return f"{parts['year']}-{month:02}"
    if parts["year"]:
        return date(int(parts["year"]), month, int(parts["day"])).isoformat()
    day = relative_dates.day_of(month, int(parts["day"]), None, when)
    return day.isoformat() if day else None


def _leading_number(day: str) -> int:
    return int(day.rstrip("stndrhSTNDRH"))


def _iso(match: re.Match[str], _when: When) -> str:
    return date.fromisoformat(match[0]).isoformat()


def _numeric(match: re.Match[str], _when: When) -> str | None:
    """Points say that the day is first; slashes do not, unless one of the two can be no month."""
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if match["sign"] == "." or one > 12 or one == two:
        return date(year, two, one).isoformat()
    return date(year, one, two).isoformat() if two > 12 else None


def _month(match: re.Match[str], when: When) -> str | None:
    month = month_number(match["month"])
    if match["year"]:
        return None if match["which"] else f"{match['year']}-{month:02}"
    return relative_dates.month_of(month, (match["which"] or "").lower(), when)


def _years(match: re.Match[str], _when: When) -> str | None:
    first, last = match["year"], match["last"]
    if last is None:
        return first
    last = last if len(last) == 4 else first[:2] + last
    return f"{first}/{last}" if last > first else None


def _decade(match: re.Match[str], _when: When) -> str | None:
    first = int(match["decade"])
    if first < 100:
        # The 20s may be of either century.
        return f"19{first}/19{first + 9}" if first >= 30 else None
    # The 1900s may be ten years or a hundred.
    return f"{first}/{first + 9}" if first % 100 else None


def _century(match: re.Match[str], _when: When) -> str | None:
    nth = _NTH.get(match["nth"].lower()) or int(match["nth"])
    return f"{100 * nth - 99:04}/{100 * nth:04}" if 0 < nth < 100 else None


def _share(match: re.Match[str], _when: When) -> str | None:
    """Return a quarter or half of a year that is told; whose year it is otherwise is not certain."""
    nth, year = _NTH[match["nth"].lower()], match["year"]
    if year is None:
        return None
    if match["share"].lower() == "quarter":
        return f"{year}-Q{nth}"
    return f"{year}-{6 * nth - 5:02}/{year}-{6 * nth:02}" if nth < 3 else None


def _quarter(match: re.Match[str], _when: When) -> str:
    return f"{match['year']}-Q{match['nth']}"


def _period(match: re.Match[str], when: When) -> str | None:
    return relative_dates.period(match["which"].lower(), match["period"].lower(), when)


def _weekday(match: re.Match[str], when: When) -> str | None:
    return relative_dates.weekday(weekday_number(match["weekday"]), (match["which"] or "").lower(), when)


def _weekday_of_week(match: re.Match[str], when: When) -> str | None:
    return relative_dates.weekday_of_week(weekday_number(match["weekday"]), match["which"].lower(), when)


def _near(match: re.Match[str], when: When) -> str | None:
    return relative_dates.near(match[0].lower(), when)


def _ago(match: re.Match[str], when: When) -> str | None:
    return relative_dates.ago(match["count"].lower(), match["unit"].lower(), when)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], When], str | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), means)
    for pattern, means in (
        (rf"{_ON}(?P<month>{MONTH}){S}{_FROM_TO}{_YEAR_AFTER}", _day),
        (rf"{_ON}{_FROM_TO}{S}(?:of{S})?(?P<month>{MONTH}){_YEAR_AFTER}", _day),
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", _iso),
        (rf"(?P<one>[0-9]{{1,2}})(?P<sign>[/.])(?P<two>[0-9]{{1,2}})(?P=sign)(?P<year>{YEAR})", _numeric),
        (rf"{_WITHIN}(?:(?P<which>{WHICH}){S})?(?P<month>{MONTH}){_YEAR_AFTER}", _month),
        (rf"{_WITHIN}(?P<year>{YEAR})(?:{TO}(?P<last>[0-9]{{2}}(?:[0-9]{{2}})?))?", _years),
        (rf"{PHASE}?(?P<decade>[0-9]{{2}}(?:[0-9]{{2}})?)s", _decade),
        (rf"{PHASE}?(?P<nth>[0-9]{{1,2}}|{_OLD})(?:st|nd|rd|th)?(?:{S}|{H})century", _century),
        (rf"(?P<nth>first|second|third|fourth){S}(?P<share>quarter|half){_YEAR_AFTER}", _share),
        (rf"q(?P<nth>[1-4])(?:{S}|/)?(?:of{S})?(?P<year>{YEAR})", _quarter),
        (rf"{_WITHIN}(?P<which>last|this|next){S}(?P<period>{PERIOD})", _period),
        (rf"(?:(?P<which>{WHICH}){S})?(?P<weekday>{WEEKDAY})", _weekday),
        (rf"(?P<weekday>{WEEKDAY}){S}(?:of{S})?(?P<which>last|this|next){S}week", _weekday_of_week),
        (r"yesterday|today|tomorrow", _near),
        (rf"(?P<count>an?|[0-9]{{1,3}}|{WORDS}){S}(?P<unit>{UNIT})s?{S}ago", _ago),
    )
)  # fmt: skip
