"""The grammar of dates, times, money, per cent and ordinals: where they stand in a text. Pure; English forms.

    DATE     day        7 January 2025 | the 7th of January | January 7-9, 2025 | Jan. 7 | Tuesday | 2025-01-07
             month      January 2025 | late January | last May | in March ("May" and "March" need a word that dates)
             year       1700 to 2049 | in 1503 | 480 BC | 2024-25 | 1990s | late 1990s
             part       summer of 2024 | third quarter of 2023 | second half | Q3 2024 | the end of next year
             relative   today | yesterday | last week | the past two years | earlier this month | recent months
             length     two years | 24-year-old | three-day | several months ago | a week later;  century   19th century
    TIME     clock      8:30 p.m. local time | 0730 GMT | noon | 14:05;  part of a day   Friday night | overnight
             length     two hours | 90-minute | a few seconds later
    MONEY    $1.5 billion | US$ 20,000 | 40 million euros | 30 cents | $55 a barrel | millions of dollars | Rs 500 crore
    PERCENT  12.5% | five percent | 3-4 per cent | 10 percentage points
    ORDINAL  31st

A span takes a word of measure before it along: "about", "more than", "nearly", "at least" and so on. A leading "the" is
not part of it. Cardinal numbers and "now" are left out on purpose: they name nothing. Nothing crosses a line. Words
match in any case, except where case tells a month, weekday or currency from another word. No expression repeats without
a bound, so the time is linear in the text. What the stretches mean is in `wiredesk_tagger.values.normalisation`.
"""

import re
from collections.abc import Iterator

from wiredesk_tagger.spans import Span

S = r"[ \u00a0\u2009\u202f]"
H = r"[-\u2010\u2011]"
TO = rf"{S}?[-\u2010-\u2014]{S}?"

_LONG_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_SHORT_MONTH = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)(?:\.|\b)"
# Case counts in these: they are words and names as well.
MONTH = rf"(?:(?-i:{_LONG_MONTH}|{_LONG_MONTH.upper()})\b|(?-i:{_SHORT_MONTH}))"
# "May" and "March" stand alone too rarely as months to be told from the verb and the walk.
_LONE_MONTH = r"(?-i:January|February|April|June|July|August|September|October|November|December)"
_LONG_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
WEEKDAY = rf"(?:{_LONG_WEEKDAY}|(?-i:Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)\.?)"
SEASON = r"(?:spring|summer|autumn|fall|winter)"
YEAR = r"(?:1[5-9][0-9]{2}|20[0-4][0-9])"
DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?"
_DAYS = rf"{DAY}(?:{TO}{DAY})?"
ERA = r"(?-i:BCE?|CE|AD)\b"

_ONES = r"(?:one|two|three|four|five|six|seven|eight|nine)"
_TEENS = r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
WORDS = rf"(?:{_TENS}(?:[- ]{_ONES})?|{_TEENS}|{_ONES})"
# Thousands in groups of three, of two as in India, or with points and a decimal comma as on the Continent.
FIGURES = (
    r"(?:[0-9]{1,3}(?:,[0-9]{2,3}){0,5},[0-9]{3}(?:\.[0-9]{1,9})?|[0-9]{1,3}(?:\.[0-9]{3}){1,5},[0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,3}(?:\.[0-9]{3}){2,5}|[0-9]{1,15}(?:\.[0-9]{1,9}|,[0-9]{1,2}(?![0-9]))?)"
)
_ALONE = r"(?<![0-9])(?<![0-9][.,:/])"
_NUMBER = rf"(?:{_ALONE}{FIGURES}|\b{WORDS}\b)"
_COUNT = rf"(?:{_NUMBER}(?:{TO}{_NUMBER})?|\b(?:a{S})?few|\bseveral|\ba{S}couple{S}of)"

UNIT = r"(?:day|week|month|year|decade)"
_UNITS = r"(?:days?|weeks?|months?|years?|decades?|centur(?:y|ies))"
PERIOD = rf"(?:{UNIT}|quarter|century|weekend|season|{SEASON})"
_HOURS = r"(?:hours?|minutes?|seconds?)"
_WHEN = r"(?:ago|earlier|later|before|prior|old)"
_PART = r"(?:morning|afternoon|evening|night)"
WHICH = r"(?:last|next|this|past|following|coming|previous)"
PHASE = rf"(?:(?:early|late|mid)(?:{S}|{H})|(?:earlier|later){S})"
_CENTURY = r"(?:[0-9]{1,2}(?:st|nd|rd|th)|nineteenth|twentieth|twenty-first)"
_ZONE = rf"(?:local{S}time|(?-i:GMT|UTC|CET|EST|EDT|ET)\b)"

SCALE = r"(?:thousand|million|billion|trillion|lakh|crore|bn|mn|tn|m|k)\b"
ISO_CURRENCY = r"(?-i:USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|RUB|BRL|ZAR|SEK|NOK|DKK|PLN|TRY|UAH)"
SYMBOL = (
    rf"(?:\b{ISO_CURRENCY}|(?:\b(?-i:(?:US|U\.S\.){S}?|AU|CA|HK|NZ|NT|A|C|S|R))?\$"
    r"|£|€|¥|₹|₽|₩|₺|₴|₪|₦|\b(?-i:Rs|RM)\b\.?)"
)
_DOLLARS = rf"(?:(?:U\.?S\.?|American|Australian|Canadian|Hong{S}Kong|New{S}Zealand|Singapore){S})?dollars?"
_PESOS = rf"(?:(?:Mexican|Argentine|Chilean|Colombian|Philippine|Cuban|Uruguayan){S})?pesos?"
_CROWNS = rf"(?:(?:Swedish|Norwegian|Danish){S})?kron(?:a|or|e|er)"
UNIT_OF_MONEY = (
    rf"(?:{_DOLLARS}|cents?|euros?|(?:British{S})?pounds?(?:{S}sterling)?|pence|(?:Japanese{S})?yen"
    rf"|(?:Chinese{S})?yuan|renminbi|(?:Russian{S})?(?:roubles?|rubles?)|(?:(?:Indian|Pakistani|Sri{S}Lankan){S})?rupees?"
    rf"|rupiah|(?:(?:Swiss|CFA){S})?francs?|{_PESOS}|(?:(?:Saudi|Qatari){S})?riyals?|dirhams?|shekels?|(?:Turkish{S})?liras?|rand|naira"
    rf"|{_CROWNS}|zlotys?|hryvnias?|baht|ringgit|forints?|taka|{ISO_CURRENCY})\b"
)
_SCALED = rf"(?:(?:{S}|{H})?{SCALE})?"
PERCENT = rf"(?:{S}?%|(?:{S}|{H})?per{S}?cent(?:age{S}points?)?\b)"

# What a number may have before it in the same expression.
MEASURE = (
    rf"\b(?:(?:just|well){S})?(?:about|around|approximately|roughly|nearly|almost|more{S}than|less{S}than|fewer{S}than"
    rf"|over|under|up{S}to|at{S}least|at{S}most|some){S}"
)
_MEASURE = re.compile(MEASURE + "$", re.IGNORECASE)
_LONGEST_MEASURE = 24

# A number is looked for once; what comes after it says what it counts.
_AMOUNT = re.compile(rf"\b(?=[0-9a-z]){_COUNT}", re.IGNORECASE)
_AFTER_AMOUNT: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (label, re.compile(pattern, re.IGNORECASE))
    for label, pattern in (
        ("DATE", rf"{S}{_UNITS}(?:{S}{_WHEN})?\b|{H}{_UNITS}(?:(?:{H}|{S})old)?\b"),
        ("TIME", rf"{S}{_HOURS}(?:{S}{_WHEN})?\b|{H}{_HOURS}\b"),
        # The name of the singer is no sum.
        ("MONEY", rf"{_SCALED}(?:{S}|{H})(?!(?-i:Cent)\b){UNIT_OF_MONEY}"),
        # "164 won" is a race result; Korean sums are large.
        ("MONEY", rf"(?:{S}?{SCALE}|(?<=,[0-9]{{3}})){S}won\b"),
        ("PERCENT", PERCENT),
    )
)
_MONEY = re.compile(
    rf"(?=[A-Z$£€¥₹₽₩₺₴₪₦]){SYMBOL}{S}?{_ALONE}{FIGURES}(?:{TO}\$?{FIGURES})?{_SCALED}"
    rf"(?:{S}(?:{_DOLLARS}|{ISO_CURRENCY})\b|{S}an?{S}barrel\b)?",
    re.IGNORECASE,
)
_A_WHILE = re.compile(rf"\ban?{S}{UNIT}{S}(?:ago|earlier|later|before)\b", re.IGNORECASE)
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (label, re.compile(pattern, re.IGNORECASE))
    for label, pattern in (
        ("DATE", rf"\b(?:{WEEKDAY},?{S})?{MONTH}{S}{_DAYS}(?:,?{S}{YEAR})?(?!\w|[.,:][0-9])"),
        ("DATE", rf"\b(?:{WEEKDAY},?{S})?{_DAYS}{S}(?:of{S})?{MONTH}(?:,?{S}{YEAR})?(?!\w)"),
        ("DATE", rf"\b{YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\b"),
        ("DATE", rf"(?<![\w/.])(?:[0-3]?[0-9]/[0-3]?[0-9]/|[0-3][0-9]\.[01][0-9]\.){YEAR}(?![\w/])"),
        ("DATE", rf"\b(?:{WHICH}{S})?{_LONG_WEEKDAY}s?\b"),
        ("DATE", rf"\b{PHASE}?{MONTH}(?:,?{S}(?:of{S})?){YEAR}\b"),
        ("DATE", rf"\b(?:{PHASE}|{WHICH}{S})?{_LONE_MONTH}\b"),
        ("DATE", rf"\b(?:{PHASE}|{WHICH}{S})(?-i:May|March)\b"),
        # A verb never follows these: there the two doubtful months are months.
        ("DATE", r"(?<=\b(?:in|of|by) )(?-i:May|March)\b(?! (?-i:[A-Z]))"),
        ("DATE", r"(?<=\b(?:since|until) )(?-i:May|March)\b(?! (?-i:[A-Z]))"),
        ("DATE", rf"\b{SEASON}{S}(?:of{S})?{YEAR}\b"),
        ("DATE", rf"\b(?:first|second|third|fourth){S}(?:quarter|half)(?:{S}(?:of{S})?{YEAR})?\b"),
        ("DATE", rf"\b(?-i:Q[1-4])(?:{S}|/)?(?:of{S})?{YEAR}\b"),
        ("DATE", rf"\b{PHASE}?{WHICH}{S}{PERIOD}\b"),
        (
            "DATE",
            rf"\b(?:end|beginning|start|middle){S}of{S}(?:{WHICH}{S}{PERIOD}|{MONTH}(?:,?{S}{YEAR})?)(?!\w)",
        ),
        ("DATE", rf"\b(?:{WHICH}|recent){S}(?:{_COUNT}{S})?{_UNITS}\b"),
        ("DATE", r"\b(?:today|yesterday|tomorrow)\b"),
        ("DATE", rf"\bmany{S}{_UNITS}{S}{_WHEN}\b"),
        ("DATE", rf"\b{PHASE}?(?:1[0-9]{{2}}0|20[0-4]0|[2-9]0)s\b"),
        ("DATE", rf"\b{PHASE}?{_CENTURY}(?:{S}|{H})(?:century|centuries)(?:{S}{ERA})?"),
        ("DATE", rf"\b[1-9][0-9]{{0,3}}(?:{TO}[0-9]{{1,4}})?{S}{ERA}"),
        (
            "DATE",
            (
                rf"(?<![0-9.,$£€/:#-])\b{PHASE}?{YEAR}(?:{TO}(?:{YEAR}|[0-9]{{2}}))?\b"
                rf"(?![0-9%/:]|[.,][0-9]|-[0-9]|{S}?{SCALE})"
            ),
        ),
        (
            "TIME",
            rf"(?<![0-9:.])(?:[01]?[0-9]|2[0-3])(?:[:.][0-5][0-9](?::[0-5][0-9])?)?{S}?(?:[ap]\.m\.|[ap]m\b)(?:{S}{_ZONE})?",
        ),
        ("TIME", rf"(?<![0-9:.,])(?:[01]?[0-9]|2[0-3]):?[0-5][0-9]{S}{_ZONE}"),
        ("TIME", r"(?<![\w:.,/])(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?![\w:]|[.,/][0-9])"),
        ("TIME", rf"\b(?:(?:early|late){S})?(?:(?:last|next|this){S})?{_LONG_WEEKDAY}{S}{_PART}\b"),
        ("TIME", rf"\b(?:(?:early|late|later){S})?this{S}(?:morning|afternoon|evening)\b"),
        ("TIME", rf"\b(?:last{S}night|(?:yesterday|tomorrow){S}{_PART}|tonight|overnight|midnight|noon)\b"),
        (
            "MONEY",
            rf"\b(?:(?:tens|hundreds){S}of{S})?(?:thousands|millions|billions|trillions){S}of{S}{UNIT_OF_MONEY}",
        ),
        ("ORDINAL", r"(?<![\d,.])\b\d{1,4}(?:st|nd|rd|th)\b"),
    )
)

# Four figures are a year of our time or of the two centuries before, unless they count or number something.
_NUMBERS_IT = re.compile(
    rf"\b(?:resolution|flight|room|route|highway|article|section|no\.|decree|those|the{S}first|more{S}than|less{S}than"
    rf"|fewer{S}than|at{S}least|at{S}most|nearly|almost|some|roughly|approximately){S}$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"{S}(?:people|persons?|men|women|children|troops|soldiers|police|civilians|residents|workers|employees|jobs|homes"
    r"|houses|votes|seats|deaths|dead|times|words|pages|students|members|meters|metres|feet|miles|kilometers"
    rf"|kilometres|km|m|kg|tons|tonnes|acres|hectares|pixels|px|[x\u00d7]{S}?[0-9]+|years?{S}old"
    # The number of a house.
    rf"|(?-i:(?:[A-Z]\w+{S}){{1,3}}(?:Road|Rd|Street|St|Avenue|Ave|Drive|Boulevard|Blvd|Lane)))\b"
)
# Further back they are one only where the sentence asks for a time.
_ASKS_FOR_YEAR = re.compile(
    rf"(?:\b(?:in|since|until|till|from|by|of|to|before|after|between|during|around|circa|and|or|year){S}"
    rf"|\bc\.{S}?|\(|[\u2010-\u2014-]{S}?)$",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[Span]:
    """Yield every match of the grammar; matches may overlap (the longest is taken later)."""
    for amount in _AMOUNT.finditer(text):
        for label, pattern in _AFTER_AMOUNT:
            after = pattern.match(text, amount.end())
            if after:
                yield _measured(text, amount.start(), after.end(), label)
    for label, pattern in (("MONEY", _MONEY), ("DATE", _A_WHILE)):
        for match in pattern.finditer(text):
            yield _measured(text, match.start(), match.end(), label)
    for label, pattern in _RULES:
        for match in pattern.finditer(text):
            start, end = match.span()
            if label != "DATE" or end - start != 4 or not match[0].isdigit() or _is_year(text, start, end):
                yield Span(start, end, label, "grammar")


def _measured(text: str, start: int, end: int, label: str) -> Span:
    before = _MEASURE.search(text[max(0, start - _LONGEST_MEASURE) : start])
    return Span(start - len(before[0]) if before else start, end, label, "grammar")


def _is_year(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 16) : start]
    if _NUMBERS_IT.search(before) or _COUNTED.match(text, end):
        return False
    return text[start : start + 2] not in ("15", "16") or _ASKS_FOR_YEAR.search(before) is not None
