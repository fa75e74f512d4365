"""What the block model knows of each block of a page: one row of numbers per block. Pure, of no language."""

from collections.abc import Mapping, Sequence
from math import log1p
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wiredesk_cleaner.html.blocks import FLAGS, Block
from wiredesk_cleaner.html.containers import Surroundings
from wiredesk_cleaner.html.wording import Wording
from wiredesk_cleaner.network import Rows
from wiredesk_cleaner.normalisation import fold

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
# Columns: the shares of capitals and of digits; the vote; the lowest odds of the block, its parent and grandparent.
_CAPITALS, _DIGITS = 10, 11
VOTE = 22
NEAREST_ODDS = 30


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
        if squeezed in self._lines:
            return 1.0
        if len(squeezed) < _PROBE:
            return 0.0
        if len(squeezed) < _LONG:
            return float(squeezed in self._all)
        middle = (len(squeezed) - _PROBE) // 2
        probes = (squeezed[:_PROBE], squeezed[middle : middle + _PROBE], squeezed[-_PROBE:])
        return sum(probe in self._all for probe in probes) / 3


class Features:
    """What is known of the blocks of one page, of which there is at least one.

    `odds` are the log odds of class words. All that does not hang on a vote is counted once.
    """

    def __init__(self, blocks: Sequence[Block], stated: Stated, odds: Mapping[str, float]) -> None:
        # The text of a block holds no other white space.
        self._squeezed = [block.text.replace(" ", "").replace("\n", "") for block in blocks]
        self._own = np.array([_own(block) for block in blocks], dtype=np.float32)
        self._own[:, _CAPITALS], self._own[:, _DIGITS] = _letters([block.text[:_SAMPLE] for block in blocks])
        self.chars = np.array([block.chars for block in blocks], dtype=np.float32)
        self._stated = _compared(blocks, self._squeezed, stated)
        self._flags = _flags(blocks)
        self._h1 = next((index for index, block in enumerate(blocks) if block.node.tag == "h1"), -1)
        self._times = _first_times(self._squeezed)
        self._tree = Surroundings(blocks, odds, self.chars, self._own[:, 2])
        self._blocks = blocks
        self._headline = " ".join((*stated.headlines, stated.description))

    def wording(self, may_be_body: NDArray[np.bool_]) -> Wording:
        """Return what the words of those blocks say that `may_be_body` names."""
        return Wording(self._blocks, self._headline, may_be_body)

    def held(self, text: str) -> Rows:
        """Return how much of each block `text` holds, 0 to 1: the vote of the extractor that chose it."""
        found = Haystack(text)
        return np.array([found.share(each) for each in self._squeezed], dtype=np.float32)

    def rows(self, vote: Rows) -> Rows:
        """Return one row per block; `vote` says of each how far it is thought to be body, 0 to 1."""
        own = self._own
        odds = self._tree.odds(self.chars * vote)
        near = np.stack([own[:, 0], own[:, 2], vote, odds[:, 3], odds[:, 4], own[:, 4], own[:, 7]], axis=1)
        return np.concatenate(
            [
                own,
                vote[:, None],
                self._stated,
                odds,
                self._flags,
                _neighbours(near),
                _places(self._h1, self.chars, vote),
                self._tree.groups(vote),
                self._times,
            ],
            axis=1,
            dtype=np.float32,
        )


def _own(block: Block) -> tuple[float, ...]:
    text, tag = block.text, block.node.tag
    chars = block.chars or 1
    size = chars * (_WIDE_SCRIPT if text[len(text) // 2] >= "\u2e80" else 1)
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
        tag in {"h1", "h2", "h3", "h4", "h5", "h6"},
        block.emphasised / chars,
        (text.count(",") + text.count("、") + text.count("،")) / chars * 20,
        0.0,
        0.0,
        "|" in text or "•" in text or "·" in text or "/" in text,
        "©" in text,
        "@" in text,
        text[0].islower(),
        block.after_break,
        block.node.depth / 20,
        tag == "div",
        tag == "p",
        tag == "li",
        tag == "tr",
    )


def _letters(samples: Sequence[str]) -> tuple[Rows, Rows]:
    """Return the share of capitals and of digits in each of `samples`, none of which is empty."""
    text = "".join(samples)
    sizes = np.array([len(sample) for sample in samples])
    starts = np.cumsum(sizes) - sizes
    codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    letters = set(text)
    shares = []
    for test in (str.isupper, str.isdigit):
        counts = np.zeros(int(codes.max()) + 1, dtype=np.int32)
        counts[[ord(letter) for letter in letters if test(letter)]] = 1
        shares.append(np.add.reduceat(counts[codes], starts) / sizes)
    return shares[0], shares[1]


def _compared(blocks: Sequence[Block], squeezed: Sequence[str], stated: Stated) -> Rows:
    body = Haystack(stated.body)
    headlines = {fold(line) for line in stated.headlines}
    # One letter folds to three at most.
    shortest = min(map(len, headlines), default=_MAX_HEADLINE) / 3
    names = tuple(filter(None, map(squeeze, stated.authors)))
    description = squeeze(stated.description)
    return np.array(
        [
            (
                body.share(text) if body else 0.5,
                shortest <= len(block.text) and len(text) < _MAX_HEADLINE and fold(block.text) in headlines,
                len(text) < 80 and _holds(text, names),
                len(text) > 20 and bool(description) and (text in description or description in text),
            )
            for block, text in zip(blocks, squeezed, strict=True)
        ],
        dtype=np.float32,
    )


def _holds(text: str, names: Sequence[str]) -> bool:
    for name in names:  # noqa: SIM110 - called for every block, and a generator costs more than the search
        if name in text:
            return True
    return False


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


def _places(h1: int, chars: Rows, vote: Rows) -> Rows:
    """Where the block stands on the page and among the text that was voted for."""
    count = len(chars)
    before = np.cumsum(chars) - chars
    total = max(float(chars.sum()), 1.0)
    strong = vote * chars
    kept_total = float(strong.sum())
    kept_before = np.cumsum(strong) - strong
    voted = np.flatnonzero((vote > 0.5) & (chars > 40))
    first, last = (int(voted[0]), int(voted[-1])) if len(voted) else (0, count - 1)
    at = np.arange(count)
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
