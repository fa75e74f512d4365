"""The words around the hits. Pure.

PostgreSQL marks the words in tokens without accents; here the marks are carried over to the text as it was written, and
the passages with most of them are cut out. A token is what stands between white space: no word goes beyond it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice

from wiredesk_storage.search.answers import MARK
from wiredesk_storage.search.folding import folded, origins, readable

START, STOP = "\x02", "\x03"
OPTIONS = f'HighlightAll=true, StartSel="{START}", StopSel="{STOP}"'
_MARKED = re.compile(f"{START}([^{STOP}]*){STOP}")
_WORD = re.compile(r"\S+")
# A word of a tsquery as PostgreSQL writes it.
_LEXEME = re.compile(r"'((?:[^'\\]|''|\\.)+)'")
# So many letters of a word its stem has, too.
_KEPT = 2
_FRAGMENTS, _WORDS, _BEFORE = 2, 24, 6
# Of a word that a text has thousands of times.
_LOOKED_AT = 1_000
# Of text without spaces a word may be a page.
_CHARACTERS = 240

Span = tuple[int, int]


def plain(text: str) -> str:
    """Return what PostgreSQL is given to mark: a `<` would begin a tag, which it takes out."""
    return readable(text).replace("<", " ")


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


def beginnings(tsquery: str) -> frozenset[str]:
    """Return how words begin that `tsquery` may mean, without accents and capitals."""
    lexemes = (re.sub(r"[\\'](.)", r"\1", found[1]) for found in _LEXEME.finditer(tsquery))
    return frozenset(lexeme[:_KEPT] for lexeme in lexemes)


def tokens(texts: Iterable[str], wanted: frozenset[str] | None = None) -> list[str]:
    """Return each token of `texts` once, in no order; of those in which a word begins with one of `wanted`."""
    found = list(set(chain.from_iterable(map(str.split, texts))))
    if wanted is None or not found:
        return found
    begins = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, sorted(wanted)))})")
    lines = readable("\n".join(found)).lower()
    numbers: dict[int, None] = {}
    at = number = 0
    for begun in begins.finditer(lines):
        number += lines.count("\n", at, begun.start())
        at = begun.start()
        numbers[number] = None
    return [found[number] for number in numbers]


def placed(text: str, marks: Mapping[str, Sequence[Span]]) -> list[Span]:
    """Return where the words are in `text`, given where they are in each token that has some."""
    found: list[Span] = []
    for token, spans_of in marks.items():
        at = text.find(token)
        while at >= 0:
            end = at + len(token)
            if not text[at - 1 : at].strip() and not text[end : end + 1].strip():
                found += [(at + start, at + stop) for start, stop in spans_of]
            at = text.find(token, end)
    return sorted(found)


def matches(text: str, pattern: str) -> list[Span]:
    """Return where a phrase is (see `words.Reading.pattern`)."""
    return [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]


def excerpt(text: str, hits: Sequence[Span]) -> str:
    """Return the passages of `text` with most hits, in order, each hit marked; its beginning where there is none.

    `hits` are in order, and none is in another.
    """
    said = [folded(text[start:end]).lower() for start, end in hits]
    starts, ends = [start for start, _ in hits], [end for _, end in hits]

    def value(passage: Span) -> int:
        """Different words count most, then how many. Of a common word are many: only those inside are looked at."""
        inside = said[bisect_left(starts, passage[0]) : bisect_right(ends, passage[1])]
        return len(set(inside)) * 100 + len(inside)

    passages: list[Span] = []
    for passage in sorted(_passages(text, hits[:_LOOKED_AT]), key=lambda one: (-value(one), one)):
        if all(passage[1] <= start or end <= passage[0] for start, end in passages):
            passages.append(passage)
        if len(passages) == _FRAGMENTS:
            break
    if not passages and (words := list(islice(_WORD.finditer(text), _WORDS))):
        passages = [(0, min(words[-1].end(), _CHARACTERS))]
    parts = [_marked(text, passage, hits) for passage in sorted(passages)]
    more = " …" if passages and max(end for _, end in passages) < len(text.rstrip()) else ""
    return " … ".join(parts) + more


def _passages(text: str, hits: Iterable[Span]) -> list[Span]:
    """Return a passage for each hit: some words before it, more from it on."""
    found: list[Span] = []
    for start, end in hits:
        first, last = max(0, start - _CHARACTERS // 2), max(end, min(len(text), start + _CHARACTERS // 2))
        words = [word.span() for word in _WORD.finditer(text, first, last)]
        at = next((number for number, word in enumerate(words) if word[1] > start), len(words) - 1)
        begin = words[max(0, at - _BEFORE)][0] if words else first
        # At the beginning of a text there is more room behind.
        behind = at + _WORDS - _BEFORE if at >= _BEFORE or first else _WORDS
        stop = words[min(behind, len(words)) - 1][1] if words else last
        found.append((begin, max(end, stop)))
    return found


def _marked(text: str, passage: Span, hits: Iterable[Span]) -> str:
    parts, at = [], passage[0]
    for start, end in hits:
        if at <= start and end <= passage[1]:
            parts += [text[at:start], MARK, text[start:end], MARK]
            at = end
    return "".join([*parts, text[at : passage[1]]])
