"""Whether a host's last pages are of another kind than its habit, figure by figure. Pure.

The test is a likelihood ratio in nats: of two binomials against one for a share, of two normals against one, with one
variance that is not known, for the logarithm of the words. So it accounts for how many pages are behind both, and for
the host's own noise. Chance alone makes it 1/2 on average (S. S. Wilks, The Large-Sample Distribution of the Likelihood
Ratio for Testing Composite Hypotheses, 1938), if pages do not depend on each other. They do where pages of a kind come
in a row: a host whose windows stray by more than that as a rule needs as many times the evidence, up to three times.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wiredesk_cleaner.drift.figures import Figure

# Pages that are compared with the habit.
LAST = 20
# How many pages' weight a habit has at most: each page of it counts 1/300 less than the next.
MEMORY = 300

# Nats at which an alarm begins, and below which it is over.
_ALARM, _OVER = 10.0, 3.0
# Changes that matter: of a share, and of words (half as many again). An alarm is over below half of that.
_SHARE, _WORDS = 0.3, math.log(1.5)
# With fewer pages behind a figure nothing is said of it.
_FEWEST, _LEAST_HABIT = 5, 20
# What chance makes of the test on average.
_CHANCE = 0.5
_MOST_STRICT = 3.0
# The lengths of a host's pages differ by a tenth at least: lengths that are all but equal prove nothing.
_LEAST_SPREAD = 0.1

_SAID: Mapping[Figure, str] = {
    Figure.TEXT: "pages had a text",
    Figure.WHOLE: "articles were whole",
    Figure.HEADLINE: "articles had a headline",
    Figure.AUTHORS: "articles named an author",
    Figure.DATE: "articles had a date",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of a host's last `pages` pages beside its habit: shares (0 to 1), or words. `nats` of evidence."""

    figure: Figure
    pages: int
    last: float
    habit: float
    nats: float = 0.0

    def __str__(self) -> str:
        """For people: "0 of the last 20 pages had a text (habit 97 %)"."""
        if self.figure is Figure.WORDS:
            return f"the last {self.pages} articles had about {self.last:,.0f} words (habit {self.habit:,.0f})"
        hits = f"{self.last * self.pages:.0f} of the last {self.pages}"
        return f"{hits} {_SAID[self.figure]} (habit {100 * self.habit:.0f} %)"

    @property
    def size(self) -> float:
        """How large the change is; 1 is one that matters."""
        if self.figure is Figure.WORDS:
            return abs(math.log(self.last / self.habit)) / _WORDS
        return abs(self.last - self.habit) / _SHARE

    @property
    def lasts(self) -> bool:
        """Whether it holds up an alarm that has begun."""
        return self.nats >= _OVER and self.size >= 0.5


class Habit:
    """One figure of a host as it is as a rule: exponentially weighted sums, and how far windows of pages stray."""

    __slots__ = ("_squares", "_stray", "_total", "_weight")

    def __init__(self) -> None:
        self._weight = self._total = self._squares = 0.0
        self._stray = _CHANCE

    def add(self, value: float) -> None:
        """Take a page in."""
        kept = 1 - 1 / MEMORY
        self._weight = self._weight * kept + 1
        self._total = self._total * kept + value
        self._squares = self._squares * kept + value * value

    def difference(self, figure: Figure, values: Sequence[float]) -> Difference | None:
        """Compare the last pages with it; None where there are too few of either."""
        if len(values) < _FEWEST or self._weight < _LEAST_HABIT:
            return None
        pages, last, usual = len(values), sum(values) / len(values), self._total / self._weight
        if figure is Figure.WORDS:
            return Difference(figure, pages, math.exp(last), math.exp(usual), self._of_normals(values))
        return Difference(figure, pages, last, min(max(usual, 0.0), 1.0), self._of_shares(values))

    def learn(self, difference: Difference) -> None:
        """Take in how far a window of `LAST` pages strayed."""
        self._stray += (min(difference.nats, _MOST_STRICT * _ALARM) - self._stray) * LAST / MEMORY

    def is_left_by(self, difference: Difference) -> bool:
        """Tell whether the last pages are of another kind, by as much as begins an alarm."""
        strict = min(max(self._stray / _CHANCE, 1.0), _MOST_STRICT)
        return difference.size >= 1 and difference.nats >= _ALARM * strict

    def _of_shares(self, values: Sequence[float]) -> float:
        hits, pages = sum(values), len(values)
        usual = min(max(self._total, 0.0), self._weight)
        apart = _likelihood(hits, pages) + _likelihood(usual, self._weight)
        return max(0.0, apart - _likelihood(hits + usual, pages + self._weight))

    def _of_normals(self, values: Sequence[float]) -> float:
        pages = len(values)
        mean, usual = sum(values) / pages, self._total / self._weight
        within = sum((value - mean) ** 2 for value in values) + max(0.0, self._squares - self._total * usual)
        within += (pages + self._weight) * _LEAST_SPREAD**2
        between = (mean - usual) ** 2 * pages * self._weight / (pages + self._weight)
        return (pages + self._weight) / 2 * math.log1p(between / within)


def _likelihood(hits: float, pages: float) -> float:
    """The logarithm of the likelihood of `hits` in `pages`, at the share that makes it largest."""
    return sum(part * math.log(part / pages) for part in (hits, pages - hits) if part > 0)
