"""Dates, times, money, per cent and ordinals as one grammar of regular expressions. Pure; English forms.

Cardinal numbers are left out on purpose: "two" is no thing the story names. "today" and "now" are left out because
news uses them loosely ("today's world"). Every expression is linear in the text: no nested repetition.
"""

import re
from collections.abc import Iterator

from services.tagger.spans import Span

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.|Feb\.|Mar\.|Apr\.|Jun\.|Jul\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.)"
)
# "May" and "March" stand alone too rarely as months to be told from the verb and the walk.
_LONE_MONTH = r"(?:January|February|April|June|July|August|September|October|November|December)"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_YEAR = r"(?:1[5-9]\d\d|20\d\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_SMALL = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_WORDS = rf"\b(?:{_SMALL}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?)"
_UNIT = r"(?:day|week|month|quarter|year|decade|summer|winter|spring|autumn)"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d+)?"
_SCALE = r"(?:[Tt]housand|[Mm]illion|[Bb]illion|[Tt]rillion|bn|mn|tn|m|k)\b"
_CURRENCY = r"\b(?:USD|EUR|GBP|CHF|JPY|CNY|INR) (?=\d)|(?:US|A|C|AU|CA|HK|NZ|S|R)?\$|£|€|¥|₹|₽|₩|₺|₴"
_UNIT_OF_MONEY = (
    r"(?:U\.?S\.? |Australian |Canadian |Hong Kong )?(?:dollars?|cents?)|euros?|pounds?(?: sterling)?|pence|yen|yuan"
    r"|renminbi|roubles?|rubles?|rupees?|rupiah|francs?|pesos?|riyals?|dirhams?|shekels?|liras?|lira|rand|naira"
    r"|kron(?:a|or|e|er)|zlotys?|hryvnias?|baht|ringgit|USD|EUR|GBP|JPY|CNY|CHF"
)

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (label, re.compile(pattern))
    for label, pattern in (
        ("DATE", rf"\b(?:{_WEEKDAY},? )?(?:{_MONTH} {_DAY}|{_DAY} (?:of )?{_MONTH})(?:,? {_YEAR})?(?![\w])"),
        ("DATE", rf"\b(?:(?:early|late|mid)[- ])?{_MONTH},?(?: of)? {_YEAR}(?:s)?\b"),
        ("DATE", rf"\b{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b"),
        ("DATE", rf"\b(?:(?:early|late|mid)[- ])?{_LONE_MONTH}\b"),
        # A verb never follows "in", "last" or "since": there the two doubtful months are months.
        ("DATE", r"(?<=\b(?:in|of|by) )(?:May|March)\b(?! [A-Z])"),
        ("DATE", rf"\b(?:last|next|this) (?:May|March|{_WEEKDAY}|{_UNIT}|weekend)\b"),
        ("DATE", rf"\b{_WEEKDAY}(?:s\b|\b)"),
        ("DATE", r"\b(?:[Yy]esterday|[Tt]omorrow)\b"),
        ("DATE", rf"\b{_SMALL} {_UNIT}s? (?:ago|earlier|later)\b"),
        ("DATE", r"\b(?:the )?(?:(?:early|late|mid)[- ])?(?:1[5-9]\d0|20\d0|[2-9]0)s\b"),
        ("DATE", rf"\b(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth) quarter(?: of {_YEAR})?\b"),
        ("DATE", r"\b(?:\d{1,2}(?:st|nd|rd|th)|nineteenth|twentieth|twenty-first) centur(?:y|ies)\b"),
        ("DATE", rf"(?<![\d.,$£€-])\b(?:19[0-9]\d|20[0-4]\d)(?:[-\u2013/]\d\d(?:\d\d)?)?\b(?![\d%]|[.,]\d| ?{_SCALE})"),
        # A bare number before 1900 is a year only after these words.
        ("DATE", r"(?<=\b(?:in|by|In) )1[5-8]\d\d\b(?![,.]?\d| [a-z]+s\b)"),
        ("TIME", r"\b(?:[01]?\d|2[0-3])[:.][0-5]\d ?(?:a\.m\.|p\.m\.|am\b|pm\b|AM\b|PM\b)(?: (?:GMT|UTC|EST|EDT)\b)?"),
        ("TIME", r"\b(?:1[0-2]|0?[1-9]) ?(?:a\.m\.|p\.m\.|am\b|pm\b)"),
        ("TIME", r"\b(?:[01]\d|2[0-3]):?[0-5]\d (?:GMT|UTC|CET|EST|EDT|local time)\b"),
        ("TIME", rf"\b{_SMALL} (?:hours?|minutes?|seconds?)\b"),
        ("MONEY", rf"(?:{_CURRENCY}) ?(?:{_NUMBER})(?:[- ]?{_SCALE})?"),
        ("MONEY", rf"(?<![\d.,])(?:{_NUMBER}|{_SMALL})(?: ?{_SCALE})? (?:{_UNIT_OF_MONEY})\b"),
        # "164 won" is a race result; Korean sums are large.
        ("MONEY", rf"(?<![\d.,])(?:(?:{_NUMBER}|{_SMALL}) ?{_SCALE}|\d{{1,3}}(?:,\d{{3}})+) won\b"),
        ("PERCENT", rf"(?<![\d.,])(?:{_NUMBER}|{_WORDS})(?: ?%|[- ](?:percent|per cent)(?:age points?)?\b)"),
        ("ORDINAL", r"(?<![\d,.])\b\d{1,4}(?:st|nd|rd|th)\b"),
    )
)


def find(text: str) -> Iterator[Span]:
    """Yield every match of the grammar; matches may overlap (the longest is taken later)."""
    for label, pattern in _RULES:
        for match in pattern.finditer(text):
            start = match.start() + (4 if match[0].startswith("the ") else 0)
            yield Span(start, match.end(), label, "grammar")
