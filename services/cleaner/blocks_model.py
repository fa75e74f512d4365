"""The learned choice of the blocks that are the article's body: weights as plain arrays, applied with numpy. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from services.cleaner.blocks import Block, Node
from services.cleaner.blocks_features import NEAREST_ODDS, VOTE, Stated, rows
from services.cleaner.blocks_tree import Rows

# So few rows at once that the linear algebra library wakes no further threads: they would spin longer than they help.
_ROWS = 12

# Summed log odds of the class words of one element, as "promo newsletter signup" has them. Nearer to 0 costs more true
# text on the training pages than it saves false.
_FURNITURE = -6.0


@dataclass(frozen=True, slots=True)
class Weights:
    """A network with one hidden layer. Inputs are scaled by `mean` and `spread`."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    output: NDArray[np.float32]
    output_bias: NDArray[np.float32]

    def chances(self, found: Rows) -> Rows:
        """How likely each row's block is to belong to the body, 0 to 1."""
        scaled = np.clip((found - self.mean) / self.spread, -5, 5)
        parts = [scaled[at : at + _ROWS] @ self.hidden for at in range(0, len(scaled), _ROWS)]
        hidden = np.maximum(np.concatenate(parts) + self.hidden_bias, 0)
        result: Rows = 1 / (1 + np.exp(-np.clip(hidden @ self.output + self.output_bias, -30, 30)))
        return result


def body_chances(weights: Weights, found: Rows) -> Rows:
    """The chances of a page's rows; none for what nobody kept and stands in an element with a name of furniture."""
    furniture = (found[:, VOTE] == 0) & (found[:, NEAREST_ODDS] < _FURNITURE)
    chances: Rows = np.where(furniture, np.float32(0), weights.chances(found))
    return chances


@dataclass(frozen=True, slots=True)
class Model:
    """`odds` are log odds of class words; a block whose chance reaches `threshold` is kept."""

    weights: Weights
    odds: Mapping[str, float]
    threshold: float

    def choose(self, blocks: Sequence[Block], kept: str, stated: Stated) -> list[Block]:
        """Return those of `blocks` that are the body. `kept` is the text that another extractor chose."""
        if not blocks:
            return []
        chances = body_chances(self.weights, rows(blocks, kept, stated, self.odds))
        return [block for block, chance in zip(blocks, chances.tolist(), strict=True) if chance >= self.threshold]


@cache
def block_model() -> Model:
    """Return the model shipped in `model/`: `blocks.npz` (arrays of `Weights`) and `blocks.json` (odds, threshold)."""
    folder = files(__package__) / "model"
    words = json.loads((folder / "blocks.json").read_text("utf-8"))
    with as_file(folder / "blocks.npz") as path, np.load(path, allow_pickle=False) as arrays:
        weights = Weights(**{name: arrays[name].astype(np.float32) for name in arrays.files})
    return Model(weights, words["odds"], words["threshold"])


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
