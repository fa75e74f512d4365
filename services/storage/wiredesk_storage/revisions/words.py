"""A text in words, each with its place. White space is between words and never one."""

import re
from dataclasses import dataclass
from itertools import accumulate

# Scripts that put no space between words: each character counts as one.
_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Myanmar, Khmer
    "\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"  # Chinese, Japanese
    "\U00020000-\U0003ffff"
)
_PIECE = re.compile(rf"(?:[{_UNSPACED}]|[^\s{_UNSPACED}]+)\s*")
_CLOSERS = "\"'”’»)]*"  # noqa: RUF001 - quotation marks
_ENDS = (".", "!", "?", "…", ":", "。", "！", "？", "」", "』")  # noqa: RUF001 - the marks of several scripts


@dataclass(frozen=True, slots=True)
class Words:
    """The words of `text`. A piece is a word with the white space after it: joined they are the text again."""

    text: str
    words: list[str]
    pieces: list[str]
    starts: list[int]
    """where each word begins in the text; one more at the end: the length of the text"""

    def __len__(self) -> int:
        return len(self.words)

    def begins_line(self, index: int) -> bool:
        """Whether a word is the first of its line."""
        return index == 0 or "\n" in self.pieces[index - 1]

    def begins_sentence(self, index: int) -> bool:
        """Whether a word looks like the first of a sentence."""
        return self.begins_line(index) or ends_sentence(self.words[index - 1])

    def line(self, index: int) -> str:
        """Return the text from a word to the end of its line."""
        end = self.text.find("\n", self.starts[index])
        return self.text[self.starts[index] : end if end >= 0 else len(self.text)]


def words(text: str) -> Words:
    """Return the words of a text."""
    start = len(text) - len(text.lstrip())
    pieces = _PIECE.findall(text, start)
    return Words(text, [piece.rstrip() for piece in pieces], pieces, list(accumulate(map(len, pieces), initial=start)))


def ends_sentence(word: str) -> bool:
    """Whether a word looks like the last of a sentence."""
    return word.rstrip(_CLOSERS).endswith(_ENDS)
