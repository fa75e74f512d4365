"""How much of each block of an annotated page belongs to its body, and how well a choice of blocks matches it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

import numpy as np

from wiredesk_cleaner.html.blocks import Block, ancestors
from wiredesk_cleaner.network import Rows

_WORD = re.compile(r"\w+")
_SHINGLE = 4
# A class word is taken from this many pages on; so many undecided pages are added to what it was seen on.
_MIN_PAGES = 5
_DOUBT = 3.0
_SHORT, _MOST_HOLDING = 10, 2


def shingles(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Return the multiset of runs of four words; a shorter text is one run."""
    if not words:
        return Counter()
    return Counter(tuple(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1)))


def words_of(text: str) -> list[str]:
    """Return the words of `text` as the metric counts them."""
    return _WORD.findall(text)


def shares(blocks: Iterable[Block], body: str) -> Rows:
    """How much of each block the annotated `body` holds, 0 to 1; what stands twice on the page counts once.

    A block too short for a shingle must be a line of the body; one that only occurs in it is half a match.
    """
    left = shingles(words_of(body))
    lines = {tuple(words_of(line)) for line in body.split("\n")}
    running = f" {' '.join(words_of(body))} "
    found = []
    for block in blocks:
        words = words_of(block.text)
        if len(words) < _SHINGLE:
            inside = len(words) > 1 and f" {' '.join(words)} " in running
            found.append(1.0 if tuple(words) in lines else 0.5 * inside)
            continue
        runs = [tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)]
        hits = 0
        for run in runs:
            if left[run] > 0:
                hits += 1
                left[run] -= 1
        found.append(hits / len(runs))
    return np.array(found, dtype=np.float32)


def picked(blocks: Sequence[Block], wanted: Sequence[str], unwanted: Sequence[str]) -> Rows:
    """What is said of each block by snippets that the body must hold or must not: 1, 0, or NaN for nothing.

    A wanted snippet that stands in more than two blocks says of none of them that it is the one.
    """
    found = np.full(len(blocks), np.nan, dtype=np.float32)
    for target, snippets in ((1.0, wanted), (0.0, unwanted)):
        for snippet in snippets:
            holding = [at for at, block in enumerate(blocks) if snippet in block.text] or [
                at for at, block in enumerate(blocks) if len(block.text) > _SHORT and block.text in snippet
            ]
            if target and len(holding) > _MOST_HOLDING:
                continue
            for at in holding:
                # What both sides claim is nobody's.
                found[at] = target if np.isnan(found[at]) or found[at] == target else np.nan
    return found


def class_odds(pages: Iterable[tuple[Sequence[Block], Rows]]) -> dict[str, float]:
    """Return the log odds that text under an element with this class or id word is body; each page counts once."""
    body: defaultdict[str, float] = defaultdict(float)
    seen: Counter[str] = Counter()
    for blocks, targets in pages:
        held: defaultdict[str, float] = defaultdict(float)
        wanted: defaultdict[str, float] = defaultdict(float)
        for block, target in zip(blocks, targets.tolist(), strict=True):
            for word in {token for node in ancestors(block.node) for token in node.tokens}:
                held[word] += block.chars
                wanted[word] += block.chars * target
        for word, chars in held.items():
            seen[word] += 1
            body[word] += wanted[word] / chars
    return {
        word: round(float(np.log((body[word] + _DOUBT / 2) / (count - body[word] + _DOUBT / 2))), 3)
        for word, count in sorted(seen.items())
        if count >= _MIN_PAGES
    }


def precision_recall(body: str, found: str) -> tuple[float | None, float | None]:
    """Return the shingle precision and recall of `found`; None where there is nothing to divide by."""
    want, got = shingles(words_of(body)), shingles(words_of(found))
    shared = (want & got).total()
    return (shared / got.total() if got else None), (shared / want.total() if want else None)


def f1(scores: Iterable[tuple[float | None, float | None]]) -> float:
    """Return the harmonic mean of the mean precision and the mean recall of pages."""
    rows = list(scores)
    precisions = [p for p, _ in rows if p is not None]
    recalls = [r for _, r in rows if r is not None]
    precision, recall = fmean(precisions or [0.0]), fmean(recalls or [0.0])
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def snippet_f1(pages: Iterable[tuple[Sequence[str], Sequence[str], str]]) -> float:
    """Return the F1 of (wanted, unwanted, text) over all snippets: a wanted one that the text holds is found."""
    found = missed = false = 0
    for wanted, unwanted, text in pages:
        held = sum(snippet in text for snippet in wanted)
        found += held
        missed += len(wanted) - held
        false += sum(snippet in text for snippet in unwanted)
    return 2 * found / (2 * found + missed + false) if found else 0.0
