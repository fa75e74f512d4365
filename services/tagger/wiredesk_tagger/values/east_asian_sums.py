"""Sums and shares in Japanese, Chinese and Korean: where they stand and what they are made of. Pure but for lists.

    3億5000万円 | 1.2万亿元 | 3조5천억 원 | 12.5% | 12.5パーセント | 百分之12.5

Nothing but a figure or a listed word bounds an expression: a word goes on where it ends, as in 원을. Figures of full
width are read as others.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from wiredesk_tagger.lexicon import locales
from wiredesk_tagger.lexicon.locales import Words
from wiredesk_tagger.spans import Span
from wiredesk_tagger.values.local_sums import Sum, any_of, single

# Signs and figures alone: the comma of full width stands between sentences.
_WIDE = str.maketrans({code: code - 0xFEE0 for code in (0xFF04, 0xFF05, 0xFF0E, 0xFF0F, *range(0xFF10, 0xFF1A))})
_FIGURE = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,12}(?:\.[0-9]+)?"
_SMALL = {"千": 3, "천": 3, "백": 2, "百": 2}
_LARGE = {"万亿": 12, "万億": 12, "萬億": 12, "만": 4, "万": 4, "萬": 4, "億": 8, "亿": 8, "억": 8, "兆": 12, "조": 12}
_PART = rf"(?:{_FIGURE})[{''.join(_SMALL)}]?(?:{'|'.join(_LARGE)})"
_PARTS = re.compile(rf"(?P<figure>{_FIGURE})(?P<small>[{''.join(_SMALL)}]?)(?P<large>{'|'.join(_LARGE)}|)")
# 1兆2億3万4천 has so many parts before the last; without a bound a line of nothing but parts would take a minute.
_MOST_PARTS = 4
_NUMBER = (
    rf"(?<![0-9.,])(?P<number>(?:{_PART} ?){{0,{_MOST_PARTS}}}(?:(?:{_FIGURE})[{''.join(_SMALL)}]?)"
    rf"|(?:{_PART} ?){{0,{_MOST_PARTS}}}{_PART})"
)
# Words for money that are other words behind a bare figure: 3원 may be of anything.
_DOUBTFUL_UNITS = frozenset({"원", "元"})
_SURE = re.compile(r"[万萬亿億兆만억조천,.]|[0-9]{3}")
_CHINESE_YUAN = re.compile(r"[亿万]元")


class _Forms(NamedTuple):
    words: Words
    money: re.Pattern[str]
    percent: re.Pattern[str]


@cache
def _forms(language: str | None) -> _Forms | None:
    words = locales.words(language) if locales.is_east_asian(language) else None
    if words is None:
        return None
    unit = rf"(?P<unit>{any_of(words.currencies)})"
    behind, before = any_of(words.lists.get("percent", ())), any_of(words.lists.get("percent_before", ()))
    return _Forms(
        words=words,
        money=re.compile(
            rf"(?:(?P<symbol>[$€£¥₩]){_NUMBER.replace('<number>', '<behind>')}|{_NUMBER} ?{unit})",
            re.IGNORECASE,
        ),
        percent=re.compile(
            rf"(?:(?<![0-9.,])(?P<number>{_FIGURE}) ?(?:%|{behind})|{before}(?P<behind>{_FIGURE}))", re.IGNORECASE
        ),
    )


def narrow(text: str) -> str:
    """Return `text` with figures and signs of full width as those of English, code point for code point."""
    return text.translate(_WIDE)


def find(text: str, language: str | None) -> Iterator[Span]:
    """Yield every sum and share in a text of `language`; they may overlap (the longest is taken later)."""
    own = _forms(language)
    if own is None:
        return
    text = narrow(text)
    for match in own.money.finditer(text):
        if _is_sum(match):
            yield Span(match.start(), match.end(), "MONEY", "grammar")
    for match in own.percent.finditer(text):
        yield Span(match.start(), match.end(), "PERCENT", "grammar")


def _is_sum(match: re.Match[str]) -> bool:
    return match["unit"] not in _DOUBTFUL_UNITS or _SURE.search(match[0]) is not None


def money(surface: str, language: str | None) -> Sum | None:
    """Return the parts of a sum, or None where it is none of this module's."""
    own = _forms(language)
    match = own.money.fullmatch(narrow(surface)) if own else None
    if own is None or match is None or not _is_sum(match):
        return None
    parts = [
        (part["figure"].replace(",", ""), _SMALL.get(part["small"], 0) + _LARGE.get(part["large"], 0))
        for part in _PARTS.finditer(match["number"] or match["behind"])
    ]
    unit = single(match["unit"] or "")
    currency = own.words.currencies.get(unit)
    # Simplified characters beside it: of the mainland.
    if language == "zh" and _CHINESE_YUAN.search(match[0]):
        currency = "CNY"
    if len(parts) == 1:
        return Sum(*parts[0], currency, match["symbol"])
    whole = sum(Decimal(figure).scaleb(power) for figure, power in parts)
    return Sum(format(whole, "f"), 0, currency, match["symbol"])


def figures_of_percent(surface: str, language: str | None) -> str | None:
    """Return the figures of a per cent, or None where it is none of this module's."""
    own = _forms(language)
    match = own.percent.fullmatch(narrow(surface)) if own else None
    return (match["number"] or match["behind"]).replace(",", "") if match else None
