"""A text as terms: folded words and numbers, or pairs of characters where a script sets no spaces. Pure.

A term is known by a 32-bit number that is the same everywhere and fits PostgreSQL's `integer`: the CRC-32 of its UTF-8
bytes, read as signed. Two of a hundred thousand words in use share a number by chance; a vector of 64 hardly notices.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from zlib import crc32

from wiredesk.contracts.words import UNSPACED_LETTERS

_UNSPACED = re.compile(f"[{UNSPACED_LETTERS}]+")
# A figure is one word: "7.6" tells more than "7" and "6".
_WORD = re.compile(r"\d+(?:[.,]\d+)+\w*|\w+")
_SIGN = 1 << 31
# A text repeats its words, and so does the next: a hit costs a tenth of the hash.
_REMEMBERED = 65_536


def folded(text: str) -> str:
    """Return `text` without differences of case and of compatibility forms."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def words_of(text: str, limit: int) -> list[str]:
    """Return the first words of `text`, folded, about `limit` at most; a run of an unspaced script gives its pairs."""
    # A word of news has six letters and a space; what lies far behind the limit need not be folded.
    start = text[: 16 * limit]
    # What is cut in two here is one word, and behind the limit if there are more.
    words = _WORD.findall(folded(start[: 8 * limit]))
    if len(words) <= limit and len(start) > 8 * limit:
        words = _WORD.findall(folded(start))
    if start.isascii() or not _UNSPACED.search(start):
        return words[:limit]
    return [part for word in words for part in _parts(word)][:limit]


def _parts(word: str) -> list[str]:
    parts: list[str] = []
    at = 0
    for run in _UNSPACED.finditer(word):
        if run.start() > at:
            parts.append(word[at : run.start()])
        characters = run[0]
        parts += [characters[i : i + 2] for i in range(len(characters) - 1)] or [characters]
        at = run.end()
    return [*parts, word[at:]] if at < len(word) else parts


def is_number(word: str) -> bool:
    """Whether the word is a figure; letters may follow ("17th", "0800gmt")."""
    return word[0].isdecimal()


class _Terms(dict[str, int]):
    """The numbers of words. Forgets all when it knows too many: the usual ones are soon back."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        number = crc32(word.encode("utf-8", "surrogatepass"))
        self[word] = number = number - 2 * _SIGN if number >= _SIGN else number
        return number


_known = _Terms()


def term(word: str) -> int:
    """Return the number of a folded word, or of an identifier such as "geonames:5391959"."""
    return _known[word]


def terms(words: Iterable[str]) -> Iterator[int]:
    """Return the number of each word, in order."""
    return map(_known.__getitem__, words)
