"""A profile as bytes and back: numbers of 32 bits, the smaller byte first. Pure.

The size, how many terms each of the four vectors has, then for each its terms and their weights.
"""

import struct

from wiredesk_storage.stories.profiles import Profile
from wiredesk_storage.stories.vectors import Vector


def packed(profile: Profile) -> bytes:
    """Return the profile as bytes; equal profiles may differ in the order of their terms."""
    vectors = (profile.words, profile.persons, profile.places, profile.numbers)
    numbers = [profile.size, *map(len, vectors)]
    for vector in vectors:
        numbers += vector.keys()
        numbers += vector.values()
    return struct.pack(f"<{len(numbers)}i", *numbers)


def unpacked(data: bytes) -> Profile:
    """Return the profile that `packed` made these bytes of."""
    numbers = struct.unpack(f"<{len(data) // 4}i", data)
    size, *lengths = numbers[:5]
    vectors: list[Vector] = []
    at = 5
    for length in lengths:
        terms, weights = numbers[at : at + length], numbers[at + length : at + 2 * length]
        vectors.append(Vector(zip(terms, weights, strict=True)))
        at += 2 * length
    words, persons, places, figures = vectors
    return Profile(words, persons, places, figures, size)
