"""Where two texts differ, in words: sentences first, then the words of those that changed."""

from itertools import pairwise
from typing import NamedTuple

from wiredesk_storage.revisions.alignment import Budget, Match, matches, shared_ends
from wiredesk_storage.revisions.words import Words

# More words than any article has. What differs in more of them counts as different altogether.
MAX_WORDS = 200_000
# So few words that stayed between two changes are read with them; "of the" between two other names says nothing.
_BRIDGE = 3


class Stretch(NamedTuple):
    """Words of the old text, and what stands in the new one in their place. One of both may be empty."""

    old_from: int
    old_to: int
    new_from: int
    new_to: int

    @property
    def deleted(self) -> int:
        """How many words went."""
        return self.old_to - self.old_from

    @property
    def inserted(self) -> int:
        """How many words came."""
        return self.new_to - self.new_from


def stretches(old: Words, new: Words) -> list[Stretch]:
    """Return the stretches in which two texts differ, in order, with words that stayed between them.

    None when only white space differs. A megabyte on either side, of whatever, takes about a second at most; what
    that does not reach counts as replaced as a whole.
    """
    outer = Stretch(*shared_ends(old.words, new.words, (0, len(old), 0, len(new))))
    if not outer.deleted and not outer.inserted:
        return []
    if not outer.deleted or not outer.inserted or max(outer.deleted, outer.inserted) > MAX_WORDS:
        return _settled([outer], old, new)
    budget = Budget()
    found = []
    for gap in _between_sentences(outer, old, new, budget):
        if gap.deleted and gap.inserted:
            old_words, new_words = old.words[gap.old_from : gap.old_to], new.words[gap.new_from : gap.new_to]
            shared = matches(old_words, new_words, budget)
            found += _gaps(shared, gap)
        else:
            found.append(gap)
    return _settled(_bridged(found, new), old, new)


def _between_sentences(outer: Stretch, old: Words, new: Words, budget: Budget) -> list[Stretch]:
    """The gaps between the sentences that both texts have."""
    old_bounds = _bounds(old, outer.old_from, outer.old_to)
    new_bounds = _bounds(new, outer.new_from, outer.new_to)
    shared = [
        Match(
            old_bounds[match.old_at] - outer.old_from,
            new_bounds[match.new_at] - outer.new_from,
            old_bounds[match.old_at + match.length] - old_bounds[match.old_at],
        )
        for match in matches(_sentences(old, old_bounds), _sentences(new, new_bounds), budget)
    ]
    return _gaps(shared, outer)


def _bounds(text: Words, start: int, end: int) -> list[int]:
    return [start, *(index for index in range(start + 1, end) if text.begins_sentence(index)), end]


def _sentences(text: Words, bounds: list[int]) -> list[str]:
    return [" ".join(text.words[start:end]) for start, end in pairwise(bounds)]


def _gaps(shared: list[Match], outer: Stretch) -> list[Stretch]:
    """What is not shared; places of `shared` count from the beginning of `outer`."""
    found = []
    old_at, new_at = outer.old_from, outer.new_from
    for match in [*shared, Match(outer.deleted, outer.inserted, 0)]:
        gap = Stretch(old_at, outer.old_from + match.old_at, new_at, outer.new_from + match.new_at)
        if gap.deleted or gap.inserted:
            found.append(gap)
        old_at, new_at = gap.old_to + match.length, gap.new_to + match.length
    return found


def _bridged(found: list[Stretch], new: Words) -> list[Stretch]:
    """Join stretches with less between them than changed on either side, but not over the end of a sentence."""
    joined: list[Stretch] = []
    for stretch in found:
        if joined:
            last = joined[-1]
            stayed = stretch.new_from - last.new_to
            bridge = min(_BRIDGE, *(max(one.deleted, one.inserted) for one in (last, stretch)))
            if stayed == 0 or (stayed <= bridge and not new.begins_sentence(stretch.new_from)):
                joined[-1] = Stretch(last.old_from, stretch.old_to, last.new_from, stretch.new_to)
                continue
        joined.append(stretch)
    return joined


def _settled(found: list[Stretch], old: Words, new: Words) -> list[Stretch]:
    """Move what was only inserted or only deleted to where a sentence begins, when it reads the same there."""
    settled = []
    floor = 0
    for stretch in found:
        if not stretch.deleted:
            back = _to_sentence(new, stretch.new_from, stretch.new_to, floor)
        elif not stretch.inserted:
            back = _to_sentence(old, stretch.old_from, stretch.old_to, floor + stretch.old_from - stretch.new_from)
        else:
            back = 0
        settled.append(Stretch(*(place - back for place in stretch)))
        floor = stretch.new_to
    return settled


def _to_sentence(text: Words, start: int, end: int, floor: int) -> int:
    """How far `text[start:end]` can be moved back to where a sentence begins, and not before `floor`; else 0."""
    for back in range(start - floor + 1):
        if text.begins_sentence(start - back):
            return back
        if text.words[start - back - 1] != text.words[end - back - 1]:
            break
    return 0
