"""What dates, sums and shares in a text mean: `Entity.value` and `Entity.currency`. Pure.

The rules are in `temporal` and `relative_dates` (DATE) and in `quantities` (MONEY, PERCENT).
No value is better than a wrong one.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from wiredesk_tagger.values import date_context, local, quantities, temporal, timeless
from wiredesk_tagger.values.grammar import FIGURES, SCALE, SYMBOL, H, S

_AFTER = 40  # characters behind a sum
_SCALED = re.compile(SCALE, re.IGNORECASE)
_SCALED_LATER = re.compile(rf"{S}(?:to|or|and){S}(?:{SYMBOL}{S}?)?{FIGURES}(?:{S}|{H})?{SCALE}", re.IGNORECASE)


_HAVE_VALUES = frozenset({"DATE", "MONEY", "PERCENT"})


class Value(NamedTuple):
    """A value as the contract has it; `currency` only of MONEY, and only where it is certain."""

    value: str
    currency: str | None = None


def normalise(
    label: str, surface: str, published: datetime | None = None, *, language: str = "en", ahead: bool = False
) -> Value | None:
    """Return what `surface` means, or None where that is not certain or `label` has no values. Never raises.

    Args:
        label: entity type; DATE, MONEY and PERCENT have values.
        surface: the mention as it stands in the text.
        published: when the article was published; without it no date that leans on it has a value.
        language: of the text; decides how figures are read.
        ahead: whether the sentence speaks of what is still to come (`date_context.looks`).
    """
    if label == "DATE":
        day = published.date() if published else None
        said = local.read(surface, language, day, ahead=ahead)
        value = said.value if said else temporal.resolve(surface, day, ahead=ahead)
        return Value(value) if value else None
    if label == "PERCENT":
        share = quantities.percent(surface, language)
        return Value(share) if share else None
    if label == "MONEY":
        sum_ = quantities.money(surface, language)
        return Value(*sum_) if sum_ else None
    return None


def of_mentions(
    label: str,
    mentions: Iterable[tuple[str, int, int]],
    published: datetime | None = None,
    *,
    language: str = "en",
) -> Value | None:
    """Return what all mentions of one entity mean; None where they differ or one of them is not certain.

    Args:
        label: entity type.
        mentions: (text of the field, start, end) each.
        published: when the article was published.
        language: of the text.
    """
    if label not in _HAVE_VALUES:
        return None
    found: set[Value | None] = set()
    doubtful: set[Value | None] = set()
    for text, start, end in mentions:
        if label == "DATE":
            said = local.meaning(text, start, end, published.date() if published else None, language)
            if said:
                values, is_certain = {Value(one) if one else None for one in said.values}, said.is_certain
            else:
                values, is_certain = _of_date(text, start, end, published, language)
            (found if is_certain else doubtful).update(values)
        else:
            found.add(None if _is_loose(text, start, end) else normalise(label, text[start:end], language=language))
    # What one sentence leaves open another one may say.
    found = found or doubtful
    return found.pop() if len(found) == 1 else None


def day_of_writing(texts: Iterable[str], published: datetime | None) -> datetime | None:
    """Return `published`, or None where the texts were written later: then no date that leans on it is certain."""
    return None if published is None or date_context.was_written_later(texts, published.date()) else published


def _of_date(
    text: str, start: int, end: int, published: datetime | None, language: str
) -> tuple[set[Value | None], bool]:
    """Return what the date can mean, and whether its sentence says anything of it at all.

    More than one value: the sentence may mean either.
    """
    surface, day = text[start:end], published.date() if published else None
    before, after = text[max(0, start - date_context.BEFORE) : start], text[end : end + date_context.AFTER]
    if timeless.is_timeless(surface, before, after):
        return {None}, True
    whole = normalise("DATE", surface, language=language)
    if whole or day is None:
        return {whole}, True
    if (
        date_context.is_of_a_year_to_come(surface, before, after, day)
        or date_context.is_for_a_year_to_come(surface, text, day)
        or date_context.is_of_the_reader(surface, text)
    ):
        return {None}, False
    with_year = date_context.with_year(surface, after, day)
    if with_year == surface:
        if date_context.is_of_another_year(surface, before, day):
            return {None}, True
        if timeless.is_any_month(surface, before):
            return {None}, False
    directions = date_context.looks(before, after)
    is_certain = directions != (False,) or with_year != surface or date_context.is_told(surface, before, after)
    if not is_certain and date_context.is_weekday(surface):
        directions = (False, True)
    values = {normalise("DATE", with_year, published, language=language, ahead=ahead) for ahead in directions}
    if not is_certain:
        values = {one if one and date_context.is_near(one.value, day) else None for one in values}
    return values, is_certain


def _is_loose(text: str, start: int, end: int) -> bool:
    """Whether it means less than it says: the "$8" of "$8 to $12 billion" is no sum."""
    surface, after = text[start:end], text[end : end + _AFTER]
    return _SCALED_LATER.match(after) is not None and _SCALED.search(surface) is None
