"""What the elements around a block say of it: their class words, and the text they hold beside it. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from services.cleaner.blocks import Block, Node

Rows = NDArray[np.float32]

# Of the kept text, how much the innermost element must hold that counts as the place of the body.
_SHARES = (0.95, 0.75, 0.5)


class Surroundings:
    """What is known of a block from the elements around it."""

    def __init__(self, blocks: Sequence[Block], odds: Mapping[str, float]) -> None:
        self._blocks = blocks
        self._word_odds = odds
        self._odds: dict[Node, tuple[float, float]] = {}

    def chances(self, kept: Rows) -> Rows:
        """The log odds of class words: its own, its parent's and grandparent's, the lowest of these, all above it.

        The last is counted from the mean of the kept text, because what lies around the whole page tells nothing.
        """
        found = []
        for block in self._blocks:
            node = block.node
            own, total = self._odds_of(node)
            parent = node.parent
            above = self._odds_of(parent)[0] if parent else 0.0
            over = self._odds_of(parent.parent)[0] if parent and parent.parent else 0.0
            found.append((own, above, over, min(own, above, over), total))
        columns = np.array(found, dtype=np.float32)
        if kept.any():
            columns[:, 4] -= np.average(columns[:, 4], weights=kept)
        return columns

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

    def groups(self, chars: Rows, vote: Rows, linked: Rows) -> Rows:
        """Sums over the blocks that share a parent, grandparent, great-grandparent, or a kind of place."""
        ups: list[list[int]] = [[], [], []]
        kinds: list[int] = []
        known: dict[object, int] = {}
        for block in self._blocks:
            node = block.node
            above = node.parent or node
            kinds.append(known.setdefault((node.tag, node.tokens[:2], above.tag, above.tokens[:2]), len(known)))
            for level in ups:
                level.append(above.number)
                above = above.parent or above
        columns = []
        for keys in (*ups, kinds):
            columns.extend(_sums(np.array(keys), chars, vote, linked))
        columns.extend(self._main(chars, vote))
        return np.stack(columns, axis=1).astype(np.float32)

    def _main(self, chars: Rows, vote: Rows) -> Iterable[Rows]:
        """Whether the block lies in the innermost element that holds this much of the kept text."""
        held: dict[Node, float] = {}
        weights = (chars * vote).tolist()
        for block, weight in zip(self._blocks, weights, strict=True):
            at: Node | None = block.node
            while weight and at is not None:
                held[at] = held.get(at, 0.0) + weight
                at = at.parent
        mains = [_innermost(held, share * sum(weights)) for share in _SHARES]
        known: dict[Node | None, int] = {None: 0}
        levels = np.array([_level(block.node, mains, known) for block in self._blocks])
        return [(levels > level).astype(np.float32) for level in range(len(_SHARES))]


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


def _sums(keys: NDArray[np.int64], chars: Rows, vote: Rows, linked: Rows) -> list[Rows]:
    """Of each block's group: kept share without the block itself, text, link density, size, share of the page."""
    all_chars = np.bincount(keys, chars)[keys]
    kept = np.bincount(keys, chars * vote)[keys]
    links = np.bincount(keys, chars * linked)[keys]
    size = np.bincount(keys)[keys]
    return [
        (kept - chars * vote) / (all_chars - chars + 20),
        np.log1p(all_chars / size),
        links / (all_chars + 1),
        np.log1p(size),
        all_chars / max(float(chars.sum()), 1.0),
    ]
