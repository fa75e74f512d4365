"""What two sequences share, in order. Nearly linear, whatever the sequences are: a budget bounds the rest."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

# About half a second; an ordinary revision takes a few thousand.
STEPS = 3_000_000


class Match(NamedTuple):
    """`old[old_at : old_at + length] == new[new_at : new_at + length]`."""

    old_at: int
    new_at: int
    length: int


class Budget:
    """How many steps may still be made; one is about 0.2 µs."""

    def __init__(self, steps: int = STEPS) -> None:
        self._left = steps

    def spend(self, steps: int) -> bool:
        """Take `steps`, or nothing and return False when there are not that many."""
        if steps > self._left:
            return False
        self._left -= steps
        return True


def shared_ends(old: Sequence[str], new: Sequence[str], bounds: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return what is left of two ranges (old from, old to, new from, new to) without what both begin and end with."""
    old_from, old_to, new_from, new_to = bounds
    while old_from < old_to and new_from < new_to and old[old_from] == new[new_from]:
        old_from, new_from = old_from + 1, new_from + 1
    while old_from < old_to and new_from < new_to and old[old_to - 1] == new[new_to - 1]:
        old_to, new_to = old_to - 1, new_to - 1
    return old_from, old_to, new_from, new_to


def matches(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Match]:
    """Return what both have, in the order of both.

    What each has once holds the rest in place (patience diff); between those, difflib. Where the budget does not
    reach, a gap counts as having nothing in common but its ends.
    """
    found: list[Match] = []
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        whole = waiting.pop()
        gap = shared_ends(old, new, whole)
        old_from, old_to, new_from, new_to = gap
        found.append(Match(whole[0], whole[2], old_from - whole[0]))
        found.append(Match(old_to, new_to, whole[1] - old_to))
        if old_from == old_to or new_from == new_to or not budget.spend(old_to - old_from + new_to - new_from):
            continue
        inside_old, inside_new = old[old_from:old_to], new[new_from:new_to]
        counted = Counter(inside_old), Counter(inside_new)
        if anchors := _anchors(inside_old, inside_new, *counted):
            places = [(old_from + i, new_from + j) for i, j in anchors]
            edges = [(old_from, new_from), *places, (old_to, new_to)]
            # An anchor begins the gap after it, and is found there as what both begin with.
            waiting += [(a, c, b, d) for (a, b), (c, d) in pairwise(edges)]
        elif budget.spend(_cost(*counted)):
            blocks = SequenceMatcher(None, inside_old, inside_new, autojunk=False).get_matching_blocks()
            found += [Match(old_from + i, new_from + j, length) for i, j, length in blocks]
    return sorted(match for match in found if match.length)


def _anchors(
    old: Sequence[str], new: Sequence[str], in_old: Counter[str], in_new: Counter[str]
) -> list[tuple[int, int]]:
    """Return the places of what each has once, as many as are in the same order in both."""
    places = {one: at for at, one in enumerate(new) if in_new[one] == 1 and in_old[one] == 1}
    pairs = [(at, places[one]) for at, one in enumerate(old) if one in places]
    return list(_rising(pairs))[::-1]


def _rising(pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The longest run of pairs that rises in both, the last one first."""
    lasts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(lasts, place)
        before.append(ends[at - 1] if at else -1)
        lasts[at : at + 1], ends[at : at + 1] = [place], [index]
    index = ends[-1] if ends else -1
    while index >= 0:
        yield pairs[index]
        index = before[index]


def _cost(in_old: Counter[str], in_new: Counter[str]) -> int:
    """How many steps difflib makes at most: all pairs of equals, once for each block that it finds."""
    shared = in_old.keys() & in_new.keys()
    pairs = sum(in_old[one] * in_new[one] for one in shared)
    blocks = sum(min(in_old[one], in_new[one]) for one in shared)
    return (pairs + in_old.total()) * (blocks + 1) if shared else 0
