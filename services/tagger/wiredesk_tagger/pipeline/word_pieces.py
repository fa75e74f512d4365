"""Text as the model reads it: word pieces, the shape of each word's capitals, windows of bounded length. Pure.

Training and run time share this file, so that the model meets the same pieces in both. Offsets are Unicode code
points of the text as given.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

# A window's size in pieces, the two marks at its ends included; the model was trained on chunks of this size.
WINDOW = 160
# So many pieces of the neighbouring windows are read on either side of a cut, and their labels thrown away. Cuts are at
# sentence ends where they can be, so more does not help: 0, 8, 12 and 24 pieces gave the same F1 on long texts within
# half a point, and 24 cost a quarter of the speed. Some are needed where a sentence is longer than a window.
CONTEXT = 8
# Longer words, in code points, become one unknown piece; so every word fits into a window.
_LONGEST_WORD = 100
_START, _END, _PAD, _UNKNOWN, _HIDDEN = "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_END = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]")
_SENTENCE_END = frozenset(".!?\u2026")


class Shape(IntEnum):
    """What the vocabulary, which has no capitals, leaves out of a word."""

    NONE = 0
    DIGITS = 1
    PUNCTUATION = 2
    LOWER = 3
    UPPER = 4
    CAPITAL = 5
    """one capital letter alone"""
    TITLE = 6
    MIXED = 7


class Pieces(NamedTuple):
    """One text of n pieces and w words, in text order. A word is a run of letters and digits or one mark."""

    ids: NDArray[np.int64]
    """[n] number of the piece in the vocabulary"""
    shapes: NDArray[np.int64]
    """[n] `Shape` of the piece's word"""
    first: NDArray[np.int64]
    """[w] where the word's first piece stands in `ids`"""
    starts: NDArray[np.int64]
    """[w] offset of the word"""
    ends: NDArray[np.int64]
    """[w] offset behind the word"""
    opens_line: NDArray[np.bool_]
    """[w] the word is the first of its line: no name goes on into it"""
    opens_sentence: NDArray[np.bool_]
    """[w] the word stands behind a full stop, or opens its line: a good place to cut"""


class Cut(NamedTuple):
    """A text as pieces and words, before anything is known of its capitals and lines; fields as of `Pieces`."""

    ids: NDArray[np.int64]
    first: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class Window(NamedTuple):
    """A stretch of words: read from `begin` to `end`, labels taken from `keep` to `stop`. Numbers of words."""

    begin: int
    keep: int
    stop: int
    end: int


def shape(word: str) -> Shape:
    """Return the shape of `word`, a word of `Pieces`."""
    # Most words end here.
    if word.isalpha() and word.islower():
        return Shape.LOWER
    letters = [char for char in word if char.isalpha()]
    if not letters:
        return Shape.DIGITS if any(char.isalnum() for char in word) else Shape.PUNCTUATION
    capitals = [char.isupper() or char.istitle() for char in letters]
    if not any(capitals):
        return Shape.LOWER
    if len(letters) == 1:
        return Shape.CAPITAL
    if all(capitals):
        return Shape.UPPER
    return Shape.TITLE if capitals[0] and not any(capitals[1:]) else Shape.MIXED


class Encoder:
    """Splits texts by a vocabulary. Holds no state that a text changes; threads may share it."""

    sentence_ends = _SENTENCE_END
    """marks that end a sentence where white space follows"""
    full_stops: frozenset[str] = frozenset()
    """marks that end a sentence whatever follows"""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """Take the pieces in the order of their numbers; raises KeyError if one of the four marks is missing."""
        numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._start, self._end, self._pad = numbers[_START], numbers[_END], numbers[_PAD]
        self.unknown = numbers[_UNKNOWN]
        self.hidden = numbers.get(_HIDDEN, self.unknown)
        self._tokenizer = Tokenizer(WordPiece(numbers, unk_token=_UNKNOWN, max_input_chars_per_word=_LONGEST_WORD))
        self._tokenizer.normalizer = BertNormalizer()
        self._tokenizer.pre_tokenizer = BertPreTokenizer()

    def read(self, text: str, unsure: Iterable[tuple[int, int]] = ()) -> Pieces:
        """Return the pieces of `text`, any string; a lone surrogate is read as an unknown character.

        What touches an `unsure` stretch, (start, end), has no shape: its capitals say nothing.
        """
        readable = _SURROGATE.sub("\ufffd", text)
        ids, begins, starts, ends = self.cut(readable)
        lines, sentences = _openings(readable, starts, ends, self.sentence_ends, self.full_stops)
        spelled = [readable[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        shapes = np.array([shape(word) for word in spelled], dtype=np.int64)
        for low, high in unsure:
            shapes[np.searchsorted(ends, low, "right") : np.searchsorted(starts, high, "left")] = Shape.NONE
        each = np.repeat(shapes, np.diff(begins, append=len(ids)))
        return Pieces(ids, each, begins, starts, ends, lines, sentences)

    def cut(self, text: str) -> Cut:
        """Return the pieces and words of `text`, which holds no lone surrogate."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        words = np.array(encoding.word_ids, dtype=np.int64)
        places = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
        begins = np.flatnonzero(np.diff(words, prepend=-1))
        starts = places[begins, 0]
        ends = places[np.append(begins[1:], len(words))[: len(begins)] - 1, 1]
        if not text.isascii():
            ends = np.array([_with_marks(text, end) for end in ends.tolist()], dtype=np.int64)
        return Cut(np.array(encoding.ids, dtype=np.int64), begins, starts, ends)

    def batch(self, chunks: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> dict[str, NDArray[np.int64]]:
        """Return the model's inputs for some (ids, shapes): `ids`, `case`, `mask`, each [chunks, longest + 2].

        A mark stands before and behind each chunk: piece k of a chunk is column k + 1.
        """
        size = 2 + max((len(ids) for ids, _ in chunks), default=0)
        rows = np.full((len(chunks), size), self._pad, dtype=np.int64)
        case = np.full_like(rows, Shape.NONE)
        mask = np.zeros_like(rows)
        for row, (ids, shapes) in enumerate(chunks):
            rows[row, 0] = self._start
            rows[row, 1 : len(ids) + 1] = ids
            rows[row, len(ids) + 1] = self._end
            case[row, 1 : len(ids) + 1] = shapes
            mask[row, : len(ids) + 2] = 1
        return {"ids": rows, "case": case, "mask": mask}


def _openings(
    text: str,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    sentence_ends: frozenset[str],
    full_stops: frozenset[str],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which words open a line, and which a sentence."""
    before = np.concatenate(([0], ends))[: len(starts)]
    breaks = np.array([found.start() for found in _LINE_END.finditer(text)], dtype=np.int64)
    lines = np.searchsorted(breaks, before, "left") < np.searchsorted(breaks, starts, "left")
    lines[:1] = True

    def behind(marks: frozenset[str]) -> NDArray[np.bool_]:
        found = np.array([text[start] in marks for start in starts.tolist()], dtype=np.bool_)
        return np.concatenate(([False], found))[: len(starts)]

    opens = lines | (behind(sentence_ends) & (starts > before))
    return lines, opens | behind(full_stops) if full_stops else opens


def _with_marks(text: str, end: int) -> int:
    # The normaliser drops combining marks, so the offset of a decomposed letter stops before its accent.
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def windows(pieces: Pieces, size: int = WINDOW, context: int = CONTEXT) -> Iterator[Window]:
    """Yield windows that keep every word once, in order, each at most `size` pieces with its context and marks.

    Cut at a sentence's end where one lies in the second half of the window, at a word's end otherwise. The bound
    needs `size` to be at least 102 + 2 * `context`.
    """
    bounds = np.append(pieces.first, len(pieces.ids))
    count = len(pieces.first)
    room = size - 2
    keep = 0
    while keep < count:
        begin = _back(bounds, keep, context)
        left = int(bounds[keep] - bounds[begin])
        if bounds[count] - bounds[keep] <= room - left:
            yield Window(begin, keep, count, count)
            return
        limit = int(np.searchsorted(bounds, bounds[keep] + room - left - context, side="right")) - 1
        stop = _cut(pieces, keep, max(limit, keep + 1))
        # A cut at a sentence's end needs no more to the right than to the left: to read on to the size costs 12 %.
        most = min(bounds[begin] + room, bounds[stop] + context)
        end = int(np.searchsorted(bounds, most, side="right")) - 1
        yield Window(begin, keep, stop, max(stop, end))
        keep = stop


def _back(bounds: NDArray[np.int64], keep: int, context: int) -> int:
    return int(np.searchsorted(bounds, bounds[keep] - context, side="left")) if keep else 0


def _cut(pieces: Pieces, keep: int, limit: int) -> int:
    """Return the last sentence start in the second half of keep..limit, or `limit`."""
    middle = (keep + limit) // 2 + 1
    starts = np.flatnonzero(pieces.opens_sentence[middle : limit + 1])
    return middle + int(starts[-1]) if len(starts) else limit


def span_of(pieces: Pieces, window: Window) -> slice:
    """Return where the window's pieces lie in `pieces.ids`."""
    bounds = np.append(pieces.first, len(pieces.ids))
    return slice(int(bounds[window.begin]), int(bounds[window.end]))


def by_length(lengths: Iterable[int], pieces_a_batch: int) -> Iterator[list[int]]:
    """Yield the numbers of items, longest first, in groups whose padded size is at most `pieces_a_batch`."""
    group: list[int] = []
    longest = 0
    for length, item in sorted(((length, item) for item, length in enumerate(lengths)), reverse=True):
        if group and (len(group) + 1) * longest > pieces_a_batch:
            yield group
            group = []
        if not group:
            longest = length
        group.append(item)
    if group:
        yield group
