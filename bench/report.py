"""The bench's tables, in Markdown: they are read on a terminal and kept in docs/quality.md."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import fmean, median, quantiles

from bench.markdown import put, table
from bench.metric import PageScore, paired_gap, score
from bench.peers import BASELINE
from wiredesk_cleaner.core import CLEANER_VERSION

OURS = "Wiredesk"
BEGIN, END = "<!-- cleaner: made by `make bench-cleaner` -->", "<!-- end of cleaner -->"
_NONE = "–"  # noqa: RUF001 - a dash in a table


@dataclass(frozen=True, slots=True)
class Result:
    """What one extractor made of one page. A field is None where nobody says what is right."""

    held_out: bool
    body: PageScore
    title: bool | None
    authors: bool | None
    date: bool | None
    milliseconds: float
    empty: bool
    crashed: bool
    states_metadata: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One extractor on all pages, in the order of the pages."""

    name: str
    results: Sequence[Result]

    def held_out(self) -> "Run":
        """The same run on the held-out pages alone."""
        return Run(self.name, [result for result in self.results if result.held_out])


def report(html: Sequence[Run], plain: Sequence[Run], *, rounds: int) -> str:
    """Return the tables of all pages and of the held-out ones, and the paired comparison."""
    size = len(html[0].results)
    parts = [
        _made_with(size),
        f"**HTML, all {size} pages**",
        _table(html, [*_BODY, *_METADATA, *_COST]),
    ]
    kept = [run.held_out() for run in html]
    if kept[0].results:
        parts += [
            f"**HTML, the {len(kept[0].results)} held-out pages**",
            _table(kept, [*_BODY, *_METADATA]),
        ]
    parts += [_paired("all pages", html, rounds), _paired("held-out pages", kept, rounds)]
    parts += [f"**Flattened text, all {size} pages**", _table(plain, [*_BODY, *_COST])]
    flat = [run.held_out() for run in plain]
    if flat[0].results:
        parts += [f"**Flattened text, the {len(flat[0].results)} held-out pages**", _table(flat, _BODY)]
    return "\n\n".join(part for part in parts if part)


def write(document: Path, tables: str) -> None:
    """Put `tables` between the marks of `document`.

    Raises:
        ValueError: the document has no marks.
    """
    put(document, BEGIN, END, tables)


def _made_with(size: int) -> str:
    return (
        f"Made on {datetime.now(UTC):%d %B %Y} from {size} pages with cleaner version {CLEANER_VERSION}, "
        f"trafilatura {version('trafilatura')}, Python {platform.python_version()}, {platform.machine()} with "
        f"{os.cpu_count()} cores."
    )


Column = tuple[str, Callable[[Run], str]]


def _share(name: str) -> Callable[[Run], str]:
    def cell(run: Run) -> str:
        known = [value for result in run.results if (value := getattr(result, name)) is not None]
        stated = any(result.states_metadata for result in run.results)
        return f"{fmean(known):.3f}" if known and stated else _NONE

    return cell


_BODY: list[Column] = [
    ("F1", lambda run: f"{score(r.body for r in run.results).f1:.4f}"),
    ("precision", lambda run: f"{score(r.body for r in run.results).precision:.4f}"),
    ("recall", lambda run: f"{score(r.body for r in run.results).recall:.4f}"),
    ("empty", lambda run: str(sum(r.empty for r in run.results))),
]
_METADATA: list[Column] = [("title", _share("title")), ("authors", _share("authors")), ("date", _share("date"))]
_COST: list[Column] = [
    ("median ms", lambda run: f"{median(r.milliseconds for r in run.results):.1f}"),
    ("p95 ms", lambda run: f"{_p95([r.milliseconds for r in run.results]):.1f}"),
    ("crashes", lambda run: str(sum(r.crashed for r in run.results))),
]


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def _table(runs: Sequence[Run], columns: Sequence[Column]) -> str:
    rows = [["extractor", *(name for name, _ in columns)]]
    rows += [[run.name, *(cell(run) for _, cell in columns)] for run in runs]
    return table(rows)


def _paired(which: str, runs: Sequence[Run], rounds: int) -> str:
    """Say how far the first run is above the baseline on resamples of the same pages."""
    baseline = next((run for run in runs if run.name == BASELINE), None)
    if baseline is None or not baseline.results:
        return ""
    gap = paired_gap([r.body for r in runs[0].results], [r.body for r in baseline.results], rounds=rounds)
    return (
        f"Against {BASELINE} on the {which}: F1 {gap.mean:+.4f} (standard deviation {gap.deviation:.4f}), "
        f"better in {gap.better:.1%} of {rounds} paired resamples."
    )
