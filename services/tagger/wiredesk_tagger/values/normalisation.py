"""What dates, sums and shares in a text mean: `Entity.value` and `Entity.currency`. Pure.

The rules are in `temporal` and `relative_dates` (DATE) and in `quantities` (MONEY, PERCENT).
No value is better than a wrong one.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from wiredesk_tagger.values import quantities, temporal
from wiredesk_tagger.values.grammar import FIGURES, SCALE, SYMBOL, H, S
from wiredesk_tagger.values.relative_dates import looks

_BEFORE, _AFTER = 120, 40  # characters around a mention
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
        ahead: whether the sentence speaks of what is still to come (`relative_dates.looks`).
    """
    if label == "DATE":
        value = temporal.resolve(surface, published.date() if published else None, ahead=ahead)
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
    found = None
    for text, start, end in mentions:
        if _is_loose(text, start, end):
            return None
        # Only a date leans on what the sentence looks at.
        for ahead in looks(text[max(0, start - _BEFORE) : start]) if label == "DATE" else (False,):
            value = normalise(label, text[start:end], published, language=language, ahead=ahead)
            if value is None or found not in (None, value):
                return None
            found = value
    return found


def _is_loose(text: str, start: int, end: int) -> bool:
    """Whether it means less than it says: "today's world" is no day, and the "$8" of "$8 to $12 billion" no sum."""
    surface, after = text[start:end], text[end : end + _AFTER]
    if surface.lower() == "today":
        return after.startswith(("'s", "\u2019s"))
    return _SCALED_LATER.match(after) is not None and _SCALED.search(surface) is None
