"""What the words of a block say of it: known phrases, and what it shares with the rest of the story. Pure.

A teaser reads like a paragraph of the story and stands in the same mark-up; but the names in it are not the story's.
Counted only for blocks that may be body at all, because it takes longer than all else that is known of a block.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.html.blocks import Block
from wiredesk_cleaner.network import Rows
from wiredesk_cleaner.zones.line_rules import match

# What a phrase can make of a line; the columns of the model stand in this order.
_KINDS = (
    *(ZoneKind.RELATED, ZoneKind.NEWSLETTER, ZoneKind.SHARE, ZoneKind.TAG, ZoneKind.COPYRIGHT, ZoneKind.NAVIGATION),
    *(ZoneKind.CREDIT, ZoneKind.BYLINE, ZoneKind.DATE, ZoneKind.CONTRIBUTORS, ZoneKind.CAPTION, ZoneKind.TRACKER),
)
_COLUMN = {kind: column for column, kind in enumerate(_KINDS)}
_LONGEST = 300  # characters of a line that a phrase may decide
_WORD = re.compile(r"\w+")
# Long words are names more often than not; cut, so that their endings do not part them.
_LEAST, _CUT = 4, 7
_WIDE = "\u2e80"
_DAYTIME = re.compile(r"\b\d{1,2}[:.]\d\d\b")
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]")
_OPENING = frozenset("\"'“„«»‘–—-")  # noqa: RUF001 - of every script
_CLOSING = ("…", "...")
_BODY = 0.5
# Phrases; then what is shared with the headline, the look, and what is shared with what was voted for.
_STATIC = len(_KINDS) + 1 + 9
WIDTH = _STATIC + 6


class Wording:
    """What is known of the words of those of `blocks` that `may_be_body` names. `headline` with what describes it."""

    def __init__(self, blocks: Sequence[Block], headline: str, may_be_body: NDArray[np.bool_]) -> None:
        self._count = len(blocks)
        self._at = np.flatnonzero(may_be_body)
        chosen = [blocks[index] for index in self._at.tolist()]
        self._words = [_words(block.text) for block in chosen]
        stated = _words(headline)
        self._static = np.array(
            [_static(block.text, words, stated) for block, words in zip(chosen, self._words, strict=True)],
            dtype=np.float32,
        ).reshape(len(chosen), _STATIC)

    def columns(self, vote: Rows) -> Rows:
        """Return `WIDTH` columns for each block of the page; zeros for those that cannot be body."""
        held = vote[self._at] > _BODY
        counts: Counter[str] = Counter()
        for words, is_held in zip(self._words, held.tolist(), strict=True):
            if is_held:
                counts.update(words)
        shared = np.array(
            [_shared(words, counts, own) for words, own in zip(self._words, held.tolist(), strict=True)],
            dtype=np.float32,
        ).reshape(len(self._words), 3)
        # A page of one topic shares more than one of many: what counts is the distance to its own body.
        usual = shared[held].mean(axis=0) if held.any() else np.zeros(3, np.float32)
        found = np.zeros((self._count, WIDTH), dtype=np.float32)
        found[self._at] = np.concatenate([self._static, shared, shared - usual], axis=1)
        return found


def _words(text: str) -> frozenset[str]:
    """Return the longer words of `text`, cut; of a script without spaces, each two characters that follow."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if word[0] >= _WIDE:
            found.update(word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) >= _LEAST:
            found.add(word[:_CUT])
    return frozenset(found)


def _static(text: str, words: frozenset[str], stated: frozenset[str]) -> list[float]:
    phrases = [0.0] * (len(_KINDS) + 1)
    found = match(text.replace("\n", " ")) if len(text) <= _LONGEST else None
    if found is not None:
        if found.kind in _COLUMN:
            phrases[_COLUMN[found.kind]] = 1.0
        phrases[-1] = float(found.heads)
    common = len(words & stated)
    spaced = text.split()
    return [
        *phrases,
        common / len(words) if words else 0.0,
        min(common, 6) / 6,
        sum(word[0].isupper() for word in spaced) / len(spaced),
        text.endswith(_CLOSING),
        _DAYTIME.search(text, 0, 60) is not None,
        _DAY.search(text, 0, 60) is not None,
        text[0] in _OPENING,
        text[-1] == "?",
        text[0].isdigit(),
    ]


def _shared(words: frozenset[str], counts: Counter[str], own: int) -> tuple[float, float, float]:
    """Return which share of `words` others have as well, how many (8 are enough), and the share that two others have.

    `own` is 1 where the words have been counted themselves.
    """
    if not words:
        return 0.0, 0.0, 0.0
    others = [counts[word] - own for word in words if word in counts]
    once = sum(other > 0 for other in others)
    return once / len(words), min(once, 8) / 8, sum(other > 1 for other in others) / len(words)
