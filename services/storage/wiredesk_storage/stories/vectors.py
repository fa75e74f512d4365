"""Sparse vectors of whole numbers: term to weight. Pure.

A unit vector has length `UNIT`, its weights are rounded. So sums and products are exact, in any order and on any
machine, and a vector is stored as two `integer[]`.
"""

from collections.abc import Mapping
from math import sqrt
from typing import TypeVar

W = TypeVar("W", int, float)
UNIT = 1_000


class Vector(dict[int, int]):
    """Term to weight; not changed once made, so that its length is measured once."""

    __slots__ = ("_length",)
    _length: float

    @property
    def length(self) -> float:
        """The root of the sum of squares."""
        try:
            return self._length
        except AttributeError:
            self._length = sqrt(sum([weight * weight for weight in self.values()]))
            return self._length


def unit(weights: Mapping[int, float], most: int, length: float = 1.0) -> Vector:
    """Return the `most` heaviest of `weights`, scaled to `length` x UNIT; empty where all weigh nothing."""
    kept = heaviest(weights, most)
    norm = sqrt(sum([weight * weight for weight in kept.values()]))
    if not norm:
        return Vector()
    scale = UNIT * length / norm
    return Vector({key: rounded for key, weight in kept.items() if (rounded := round(weight * scale))})


def heaviest(weights: Mapping[int, W], most: int) -> Mapping[int, W]:
    """Return the `most` heaviest of `weights`, of equal ones those with the smaller term; in no order."""
    if len(weights) <= most:
        return weights
    # To sort all by weight and term would cost more than all else.
    bound = sorted(weights.values())[-most]
    kept = {key: weight for key, weight in weights.items() if weight > bound}
    equal = sorted(key for key, weight in weights.items() if weight == bound)
    return kept | dict.fromkeys(equal[: most - len(kept)], bound)


def total(one: Vector, other: Vector, most: int) -> Vector:
    """Return the sum, cut to its `most` heaviest terms."""
    added = dict(one)
    for key, weight in other.items():
        added[key] = added.get(key, 0) + weight
    return Vector(heaviest(added, most))


def product(one: Vector, other: Vector) -> int:
    """Return the scalar product; exact."""
    return sum([one[key] * other[key] for key in one.keys() & other.keys()])


def cosine(one: Vector, other: Vector) -> float:
    """Return the cosine; 0 where one of them is empty."""
    return product(one, other) / (one.length * other.length) if one and other else 0.0
