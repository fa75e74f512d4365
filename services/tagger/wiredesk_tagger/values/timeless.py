"""Which words for a date name no day: habits, feasts, titles, and the "today" that means nowadays. Pure; English."""

import re

from wiredesk_tagger.values.date_context import LONE_MONTH, PAST, SENTENCE
from wiredesk_tagger.values.grammar import MONTH, PHASE, TO, WEEKDAY, S

_NEXT_OR_LAST = re.compile(rf"(?:next|last){S}", re.IGNORECASE)
_WEEKDAY = re.compile(WEEKDAY, re.IGNORECASE)
_BARE_MONTH = re.compile(rf"(?:{PHASE})?{MONTH}", re.IGNORECASE)
_DAY_OR_MONTH = re.compile(rf"\b(?:{WEEKDAY}|{MONTH})", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.!?;:,\u2026](?=\s)|\n|[\u201c\u201d\"]")

# "every Monday", "on a Sunday", "annually on May 5".
_EVERY = re.compile(
    rf"\b(?:every|each|most|any|some|(?:every|each){S}year{S}(?:in|on)|annually{S}(?:in|on)|on{S}an?){S}$",
    re.IGNORECASE,
)
_HABIT_AFTER = re.compile(rf"(?:{S}(?:of|in))?{S}(?:every|each){S}year\b|{S}annually\b", re.IGNORECASE)
_HABIT = re.compile(r"\b(?:usually|typically|traditionally|annually|normally|often)\b", re.IGNORECASE)
_TO = rf"(?:{TO}|{S}(?:to|through|thru){S})"
_TO_WEEKDAY = re.compile(rf"{_TO}{WEEKDAY}", re.IGNORECASE)
_FROM_WEEKDAY = re.compile(rf"{WEEKDAY}{_TO}$", re.IGNORECASE)
# "Monday, Wednesday and Friday, 9 to 5" are of any week.
_AND = rf"(?:,{S}(?:(?:and|or){S})?|{S}(?:and|or|&){S})"
_OTHERS_BEFORE = re.compile(rf"\b(?:{WEEKDAY}{_AND}){{1,6}}$", re.IGNORECASE)
_OTHERS_AFTER = re.compile(rf"(?:{_AND}{WEEKDAY}\b){{1,6}}", re.IGNORECASE)
_ANY_WEEKDAY = re.compile(rf"\b{WEEKDAY}", re.IGNORECASE)
_OF_A_WEEK = 3  # weekdays in a row
_HABITUAL = re.compile(
    rf"{S}(?:dinners?|lunch(?:es)?|roasts?|brunch(?:es)?|school|mass|mornings|afternoons|evenings|nights|newsletters?"
    r"|columns?|papers?|shifts?|blues)\b",
    re.IGNORECASE,
)

# A heading of a plan, a cell of a table.
_ALONE_BEFORE, _ALONE_AFTER = re.compile(r"(?:^|\n|\|)\s*$"), re.compile(r"\s*(?:$|\n|\|)")
# "on the Monday" is one of the story, "the darkest January" any.
_ANY_ONE = re.compile(rf"\b(?:on{S}the|[a-z]{{3,}}est|typical|average|normal){S}$", re.IGNORECASE)
_TO_MONTH = re.compile(rf"{_TO}(?:{PHASE})?{MONTH}(?!,?{S}[0-9])", re.IGNORECASE)
# A month that means one of a year stands behind a word that dates, or is the one that it is: "in March", "It's only
# August". "The months of April and July", "the August heat" and "January is a month of diets" mean any.
_DATES = re.compile(
    rf"\b(?:in|since|from|until|till|by|during|before|after|between|through|for){S}(?:an?{S})?"
    rf"(?:{MONTH}(?:,{S}{MONTH}){{0,3}},?{S}(?:and|or|to){S})?$"
    rf"|\bwith{S}$|\bit(?:{S}is|['\u2019]s)(?:{S}(?:already|finally|now|only|still))?{S}$",
    re.IGNORECASE,
)
_FROM_MONTH = re.compile(rf"{MONTH}{_TO}$", re.IGNORECASE)

# "Black Friday", "Palm Sunday", "Super Tuesday"; a name goes on in capitals on either side: "NFL Sunday Ticket".
_FEAST = re.compile(
    rf"\b(?i:ash|black|blue|bloody|casual|cyber|easter|fat|giving|good|holy|maundy|meatless|palm|shrove|super|taco"
    rf"|whit){S}$"
)
_TITLE_BEFORE = re.compile(
    rf"\b(?!(?:In|On|By|Since|Until|Till|From|During|After|Before|For|At|And|But|Last|Next|This|Late|Early|Then){S})"
    rf"[A-Z]\w*{S}$"
)
_TITLE_AFTER = re.compile(rf"{S}[A-Z][a-z]")
_PAPER = re.compile(rf"{S}(?:Times|Telegraph|Mirror|Mail|Express|Post|Star|World|Independent|Night{S}[A-Z])\b")
_TITLE = re.compile(rf"(?:This|Last|Next){S}[A-Z]")
_GOES_ON = re.compile(rf"{S}(?:in{S}[A-Z]|Tonight\b)")
_OLD_YEAR = re.compile(r"1[5-8][0-9]{2}")
# Days that have become the names of what happened on them, in a year that nobody tells.
_NAMED_DAY = re.compile(rf"(?:(?:Jan(?:uary|\.)?){S}6|(?:Sept(?:ember|\.)?){S}11|(?:Oct(?:ober|\.)?){S}7)(?:th)?")
_WHAT_HAPPENED = re.compile(
    r"\b(?:Capitol|insurrection|riot(?:s|ers?)?|terror\w*|attacks?|massacre|hostages?|Hamas|Gaza|Israel\w*|war)\b"
)

_DECADE = re.compile(r"[0-9]{2}s")
_OF_A_CENTURY = re.compile(r"(?:\bthe (?:(?:early|mid|late)[ -])*|['\u2019])$", re.IGNORECASE)
# "a better tomorrow", "than today": no day.
_TIMELESS_BEFORE = re.compile(r"\b(?:better|brighter|new|than|of|do|does|even)\s+$", re.IGNORECASE)
# A "today" is the day of publication where something is told of it; in all else it is nowadays, or the reader's day.
_TODAY_BEFORE = re.compile(r"\b(?:earlier|later|effective|dated)\s+$", re.IGNORECASE)
_NEWS = (
    r"(?:said|says|told|announced|reported|confirmed|warned|died|killed|arrested|launched|released|unveiled|revealed"
    r"|issued|published|signed|voted|met|won|lost|fell|rose|dropped|jumped|closed|opened|began|took|came|went"
    r"|gave|held|filed|ruled|ordered|approved|urged|agreed|rejected|resigned|appeared|charged|sentenced"
    r"|accused|posted|wrote|shared|visited|arrived|attended|didn['\u2019]t|hit|struck|fined|denied"
    r"|will|is (?:due|set|expected|scheduled) to|are (?:due|set|expected|scheduled) to)\b"
)
_NEWS_BEFORE = re.compile(rf"\b(?:{_NEWS}|(?:he|i|it|she|they){S}(?:was|were|[a-z]{{2,}}ed)\b)", re.IGNORECASE)
_NEWS_AFTER = re.compile(rf",?(?:{S}(?!(?:what|that|which|who|is|are)\b)[^\s.;:,!?]+){{0,6}}?{S}{_NEWS}", re.IGNORECASE)
_NOWADAYS = re.compile(r"\b(?:we|you|your|they|is|are|have|has|exist|available|who|that|which)\b", re.IGNORECASE)
_COMES = re.compile(
    r"\b(?:will|won['\u2019]t|shall|going to|be|is to|are to|due|expected|scheduled|set|until|by|after|before|opens?"
    r"|starts?|begins?|meets?|returns?|faces?|hosts?|plays?|closes?|votes?)\b|['\u2019]ll\b",
    re.IGNORECASE,
)
_OTHER_DAY = {
    "today": re.compile(r"\btomorrow\b", re.IGNORECASE),
    "tomorrow": re.compile(r"\b(?:today|yesterday)\b", re.IGNORECASE),
    "yesterday": re.compile(r"\b(?:today|tomorrow)\b", re.IGNORECASE),
}
_YOU = re.compile(r"\b(?:you|your|someone)\b(?!['\u2019])", re.IGNORECASE)
_YOU_OR_YOUR = re.compile(r"\b(?:you|your|someone)\b", re.IGNORECASE)
_PERIOD = rf"(?:last|this|next){S}(?:day|week|weekend|month|quarter|season|year)"
_A_PERIOD = re.compile(_PERIOD, re.IGNORECASE)
# "last month, or even last year": any of them.
_OR_BEFORE = re.compile(rf"\b{_PERIOD},?{S}or{S}(?:even{S})?$", re.IGNORECASE)
_OR_AFTER = re.compile(rf",?{S}or{S}(?:even{S})?{_PERIOD}\b", re.IGNORECASE)
# 'goals such as "cut costs this quarter"': what is quoted is an example.
_EXAMPLE = re.compile(
    r"\b(?:such as|like|examples?|e\.g\.|for instance|query|prompt|type|ask(?:ing)? (?:it|them) to)\b"
    r"[^.\n\u201c\u201d\"]{0,40}[\u201c\"][^\u201d\"\n]*$",
    re.IGNORECASE,
)
_HABIT_OPENS = re.compile(
    r"(?:^|[.!?]\s|\n)\s*(?:annually|generally|historically|normally|often|traditionally|typically|usually),[^.!?\n]*$",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"(?:^|[.!?\u2026]\s|\n)\s*For (?:example|instance),[^.!?\n]*\b(?:may|might|can|could|would)\b[^.!?\n]*$"
)
_OWN_YEAR = re.compile(r"[0-9]{4}")


def is_timeless(surface: str, before: str, after: str) -> bool:
    """Whether it names no day of its own: the today of "today's world", "every Monday", "Tuesday-Saturday shifts".

    "The next week" hangs on the story, and "in his 40s" on a birthday: a decade of two figures is one behind "the".
    """
    word = surface.lower()
    if _EVERY.search(before) or (_NEXT_OR_LAST.match(surface) and before.lower().endswith("the ")):
        return True
    if _DECADE.fullmatch(surface):
        return _OF_A_CENTURY.search(before) is None
    if word in _OTHER_DAY:
        return _is_any_day(word, before, after)
    is_example = _OWN_YEAR.search(surface) is None and (_EXAMPLE.search(before) or _SUPPOSED.search(before)) is not None
    if is_example or (_A_PERIOD.fullmatch(surface) and _is_any_period(before, after)):
        return True
    if word.endswith(" ago"):
        # "Code that you wrote six months ago" was written at any time, as was "code from six months ago often breaks".
        return (
            _YOU.search(_CLAUSE_END.split(before)[-1]) is not None
            or _HABIT.search(_CLAUSE_END.split(after)[0]) is not None
        )
    return _is_habit(surface, before, after) or _is_name(surface, before, after)


def is_any_month(surface: str, before: str) -> bool:
    """Whether it is a month alone that nothing says to be one of a year: "the August heat"."""
    return LONE_MONTH.fullmatch(surface) is not None and _DATES.search(before) is None


def _is_any_period(before: str, after: str) -> bool:
    """Whether "this week" and its like are told to whoever reads: "what you do this week"."""
    if _OR_BEFORE.search(before) or _OR_AFTER.match(after):
        return True
    return _YOU.search(_CLAUSE_END.split(before)[-1]) is not None


def _is_habit(surface: str, before: str, after: str) -> bool:
    if _WEEKDAY.fullmatch(surface) and (
        _TO_WEEKDAY.match(after)
        or _FROM_WEEKDAY.search(before)
        or _HABITUAL.match(after)
        or 1 + _weekdays(_OTHERS_BEFORE.search(before)) + _weekdays(_OTHERS_AFTER.match(after)) >= _OF_A_WEEK
    ):
        return True
    if not _DAY_OR_MONTH.search(surface):
        return False
    if (_ALONE_BEFORE.search(before) and _ALONE_AFTER.match(after) and before + after) or _ANY_ONE.search(before):
        return True
    if _BARE_MONTH.fullmatch(surface) and (_TO_MONTH.match(after) or _FROM_MONTH.search(before)):
        return True
    if _HABIT_AFTER.match(after) or _HABIT_OPENS.search(before):
        return True
    return _HABIT.search(_CLAUSE_END.split(before)[-1]) is not None


def _weekdays(match: re.Match[str] | None) -> int:
    return len(_ANY_WEEKDAY.findall(match[0])) if match else 0


def _is_name(surface: str, before: str, after: str) -> bool:
    is_behind = _TITLE_BEFORE.search(before) is not None
    in_a_name = is_behind and _TITLE_AFTER.match(after) is not None
    if _WEEKDAY.fullmatch(surface):
        # "Fix It Friday: how to" is a column.
        return (
            in_a_name
            or (is_behind and after.startswith(":"))
            or _FEAST.search(before) is not None
            or _PAPER.match(after) is not None
        )
    if _OLD_YEAR.fullmatch(surface) or _BARE_MONTH.fullmatch(surface):
        return in_a_name
    if _NAMED_DAY.fullmatch(surface):
        return _WHAT_HAPPENED.search(_sentence(before, after)) is not None
    return _TITLE.match(surface) is not None and _GOES_ON.match(after) is not None


def _is_any_day(word: str, before: str, after: str) -> bool:
    """Whether today, tomorrow or yesterday is a manner of speaking: "learn today, earn tomorrow"."""
    sentence = _sentence(before, after)
    if _OTHER_DAY[word].search(sentence) or _TIMELESS_BEFORE.search(before):
        return True
    if word == "yesterday":
        is_possessive = after.startswith(("'s", "\u2019s"))
        return _YOU_OR_YOUR.search(sentence) is not None or (is_possessive and PAST.search(sentence) is None)
    if word == "tomorrow":
        return _COMES.search(sentence) is None
    return after.startswith(("'s", "\u2019s")) or not (_TODAY_BEFORE.search(before) or _is_news(before, after))


def _is_news(before: str, after: str) -> bool:
    """Whether something is told of a "today"."""
    clause = _CLAUSE_END.split(before)[-1]
    told = list(_NEWS_BEFORE.finditer(clause))
    if told:
        return _NOWADAYS.search(clause[told[-1].end() :]) is None
    return _NEWS_AFTER.match(after) is not None


def _sentence(before: str, after: str) -> str:
    return f"{SENTENCE.split(before)[-1]} {SENTENCE.split(after)[0]}"
