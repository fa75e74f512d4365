"""Whether one text is a copy of another, and what differs. Pure.

Reprints are cut from behind, get a dateline, a prompt or a paragraph of their own, and are edited lightly. So what
counts is how much of the shorter text is in the longer one, by runs of three words, each as often as it stands there:
two reports of one event have names, quotations and set phrases in common, and rarely a third of the runs.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from wiredesk.contracts.events import CopyDifference
from wiredesk.contracts.words import words_of

# A copy has at least so much of the shorter text.
COPY = 0.5
_RUN = 3
# Fewer words are a line that many texts have ("Live updates to follow"), and say nothing.
LEAST_WORDS = 25
# A dateline is a few words: "TAMWIN, Sept. 3 (Orsk Wire) -".
_DATELINE_WORDS = 12
# Fewer words at an end are a slip of where the text begins or ends.
_FEW_WORDS = 4
_EDITED = 0.02
# Nothing is more alike.
_SAME = (1.0, 1.0)
# More words are compared by their beginnings: no article has as many.
_MOST_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are, 0 to 1.

    `contained`: of the shorter text, what share is in the longer one. `jaccard`: of all that both say, what share both
    say. `differences`: what the copy did to the first text, in a fixed order; none where it is the same.
    """

    contained: float
    jaccard: float
    differences: tuple[CopyDifference, ...] = ()

    @property
    def is_copy(self) -> bool:
        return self.contained >= COPY

    @property
    def rank(self) -> tuple[float, float]:
        """What is larger is more alike."""
        return self.contained, self.jaccard


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored article that may be what another is a copy of, and the group that it is in itself."""

    article_id: UUID
    group_id: UUID | None
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Copy:
    """Of what group an article is a copy, how like it is to the text that it is most like, and what it did to that."""

    group_id: UUID
    similarity: float
    differences: tuple[CopyDifference, ...]


def best(text: str, candidates: Iterable[Candidate]) -> Copy | None:
    """Return what `text` is a copy of: the candidate that it is most like; of equals the first. None: of none."""
    words = words_of(text)
    found: tuple[Likeness, Candidate] | None = None
    for one in candidates:
        likeness = compare(words_of(one.text), words)
        if likeness.is_copy and (found is None or likeness.rank > found[0].rank):
            found = likeness, one
            if likeness.rank == _SAME:
                break
    if found is None:
        return None
    likeness, one = found
    return Copy(one.group_id or one.article_id, likeness.contained, likeness.differences)


def compare(first: Sequence[str], copy: Sequence[str]) -> Likeness:
    """Compare the words of a text with those of one that may be its copy.

    Linear in the words; of each at most 10,000 are looked at. Texts of fewer than 25 words are like nothing but
    themselves.
    """
    first, copy = first[:_MOST_WORDS], copy[:_MOST_WORDS]
    if list(first) == list(copy):
        return Likeness(1.0, 1.0)
    if min(len(first), len(copy)) < LEAST_WORDS:
        return Likeness(0.0, 0.0)
    ours, theirs = _runs(first), _runs(copy)
    left, right = Counter(ours), Counter(theirs)
    shared = (left & right).total()
    contained = round(shared / min(len(ours), len(theirs)), 4)
    jaccard = round(shared / (left | right).total(), 4)
    if contained < COPY:
        return Likeness(contained, jaccard)
    return Likeness(contained, jaccard, _differences(ours, theirs))


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(_RUN)), strict=False))


def _differences(first: Sequence[tuple[str, ...]], copy: Sequence[tuple[str, ...]]) -> tuple[CopyDifference, ...]:
    in_copy, in_first = set(copy), set(first)
    kept = [at for at, run in enumerate(first) if run in in_copy]
    same = [at for at, run in enumerate(copy) if run in in_first]
    found = []
    if len(first) - 1 - kept[-1] > _FEW_WORDS:
        found.append(CopyDifference.CUT)
    before, after = same[0], len(copy) - 1 - same[-1]
    if before:
        found.append(CopyDifference.DATELINE if before <= _DATELINE_WORDS else CopyDifference.PREPENDED)
    if after > _FEW_WORDS:
        found.append(CopyDifference.APPENDED)
    missing = kept[-1] + 1 - kept[0] - len(kept)
    other = same[-1] + 1 - same[0] - len(same)
    if max(missing, other) > _EDITED * len(kept):
        found.append(CopyDifference.EDITED)
    return tuple(found)
