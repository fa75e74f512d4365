"""The tables of `make bench-desk`, in Markdown."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from bench.desk.pages import EMPTY, PAGES, Answers
from bench.desk.stream import Streamed
from bench.engine.report import p95
from bench.markdown import table

# What the desk is held to: milliseconds; megabytes an hour that count as flat.
PAGE_MS, PAINT_MS, STREAM_MS, FLAT_MB = 100.0, 100.0, 200.0, 5.0
_MET = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Found:
    """All that a run gave. `painted` is empty where there was no browser."""

    stored: int
    answers: Sequence[Answers]
    painted: Mapping[str, Sequence[float]]
    streamed: Streamed


def report(found: Found) -> str:
    """Return the tables."""
    made = (
        f"Made on {datetime.now(UTC):%d %B %Y} with {found.stored:,} articles stored; "
        f"Python {platform.python_version()}, {platform.machine()} with {os.cpu_count()} cores."
    )
    return "\n\n".join([made, _answers(found), _streamed(found.streamed), _held(found)])


def _answers(found: Found) -> str:
    lines = [["ms, one reader", "p50", "p95", "p95 to the first byte", "KB sent", "painted, p50", "painted, p95"]]
    for one in found.answers:
        painted = found.painted.get(one.kind)
        lines.append(
            [
                one.kind,
                *(f"{median(one.whole):.0f}", f"{p95(one.whole):.0f}", f"{p95(one.first):.0f}"),
                f"{median(one.sizes) / 1_024:.1f}",
                *((f"{median(painted):.0f}", f"{p95(painted):.0f}") if painted else ("", "")),
            ]
        )
    if (painted := found.painted.get(EMPTY)) is not None:
        lines.append([EMPTY, "", "", "", "", f"{median(painted):.0f}", f"{p95(painted):.0f}"])
    return table(lines)


def _streamed(of: Streamed) -> str:
    (first_at, first), (last_at, last) = of.memory[0], of.memory[-1]
    told = f"{median(of.delays):.0f}", f"{p95(of.delays):.0f}", f"{max(of.delays):.0f}"
    rows = [
        [f"{of.readers} readers, {of.articles} articles", "p50", "p95", "most"],
        ["ms from storing to telling", *told],
    ]
    said = (
        f"Of {of.readers * of.articles:,} pairs of reader and article {of.missed:,} never met. The desk's process "
        f"had {first:.0f} MB at first and {last:.0f} MB after {(last_at - first_at) / 60:.0f} minutes "
        f"(at most {max(mb for _, mb in of.memory):.0f}); over the last two thirds of them it grew by "
        f"{of.growth:+.1f} MB an hour."
    )
    return f"{table(rows)}\n\n{said}"


def _held(found: Found) -> str:
    times = {one.kind: p95(one.whole) for one in found.answers}
    told = p95(found.streamed.delays)
    lines = [[f"held to with 100,000 stored (here {found.stored:,})", "found", "target", "met"]]
    for kind in PAGES:
        met = _MET[times[kind] < PAGE_MS]
        lines.append([f"ms of the page {kind}, p95", f"{times[kind]:.0f}", f"below {PAGE_MS:.0f}", met])
    if found.painted:
        slowest = max(p95(found.painted[kind]) for kind in PAGES)
        row = ["ms until a browser paints, slowest of the five, p95", f"{slowest:.0f}", f"below {PAINT_MS:.0f}"]
        lines.append([*row, _MET[slowest < PAINT_MS]])
    row = ["ms from storing to each reader of the stream, p95", f"{told:.0f}", f"below {STREAM_MS:.0f}"]
    lines.append([*row, _MET[told < STREAM_MS]])
    lines.append(
        ["articles that a reader was not told of", f"{found.streamed.missed}", "0", _MET[not found.streamed.missed]]
    )
    growth = found.streamed.growth
    lines.append(["MB more an hour while streaming", f"{growth:+.1f}", f"below {FLAT_MB:.0f}", _MET[growth < FLAT_MB]])
    return table(lines)
