"""The measure: exact spans against the corpus's, by source and type. Needs nothing but the standard library.

A leading "the" and a trailing "'s" are ignored on both sides. GPE, LOC and FAC count as one type, PLACE, in the main
score, because sources do not agree on where one ends and the next begins; each also has a row of its own. What
touches an `unknown` stretch of the corpus is skipped.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

Span = tuple[int, int, str]

# The main score: all names of these together.
MAIN = ("PERSON", "ORG", "PLACE")
_FOLDED = {"GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE"}


class Tally(NamedTuple):
    """How many names were found and right, found in all, and there to be found."""

    right: int = 0
    found: int = 0
    there: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.there) if self.found + self.there else 0.0


def plus(one: Tally, other: Tally) -> Tally:
    """Return the tally of both together."""
    return Tally(*(a + b for a, b in zip(one, other, strict=True)))


def cut(text: str, span: Span) -> Span:
    """Return `span` without a leading "the", a trailing "'s" and white space at its ends."""
    start, end, label = span
    surface = text[start:end].rstrip()
    if surface.endswith(("'s", "\u2019s")):
        surface = surface[:-2].rstrip()
    end = start + len(surface)
    if surface[:4].lower() == "the ":
        surface = surface[4:]
    return end - len(surface.lstrip()), end, label


def score(
    text: str, gold: Iterable[Span], found: Iterable[Span], unknown: Iterable[tuple[int, int]] = ()
) -> dict[str, Tally]:
    """Return the tallies of one text by type; PLACE, and each of GPE, LOC and FAC."""
    hidden = list(unknown)
    sides = [
        {cut(text, span) for span in spans if not any(s < span[1] and span[0] < e for s, e in hidden)}
        for spans in (found, gold)
    ]
    tallies: dict[str, Tally] = {}
    folded = [{(s, e, _FOLDED[label]) for s, e, label in side if label in _FOLDED} for side in sides]
    for ours, theirs in (sides, folded):
        counts = [Counter(label for *_, label in side) for side in (ours & theirs, ours, theirs)]
        for label in counts[1] | counts[2]:
            tallies[label] = Tally(*(count[label] for count in counts))
    return tallies


def add(all_tallies: Iterable[Mapping[str, Tally]]) -> dict[str, Tally]:
    """Return the sum of many texts' tallies, by type."""
    total: dict[str, Tally] = {}
    for tallies in all_tallies:
        for label, tally in tallies.items():
            total[label] = plus(total.get(label, Tally()), tally)
    return total


def main(tallies: Mapping[str, Tally]) -> Tally:
    """Return the tally of the main score: PERSON, ORG and PLACE together."""
    return reduce(plus, (tallies.get(label, Tally()) for label in MAIN))


def recase(text: str, *, upper: bool) -> str:
    """Return `text` in UPPER CASE, or With Every Word Capitalised, code point for code point (as headlines are)."""
    return "".join(_capitals(text, upper=upper))


def _capitals(text: str, *, upper: bool) -> Iterator[str]:
    before = " "
    for char in text:
        capital = char.upper()
        inside = before.isalnum() or before in "'\u2019"
        yield capital if len(capital) == 1 and (upper or not inside) else char
        before = char


def mean(scores: Sequence[float]) -> float:
    """Return the plain mean: each source counts the same, however large."""
    return sum(scores) / len(scores)
