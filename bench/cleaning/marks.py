"""Pages marked by hand: what each visible line of them is, kept as offsets and kinds, without a word.

A file of `bench/zone_marks` is `{"page": NAME, "sha256": of the page's bytes, "spans": [[start, end, kind], …]}`. The
offsets count code points, half-open, in the lines of `visible_lines` joined by line feeds; a span covers whole
lines, and every line lies in one. Kinds are those of `ZoneKind`.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bench.pages import Page
from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.training.flattened import visible_lines
from wiredesk_cleaner.training.pages import PUBLISHERS, AnnotatedPage

FOLDER = Path(__file__).parents[1] / "zone_marks"


class MarksError(Exception):
    """The marks are not of this page as it is read here."""


@dataclass(frozen=True, slots=True)
class Line:
    """A visible line of a page, what it is marked as, and whether it is one of the page's flattened text."""

    text: str
    kind: ZoneKind
    flattened: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A page with all its visible lines."""

    page: Page
    lines: Sequence[Line]


def marked(annotated: Iterable[AnnotatedPage], folder: Path = FOLDER) -> list[Marked]:
    """Return those of the publishers' pages that are marked, in the order given.

    Raises:
        MarksError: a page has other bytes than when it was marked, or other lines.
    """
    files = {path.stem: path for path in folder.glob("*.json")}
    return [
        Marked(Page(one), read(one.raw(), Page(one).html, files[one.name]))
        for one in annotated
        if one.set == PUBLISHERS and one.name in files
    ]


def read(raw: bytes, html: str, file: Path) -> list[Line]:
    """Return the lines of the page `html`, whose bytes are `raw`, as `file` marks them.

    Raises:
        MarksError: as `marked`.
    """
    marks = json.loads(file.read_text("utf-8"))
    if sha256(raw).hexdigest() != marks["sha256"]:
        raise MarksError(f"{file.name} marks another version of the page: the SHA-256 of its bytes differs")
    spans = [(start, end, ZoneKind(kind)) for start, end, kind in marks["spans"]]
    starts = [start for start, *_ in spans]
    found, at = [], 0
    for text, flattened in visible_lines(html):
        which = bisect_right(starts, at) - 1
        if which < 0 or at + len(text) > spans[which][1]:
            raise MarksError(f"{file.name}: the page's lines are no longer cut as they were when it was marked")
        found.append(Line(text, spans[which][2], flattened))
        at += len(text) + 1
    if at - 1 != max((end for _, end, _ in spans), default=-1):
        raise MarksError(f"{file.name}: the page has fewer lines than when it was marked")
    return found


def spans_of(texts: Sequence[str], kinds: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return the spans of a page's lines, runs of one kind as one: how a file of marks is made.

    Raises:
        ValueError: there is not one kind for each line.
    """
    spans: list[tuple[int, int, str]] = []
    at = 0
    for text, kind in zip(texts, kinds, strict=True):
        start = spans.pop()[0] if spans and spans[-1][2] == kind else at
        spans.append((start, at + len(text), kind))
        at += len(text) + 1
    return spans
