"""Dates, sums and shares by the language of their text: where they stand, and what a date means there. Pure.

The expressions are in `local_dates`, `local_sums`, `east_asian_dates` and `east_asian_sums`. Of the sentence only
listed verbs are understood: "sagte am Dienstag" looks back, "wird am Dienstag" need not. What is not certain has no
value.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from wiredesk_tagger.lexicon import locales
from wiredesk_tagger.spans import Span
from wiredesk_tagger.values import east_asian_dates, east_asian_sums, local_dates, local_sums
from wiredesk_tagger.values.date_context import SENTENCE, is_near
from wiredesk_tagger.values.grammar import YEAR
from wiredesk_tagger.values.local_dates import Day
from wiredesk_tagger.values.relative_dates import When

_ANY_LETTERS, _STEM = re.escape("*"), r"\w{1,20}"
_AROUND = 240  # characters looked at on either side of a date
_UNDATED = frozenset({"day", "lone", "day of month"})  # kinds that do not say their year
_SENTENCES = re.compile(rf"{SENTENCE.pattern}|[\u3002\uff01\uff1f]")
_A_YEAR = re.compile(rf"(?<![0-9.,$£€-]){YEAR}(?![0-9]|[.,][0-9])")


def find(text: str, language: str | None) -> Iterator[Span]:
    """Yield every date, sum and share in a text of `language`; nothing where it has no lists or is not known."""
    yield from local_sums.find(text, language)
    yield from local_dates.find(text, language)
    yield from east_asian_sums.find(text, language)
    yield from east_asian_dates.find(text, language)


def read(surface: str, language: str | None, published: date | None = None, *, ahead: bool = False) -> Day | None:
    """Return what the words of a date say, or None where they are none of the language's."""
    when = When(published, ahead=ahead)
    return local_dates.read(surface, language, when) or east_asian_dates.read(surface, language, when)


class Meaning(NamedTuple):
    """What a date can mean where it stands: more than one value where either may be meant; None for none."""

    values: frozenset[str | None]
    is_certain: bool
    """whether the words or the sentence say so, and not only the calendar"""


def meaning(text: str, start: int, end: int, published: date | None, language: str | None) -> Meaning | None:
    """Return what `text[start:end]` can mean where it stands, or None where its words are none of the language's."""
    surface = text[start:end]
    whole = read(surface, language)
    if whole is None:
        return None
    if whole.value or published is None:
        return Meaning(frozenset({whole.value}), is_certain=True)
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if whole.kind == "weekday":
        looks = (False,) if _is_told(before, after, language) else (False, True)
        said = (read(surface, language, published, ahead=ahead) for ahead in looks)
        return Meaning(frozenset(one.value if one else None for one in said), is_certain=len(looks) == 1)
    found = read(surface, language, published)
    value = found.value if found else None
    is_nowadays = whole.kind == "near" and value == published.isoformat()
    is_far = whole.kind in _UNDATED and not (
        value and is_near(value, published) and not _is_of_another_year(before, published)
    )
    is_certain = whole.kind != "near" and whole.kind not in _UNDATED
    return Meaning(frozenset({None if is_nowadays or is_far else value}), is_certain or not (is_nowadays or is_far))


def _is_of_another_year(before: str, published: date) -> bool:
    """Whether the last year that the paragraph has told is another than that of publication."""
    years = _A_YEAR.findall(before.rpartition("\n")[2])
    return bool(years) and int(years[-1]) != published.year


@cache
def _verbs(language: str | None) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    words = locales.words(language)
    told, to_come = (words.lists.get("told"), words.lists.get("to_come")) if words else (None, None)
    if not told or not to_come:
        return None
    one, other = (
        re.compile(rf"(?<!\w){local_sums.any_of(verbs).replace(_ANY_LETTERS, _STEM)}(?!\w)", re.IGNORECASE)
        for verbs in (told, to_come)
    )
    return one, other


def _is_told(before: str, after: str, language: str | None) -> bool:
    """Whether the sentence tells of the past by a listed verb, and of nothing to come."""
    verbs = _verbs(language)
    if verbs is None:
        return False
    sentence = f"{_SENTENCES.split(before)[-1]} {_SENTENCES.split(after)[0]}"
    told, to_come = verbs
    return told.search(sentence) is not None and to_come.search(sentence) is None
