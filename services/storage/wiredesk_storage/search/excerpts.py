"""The words around the hits. Pure.

PostgreSQL marks the words in the text without accents, all of it; here the marks are carried over to the text as it
was written, and the passages with most of them are cut out.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from wiredesk_storage.search.answers import MARK
from wiredesk_storage.search.folding import folded, origins

START, STOP = "\x02", "\x03"
OPTIONS = f'HighlightAll=true, StartSel="{START}", StopSel="{STOP}"'
_MARKED = re.compile(f"{START}([^{STOP}]*){STOP}")
_WORD = re.compile(r"\S+")
_FRAGMENTS, _WORDS, _BEFORE = 2, 24, 6
# Of text without spaces a word may be a page.
_CHARACTERS = 240

Span = tuple[int, int]


def plain(text: str) -> str:
    """Return what PostgreSQL is given to mark: a `<` would begin a tag, which it takes out."""
    return folded(text).replace("<", " ")


def spans(text: str, marked: str) -> list[Span]:
    """Return where the words are in `text` that are marked in `marked`, which was made of `plain(text)`."""
    origin = origins(text)
    found: list[Span] = []
    for number, one in enumerate(_MARKED.finditer(marked)):
        # Two marks stand around each word before this one.
        start = one.start() - 2 * number
        end = start + len(one[1])
        if end < len(origin):
            found.append((origin[start], origin[end]))
    return found


def matches(text: str, pattern: str) -> list[Span]:
    """Return where a phrase is (see `words.Reading.pattern`)."""
    return [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]


def excerpt(text: str, hits: Sequence[Span]) -> str:
    """Return the passages of `text` with most hits, in order, each hit marked; its beginning where there is none.

    `hits` are in order, and none is in another.
    """
    words = [found.span() for found in _WORD.finditer(text)]
    said = [folded(text[start:end]).lower() for start, end in hits]
    starts, ends = [start for start, _ in hits], [end for _, end in hits]

    def value(passage: Span) -> int:
        """Different words count most, then how many. Of a common word are many: only those inside are looked at."""
        inside = said[bisect_left(starts, passage[0]) : bisect_right(ends, passage[1])]
        return len(set(inside)) * 100 + len(inside)

    passages: list[Span] = []
    for passage in sorted(_passages(words, hits), key=lambda one: (-value(one), one)):
        if all(passage[1] <= start or end <= passage[0] for start, end in passages):
            passages.append(passage)
        if len(passages) == _FRAGMENTS:
            break
    if not passages and words:
        passages = [(0, min(words[:_WORDS][-1][1], _CHARACTERS))]
    parts = [_marked(text, passage, hits) for passage in sorted(passages)]
    more = " …" if passages and max(end for _, end in passages) < len(text.rstrip()) else ""
    return " … ".join(parts) + more


def _passages(words: Sequence[Span], hits: Iterable[Span]) -> list[Span]:
    """Return a passage for each hit: some words before it, more from it on."""
    found: list[Span] = []
    at = 0
    for start, end in hits:
        while at + 1 < len(words) and words[at][1] <= start:
            at += 1
        first, last = max(0, at - _BEFORE), min(len(words), at - _BEFORE + _WORDS if at >= _BEFORE else _WORDS)
        begin, stop = words[first][0], words[last - 1][1]
        found.append((max(begin, start - _CHARACTERS // 2), max(end, min(stop, start + _CHARACTERS // 2))))
    return found


def _marked(text: str, passage: Span, hits: Iterable[Span]) -> str:
    parts, at = [], passage[0]
    for start, end in hits:
        if at <= start and end <= passage[1]:
            parts += [text[at:start], MARK, text[start:end], MARK]
            at = end
    return "".join([*parts, text[at : passage[1]]])
