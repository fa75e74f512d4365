"""Sums and shares in languages that write words apart: where they stand and what they are made of. Pure but for lists.

    3,5 Milliarden Euro | 20 Mio. € | 1,5 mld zł | 1 500 000 kr | R$ 3 bilhões | 12,5 Prozent | yüzde 12,5 | %12,5

The expressions are built of `lexicon.locales` when the first text of a language comes; Japanese, Chinese and Korean are
in `east_asian_sums`. What a sum is worth is in `quantities`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from wiredesk_tagger.lexicon import locales
from wiredesk_tagger.lexicon.locales import Words
from wiredesk_tagger.spans import Span
from wiredesk_tagger.values.grammar import FIGURES, SYMBOL, S

ALONE = r"(?<![\w.,:/+-])"
_GROUPS = rf"[0-9]{{1,3}}(?:{S}[0-9]{{3}}){{1,4}}(?:,[0-9]{{1,9}})?(?![0-9])"
_FIGURES = rf"(?:{_GROUPS}|{FIGURES})"
# Behind the figures; before them they are among the symbols of the grammar.
_SIGN = r"(?P<sign>€|\$|£|₽|₺|₴|¥)"
_DIGITS = str.maketrans("\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u066b\u066a", "0123456789.%")


class Sum(NamedTuple):
    """A sum in its parts."""

    figures: str
    power: int
    """of ten, by which the figures are multiplied"""
    currency: str | None
    """ISO 4217, of a currency in words, where it is certain"""
    symbol: str | None = None
    """of a currency without words"""


class _Forms(NamedTuple):
    words: Words
    money: re.Pattern[str]
    percent: re.Pattern[str]


def any_of(words: Iterable[str]) -> str:
    """Return an expression for any of `words`, blanks in them of any kind; for none of them one that never matches."""
    ordered = sorted({word for word in words if word}, key=len, reverse=True)
    return rf"(?:{'|'.join(map(spaced, ordered))})" if ordered else r"(?!)"


def spaced(words: str) -> str:
    """Return an expression for `words` as they stand, a blank standing for one of any kind."""
    return S.join(re.escape(part) for part in words.replace("\u00a0", " ").split(" "))


def plain_digits(text: str) -> str:
    """Return `text` with the figures of Arabic as those of English, code point for code point."""
    return text if text.isascii() else text.translate(_DIGITS)


def single(words: str) -> str:
    """Return `words` in small letters with single blanks, as the lists have them."""
    return " ".join(words.lower().split())


@cache
def _forms(language: str | None) -> _Forms | None:
    words = None if locales.is_east_asian(language) else locales.words(language)
    if words is None:
        return None
    scale = rf"(?:{S}?(?P<scale>{any_of(words.scales)})(?!\w)\.?)?"
    # Nothing follows it there, and a full stop may end the sentence.
    scale_behind = rf"(?:{S}?(?P<scale_behind>{any_of(words.scales)})(?!\w))?"
    unit = rf"(?:{S}|-)(?:d[ei]{S}|d['\u2019])?(?P<unit>{any_of(words.currencies)})(?!\w)"
    before = rf"\b(?P<own>{any_of(words.symbols)})"
    money = (
        rf"(?:(?:{before}|(?P<symbol>{SYMBOL})){S}?(?P<behind>{_FIGURES}){scale_behind}"
        rf"|{ALONE}(?P<number>{_FIGURES}){scale}(?:{unit}|{S}?{_SIGN}))"
    )
    behind, before = any_of(words.lists.get("percent", ())), any_of(words.lists.get("percent_before", ()))
    percent = (
        rf"(?:{ALONE}(?P<number>{_FIGURES}){S}?(?:%|{behind}(?!\w))"
        rf"|(?:\b{before}{S}|(?<![\w%])%{S}?)(?P<behind>{_FIGURES})(?![\w%]))"
    )
    return _Forms(words, re.compile(money, re.IGNORECASE), re.compile(percent, re.IGNORECASE))


def find(text: str, language: str | None) -> Iterator[Span]:
    """Yield every sum and share in a text of `language`; they may overlap (the longest is taken later)."""
    own = _forms(language)
    if own is None:
        return
    text = plain_digits(text)
    for label, pattern in (("MONEY", own.money), ("PERCENT", own.percent)):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), label, "grammar")


def money(surface: str, language: str | None) -> Sum | None:
    """Return the parts of a sum, or None where it is none of this module's."""
    own = _forms(language)
    match = own.money.fullmatch(plain_digits(surface)) if own else None
    if own is None or match is None:
        return None
    power = own.words.scales.get(single(match["scale"] or match["scale_behind"] or ""), 0)
    words = own.words
    currency = words.currencies.get(single(match["unit"] or "")) or words.symbols.get(single(match["own"] or ""))
    return Sum(_joined(match["number"] or match["behind"]), power, currency, match["symbol"] or match["sign"])


def figures_of_percent(surface: str, language: str | None) -> str | None:
    """Return the figures of a per cent, or None where it is none of this module's."""
    own = _forms(language)
    match = own.percent.fullmatch(plain_digits(surface)) if own else None
    return _joined(match["number"] or match["behind"]) if match else None


def _joined(figures: str) -> str:
    return "".join(figures.split())
