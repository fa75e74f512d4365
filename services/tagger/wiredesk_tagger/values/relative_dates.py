"""What a date means that leans on the day of publication. Pure. What the sentence says is in `date_context`.

- yesterday, today, tomorrow: the day. last, this, next week (2025-W02), month, quarter, year: the calendar's; a weekend
  is its Saturday and Sunday. Up to Wednesday "this weekend" is certain only where the sentence looks ahead.
- A weekday: where the sentence tells of the past, the nearest one up to the day of publication, that day included;
  where it looks ahead, the nearest from that day on; where it says neither, it is certain only if the two are one.
  "last" and "next" make it one of last or next week: one of the same week is not certain. "this" makes it one of the
  same week, or of the next where the sentence looks ahead and it is over.
- A day or month without a year: the one up to 62 days back or 31 ahead, or else, where the sentence tells of the past,
  the past one of the same calendar year, as a writer leaves the year out; where the sentence looks ahead, the next one.
  Otherwise it is not certain, nor is a month ahead of which the sentence does not say that it is to come. A weekday
  beside it has to agree, and decides when it agrees in one year only, of the three around. "last" and "next May" are
  those of another calendar year: one of the same is not certain.
- "Tuesday next week", "April last year": of that week or year. Where the text has just spoken of another year, a day or
  month without one is not certain.
- Where the sentence tells in the past what was to come ("was due to open on Monday") a date is certain only if it is
  the same looking ahead and looking back.
- "two years ago" is the year, "three weeks ago" the week, and so on.
- Without the day of publication nothing here is certain.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from wiredesk_tagger.values.quantities import number

_MONTHS = {name: at for at, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun"), 1)}
_MONTHS |= {name: at for at, name in enumerate(("jul", "aug", "sep", "oct", "nov", "dec"), 7)}
_WEEKDAYS = {name: at for at, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_STEPS = {"last": -1, "this": 0, "next": 1, "yesterday": -1, "today": 0, "tomorrow": 1}
NEAR = timedelta(days=62)
_SOON = timedelta(days=31)
_FEW_DAYS = 5


class When(NamedTuple):
    """The day of publication, if known, and whether the sentence speaks of what is still to come."""

    published: date | None
    ahead: bool


def month_number(name: str) -> int:
    """Return 1 to 12 for a month's name or its beginning."""
    return _MONTHS[name[:3].lower()]


def weekday_number(name: str) -> int:
    """Return 0 (Monday) to 6 for a weekday's name or its beginning."""
    return _WEEKDAYS[name[:3].lower()]


def near(word: str, when: When) -> str | None:
    """Return the day that "yesterday", "today" or "tomorrow" is."""
    return day_at(_STEPS[word], when)


def day_at(step: int, when: When) -> str | None:
    """Return the day so many after that of publication."""
    return (when.published + timedelta(days=step)).isoformat() if when.published else None


def weekday_of_week(day: int, which: str, when: When) -> str | None:
    """Return the day that "Tuesday next week" is."""
    if when.published is None:
        return None
    monday = when.published - timedelta(days=when.published.weekday()) + timedelta(weeks=_STEPS[which])
    return (monday + timedelta(days=day)).isoformat()


def weekday(day: int, which: str, when: When) -> str | None:
    """Return the day that "Tuesday", "last Tuesday" and so on is."""
    if when.published is None or which not in ("", "last", "this", "next"):
        return None
    back, on = (when.published.weekday() - day) % 7, (day - when.published.weekday()) % 7
    monday = when.published - timedelta(days=when.published.weekday())
    if which == "this":
        found = monday + timedelta(days=day)
        # Said on a Saturday, "this Monday we will" is the coming one.
        return (found + timedelta(weeks=when.ahead and found < when.published)).isoformat()
    if which:
        # Said on a Thursday, "last Monday" may be three days back or ten.
        found = when.published + timedelta(days=on or 7) if which == "next" else when.published - timedelta(back or 7)
        return found.isoformat() if not monday <= found < monday + timedelta(days=7) else None
    return (when.published + timedelta(days=on if when.ahead else -back)).isoformat()


def _certain(candidates: Iterable[date], when: When) -> date | None:
    """Return the one of `candidates`, one of each year around, that a writer would name without its year."""
    if when.published is None:
        return None
    published, known = when.published, sorted(candidates)
    if when.ahead:
        return next((day for day in known if day >= published), None)
    near = [day for day in known if -NEAR <= day - published <= _SOON]
    return next(iter(near or [day for day in known if day.year == published.year and day <= published]), None)


def day_of(month: int, day: int, weekday: int | None, when: When) -> date | None:
    """Return the day that "January 7" or, with a weekday, "Tuesday, January 7" is."""
    if when.published is None:
        return None
    candidates = []
    for year in range(when.published.year - 1, when.published.year + 2):
        try:
            found = date(year, month, day)
        except ValueError:
            continue  # February 29 of another year
        if weekday is None or found.weekday() == weekday:
            candidates.append(found)
    return candidates[0] if weekday is not None and len(candidates) == 1 else _certain(candidates, when)


def day_of_month(day: int, when: When) -> str | None:
    """Return the day that "the 28th" without a month is, where it is one of the last few."""
    if when.published is None:
        return None
    back = (when.published - timedelta(days=step) for step in range(_FEW_DAYS))
    return next((one.isoformat() for one in back if one.day == day), None)


def month_of(month: int, which: str, when: When) -> str | None:
    """Return the month that "January" or "last January" is."""
    if when.published is None or which not in ("", "last", "this", "next"):
        return None
    year = when.published.year
    if which:
        found = date(year + _STEPS[which], month, 1)
        # Said in November, "last May" may be of this year or of the year before.
        same_year = (month < when.published.month) if which == "last" else (month > when.published.month)
        return None if which != "this" and same_year else f"{found:%Y-%m}"
    # Compared by their first days, so that the month of publication is nearest to itself.
    first = when.published.replace(day=1)
    certain = _certain((date(y, month, 1) for y in (year - 1, year, year + 1)), When(first, ahead=when.ahead))
    # "In December, it rose", said in November, may be of either year.
    return f"{certain:%Y-%m}" if certain and (when.ahead or certain <= first) else None


def period(which: str, unit: str, when: When) -> str | None:
    """Return the calendar's period that "last week", "this quarter", "next year" and so on is."""
    return period_at(unit, _STEPS[which], when)


def period_at(unit: str, step: int, when: When) -> str | None:
    """Return the calendar's week, weekend, month, quarter or year, so many after that of publication."""
    if when.published is None:
        return None
    day = when.published
    if unit == "week":
        return _week(day + timedelta(weeks=step))
    if unit == "weekend":
        saturday = day + timedelta(days=5 - day.weekday(), weeks=step)
        # Said on a Saturday, the last or next weekend may be this one; said on a Monday, this one may be over.
        is_open = day.weekday() >= 5 if step else day.weekday() < 3 and not when.ahead
        return None if is_open else f"{saturday}/{saturday + timedelta(days=1)}"
    if unit == "month":
        return _months_from(day, step)
    if unit == "quarter":
        at = day.year * 4 + (day.month - 1) // 3 + step
        return f"{at // 4:04}-Q{at % 4 + 1}"
    return f"{day.year + step:04}" if unit == "year" else None


def ago(count: str, unit: str, when: When) -> str | None:
    """Return the period, as long as its unit, that "two years ago" or "a week ago" is."""
    steps = 1 if count in ("a", "an") else number(count)
    if when.published is None or steps is None or unit == "decade":
        return None
    back = int(steps)
    if unit == "day":
        return (when.published - timedelta(days=back)).isoformat()
    if unit == "week":
        return _week(when.published - timedelta(weeks=back))
    if unit == "month":
        return _months_from(when.published, -back)
    return f"{date(when.published.year - back, 1, 1):%Y}"


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def _months_from(day: date, step: int) -> str:
    at = day.year * 12 + day.month - 1 + step
    return f"{at // 12:04}-{at % 12 + 1:02}"
