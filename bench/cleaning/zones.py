"""Bodies and zones against pages that were marked by hand, line by line."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from bench.cleaning.marks import Line, Marked
from bench.metric import flat
from bench.peers import Extractor
from wiredesk.contracts.events import ArticleCleaned, ArticleRejected, Zone, ZoneKind
from wiredesk_cleaner.normalisation import tidy
from wiredesk_cleaner.zones.zone_map import STORY

# The story's, but no part of its body: no furniture when they are in it, no loss when they are not.
BESIDE = frozenset({ZoneKind.HEADLINE, ZoneKind.SUBTITLE, ZoneKind.DATELINE})
_WORD = re.compile(r"\w+")
# Fewer words than this in a row are found in any text.
_RUN = 4
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Body:
    """What the body found on one marked page holds of the page's lines."""

    held_out: bool
    empty: bool
    furniture: int
    captions: int
    lost: int
    story: int
    """how many lines of the page are the story's"""


def body(extract: Extractor, page: Marked) -> Body:
    """Run an extractor on the page, and say which lines are in its text and should not be, and which are not.

    A line is in the text when half of its words are, in its order. Lines without a word do not count.
    """
    text = (extract(page.page.html, page.page.truth.url) or {}).get("text") or ""
    shares = covered(text, page.lines)
    there = Counter(line.kind for line, share in zip(page.lines, shares, strict=True) if share and share >= _HALF)
    story = sum(line.kind in STORY for line, share in zip(page.lines, shares, strict=True) if share is not None)
    return Body(
        held_out=page.page.truth.held_out,
        empty=not text.strip(),
        furniture=there.total() - sum(there[kind] for kind in STORY | BESIDE | {ZoneKind.CAPTION}),
        captions=there[ZoneKind.CAPTION],
        lost=story - sum(there[kind] for kind in STORY),
        story=story,
    )


class _Piece(NamedTuple):
    """A run of words of the page, from `start` to before `end`."""

    start: int
    end: int


def covered(text: str, page: Sequence[Line]) -> list[float | None]:
    """Return what share of each line's words stands in `text`, None for a line without a word.

    Each line of `text` is looked for in the words of the page, whole, or else in pieces of four words and more. What
    the page holds more than once is taken where the text has not been before, then where it fills whole lines, and then
    where the story or its headline is: a teaser that says the same is no harm as long as the text has it once.
    """
    words = [_words(line.text) for line in page]
    places = _Places(words, [line.kind in STORY | BESIDE for line in page])
    for line in text.split("\n"):
        places.take(_words(line))
    return places.shares()


def _words(text: str) -> list[str]:
    return _WORD.findall(flat(text))


class _Places:
    """The words of a page, and which of them are taken."""

    def __init__(self, lines: Sequence[Sequence[str]], own: Sequence[bool]) -> None:
        self._lines = lines
        self._words = [word for line in lines for word in line]
        self._own = [one for line, one in zip(lines, own, strict=True) for _ in line]
        self._taken = [False] * len(self._words)
        self._starts = {0, *accumulate(map(len, lines))}
        self._at = defaultdict[tuple[str, ...], list[int]](list)
        for length in range(1, _RUN + 1):
            for at in range(len(self._words) - length + 1):
                self._at[tuple(self._words[at : at + length])].append(at)

    def take(self, words: Sequence[str]) -> None:
        """Find these words on the page, and note the places."""
        at = 0
        while at < len(words):
            ends = [self._reach(words, at, start) for start in self._at.get(tuple(words[at : at + _RUN]), ())]
            longest = max((piece.end - piece.start for piece in ends), default=0)
            if longest and (longest >= _RUN or longest == len(words)):
                best = min((piece for piece in ends if piece.end - piece.start == longest), key=self._cost)
                self._taken[best.start : best.end] = [True] * longest
            at += max(longest, 1)

    def _reach(self, words: Sequence[str], at: int, start: int) -> _Piece:
        end = start
        while end < len(self._words) and at < len(words) and self._words[end] == words[at]:
            end, at = end + 1, at + 1
        return _Piece(start, end)

    def _cost(self, piece: _Piece) -> tuple[int, int, int]:
        taken = sum(self._taken[piece.start : piece.end])
        broken = (piece.start not in self._starts) + (piece.end not in self._starts)
        return taken, broken, piece.end - piece.start - sum(self._own[piece.start : piece.end])

    def shares(self) -> list[float | None]:
        """Return the share of each line's words that are taken."""
        at, found = 0, list[float | None]()
        for line in self._lines:
            found.append(sum(self._taken[at : at + len(line)]) / len(line) if line else None)
            at += len(line)
        return found


Tallies = dict[str, "Tally"]


@dataclass(slots=True)
class Tally:
    """How often a kind of line was there, was said to be there, and was both."""

    there: int = 0
    said: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.said + self.there) if self.said + self.there else 0.0


STORY_LINES, FURNITURE_LINES = "**story**", "**furniture**"


def zones(clean: Callable[[str, str | None], ArticleCleaned | ArticleRejected], pages: Iterable[Marked]) -> Tallies:
    """Clean the flattened text of each page, and count by kind of line what is right.

    All that is not the body's counts as furniture in the last two tallies. The lines of a text that is refused are
    said to be nothing: each of them is a miss of its kind.
    """
    tallies = defaultdict[str, Tally](Tally)
    for page in pages:
        wanted = [line for line in page.lines if line.flattened]
        cleaned = clean("\n".join(line.text for line in wanted), page.page.truth.url)
        said = kinds(cleaned, [line.text for line in wanted])
        for line, kind in zip(wanted, said, strict=True):
            _count(tallies, line.kind, kind)
            _count(tallies, _side(line.kind), _side(kind))
    return dict(tallies)


def _side(kind: ZoneKind | None) -> str | None:
    if kind is None:
        return None
    return STORY_LINES if kind in STORY else FURNITURE_LINES


def _count(tallies: defaultdict[str, Tally], wanted: str | None, said: str | None) -> None:
    if wanted:
        tallies[wanted].there += 1
    if said:
        tallies[said].said += 1
    if said and said == wanted:
        tallies[said].right += 1


def kinds(cleaned: ArticleCleaned | ArticleRejected, texts: Sequence[str]) -> list[ZoneKind | None]:
    """Return what the event says each line of its input is; of a line with several zones, the longest one's kind."""
    if isinstance(cleaned, ArticleRejected):
        return [None] * len(texts)
    zones = _pieces(cleaned)
    found: list[ZoneKind | None] = []
    kind, piece = next(zones, (None, ""))
    for text in texts:
        rest, parts = tidy(text).strip(), list[tuple[int, ZoneKind]]()
        while kind is not None and piece and rest.startswith(piece):
            rest = rest[len(piece) :].lstrip()
            parts.append((len(piece), kind))
            kind, piece = next(zones, (None, ""))
        found.append(max(parts, key=lambda part: part[0])[1] if parts else None)
    return found


def _pieces(cleaned: ArticleCleaned) -> Iterator[tuple[ZoneKind, str]]:
    return ((zone.kind, _text(zone, cleaned.text)) for zone in cleaned.zones)


def _text(zone: Zone, body: str) -> str:
    return zone.text if zone.text is not None else body[zone.start : zone.end]
