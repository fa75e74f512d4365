"""The stretch of a text in which the story is densest. Pure.

Every line has a weight: furniture counts against the story, a long sentence for it, and a short sentence against it
when it stands alone under a title, as in a list of teasers. The story is the stretch with the largest sum. Nothing that
furniture does not part from the rest is cut off at its head, and a short sentence that follows another one weighs
nothing, so length alone never ends a story.

Stable: cutting the furniture out of the stretch only raises the sums, and those below it by no less than those above,
so the stretch of what is left is all of it.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from wiredesk_cleaner.zones.line_rules import word_count
from wiredesk_cleaner.zones.lines import Line
from wiredesk_cleaner.zones.story_ends import before_contributors

# Tuned on the training pages of the development set: sentences of a story have more words, teasers less.
_TEASER_WORDS = 10
_MAX_WORDS = 80
# One run of furniture is forgiven whatever follows it: advertisements and links stand above a last short paragraph too.
_FURNITURE = -10
_SLACK = 10


def densest(lines: Sequence[Line], first: int, last: int) -> tuple[int, int]:
    """Return the first and the last prose line of the densest stretch between the prose lines `first` and `last`."""
    weights = list(_weights(lines, first, last))
    total, begin, parted = 0, first, False
    tops = []
    for index, weight in enumerate(weights, first):
        if _is_prose(lines[index]):
            if total < 0 and parted:
                total, begin, parted = 0, index, False
            tops.append((total + weight, begin))
        total += weight
        parted = parted or lines[index].is_furniture()
    _, begin = max(tops)
    sums = list(zip(accumulate(weights[begin - first :]), range(begin, last + 1), strict=True))
    best = max(total for total, index in sums if _is_prose(lines[index]))
    return begin, max(index for total, index in sums if _is_prose(lines[index]) and total >= best - _SLACK)


def _weights(lines: Sequence[Line], first: int, last: int) -> Iterator[int]:
    in_furniture = after_prose = False
    for line in lines[first : last + 1]:
        if line.is_furniture():
            yield 0 if in_furniture else _FURNITURE
            in_furniture = True
            continue
        prose = _is_prose(line)
        weight = min(_words(line.text), _MAX_WORDS) - _TEASER_WORDS if prose else 0
        yield max(weight, 0) if after_prose else weight
        in_furniture, after_prose = False, prose


def _is_prose(line: Line) -> bool:
    return line.prose and line.match is None


def _words(text: str) -> int:
    """Count the words that stay when the contributors after the last sentence are cut off."""
    return word_count(text[: before_contributors(text, 0)] if text.endswith(")") else text)
