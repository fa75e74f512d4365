"""B-cubed: how alike two groupings of the same things are (Bagga and Baldwin 1998). Pure."""

from collections.abc import Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)


class BCubed(NamedTuple):
    """Sums over things, so that those of several texts add up; the shares are properties."""

    things: int = 0
    precision_sum: float = 0.0
    recall_sum: float = 0.0

    @property
    def shares(self) -> tuple[float, float, float]:
        """Precision, recall, F1."""
        precision, recall = (part / max(1, self.things) for part in (self.precision_sum, self.recall_sum))
        return precision, recall, 2 * precision * recall / (precision + recall or 1)


def b_cubed(
    gold: Iterable[frozenset[T]], found: Iterable[frozenset[T]], judged: AbstractSet[T] | None = None
) -> BCubed:
    """Compare two groupings over the things that both have, each in one group; with `judged` only those are counted."""
    wanted, had = _by_thing(gold), _by_thing(found)
    common = wanted.keys() & had.keys()
    precision = recall = 0.0
    counted = common if judged is None else common & judged
    for thing in counted:
        theirs, ours = wanted[thing] & common, had[thing] & common
        precision += len(theirs & ours) / len(ours)
        recall += len(theirs & ours) / len(theirs)
    return BCubed(len(counted), precision, recall)


def _by_thing(groups: Iterable[frozenset[T]]) -> Mapping[T, frozenset[T]]:
    return {thing: group for group in groups for thing in group}
