"""How surely two profiles tell one event: what they have in common, weighed by a logistic model. Pure.

The weights are learned: `python -m bench.stories FOLDER FOLDER --learn` prints them, for an article and a story, and
for two stories, which have much in common by mere size. A score is rounded to six digits, so that no last bit of a
machine's arithmetic decides.
"""

from math import log
from operator import mul
from typing import NamedTuple

from wiredesk_storage.stories.profiles import Profile
from wiredesk_storage.stories.vectors import UNIT, Vector, cosine, product

DIGITS = 6


class Evidence(NamedTuple):
    """What two profiles have in common. Cosines are from 0 to 1; `no_…` is 1 where one of the two has none at all."""

    words: float
    """the cosine of the sums of words"""
    words_mean: float
    """the mean cosine of the articles of one with those of the other: less than `words`, the more a story drifts"""
    persons: float
    no_persons: float
    places: float
    no_places: float
    numbers: float
    no_numbers: float
    size: float
    """the logarithm of how many pairs of articles there are: a large story has more words to meet"""


class Model(NamedTuple):
    """A logistic model: what each part of the evidence weighs, and what stands against it all."""

    weights: Evidence
    bias: float


# Both learned on half of the topics of ECB+, with texts that tell other events among them.
ARTICLE = Model(Evidence(11.025, 4.997, 3.564, 0.043, 2.048, 0.546, 6.652, 0.673, 0.639), -8.963)
STORIES = Model(Evidence(1.707, 20.055, 3.883, -0.48, 2.061, 1.844, 7.503, 0.585, 0.573), -10.543)
# Chosen, for ECB+ has no dates to learn from: a week halves the odds.
_PER_DAY = -0.1


def evidence(one: Profile, other: Profile) -> Evidence:
    """Return what the two have in common. Symmetric."""
    pairs = one.size * other.size
    common = product(one.words, other.words)
    return Evidence(
        common / (one.words.length * other.words.length) if common else 0.0,
        common / (UNIT * UNIT * pairs),
        *_compared(one.persons, other.persons),
        *_compared(one.places, other.places),
        *_compared(one.numbers, other.numbers),
        log(pairs),
    )


def _compared(one: Vector, other: Vector) -> tuple[float, float]:
    """Return the cosine, and 1 where one of them is empty."""
    return (cosine(one, other), 0.0) if one and other else (0.0, 1.0)


def score(found: Evidence, model: Model, days_apart: float = 0.0) -> float:
    """Return the logarithm of the odds that both tell one event: above 0 it is likelier than not; six digits.

    The odds themselves would be 1 to six digits for every clear case, and the clearest must win.
    """
    weighed: float = sum(map(mul, model.weights, found))
    return round(model.bias + _PER_DAY * days_apart + weighed, DIGITS)


def closeness(one: Profile, other: Profile) -> float:
    """Return the cosine of the words alone, rounded."""
    return round(cosine(one.words, other.words), DIGITS)
