"""Dates, sums and shares as German, French, Spanish and Italian write them: where they stand and what they mean. Pure.

    7. Januar 2025 | 7 janvier 2025 | 1er mars | 7 de enero de 2025 | 7 gennaio 2025 | Januar 2025 | enero de 2025
    1,5 Milliarden Euro | 3 Mio. US-Dollar | 20 millions d'euros | 3.000 millones de dólares | 2 miliardi di euro
    12,5 Prozent | 12,5 pour cent | 12,5 por ciento | 12,5 per cento

Only forms whose words English does not have, with a day, year or number beside them, so that they hold in a text of any
language: the tagger reads with them what it has no pipeline for.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from wiredesk_tagger.spans import Span
from wiredesk_tagger.values.grammar import FIGURES, YEAR, S

# One month a tuple; "April" and the like are English too, and do no harm.
_MONTH_NAMES = (
    ("Januar", "Jänner", "janvier", "enero", "gennaio"), ("Februar", "février", "febrero", "febbraio"),
    ("März", "mars", "marzo"), ("April", "avril", "abril", "aprile"), ("Mai", "mai", "mayo", "maggio"),
    ("Juni", "juin", "junio", "giugno"), ("Juli", "juillet", "julio", "luglio"), ("August", "août", "agosto"),
    ("September", "septembre", "septiembre", "setiembre", "settembre"),
    ("Oktober", "octobre", "octubre", "ottobre"), ("November", "novembre", "noviembre"),
    ("Dezember", "décembre", "diciembre", "dicembre"),
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names}
_MONTH = rf"(?:{'|'.join(_MONTHS)})\b"
_OF = rf"{S}(?:del?{S})?"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"

_SCALES = {
    "tausend": 3, "mille": 3, "mil": 3, "mila": 3,
    "mio": 6, "million": 6, "millionen": 6, "millions": 6, "millón": 6, "millones": 6, "milione": 6, "milioni": 6,
    "mrd": 9, "milliarde": 9, "milliarden": 9, "milliard": 9, "milliards": 9, "mil millones": 9, "miliardo": 9,
    "miliardi": 9, "billionen": 12, "billones": 12,
}  # fmt: skip
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_CURRENCIES = {
    "euro": "EUR", "euros": "EUR", "us-dollar": "USD", "dollar": "USD", "dollars": "USD", "dólar": "USD",
    "dólares": "USD", "dollari": "USD", "schweizer franken": "CHF", "franken": "CHF", "francs suisses": "CHF",
    "francos suizos": "CHF", "britische pfund": "GBP", "pfund sterling": "GBP", "livres sterling": "GBP",
    "libras esterlinas": "GBP", "yen": "JPY", "yenes": "JPY", "yuan": "CNY", "yuanes": "CNY", "rubel": "RUB",
    "rublos": "RUB", "zloty": "PLN", "złoty": "PLN", "kronen": None, "pesos": None, "rupien": None, "pfund": None,
}  # fmt: skip
_UNIT = "|".join(sorted(_CURRENCIES, key=len, reverse=True))
_PER_CENT = rf"(?:Prozent(?:punkten?|punkte)?|pour{S}cent|por{S}ciento|per{S}cento|puntos{S}porcentuales)\b"

_NUMBER = rf"(?<![0-9])(?<![0-9][.,:/])(?P<number>{FIGURES})"
DATES = (
    re.compile(rf"\b(?P<day>{_DAY})(?:\.|er|º)?{_OF}(?P<month>{_MONTH})(?:{_OF}(?P<year>{YEAR})\b)?"),
    re.compile(rf"\b(?P<month>{_MONTH}){_OF}(?P<year>{YEAR})\b"),
)
_MONEY = re.compile(
    rf"{_NUMBER}(?:{S}?(?P<scale>{_SCALE})\b\.?)?{S}(?:d[ei]{S}|d['\u2019])?(?P<unit>{_UNIT})\b", re.IGNORECASE
)
_PERCENT = re.compile(rf"{_NUMBER}{S}{_PER_CENT}", re.IGNORECASE)


class Sum(NamedTuple):
    """A sum in its parts: the figures, the power of ten they are multiplied by, the currency where it is certain."""

    figures: str
    power: int
    currency: str | None


def money(surface: str) -> Sum | None:
    """Return the parts of a sum, or None where it is none of this module's."""
    match = _MONEY.fullmatch(surface)
    if match is None:
        return None
    scale = " ".join((match["scale"] or "").lower().split())
    return Sum(match["number"], _SCALES.get(scale, 0), _CURRENCIES[" ".join(match["unit"].lower().split())])


def figures_of_percent(surface: str) -> str | None:
    """Return the figures of a per cent, or None where it is none of this module's."""
    match = _PERCENT.fullmatch(surface)
    return match["number"] if match else None


def month_number(name: str) -> int:
    """Return 1 to 12 for a month as `DATES` finds it."""
    return _MONTHS[name]


def find(text: str) -> Iterator[Span]:
    """Yield every match; matches may overlap (the longest is taken later)."""
    for label, patterns in (("DATE", DATES), ("MONEY", (_MONEY,)), ("PERCENT", (_PERCENT,))):
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield Span(match.start(), match.end(), label, "grammar")
