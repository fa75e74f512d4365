"""All that is measured of the cleaner, in Markdown: read on a terminal, kept in docs/quality.md."""

import os
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from bench.cleaning import report_sets
from bench.cleaning.furniture import Origin, Origins
from bench.cleaning.report_sets import NONE, SETS, SIDES
from bench.cleaning.runs import Runs
from bench.cleaning.zones import FURNITURE_LINES, STORY_LINES, Body, Tallies, Tally
from bench.markdown import put, table
from wiredesk.contracts.events import ZoneKind
from wiredesk_cleaner.core import CLEANER_VERSION

BEGIN, END = "<!-- cleaner: made by `make bench-cleaner` -->", "<!-- end of cleaner -->"
OnPage = TypeVar("OnPage", bound=Origins | Body)


def joined(parts: Iterable[str]) -> str:
    """Return the parts as paragraphs, empty ones left out."""
    return "\n\n".join(part for part in parts if part)


def write(document: Path, tables: str) -> None:
    """Put `tables` between the marks of `document`.

    Raises:
        ValueError: the document has no marks.
    """
    put(document, BEGIN, END, tables)


def extractors(runs: Runs, *, rounds: int) -> str:
    """Return what every extractor made of every page."""
    return joined(
        [
            _made_with(runs),
            *report_sets.sets(runs, rounds=rounds),
            _titled("The same pages as flattened text", [report_sets.flattened(runs)]),
            _titled("By language", report_sets.languages(runs)),
            _titled("What the grade is worth", [report_sets.grades(runs)]),
            _titled("Cost", report_sets.cost(runs)),
        ]
    )


def _titled(title: str, parts: Iterable[str]) -> str:
    """Return the parts below their title; nothing where there are none."""
    found = joined(parts)
    return f"**{title}**\n\n{found}" if found else ""


def _made_with(runs: Runs) -> str:
    sizes = {SETS[name]: len(runs.html[0].of(name).results) for name in SETS}
    pages = ", ".join(f"{size} of {name}" for name, size in sizes.items() if size)
    missing = " and ".join(name for name, size in sizes.items() if not size)
    return (
        f"Made on {datetime.now(UTC):%d %B %Y} with cleaner version {CLEANER_VERSION}, trafilatura "
        f"{version('trafilatura')}, Python {platform.python_version()}, {platform.machine()} with {os.cpu_count()} "
        f"cores. Pages: {pages}{f'; {missing} not measured' if missing else ''}."
    )


def furniture(found: Mapping[str, Sequence[Origins]], made_by: str) -> str:
    """Return how many of the entities come from furniture, for each reading of the pages."""
    others = [one for one in Origin if one is not Origin.STORY]

    def row(pages: Sequence[Origins]) -> list[str]:
        counts = sum((one.counts for one in pages), Counter[Origin]())
        shares = [_percent(counts[one], counts.total()) for one in others]
        return [str(sum(one.refused for one in pages)), str(counts.total()), *shares]

    heads = ["refused", "entities", *(f"% {one}" for one in others)]
    return _titled(f"Entities from furniture, tagged by {made_by}", _by_side(found, heads, row))


def bodies(found: Mapping[str, Sequence[Body]]) -> str:
    """Return what the bodies found hold of the lines of marked pages."""

    def row(pages: Sequence[Body]) -> list[str]:
        story, count = sum(one.story for one in pages), len(pages)
        return [
            _percent(sum(not one.empty and not one.furniture for one in pages), count),
            f"{sum(one.furniture for one in pages) / count:.2f}",
            f"{sum(one.captions for one in pages) / count:.2f}",
            str(story),
            _percent(sum(one.lost for one in pages), story),
            str(sum(one.empty for one in pages)),
        ]

    heads = ["% without furniture", "furniture lines a page", "captions a page", "story lines", "% lost", "empty"]
    return _titled("Bodies against the marks, HTML", _by_side(found, heads, row))


def _by_side(
    found: Mapping[str, Sequence[OnPage]], heads: Sequence[str], row: Callable[[Sequence[OnPage]], list[str]]
) -> Iterator[str]:
    """Yield a table for each side of the split that has pages: a row for each name."""
    for held_out, side in SIDES.items():
        kept = {name: [one for one in pages if one.held_out is held_out] for name, pages in found.items()}
        count = len(next(iter(kept.values()), []))
        if count:
            yield table([[f"{count} {side} pages", *heads], *([name, *row(kept[name])] for name in kept)])


def zones(found: Mapping[bool, Tallies]) -> str:
    """Return precision, recall and F1 of the kinds of line in the flattened text of marked pages, by `held_out`."""
    sides = {side: found[held_out] for held_out, side in SIDES.items() if found.get(held_out)}
    if not sides:
        return ""
    heads = [f"{side}: {what}" for side in sides for what in ("there", "precision", "recall", "F1")]
    rows = [["kind of line", *heads]]
    for kind in (STORY_LINES, FURNITURE_LINES, *ZoneKind):
        tallies = [one.get(kind) for one in sides.values()]
        if any(tallies):
            rows.append([str(kind), *(cell for one in tallies for cell in _cells(one))])
    return _titled("Zones against the marks, flattened text", [table(rows)])


def _cells(tally: Tally | None) -> list[str]:
    if tally is None:
        return ["0", NONE, NONE, NONE]
    known = f"{tally.recall:.3f}" if tally.there else NONE
    return [str(tally.there), f"{tally.precision:.3f}" if tally.said else NONE, known, f"{tally.f1:.3f}"]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else NONE
