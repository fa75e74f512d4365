"""The tables of `make bench-engine`, in Markdown."""

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean, median, quantiles
from typing import TypeAlias

from bench.markdown import table

# What each round gave, by name.
Samples: TypeAlias = Mapping[str, Sequence[float]]
_NONE = "\u2013"


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 % are not above; the one value there is."""
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it says, which samples it sums up, how, and with how many decimals.

    From each sample the one of the same round under `less` is taken.
    """

    says: str
    name: str
    less: str = ""
    by: Callable[[Sequence[float]], float] = median
    decimals: int = 1
    has_spread: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """What the tables were made with."""

    records: int
    bytes_each: float
    rounds: int
    before: str | None


def _of_kind(kind: str, batch: int) -> list[Row]:
    what = {
        "one_by_one": f"one by one, {batch} at once",
        "encoded": f"the same, encoded elsewhere, {batch} at once",
        "batch": f"batch handler of {batch}",
    }[kind]
    return [
        Row(f"{what}: CPU", f"{kind}.cpu"),
        Row("bare aiokafka, the floor: CPU", f"{kind}.floor_cpu"),
        Row("engine's own, CPU less the floor", f"{kind}.cpu", less=f"{kind}.floor_cpu"),
        Row(f"{what}: wall", f"{kind}.wall"),
        Row("floor: wall", f"{kind}.floor_wall"),
    ]


def _of_memory(kind: str, what: str) -> list[Row]:
    return [
        Row(f"{what}: Python calls", f"{kind}.calls", has_spread=False),
        Row("floor: Python calls", f"{kind}.floor_calls", has_spread=False),
        Row(f"{what}: blocks in hand", f"{kind}.blocks_in_hand", has_spread=False),
        Row("floor: blocks in hand", f"{kind}.floor_blocks_in_hand", has_spread=False),
        Row(f"{what}: most bytes in hand", f"{kind}.bytes_in_hand", decimals=0, has_spread=False),
        Row("floor: most bytes in hand", f"{kind}.floor_bytes_in_hand", decimals=0, has_spread=False),
        Row(f"{what}: objects left to the collector", f"{kind}.left_to_collector", decimals=2, has_spread=False),
        Row("floor: objects left to the collector", f"{kind}.floor_left_to_collector", decimals=2, has_spread=False),
    ]


def sections(batches: Mapping[str, int]) -> list[tuple[str, list[Row]]]:
    """Return the tables' heads and lines; `batches` is how many records each kind of handler takes."""
    return [
        ("µs per record and hop", [row for kind, batch in batches.items() for row in _of_kind(kind, batch)]),
        (
            "per record and hop",
            [
                *_of_memory("one_by_one", "one by one"),
                *_of_memory("encoded", "encoded elsewhere"),
                *_of_memory("batch", "batch handler"),
            ],
        ),
        (
            "ms per hop when idle",
            [
                Row("engine: median", "idle.engine", has_spread=False),
                Row("engine: mean", "idle.engine", by=fmean, has_spread=False),
                Row("engine: p95", "idle.engine", by=p95, has_spread=False),
                Row("bare aiokafka: median", "idle.floor", has_spread=False),
                Row("bare aiokafka: mean", "idle.floor", by=fmean, has_spread=False),
                Row("bare aiokafka: p95", "idle.floor", by=p95, has_spread=False),
            ],
        ),
        (
            "µs of CPU per record in the services",
            [
                Row("fetcher: `core.given`, 70 KB of text", "costs.given"),
                Row("engine of the cleaner: `wire.decode` of an ArticleFetched", "costs.decode_fetched"),
                Row("engine of the cleaner: `wire.encode` of an ArticleCleaned", "costs.encode_cleaned"),
                Row("tagger: `core.enrich`", "costs.enrich"),
                Row("engine of the tagger: `wire.encode` of the ArticleEnriched", "costs.encode_enriched"),
                Row("engine of storage: `wire.decode` of it", "costs.decode_enriched"),
                Row("storage: `core.row`", "costs.row"),
            ],
        ),
    ]


def report(made: Made, batches: Mapping[str, int], this: Samples, before: Samples | None) -> str:
    """Return the tables; with `before` each line has the other tree's figure and the ratio of the two."""
    parts = [_made_with(made)]
    for head, rows in sections(batches):
        titles = [head, "this tree", *(["before", "this / before", "by the least"] if before is not None else [])]
        parts.append(table([titles, *(_line(row, this, before) for row in rows)]))
    return "\n\n".join(parts)


def _line(row: Row, this: Samples, before: Samples | None) -> list[str]:
    cells = [row.says, cell(row, this)]
    if before is not None:
        cells += [cell(row, before), ratio(row, this, before), ratio(row, this, before, least)]
    return cells


def middle(row: Row, samples: Samples) -> float | None:
    """Return the figure of a line, None without samples."""
    values = _values(row, samples)
    return row.by(values) if values else None


def least(row: Row, samples: Samples) -> float | None:
    """Return the figure of the best round: what else runs on a machine only ever adds. None where there is none."""
    if not row.has_spread or not samples.get(row.name):
        return None
    return min(samples[row.name]) - (min(samples[row.less]) if row.less else 0)


def cell(row: Row, samples: Samples) -> str:
    """Return the figure, and the least and the most of the rounds beside it where there are several."""
    values, figure = _values(row, samples), middle(row, samples)
    if figure is None:
        return _NONE
    said = f"{figure:.{row.decimals}f}"
    if row.has_spread and len(values) > 1:
        said += f" ({min(values):.{row.decimals}f} to {max(values):.{row.decimals}f})"
    return said


def ratio(row: Row, this: Samples, before: Samples, figure: Callable[[Row, Samples], float | None] = middle) -> str:
    """Return this tree's figure as a multiple of the other's; a dash where one is missing or the other's is nothing."""
    ours, theirs = figure(row, this), figure(row, before)
    if ours is None or theirs is None or theirs <= 0:
        return _NONE
    return f"{ours / theirs:.2f}"


def _values(row: Row, samples: Samples) -> list[float]:
    values = list(samples.get(row.name, ()))
    return (
        [one - other for one, other in zip(values, samples[row.less], strict=True)] if values and row.less else values
    )


def _made_with(made: Made) -> str:
    other = f" Before: {made.before}." if made.before else ""
    return (
        f"Made on {datetime.now(UTC):%d %B %Y} from {made.records:,} records of {made.bytes_each:,.0f} bytes, "
        f"{made.rounds} rounds, median (least to most), Python {platform.python_version()}, {platform.machine()} "
        f"with {os.cpu_count()} cores.{other}"
    )
