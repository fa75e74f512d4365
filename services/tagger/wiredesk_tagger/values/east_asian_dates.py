"""Dates in Japanese, Chinese and Korean: where they stand and what they mean. Pure but for lists.

    2026年11月28日 | 令和8年11月28日 | 11月28日 | 28日 | 2026년 11월 28일 | 昨年12月 | 火曜日 | 星期二 | 昨日 | 3日前

Nothing but a figure or a listed word bounds an expression: a word goes on where it ends, as in 28日に. Figures of full
width are read as others.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from wiredesk_tagger.lexicon import locales
from wiredesk_tagger.lexicon.locales import Words
from wiredesk_tagger.spans import Span
from wiredesk_tagger.values import relative_dates
from wiredesk_tagger.values.east_asian_sums import narrow
from wiredesk_tagger.values.local_dates import Day
from wiredesk_tagger.values.local_sums import any_of
from wiredesk_tagger.values.relative_dates import When

_YEAR = r"(?<![0-9.,])(?P<year>1[5-9][0-9]{2}|20[0-4][0-9])"
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_DAY = r"(?P<day>3[01]|[12][0-9]|0?[1-9])"
_ALONE = r"(?<![0-9.,:/第毎每제-])"
# The words for year, month and day.
_UNITS = {"ja": ("年", "月", "日"), "zh": ("年", "月", "[日号號]"), "ko": ("년", "월", "일")}
# A length of time, a number in a row, or another word: 28日間, 3日ぶり, 5日目, 1일째, 3月号.
_NO_DAY = {
    "ja": r"(?!間|ぶり|目|以内|連続|前|後|分|程度|ほど|弱|強|本|経)",
    "zh": r"(?!间|間|内|內|游|遊|前|后|後|线|線|楼|樓|文|机)",
    "ko": r"(?!간|째|만|이내|전|후|연속|차|부터? |정|본)",
}
_NO_MONTH = {"ja": r"(?!号|間|期|末決算|経)", "zh": r"(?!份?号|間|间|期刊|经)", "ko": r"(?!호|간|드)"}
_WEEKDAYS = {
    "ja": r"(?P<weekday>[月火水木金土日])曜日?",
    "zh": (
        r"(?:星期|礼拜|禮拜|(?<![一下上本每两兩幾几0-9])[周週])(?P<weekday>[一二三四五六日天])"
        r"(?![年岁歲千百十个個报])"
    ),
    "ko": r"(?P<weekday>[월화수목금토일])요일",
}
_DAYS = {"ja": "月火水木金土日", "zh": "一二三四五六日", "ko": "월화수목금토일"}
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911}
# Kinds that say their year.
_OF_ANY_DAY = frozenset({"full", "month", "year", "numeric"})


class _Forms(NamedTuple):
    words: Words
    dates: Mapping[str, re.Pattern[str]]


@cache
def _forms(language: str | None) -> _Forms | None:
    words = locales.words(language) if locales.is_east_asian(language) else None
    if words is None or language is None:
        return None
    year, month, day = _UNITS[language]
    this = any_of(name for name, (unit, _) in words.periods.items() if unit == "year")
    on = rf"{_MONTH}{month}(?: ?{_DAY}{day}{_NO_DAY[language]})"
    era = rf"(?P<era>{'|'.join(_ERAS)})(?P<nth>[0-9]{{1,2}}|元)年"
    dates = {
        "full": rf"(?:{_YEAR}{year}|{era}) ?{on}",
        "month": rf"(?:{_YEAR}{year}|{era}) ?{_MONTH}{month}{_NO_MONTH[language]}",
        "year": rf"(?:{_YEAR}{year}|{era})(?!前|后|後|間|间|전|간)",
        "of year": rf"(?P<which>{this})(?:的|の)? ?{on}",
        "month of year": rf"(?P<which>{this})(?:的|の)? ?{_MONTH}{month}{_NO_MONTH[language]}",
        "day": rf"{_ALONE}{on}",
        "lone": rf"{_ALONE}{_MONTH}{month}{_NO_MONTH[language]}",
        "day of month": rf"{_ALONE}(?<!月)(?<!월 )(?<!월){_DAY}{day}{_NO_DAY[language]}",
        "weekday": _WEEKDAYS[language],
        "near": rf"(?P<near>{any_of(words.near)})",
        "period": rf"(?P<period>{any_of(words.periods)})",
        "ago": "|".join(
            rf"(?<![0-9.,])(?P<{one.unit}>[0-9]{{1,3}}) ?{re.escape(one.after.strip())}" for one in words.ago
        ),
        "numeric": rf"(?<![\w/.-])(?P<year>20[0-4][0-9])(?P<sign>[/.-]) ?{_MONTH}(?P=sign) ?{_DAY}(?![0-9/])",
    }
    return _Forms(
        words=words,
        dates={kind: re.compile(pattern) for kind, pattern in dates.items()},
    )


def find(text: str, language: str | None) -> Iterator[Span]:
    """Yield every match in a text of `language`; they may overlap (the longest is taken later)."""
    own = _forms(language)
    if own is None:
        return
    text = narrow(text)
    for pattern in own.dates.values():
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), "DATE", "grammar")


def read(surface: str, language: str | None, when: When) -> Day | None:
    """Return what a date means, or None where it is none of this module's. Raises nothing."""
    own, figures = _forms(language), narrow(surface)
    for kind, pattern in own.dates.items() if own else ():
        match = pattern.fullmatch(figures)
        if match and own and language:
            try:
                return Day(kind, _value(kind, match, own.words, _DAYS[language], when))
            except (ValueError, OverflowError):
                return Day(kind, None)  # no day of the calendar
    return None


def _value(kind: str, match: re.Match[str], words: Words, days: str, when: When) -> str | None:
    said = {name: part for name, part in match.groupdict().items() if part}
    if kind in _OF_ANY_DAY:
        return _whole(said)
    if kind in ("of year", "month of year"):
        return _of_year(said, words, when)
    match kind:
        case "day":
            day = relative_dates.day_of(int(said["month"]), int(said["day"]), None, when)
            value = day.isoformat() if day else None
        case "lone":
            value = relative_dates.month_of(int(said["month"]), "", when)
        case "day of month":
            value = relative_dates.day_of_month(int(said["day"]), when)
        case "weekday":
            value = relative_dates.weekday(days.index(said["weekday"].replace("天", "日")), "", when)
        case "near":
            value = relative_dates.day_at(words.near[said["near"]], when)
        case "period":
            value = relative_dates.period_at(*words.periods[said["period"]], when)
        case _:
            ((unit, count),) = said.items()
            value = relative_dates.ago(count, unit, when)
    return value


def _whole(said: Mapping[str, str]) -> str:
    year = int(said["year"]) if "year" in said else _ERAS[said["era"]] + int(said["nth"].replace("元", "1"))
    if "day" in said:
        return date(year, int(said["month"]), int(said["day"])).isoformat()
    return f"{year}-{int(said['month']):02}" if "month" in said else str(year)


def _of_year(said: Mapping[str, str], words: Words, when: When) -> str | None:
    if when.published is None:
        return None
    year, month = when.published.year + words.periods[said["which"]][1], int(said["month"])
    return date(year, month, int(said["day"])).isoformat() if "day" in said else f"{year}-{month:02}"
