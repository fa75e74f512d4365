"""Dates in languages that write words apart: where they stand and what they mean. Pure but for lists.

    28. November 2026 | 28 de noviembre de 2026 | 28 listopada 2026 r. | 28 Temmuz 2026 | 28/11/2026 | Dienstag
    gestern | November 2026 | im November | vor drei Wochen | la semana pasada | 28 nov. 2026

The expressions are built of `lexicon.locales` when the first text of a language comes; Japanese, Chinese and Korean are
in `east_asian_dates`. What a date means where it stands is in `local`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from wiredesk_tagger.lexicon import locales
from wiredesk_tagger.lexicon.locales import Words
from wiredesk_tagger.spans import Span
from wiredesk_tagger.values import relative_dates
from wiredesk_tagger.values.grammar import TO, YEAR, S
from wiredesk_tagger.values.local_sums import ALONE, any_of, plain_digits, single, spaced
from wiredesk_tagger.values.relative_dates import When

_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_ARTICLE = rf"(?:(?:d[ei][enm]|den|le|il|el){S})?"
_BEFORE = 40  # characters in which a word before a date stands
_OPENS = re.compile(r"(?:^|[.!?:;\n(\u2013\u2014\"\u00ab\u201c\u201e\u00bf\u00a1])\s*$")


class Day(NamedTuple):
    """What a date says: of what kind it is, and its value; None where it has none."""

    kind: str
    value: str | None


class _Forms(NamedTuple):
    words: Words
    dates: Mapping[str, re.Pattern[str]]
    wordings: tuple[tuple[str, str], ...]
    in_month: re.Pattern[str] | None
    not_after: re.Pattern[str] | None


@cache
def _forms(language: str | None) -> _Forms | None:
    words = None if locales.is_east_asian(language) else locales.words(language)
    if words is None:
        return None
    lists = words.lists
    of, mark = rf"(?:{any_of(lists.get('of', ()))}{S})?", rf"(?:{any_of(lists.get('day_marks', ()))})?"
    year = rf"(?P<year>{YEAR})(?![\w%]|[.,/-][0-9])(?:{S}{any_of(lists.get('year_words', ()))}(?!\w))?"
    weekday, month = any_of(words.weekdays), any_of(words.months)
    day = rf"(?P<day>{_DAY}){mark}(?:{TO}(?P<last>{_DAY}){mark})?{S}{of}"
    on = rf"{ALONE}(?:(?P<weekday>{weekday}),?{S}{_ARTICLE})?{day}"
    wordings = tuple(dict.fromkeys((one.before, one.after) for one in words.ago))
    ago = "|".join(
        rf"{spaced(before)}(?P<count{at}>[0-9]{{1,3}}|{any_of(words.counts)}){spaced(after)}"
        for at, (before, after) in enumerate(wordings)
    )
    numeric = (
        rf"(?P<day>{_DAY})(?P<sign>[./-])(?P<month>{_MONTH})(?P=sign)(?P<year>{YEAR})"
        if words.day_first
        else rf"(?P<year>{YEAR})(?P<sign>[/.])(?P<month>{_MONTH})(?P=sign)(?P<day>{_DAY})"
    )
    dates = {
        "day": rf"{on}(?P<month>{month})(?!\w)(?:,?{S}{of}{year})?",
        "short": rf"{on}(?P<month>{any_of(words.short_months)}),?{S}{of}{year}",
        "month": rf"{ALONE}(?P<month>{month}),?{S}{of}{year}",
        "lone": rf"{ALONE}(?P<month>{month})(?!\w)",
        "weekday": rf"{ALONE}(?P<weekday>{weekday})(?!\w)",
        "near": rf"{ALONE}(?P<near>{any_of(words.near)})(?!\w)",
        "period": rf"{ALONE}(?P<period>{any_of(words.periods)})(?!\w)",
        "ago": rf"{ALONE}(?:{ago or '(?!)'})(?!\w)",
        "numeric": rf"(?<![\w/.-]){numeric}(?![\w/-]|\.[0-9])",
    }
    return _Forms(
        words=words,
        dates={name: re.compile(pattern, re.IGNORECASE) for name, pattern in dates.items()},
        wordings=wordings,
        in_month=_behind(lists.get("in_month", ())),
        not_after=_behind(lists.get("not_after", ())),
    )


def _behind(words: Iterable[str]) -> re.Pattern[str] | None:
    return re.compile(rf"(?<!\w){any_of(words)}{S}$", re.IGNORECASE) if words else None


def find(text: str, language: str | None) -> Iterator[Span]:
    """Yield every date in a text of `language`; they may overlap (the longest is taken later)."""
    own = _forms(language)
    if own is None:
        return
    text = plain_digits(text)
    for kind, pattern in own.dates.items():
        for match in pattern.finditer(text):
            if _holds(kind, match, text, own):
                yield Span(match.start(), match.end(), "DATE", "grammar")


def _holds(kind: str, match: re.Match[str], text: str, own: _Forms) -> bool:
    before = text[max(0, match.start() - _BEFORE) : match.start()]
    if kind == "lone":
        return own.in_month is not None and own.in_month.search(before) is not None
    if kind == "weekday":
        is_capital, doubtful = match[0][0].isupper(), own.words.lists.get("doubtful_days", ())
        # "minggu" is a week, and "Domingo" somebody's name; "Cuma günü" is a Friday, "Cuma" a name, too.
        if is_capital != own.words.capital_days and not (is_capital and _OPENS.search(before)):
            return False
        return match[0] not in doubtful or text[match.end() :].startswith(own.words.lists["days_need"])
    # "Morgen" may be a noun, and "mañana" behind an article is the morning.
    if kind == "near":
        return match[0] == match[0].lower() and (own.not_after is None or own.not_after.search(before) is None)
    return True


def read(surface: str, language: str | None, when: When) -> Day | None:
    """Return what a date means, or None where it is none of this module's. Raises nothing."""
    own, digits = _forms(language), plain_digits(surface)
    for kind, pattern in own.dates.items() if own else ():
        match = pattern.fullmatch(digits)
        if match and own:
            try:
                return Day(kind, _value(kind, match, own, when))
            except (ValueError, OverflowError):
                return Day(kind, None)  # no day of the calendar
    return None


def _value(kind: str, match: re.Match[str], own: _Forms, when: When) -> str | None:
    said, words = {name: single(word) for name, word in match.groupdict().items() if word}, own.words
    match kind:
        case "numeric":
            value = date(int(said["year"]), int(said["month"]), int(said["day"])).isoformat()
        case "day" | "short":
            return _day(said, words, when)
        case "month":
            value = f"{said['year']}-{words.months[said['month']]:02}"
        case "lone":
            return relative_dates.month_of(words.months[said["month"]], "", when)
        case "ago":
            return _ago(said, own, when)
        case _:
            return _leaning(said, words, when)
    return value


def _leaning(said: Mapping[str, str], words: Words, when: When) -> str | None:
    if "weekday" in said:
        return relative_dates.weekday(words.weekdays[said["weekday"]], "", when)
    if "near" in said:
        return relative_dates.day_at(words.near[said["near"]], when)
    return relative_dates.period_at(*words.periods[said["period"]], when)


def _ago(said: Mapping[str, str], own: _Forms, when: When) -> str | None:
    ((name, count),) = said.items()
    wording = own.wordings[int(name.removeprefix("count"))]
    unit = next(one.unit for one in own.words.ago if (one.before, one.after) == wording)
    return relative_dates.ago(str(own.words.counts.get(count, count)), unit, when)


def _day(said: Mapping[str, str], words: Words, when: When) -> str | None:
    name, first = said["month"], int(said["day"])
    month = words.months.get(name) or words.short_months[name]
    weekday = words.weekdays[said["weekday"]] if "weekday" in said else None
    day: date | None
    if "year" in said:
        day = date(int(said["year"]), month, first)
        if weekday is not None and day.weekday() != weekday:
            return None
    else:
        day = relative_dates.day_of(month, first, weekday, when)
    if day is None or "last" not in said:
        return day.isoformat() if day else None
    last = day.replace(day=int(said["last"]))
    return f"{day.isoformat()}/{last.isoformat()}" if last > day else None
