"""A profile as bytes and back: numbers of 32 bits, the smaller byte first. Pure.

The size, how many terms each of the four vectors has, then for each its terms and their weights.
"""

import sys
from array import array

from wiredesk_storage.stories.profiles import Profile
from wiredesk_storage.stories.vectors import Vector


def packed(profile: Profile) -> bytes:
    """Return the profile as bytes; equal profiles may differ in the order of their terms."""
    vectors = (profile.words, profile.persons, profile.places, profile.numbers)
    numbers = array("i", (profile.size, *map(len, vectors)))
    for vector in vectors:
        numbers.extend(vector.keys())
        numbers.extend(vector.values())
    return _ordered(numbers).tobytes()


def unpacked(data: bytes) -> Profile:
    """Return the profile that `packed` made these bytes of."""
    numbers = array("i")
    numbers.frombytes(data)
    size, *lengths = _ordered(numbers)[:5]
    vectors: list[Vector] = []
    at = 5
    for length in lengths:
        terms, weights = numbers[at : at + length], numbers[at + length : at + 2 * length]
        vectors.append(Vector(zip(terms, weights, strict=True)))
        at += 2 * length
    words, persons, places, figures = vectors
    return Profile(words, persons, places, figures, size)


def _ordered(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
