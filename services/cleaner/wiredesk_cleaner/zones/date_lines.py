"""Lines that hold a date, a time or a reading time and nothing else. Pure; no clock."""

import re
from datetime import datetime
from functools import cache

from wiredesk_cleaner.lexicon.phrasebook import phrasebook
from wiredesk_cleaner.reading.dates import has_clock, has_digit, has_reading_time, read_date, without_dates
from wiredesk_cleaner.reading.names import is_full_name

_MAX_LINE, _MAX_TOKENS = 120, 24
_SHAPE = re.compile(r"(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
# Months that are another word in another language: alone beside a number ("Set 3") they make no date.
_ALSO_WORDS = frozenset({"set", "out", "gen", "mag", "ago", "lis", "sie", "des", "ara"})


def is_date_line(line: str) -> bool:
    """Whether `line` holds a date or time, or a reading time, and nothing else.

    One word may stand beside a whole date with its time or with "Published": where the story was filed, under what
    heading. It must not read like a name.
    """
    if len(line) > _MAX_LINE or not has_digit(line):
        return False
    rest, tokens = without_dates(line)
    folded = " ".join(line.casefold().split())
    if rest:
        words = [word for word in rest[0].split() if any(map(str.isalnum, word))]
        words = words[1:] if words[0] in phrasebook().place else words
        alone = len(rest) == 1 and len(words) == 1 and not is_full_name(words[0])
        stamped = has_clock(line) or any(token in phrasebook().date_first for token in tokens)
        return alone and stamped and read_date(line) is not None
    return len(tokens) <= _MAX_TOKENS and (has_reading_time(line) or _is_dated(folded, tokens))


def _is_dated(folded: str, tokens: list[str]) -> bool:
    return _SHAPE.search(folded) is not None or not _leads().isdisjoint(tokens) or read_date(folded) is not None


@cache
def _leads() -> frozenset[str]:
    """The words that make a date of the number beside them."""
    words = phrasebook()
    return words.date_first | words.date_later | words.ago | (words.months.keys() - _ALSO_WORDS)


def date_in(line: str) -> datetime | None:
    """Return the date that a line states, in UTC; see `Reading.moment`.

    3/4/2026 is two different days in two countries, and a text does not say which it is from: it gives none.
    """
    found = read_date(line)
    return found.moment if found and found.certain else None
