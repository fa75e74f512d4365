"""What the elements around a block say of it: their class words, and the text they hold beside it. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from wiredesk_cleaner.html.blocks import Block, Node
from wiredesk_cleaner.network import Rows

# Of the text that was voted for, how much the innermost element must hold that counts as the place of the body.
_SHARES = (0.95, 0.75, 0.5)


class Surroundings:
    """What is known of a block from the elements around it. `chars` and `linked` are sizes and shares of links."""

    def __init__(self, blocks: Sequence[Block], odds: Mapping[str, float], chars: Rows, linked: Rows) -> None:
        self._nodes = [block.node for block in blocks]
        self._chars = chars
        self._word_odds = odds
        self._odds: dict[Node, tuple[float, float]] = {}
        self._columns = self._class_words()
        self._groups = [_Group(keys, chars, linked) for keys in self._keys()]

    def odds(self, kept: Rows) -> Rows:
        """The log odds of class words: its own, its parent's and grandparent's, the lowest of these, all above it.

        The last is counted from the mean of the text that was voted for (`kept`, in characters), because what lies
        around the whole page tells nothing.
        """
        columns = self._columns.copy()
        if kept.any():
            columns[:, 4] -= np.average(columns[:, 4], weights=kept)
        return columns

    def groups(self, vote: Rows) -> Rows:
        """Sums over the blocks that share a parent, grandparent, great-grandparent, or a kind of place."""
        columns = [column for group in self._groups for column in group.columns(vote)]
        return np.stack([*columns, *self._main(vote)], axis=1).astype(np.float32)

    def _class_words(self) -> Rows:
        found = []
        for node in self._nodes:
            own, total = self._odds_of(node)
            parent = node.parent
            above = self._odds_of(parent)[0] if parent else 0.0
            over = self._odds_of(parent.parent)[0] if parent and parent.parent else 0.0
            found.append((own, above, over, min(own, above, over), total))
        return np.array(found, dtype=np.float32)

    def _odds_of(self, node: Node) -> tuple[float, float]:
        """Return its own log odds and the sum of them over it and its ancestors."""
        chain = []
        at: Node | None = node
        while at is not None and at not in self._odds:
            chain.append(at)
            at = at.parent
        total = self._odds[at][1] if at is not None else 0.0
        for each in reversed(chain):
            own = 0.0
            for word in each.tokens:
                own += self._word_odds.get(word, 0.0)
            total += own
            self._odds[each] = (own, total)
        return self._odds[node]

    def _keys(self) -> list[list[int]]:
        """The numbers of the groups that each block is in."""
        ups: list[list[int]] = [[], [], []]
        kinds: list[int] = []
        known: dict[object, int] = {}
        for node in self._nodes:
            above = node.parent or node
            kinds.append(known.setdefault((node.tag, node.tokens[:2], above.tag, above.tokens[:2]), len(known)))
            for level in ups:
                level.append(above.number)
                above = above.parent or above
        return [*ups, kinds]

    def _main(self, vote: Rows) -> Iterable[Rows]:
        """Whether the block lies in the innermost element that holds this much of what was voted for."""
        held: dict[Node, float] = {}
        weights = (self._chars * vote).tolist()
        for node, weight in zip(self._nodes, weights, strict=True):
            at: Node | None = node
            while weight and at is not None:
                held[at] = held.get(at, 0.0) + weight
                at = at.parent
        mains = [_innermost(held, share * sum(weights)) for share in _SHARES]
        known: dict[Node | None, int] = {None: 0}
        levels = np.array([_level(node, mains, known) for node in self._nodes])
        return [(levels > level).astype(np.float32) for level in range(len(_SHARES))]


class _Group:
    """Blocks by what they have in common."""

    def __init__(self, keys: Sequence[int], chars: Rows, linked: Rows) -> None:
        self._keys = np.array(keys)
        self._own = chars
        self._chars = np.bincount(self._keys, chars)[self._keys]
        size = np.bincount(self._keys)[self._keys]
        self._fixed = [
            np.log1p(self._chars / size),
            np.bincount(self._keys, chars * linked)[self._keys] / (self._chars + 1),
            np.log1p(size),
            self._chars / max(float(chars.sum()), 1.0),
        ]

    def columns(self, vote: Rows) -> list[NDArray[np.float64]]:
        """Of each block's group: voted share without the block itself, text, link density, size, share of the page."""
        kept = np.bincount(self._keys, self._own * vote)[self._keys]
        return [(kept - self._own * vote) / (self._chars - self._own + 20), *self._fixed]


def _innermost(held: Mapping[Node, float], enough: float) -> Node | None:
    return max((node for node, weight in held.items() if weight >= enough), key=lambda node: node.depth, default=None)


def _level(node: Node, mains: Sequence[Node | None], known: dict[Node | None, int]) -> int:
    """How many of `mains`, each within the one before, `node` lies in."""
    chain = []
    at: Node | None = node
    while at not in known:
        chain.append(at)
        at = at.parent if at is not None else None
    level = known[at]
    for each in reversed(chain):
        level += mains.count(each)
        known[each] = level
    return level
