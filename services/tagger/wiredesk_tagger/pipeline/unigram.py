"""Text as the multilingual model reads it: pieces of a vocabulary with capitals, of languages with and without spaces.

A word is what it is in English: a run of letters and digits, or one mark. Where the script writes no spaces between
words, or joins endings to names without a mark (Han, kana, Hangul, Thai and its neighbours), names end inside such
runs; there every piece is a word of its own. Pure.
"""

import re
from collections.abc import Iterable

import numpy as np
from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import NFKC, Replace, Sequence
from tokenizers.pre_tokenizers import BertPreTokenizer

from wiredesk_tagger.pipeline.scripts import ENDINGS, SPACELESS
from wiredesk_tagger.pipeline.word_pieces import Cut, Encoder

# What the base model calls its marks, and how it writes the space before a word.
START, PAD, END, UNKNOWN, HIDDEN = "<s>", "<pad>", "</s>", "<unk>", "<mask>"
SPACE = "\u2581"
_SPACELESS, _APART = re.compile(f"[{SPACELESS}]"), re.compile(f"[{SPACELESS}{ENDINGS}]")
# A word of more pieces is read piece by piece, so that every word fits into a window.
_LONGEST_WORD = 100
# What SentencePiece leaves out beyond NFKC: control characters.
_CONTROL = "[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\\x8f\\x9f\u200b-\u200f\ufeff]"


def tokenizer(pieces: Iterable[tuple[str, float]]) -> Tokenizer:
    """Return the splitter of single words by `pieces`, (piece, score) in the order of their numbers."""
    known = list(pieces)
    unknown = [piece for piece, _ in known].index(UNKNOWN)
    made = Tokenizer(Unigram(known, unk_id=unknown, byte_fallback=False))
    made.normalizer = Sequence([NFKC(), Replace(Regex(_CONTROL), "")])
    return made


class UnigramEncoder(Encoder):
    """Splits texts by a Unigram vocabulary. Holds no state that a text changes; threads may share it."""

    sentence_ends = Encoder.sentence_ends | frozenset("\u061f\u06d4\u0964\u0965")
    full_stops = frozenset("\u3002\uff01\uff1f\uff61")

    def __init__(self, file: str) -> None:
        """Take the text of a `tokenizer.json` as `tokenizer` makes it; raises KeyError if a mark is missing."""
        self._tokenizer = Tokenizer.from_str(file)
        self._start, self._pad, self._end = (self._number(mark) for mark in (START, PAD, END))
        self.unknown, self.hidden = self._number(UNKNOWN), self._number(HIDDEN)
        self._words = BertPreTokenizer()

    def _number(self, mark: str) -> int:
        number = self._tokenizer.token_to_id(mark)
        if number is None:
            raise KeyError(mark)
        return int(number)

    def cut(self, text: str) -> Cut:
        """Return the pieces and words of `text`, which holds no lone surrogate."""
        words = [place for _, place in self._words.pre_tokenize_str(text)]
        # The first word of a text is written as one behind a space; spaceless ones never are.
        before = [-1, *(end for _, end in words[:-1])]
        spaced = [
            start != end and not _SPACELESS.match(text, start) for end, (start, _) in zip(before, words, strict=False)
        ]
        given = [SPACE * space + text[start:end] for space, (start, end) in zip(spaced, words, strict=True)]
        encoding = self._tokenizer.encode(given, is_pretokenized=True, add_special_tokens=False)
        owner = np.array(encoding.word_ids, dtype=np.int64)
        begins = np.diff(owner, prepend=-1) != 0
        low, high = np.array(words, dtype=np.int64).reshape(-1, 2)[owner].T
        apart = np.bincount(owner, minlength=len(words)) > _LONGEST_WORD
        if _APART.search(text):
            apart |= [_APART.search(word) is not None for word in given]
        if apart.any():
            inside = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
            places = np.maximum(inside - np.array(spaced, dtype=np.int64)[owner][:, None], 0) + low[:, None]
            # The mark of a space alone, before the first piece, belongs to it.
            mark = places[:, 0] == places[:, 1]
            begins |= apart[owner] & ~np.append(False, mark[:-1])[: len(owner)]
            low = np.where(apart[owner], places[:, 0], low)
            high = np.where(apart[owner], np.maximum(places[:, 1], places[:, 0] + 1), high)
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(owner))[: len(first)] - 1
        return Cut(np.array(encoding.ids, dtype=np.int64), first, low[first], high[last])
