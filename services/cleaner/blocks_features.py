"""What the block model knows of each block of a page: one row of numbers per block. Pure, of no language."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log1p
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.cleaner.blocks import FLAGS, Block, Node
from services.cleaner.hygiene import fold

Rows = NDArray[np.float32]

_SENTENCE_ENDS = frozenset(".!?。！？…؟।»”\"'’)")  # noqa: RUF001 - of every script
# Only the beginning of a block is looked at for letters of one kind.
_SAMPLE = 80
# A block this long or longer (squeezed) is looked for in the kept text by its beginning, middle and end.
_LONG = 48
_PROBE = 20
# A Chinese, Japanese or Korean character says as much as this many letters; a word has about six characters.
_WIDE_SCRIPT = 2.5
_WORD = 6
_WIDEST_WORD = 20
_MAX_HEADLINE = 200
_SHARES = (0.95, 0.75, 0.5)


class Stated(NamedTuple):
    """What the mark-up says that blocks are compared with; all may be empty."""

    headlines: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    description: str = ""
    body: str = ""


def squeeze(text: str) -> str:
    """Return `text` without white space: the form in which texts are compared."""
    return "".join(text.split())


class Haystack:
    """A text that blocks are looked for in."""

    def __init__(self, text: str) -> None:
        self._all = squeeze(text)
        self._lines = {squeeze(line.lstrip("- ")) for line in text.split("\n")}

    def __bool__(self) -> bool:
        return bool(self._all)

    def share(self, squeezed: str) -> float:
        """How much of a block it holds: 0 to 1. A short one must be a whole line of it."""
        if len(squeezed) < _PROBE:
            return float(squeezed in self._lines)
        if len(squeezed) < _LONG:
            return float(squeezed in self._all)
        middle = (len(squeezed) - _PROBE) // 2
        probes = (squeezed[:_PROBE], squeezed[middle : middle + _PROBE], squeezed[-_PROBE:])
        return sum(probe in self._all for probe in probes) / 3


def rows(blocks: Sequence[Block], kept: str, stated: Stated, odds: Mapping[str, float]) -> Rows:
    """Return one row per block. `kept` is the text another extractor chose, `odds` the log odds of class words."""
    squeezed = [squeeze(block.text) for block in blocks]
    votes = _votes(blocks, squeezed, kept, stated)
    own = np.array([_own(block) for block in blocks], dtype=np.float32)
    chars = np.array([block.chars for block in blocks], dtype=np.float32)
    tree = _Tree(blocks, odds)
    chances = tree.chances(chars * votes[:, 0])
    base = np.concatenate([own, votes, chances], axis=1)
    vote = votes[:, 0]
    near = np.stack([own[:, 0], own[:, 2], vote, chances[:, 3], chances[:, 4], own[:, 4], own[:, 7]], axis=1)
    return np.concatenate(
        [
            base,
            _flags(blocks),
            _neighbours(near),
            _places(blocks, chars, vote),
            tree.groups(chars, vote, own[:, 2]),
            _first_times(squeezed),
        ],
        axis=1,
        dtype=np.float32,
    )


def _own(block: Block) -> tuple[float, ...]:
    text = block.text
    chars = block.chars or 1
    size = chars * (_WIDE_SCRIPT if text[len(text) // 2] >= "\u2e80" else 1)
    sample = text[:_SAMPLE]
    words = text.count(" ") + 1
    stops = text.count(". ") + text.count("。") + text.count("? ") + text.count("! ")
    return (
        log1p(size),
        log1p(size / _WORD if words * _WIDEST_WORD < size else words),
        block.linked / chars,
        log1p(block.links),
        text[-1] in _SENTENCE_ENDS,
        text[-1] == ":",
        log1p(stops),
        block.node.tag in {"h1", "h2", "h3", "h4", "h5", "h6"},
        block.emphasised / chars,
        (text.count(",") + text.count("、") + text.count("،")) / chars * 20,
        sum(map(str.isupper, sample)) / len(sample),
        sum(map(str.isdigit, sample)) / len(sample),
        text.count("|") + text.count("•") + text.count("·") + text.count("/") > 0,
        "©" in text,
        "@" in text,
        sample[0].islower(),
        block.after_break,
        block.node.depth / 20,
        block.node.tag == "div",
        block.node.tag == "p",
        block.node.tag == "li",
        block.node.tag == "tr",
    )


def _votes(blocks: Sequence[Block], squeezed: Sequence[str], kept: str, stated: Stated) -> Rows:
    extracted, body = Haystack(kept), Haystack(stated.body)
    headlines = {fold(line) for line in stated.headlines}
    names = tuple(filter(None, map(squeeze, stated.authors)))
    description = squeeze(stated.description)
    return np.array(
        [
            (
                extracted.share(text),
                body.share(text) if body else 0.5,
                len(text) < _MAX_HEADLINE and fold(block.text) in headlines,
                len(text) < 80 and any(name in text for name in names),
                len(text) > 20 and bool(description) and (text in description or description in text),
            )
            for block, text in zip(blocks, squeezed, strict=True)
        ],
        dtype=np.float32,
    )


def _flags(blocks: Sequence[Block]) -> Rows:
    bits = np.array([block.flags for block in blocks], dtype=np.int64)
    shifts = np.arange(len(FLAGS) + 1)
    return ((bits[:, None] >> shifts) & 1).astype(np.float32)


def _neighbours(near: Rows) -> Rows:
    """The same numbers of the three blocks before and after, and how they fade with distance."""
    count, width = near.shape
    padded = np.zeros((count + 6, width), dtype=np.float32)
    padded[3:-3] = near
    shifted = [padded[3 + step : 3 + step + count] for step in (-3, -2, -1, 1, 2, 3)]
    wide = near[:, :4]
    sums = np.concatenate([np.zeros((1, 4), np.float32), np.cumsum(wide, axis=0, dtype=np.float32)])
    at = np.arange(count)
    low, high = np.maximum(at - 8, 0), np.minimum(at + 9, count)
    means = (sums[high] - sums[low]) / (high - low)[:, None]
    return np.concatenate([*shifted, means], axis=1)


def _places(blocks: Sequence[Block], chars: Rows, vote: Rows) -> Rows:
    """Where the block stands on the page and among the kept text."""
    count = len(blocks)
    before = np.cumsum(chars) - chars
    total = max(float(chars.sum()), 1.0)
    strong = vote * chars
    kept_total = float(strong.sum())
    kept_before = np.cumsum(strong) - strong
    voted = np.flatnonzero((vote > 0.5) & (chars > 40))
    first, last = (int(voted[0]), int(voted[-1])) if len(voted) else (0, count - 1)
    at = np.arange(count)
    h1 = next((index for index, block in enumerate(blocks) if block.node.tag == "h1"), -1)
    columns = [
        before / total,
        kept_before / max(kept_total, 1.0),
        np.clip((at - first) / 10, -2, 2),
        np.clip((at - last) / 10, -2, 2),
        (at >= first) & (at <= last),
        np.full(count, kept_total / total),
        np.full(count, log1p(kept_total)),
        np.full(count, log1p(count)),
        np.clip((at - h1) / 10, -2, 2) if h1 >= 0 else np.zeros(count),
        np.full(count, h1 >= 0),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _first_times(squeezed: Sequence[str]) -> Rows:
    """Whether the same text stood before, and whether it comes again."""
    seen: dict[str, int] = {}
    repeated = []
    for text in squeezed:
        repeated.append(text in seen)
        seen[text] = seen.get(text, 0) + 1
    again = [seen[text] > 1 for text in squeezed]
    return np.array([repeated, again], dtype=np.float32).T


class _Tree:
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
            near = [self._odds_of(node)[0] for node in (block.node, *_above(block.node, 2))]
            near += [0.0] * (3 - len(near))
            found.append((*near, min(near), self._odds_of(block.node)[1]))
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
            own = sum(self._word_odds[word] for word in each.tokens if word in self._word_odds)
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


def _above(node: Node, levels: int) -> Iterator[Node]:
    for _ in range(levels):
        if node.parent is None:
            return
        node = node.parent
        yield node


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
    _, group = np.unique(keys, return_inverse=True)
    all_chars = np.bincount(group, chars)[group]
    kept = np.bincount(group, chars * vote)[group]
    links = np.bincount(group, chars * linked)[group]
    size = np.bincount(group)[group]
    return [
        (kept - chars * vote) / (all_chars - chars + 20),
        np.log1p(all_chars / size),
        links / (all_chars + 1),
        np.log1p(size),
        all_chars / max(float(chars.sum()), 1.0),
    ]
