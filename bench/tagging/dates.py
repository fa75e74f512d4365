"""Which dates get a value, and the right one: against dates marked by hand on real English pages.

The dates of two parts were drawn by chance from those that the tagger found, at most four of a page, most of them
leaning on the day of publication; no host is in both. No rule was made to suit the second. The third, of hosts that
are in neither, was drawn later from those that got a value (of a page at most two that lean on the day of publication
and one that does not) and marked before the rules were changed again. Pure but for `stories` and `report`.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from bench.markdown import table
from bench.tagging.articles import cleaned
from wiredesk.contracts.events import ArticleEnriched
from wiredesk_cleaner.training.pages import AnnotatedPage, annotated
from wiredesk_tagger.core import fields_of
from wiredesk_tagger.nlp import Article, Tagged, article_of

_MARKS = Path(__file__).parent / "dates.jsonl"
PARTS = ("tuned on", "held out", "fresh", "drawn last")
_AROUND = 30  # characters on either side that tell one "Tuesday" from another


class Finder(Protocol):
    """As the tagger is asked."""

    def tag(self, articles: Sequence[Article]) -> list[Tagged]:
        """Return what is found in each article, in order."""


@dataclass(frozen=True)
class Mark:
    """What a date at a place of a page means: any of `right`; nothing, where no point in time can be told."""

    page: str
    """the set and the page's name in it"""
    field: str
    start: int
    surface: str
    around: str
    """`around` of the place"""
    right: tuple[str, ...]
    part: str
    """one of `PARTS`"""


@dataclass(frozen=True)
class Judged:
    """How many marks there are, how many dates have a value, the right one, and how many have wrongly none."""

    marks: int
    resolved: int
    right: int
    left_out: int
    rightly_none: int


def marks() -> list[Mark]:
    """Return the dates marked by hand."""
    lines = _MARKS.read_text(encoding="utf-8").splitlines()
    return [Mark(**{**item, "right": tuple(item["right"])}) for item in map(json.loads, lines)]


def around(text: str, start: int, end: int) -> str:
    """Return what tells the place from others, without any of its words."""
    near = " ".join(text[max(0, start - _AROUND) : end + _AROUND].split())
    return sha256(near.encode()).hexdigest()[:12]


def place(mark: Mark, fields: Mapping[str, str]) -> int | None:
    """Return where the mark stands in the story now, the nearest to where it stood; None where it is gone."""
    text, length = fields.get(mark.field, ""), len(mark.surface)
    found = (at for at in _all(mark.surface, text) if around(text, at, at + length) == mark.around)
    return min(found, key=lambda at: abs(at - mark.start), default=None)


def _all(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def value(mark: Mark, start: int, story: ArticleEnriched) -> str | None:
    """Return the value of the date that covers `start`, the mark's place; None where it has none or is not found."""
    for entity in story.entities:
        if entity.type == "DATE" and any(
            one.field == mark.field and one.start <= start < one.end for one in entity.mentions
        ):
            return entity.value
    return None


def judged(marked: Iterable[tuple[Mark, str | None]]) -> Judged:
    """Compare marks with the values that their dates have."""
    known = list(marked)
    resolved = [(mark, value) for mark, value in known if value is not None]
    return Judged(
        marks=len(known),
        resolved=len(resolved),
        right=sum(value in mark.right for mark, value in resolved),
        left_out=sum(value is None and bool(mark.right) for mark, value in known),
        rightly_none=sum(value is None and not mark.right for mark, value in known),
    )


def stories(
    data: Path | None, news: Path | None, names: Collection[str], tagger: Finder
) -> Iterator[tuple[str, ArticleEnriched]]:
    """Yield each of the named pages, cleaned and tagged as the services do it; none that is missing or refused.

    Raises:
        NoPagesError: as of `training.pages.annotated`, which takes the folders.
    """
    for page, event in cleaned(page for page in annotated(data, news) if _name(page) in names):
        yield _name(page), tagger.tag([article_of(event)])[0].enriched(event)


def _name(page: AnnotatedPage) -> str:
    return f"{page.set}/{page.name}"


def report(data: Path | None, news: Path | None, tagger: Finder, marked: Sequence[Mark] | None = None) -> str:
    """Return the table of all parts, and how many marks could not be judged, in Markdown.

    Args:
        data: the pages of WCXB; without them their marks are not found.
        news: the publishers' pages and the snippets.
        tagger: finds the dates.
        marked: the marks, if not those of `marks`.

    Raises:
        NoPagesError: a folder that was given holds no page.
    """
    marked = marks() if marked is None else marked
    found = [
        one
        for name, story in stories(data, news, {mark.page for mark in marked}, tagger)
        for one in _of(name, story, marked)
    ]
    gone = len(marked) - len(found)
    missing = (
        f"\n\n{gone} of {len(marked)} marks were not found on their pages, or the pages not at all." if gone else ""
    )
    return _table(found) + missing


def _of(name: str, story: ArticleEnriched, marked: Iterable[Mark]) -> Iterator[tuple[Mark, str | None]]:
    fields = fields_of(story)
    for mark in marked:
        start = place(mark, fields) if mark.page == name else None
        if start is not None:
            yield mark, value(mark, start, story)


def _table(found: Sequence[tuple[Mark, str | None]]) -> str:
    lines = [["dates", "marks", "resolved", "right of these", "wrongly left out", "rightly without"]]
    for name in PARTS:
        one = judged(pair for pair in found if pair[0].part == name)
        share = f"{one.right} ({one.right / max(1, one.resolved):.1%})"
        lines.append([name, *map(str, (one.marks, one.resolved)), share, *map(str, (one.left_out, one.rightly_none))])
    return table(lines)
