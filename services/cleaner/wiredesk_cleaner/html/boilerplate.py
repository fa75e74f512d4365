"""The learned choice of the blocks that are the article's body: weights as plain arrays, applied with numpy. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wiredesk_cleaner.html.blocks import Block, Node, ancestors
from wiredesk_cleaner.html.features import NEAREST_ODDS, VOTE, Features, Stated
from wiredesk_cleaner.html.wording import Wording
from wiredesk_cleaner.network import Network, Rows, shipped

_NETWORKS = ("first", "second", "advised")
# A chance between `_DOUBT` and what it leaves to 1 is a doubt. By this measure one training page in thirteen is unsure;
# the cross-validated F1 is the same for any `_UNSURE` from 0.2 (a fifth of the pages) to 0.4, and lower above.
_DOUBT = 0.2
_LIKELY = 0.35
# Nearly all of a page is ruled out at once, and hardly any of its body.
_RULED_OUT = 0.03
_UNSURE = 0.4
# Summed log odds of the class words of one element, as "promo newsletter signup" has them. Nearer to 0 costs more true
# text on the training pages than it saves false.
_FURNITURE = -6.0
_FOR = 0.5
_CONSENT = frozenset({"consent", "gdpr"})
_COOKIES = frozenset({"cookie", "cookies"})
_DIALOGS = frozenset({"banner", "bar", "dialog", "law", "message", "modal", "notice", "overlay", "popup", "wall"})


class Choice(NamedTuple):
    """The blocks that are the body, and the F1 (of characters, 0 to 1) that their own chances lead to expect."""

    blocks: list[Block]
    expected_f1: float


@dataclass(frozen=True, slots=True)
class Model:
    """Three networks that differ in the vote they know.

    `first` knows none, `second` the chances that `first` gave, `advised` the text that another extractor chose. `odds`
    are log odds of class words; a block whose chance reaches `threshold` is kept.
    """

    first: Network
    second: Network
    advised: Network
    odds: Mapping[str, float]
    threshold: float

    def choose(self, blocks: Sequence[Block], stated: Stated, advice: Callable[[], str]) -> Choice:
        """Return those of `blocks` that are the body.

        Only where that is unsure `advice` is asked, once, for the text that another extractor chooses.
        """
        if not blocks:
            return Choice([], 0.0)
        chances = self.chances(Features(blocks, stated, self.odds), advice)
        chosen = [block for block, chance in zip(blocks, chances.tolist(), strict=True) if chance >= self.threshold]
        story = [block for block in chosen if not _asks_for_consent(block)]
        # The whole page may be named after its consent dialog; then nearly all would go.
        kept = story if 2 * _size(story) >= _size(chosen) else chosen
        return Choice(kept, _expected_f1(blocks, chances, self.threshold))

    def chances(self, features: Features, advice: Callable[[], str]) -> Rows:
        """Return for each block how likely it belongs to the body, 0 to 1."""
        draft = self.first.chances(features.rows(np.zeros_like(features.chars)))
        may_be = may_be_body(draft)
        wording = features.wording(may_be)
        alone = body_chances(self.second, rows_with(wording, features, draft), may_be)
        if not is_unsure(alone, features.chars):
            return alone
        advised = body_chances(self.advised, rows_with(wording, features, features.held(advice())), may_be)
        return mean(alone, advised)


def may_be_body(draft: Rows) -> NDArray[np.bool_]:
    """Return which blocks are looked at again: those that the first network does not rule out."""
    return draft >= _RULED_OUT


def rows_with(wording: Wording, features: Features, vote: Rows) -> Rows:
    """Return the rows of the later networks: what is known of each block, and what its words say."""
    return np.concatenate([features.rows(vote), wording.columns(vote)], axis=1, dtype=np.float32)


def _expected_f1(blocks: Sequence[Block], chances: Rows, threshold: float) -> float:
    """What the chances make of the choice: its expected true text, over the mean of what is kept and what is wanted."""
    chars = np.array([block.chars for block in blocks], dtype=np.float32)
    kept = chances >= threshold
    right, size, wanted = (float((chars * each).sum()) for each in (chances * kept, kept, chances))
    return 2 * right / (size + wanted) if size else 0.0


def _asks_for_consent(block: Block) -> bool:
    """Whether a block stands in a consent dialog: whole sentences in any language, which no page has for a body."""
    for node in ancestors(block.node):
        names = set(node.tokens)
        if names & _CONSENT or (names & _COOKIES and names & _DIALOGS):
            return True
    return False


def _size(blocks: Sequence[Block]) -> int:
    return sum(block.chars for block in blocks)


def mean(alone: Rows, advised: Rows) -> Rows:
    """Return the chances that two networks agree on."""
    return (alone + advised) * np.float32(0.5)


def is_unsure(chances: Rows, chars: Rows) -> bool:
    """Whether too much text is neither surely body nor surely not, measured by what is more likely body than not."""
    doubtful = float(chars[(chances > _DOUBT) & (chances < 1 - _DOUBT)].sum())
    return doubtful >= _UNSURE * float(chars[chances > _LIKELY].sum())


def body_chances(network: Network, found: Rows, may_be: NDArray[np.bool_]) -> Rows:
    """The chances of a page's rows; none for what cannot be body, or has no vote and stands in what is called so."""
    furniture = (found[:, VOTE] < _FOR) & (found[:, NEAREST_ODDS] < _FURNITURE)
    at = np.flatnonzero(may_be & ~furniture)
    chances: Rows = np.zeros(len(found), dtype=np.float32)
    if len(at):
        chances[at] = network.chances(found[at])
    return chances


@cache
def block_model() -> Model:
    """Return the model shipped in `model/`."""
    networks, words = shipped(__package__, "blocks", _NETWORKS)
    return Model(**networks, odds=words["odds"], threshold=words["threshold"])


def laid_out(blocks: Sequence[Block]) -> str:
    """Return the text of `blocks`: a blank line between two, a line feed at a line break, bullets before list items."""
    text = ""
    last = None
    for block in blocks:
        item = _item(block)
        if last is not None:
            text += "\n" if block.after_break and last.node is block.node else "\n\n"
        text += f"- {block.text}" if item is not None and (last is None or item is not _item(last)) else block.text
        last = block
    return text


def _item(block: Block) -> Node | None:
    parent = block.node.parent
    return block.node if block.node.tag == "li" else parent if parent is not None and parent.tag == "li" else None
