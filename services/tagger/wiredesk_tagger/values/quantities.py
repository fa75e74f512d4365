"""What an amount is worth: MONEY as a decimal number and an ISO 4217 currency, PERCENT as a decimal number. Pure.

A word of measure ("about", "more than") does not change the number. A span of numbers ("3-4 per cent"), a number that
is not told ("millions of dollars", "several") and one that reads two ways have no value; a currency that several
countries share has no code, unless the words name the country:

    $ is USD, £ and "million pounds" GBP, kr, ¥, Rs, "rupees", "pesos", "francs", "cents" nobody's for certain.

Figures are read as the text's language writes them: 1,500.5 in English, 1.500,5 on the Continent. 1,500 in a text of
the Continent is not certain, nor is 1.500 in one of a language that is not listed here.
"""

# ruff: noqa: SIM905 - word lists read best as text

import re
from decimal import Decimal

from wiredesk_tagger.values import continental, east_asian_sums, local_sums
from wiredesk_tagger.values.grammar import (
    FIGURES,
    ISO_CURRENCY,
    MEASURE,
    PERCENT,
    SCALE,
    SYMBOL,
    UNIT_OF_MONEY,
    WORDS,
    H,
    S,
)

_DECIMAL_COMMA = frozenset(
    {"cs", "da", "de", "es", "fi", "fr", "hu", "id", "it", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sv", "tr"}
    | {"uk"}
)
_DECIMAL_POINT = frozenset({"en", "ja", "ko", "zh"})
# In these a sum with a dollar sign alone may be of pesos; a yen sign is Japan's in one language only.
_DOUBTFUL_SIGNS = {"es": frozenset("$"), "pt": frozenset("$"), "zh": frozenset("$")}
_OWN_SIGNS = {("ja", "¥"): "JPY"}
_SCALES = {
    "k": 3, "thousand": 3, "lakh": 5, "m": 6, "mn": 6, "million": 6, "crore": 7,
    "bn": 9, "billion": 9, "tn": 12, "trillion": 12,
}  # fmt: skip
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_WORDS = {word: at for at, word in enumerate((*_ONES.split(), "eighteen", "nineteen"))} | {
    word: 10 * at for at, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SYMBOLS = {
    "$": "USD", "US$": "USD", "U.S.$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "HK$": "HKD",
    "NZ$": "NZD", "NT$": "TWD", "S$": "SGD", "R$": "BRL", "£": "GBP", "€": "EUR", "₹": "INR", "₽": "RUB", "₩": "KRW",
    "₺": "TRY", "₴": "UAH", "₪": "ILS", "₦": "NGN", "RM": "MYR",
}  # fmt: skip
# The first pattern that the unit matches decides; without a code the currency is one of several.
_UNITS: tuple[tuple[str, str | None], ...] = (
    (r"australian dollars?", "AUD"), (r"canadian dollars?", "CAD"), (r"hong kong dollars?", "HKD"),
    (r"new zealand dollars?", "NZD"), (r"singapore dollars?", "SGD"), (r"(?:u\.?s\.? |american )?dollars?", "USD"),
    (r"euros?", "EUR"), (r"(?:british )?pounds? sterling|british pounds?|pence", "GBP"), (r"(?:japanese )?yen", "JPY"),
    (r"(?:chinese )?yuan|renminbi", "CNY"), (r"(?:russian )?(?:roubles?|rubles?)", "RUB"), (r"indian rupees?", "INR"),
    (r"pakistani rupees?", "PKR"), (r"sri lankan rupees?", "LKR"), (r"rupiah", "IDR"), (r"swiss francs?", "CHF"),
    (r"mexican pesos?", "MXN"), (r"argentine pesos?", "ARS"), (r"chilean pesos?", "CLP"), (r"colombian pesos?", "COP"),
    (r"philippine pesos?", "PHP"), (r"cuban pesos?", "CUP"), (r"uruguayan pesos?", "UYU"), (r"saudi riyals?", "SAR"),
    (r"qatari riyals?", "QAR"), (r"shekels?", "ILS"), (r"turkish liras?", "TRY"), (r"rand", "ZAR"), (r"naira", "NGN"),
    (r"swedish kronor|swedish krona", "SEK"), (r"norwegian kroner?", "NOK"), (r"danish kroner?", "DKK"),
    (r"zlotys?", "PLN"), (r"hryvnias?", "UAH"), (r"baht", "THB"), (r"ringgit", "MYR"), (r"forints?", "HUF"),
    (r"taka", "BDT"), (r"won", "KRW"),
)  # fmt: skip
_UNIT_CODES = tuple((re.compile(pattern, re.IGNORECASE), code) for pattern, code in _UNITS)
_CODE = re.compile(ISO_CURRENCY)

_NUMBER = rf"(?P<number>{FIGURES}|{WORDS})"
_SUM = re.compile(
    rf"(?:{MEASURE})?(?:(?P<symbol>{SYMBOL}){S}?)?{_NUMBER}(?:(?:{S}|{H})?(?P<scale>{SCALE}))?"
    rf"(?:(?:{S}|{H})(?P<unit>{UNIT_OF_MONEY}|won)|{S}an?{S}barrel)?",
    re.IGNORECASE,
)
_SHARE = re.compile(rf"(?:{MEASURE})?{_NUMBER}{PERCENT}", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def number(text: str, language: str = "en") -> Decimal | None:
    """Return the number `text` writes in figures or in words up to ninety-nine; None when it is not certain which."""
    words = re.split(r"[- ]", text.lower())
    if words[0] in _WORDS:
        return Decimal(sum(_WORDS[word] for word in words))
    signs = [c for c in text if c in ",."]
    if len(signs) == 1:
        return _one_sign(*text.partition(signs[0]), language)
    whole, _, part = text.rpartition(signs[-1]) if len(set(signs)) == 2 else (text, "", "0")
    return Decimal(f"{re.sub(r'[,.]', '', whole)}.{part}")


def _one_sign(before: str, sign: str, after: str, language: str) -> Decimal | None:
    """Return the number in which one point or comma stands between `before` and `after`."""
    if len(after) != 3:
        # English has no decimal comma: "12,50" in it is a slip or a list.
        return None if sign == "," and language in _DECIMAL_POINT else Decimal(f"{before}.{after}")
    if language == "en" or (language in _DECIMAL_POINT and sign == ","):
        return Decimal(before + after if sign == "," else f"{before}.{after}")
    return Decimal(before + after) if sign == "." and language in _DECIMAL_COMMA else None


def plain(value: Decimal) -> str:
    """Return `value` in figures without an exponent or needless zeros."""
    return format(value.normalize(), "f")


def percent(surface: str, language: str = "en") -> str | None:
    """Return the number of a PERCENT, "12.5", or None."""
    match = _SHARE.fullmatch(surface)
    figures = match["number"] if match else _figures_of_percent(surface, language)
    value = number(figures, language) if figures else None
    return None if value is None else plain(value)


def money(surface: str, language: str = "en") -> tuple[str, str | None] | None:
    """Return amount and currency of a MONEY: ("1500000000", "USD"), ("20000", None), or None."""
    match = _SUM.fullmatch(surface)
    local = _local(surface, language)
    if match is None or local:
        return local or _continental(surface, language)
    value = number(match["number"], language)
    if value is None or not (match["symbol"] or match["unit"]):
        return None
    unit = _SPACES.sub(" ", match["unit"] or "").lower()
    if unit in ("cent", "cents", "pence") and not match["symbol"]:
        value /= 100
    if match["scale"]:
        value = value.scaleb(_SCALES[match["scale"].lower()])
    return plain(value), _currency(match["symbol"], match["unit"], scaled=match["scale"] is not None)


def _figures_of_percent(surface: str, language: str) -> str | None:
    return (
        local_sums.figures_of_percent(surface, language)
        or east_asian_sums.figures_of_percent(surface, language)
        or continental.figures_of_percent(surface)
    )


def _local(surface: str, language: str) -> tuple[str, str | None] | None:
    found = local_sums.money(surface, language) or east_asian_sums.money(surface, language)
    value = number(found.figures, language) if found else None
    if found is None or value is None:
        return None
    sign = found.symbol if found.symbol not in _DOUBTFUL_SIGNS.get(language, ()) else None
    of_sign = _OWN_SIGNS.get((language, sign or "")) or _currency(sign, None, scaled=False)
    return plain(value.scaleb(found.power)), found.currency or of_sign


def _continental(surface: str, language: str) -> tuple[str, str | None] | None:
    found = continental.money(surface)
    value = number(found.figures, language) if found else None
    return None if found is None or value is None else (plain(value.scaleb(found.power)), found.currency)


def _currency(symbol: str | None, unit: str | None, *, scaled: bool) -> str | None:
    if symbol:
        symbol = _SPACES.sub("", symbol)
        sign = _SYMBOLS.get(symbol, symbol if _CODE.fullmatch(symbol) else None)
        # "US$ 5 Canadian dollars" says two things; "$599 USD" says one, more exactly.
        return sign if unit is None else _unit_code(unit) if sign in ("USD", _unit_code(unit)) else None
    # "200 pounds" may be a weight; nobody writes millions of those.
    if unit and unit.lower() in ("pound", "pounds"):
        return "GBP" if scaled else None
    return _unit_code(unit) if unit else None


def _unit_code(unit: str) -> str | None:
    if _CODE.fullmatch(unit):
        return unit
    unit = _SPACES.sub(" ", unit)
    return next((code for pattern, code in _UNIT_CODES if pattern.fullmatch(unit)), None)
