"""How much a story is about each of its entities, from where and how often it names them. Pure."""

from collections.abc import Sequence
from typing import Protocol

# What each sign weighs; together 1. Chosen by hand, in the order newsrooms write: the headline says what the story is
# about, the first paragraph who did it, the rest repeats them.
HEADLINE, FIRST, OFTEN = 0.4, 0.3, 0.3
_ALTERNATIVE = 0.25  # an alternative headline alone counts less than the headline
_HALF = 3.0  # mentions after which frequency has given half of what it can


class Placed(Protocol):
    """A mention: the name of its field, and where it starts there."""

    @property
    def field(self) -> str: ...
    @property
    def start(self) -> int: ...


def score(mentions: Sequence[Placed], length: int) -> float:
    """Return the salience of one entity, 0 to 1, rounded to four places.

        0.4 · headline + 0.3 · (1 - first / length) + 0.3 · n / (n + 3)

    `headline` is 1 if the headline names it, 0.625 if only the alternative headline does, otherwise 0. `first` is the
    offset of its first mention in the body, `length` the body's length in code points (the term is 0 without a mention
    in the body). `n` counts its mentions in all fields. An added mention or an earlier one never lowers the score.
    """
    fields = {mention.field for mention in mentions}
    top = HEADLINE if "headline" in fields else _ALTERNATIVE if "alternative_headline" in fields else 0.0
    first = min((mention.start for mention in mentions if mention.field == "text"), default=length)
    early = FIRST * (1 - first / length) if length else 0.0
    often = OFTEN * len(mentions) / (len(mentions) + _HALF)
    return round(min(1.0, max(0.0, top + early + often)), 4)


def scores(entities: Sequence[Sequence[Placed]], length: int) -> list[float]:
    """Return `score` of each entity of one article."""
    return [score(mentions, length) for mentions in entities]
