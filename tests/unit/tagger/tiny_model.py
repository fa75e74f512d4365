"""A model folder of a few kilobytes that knows a handful of words: the run-time format of the real one, by hand.

The network is one look-up: each word piece has its row of label scores, whatever stands around it. So a test says which
word carries which label, and sees what the pipeline makes of it.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from wiredesk_tagger.pipeline.model_files import INDEPENDENT
from wiredesk_tagger.pipeline.unigram import END, HIDDEN, PAD, SPACE, START, UNKNOWN, tokenizer

TYPES = ("PERSON", "NORP", "ORG", "GPE", "LOC", "FAC", "EVENT", "WORK_OF_ART", "PRODUCT", "LAW",
         "DATE", "TIME", "MONEY", "PERCENT")  # fmt: skip
LABELS = ["O", *(f"{prefix}-{label}" for label in TYPES for prefix in "BI")]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
MARKS = [START, PAD, END, UNKNOWN]
CERTAIN = 12.0


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, value: int | str | bytes) -> bytes:
    """One field of a protocol buffer message: a number, or anything with a length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


def _tensor_type(name: str, kind: int, *dimensions: int | str) -> bytes:
    dims = b"".join(_field(1, _field(1 if isinstance(one, int) else 2, one)) for one in dimensions)
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, dims)))


def onnx(table: np.ndarray) -> bytes:
    """Return an ONNX model that gathers the rows of `table` (float32, [words, labels]) by `ids`."""
    float32, int64 = 1, 7
    weights = b"".join(_field(1, size) for size in table.shape) + _field(2, float32) + _field(8, "table")
    weights += _field(9, table.astype("<f4").tobytes())
    node = _field(1, "table") + _field(1, "ids") + _field(2, "logits") + _field(4, "Gather")
    graph = _field(1, node) + _field(2, "tiny") + _field(5, weights)
    for name in ("ids", "case", "mask"):
        graph += _field(11, _tensor_type(name, int64, "batch", "pieces"))
    graph += _field(12, _tensor_type("logits", float32, "batch", "pieces", table.shape[1]))
    independent = _field(14, _field(1, INDEPENDENT) + _field(2, "1"))
    return _field(1, 8) + _field(8, _field(2, 17)) + _field(7, graph) + independent


def write(folder: Path, words: Mapping[str, str], *, sure: float = CERTAIN) -> Path:
    """Write the files of a model to `folder` in which each of `words` (lower case) has its label; return `folder`."""
    letters = [prefix + chr(code) for code in range(33, 127) for prefix in ("", "##") if not chr(code).isupper()]
    vocabulary = [*SPECIAL, *letters, *(word for word in words if len(word) > 1)]
    return _write(folder, vocabulary, words, sure, "vocab.txt", "\n".join(vocabulary) + "\n")


def write_world(folder: Path, pieces: Mapping[str, str], *, sure: float = CERTAIN) -> Path:
    """The same with a vocabulary of the multilingual kind, in which a space is part of the piece behind it."""
    vocabulary = [*MARKS, SPACE, *(chr(code) for code in range(33, 127)), *pieces, HIDDEN]
    scored = [(piece, 0.0 if piece in MARKS else -5.0 if piece in pieces else -9.0) for piece in vocabulary]
    return _write(folder, vocabulary, pieces, sure, "tokenizer.json", tokenizer(scored).to_str())


def _write(folder: Path, vocabulary: list[str], words: Mapping[str, str], sure: float, name: str, content: str) -> Path:
    table = np.zeros((len(vocabulary), len(LABELS)), dtype=np.float32)
    table[:, 0] = sure
    for word, label in words.items():
        table[vocabulary.index(word)] = 0
        # An I- without its B- is then no name.
        table[vocabulary.index(word), 0] = sure / 2
        table[vocabulary.index(word), LABELS.index(label)] = sure
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights.onnx").write_bytes(onnx(table))
    (folder / name).write_text(content, encoding="utf-8")
    (folder / "labels.json").write_text(json.dumps(LABELS), encoding="utf-8")
    names = ("weights.onnx", name, "labels.json")
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in names]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
    return folder
