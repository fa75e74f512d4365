"""The table of `make bench-lanes`, in Markdown, and its rows."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bench.engine.report import p95
from bench.markdown import table

# What live articles may take beside a backfill, as a multiple of what they take without one.
MOST = 1.5
_MET = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Phase:
    """What live articles took, in milliseconds; `past` articles of the backfill were enriched in `seconds`."""

    name: str
    latencies: Sequence[float]
    seconds: float
    past: int = 0

    @property
    def p50(self) -> float:
        return median(self.latencies)

    @property
    def p95(self) -> float:
        return p95(self.latencies)


@dataclass(frozen=True, slots=True)
class Found:
    """All that a run gave: without a backfill before it, beside it, and after it."""

    articles: int
    calm: Phase
    beside: Phase
    ended: dict[str, Any]
    """what the command said of the whole backfill; empty where it was broken off"""

    @property
    def ratios(self) -> tuple[float, float]:
        """p50 and p95 beside a backfill, as multiples of those in calm."""
        return self.beside.p50 / self.calm.p50, self.beside.p95 / self.calm.p95


def rows(found: Found) -> Iterator[dict[str, Any]]:
    """Yield what was found as NDJSON has it."""
    for phase in (found.calm, found.beside):
        yield {
            "phase": phase.name,
            "live_articles": len(phase.latencies),
            "p50_ms": round(phase.p50),
            "p95_ms": round(phase.p95),
            "backfill_articles": phase.past,
            "seconds": round(phase.seconds, 1),
        }
    p50, p95_ = found.ratios
    yield {"phase": "ratio", "p50": round(p50, 2), "p95": round(p95_, 2), "most": MOST, "backfill": found.ended}


def report(found: Found) -> str:
    """Return the table."""
    made = (
        f"Made on {datetime.now(UTC):%d %B %Y} with a backfill of {found.articles:,} articles; "
        f"Python {platform.python_version()}, {platform.machine()} with {os.cpu_count()} cores."
    )
    lines = [["ms from submitted to enriched", "live articles", "p50", "p95", "backfill articles a second"]]
    for phase in (found.calm, found.beside):
        rate = f"{phase.past / phase.seconds:.1f}" if phase.past else ""
        count = f"{len(phase.latencies)}"
        lines.append([phase.name, count, f"{phase.p50:.0f}", f"{phase.p95:.0f}", rate])
    held = [["held to", "found", "target", "met"]]
    for name, ratio in zip(("p50", "p95"), found.ratios, strict=True):
        held.append([f"{name} beside a backfill, of that without", f"{ratio:.2f}", f"below {MOST}", _MET[ratio < MOST]])
    parts = [made, table(lines), table(held)]
    if found.ended:
        names = ("fed", "stored", "rejected", "dead_letters")
        ends = ", ".join(f"{found.ended[name]:,} {name.replace('_', ' ')}" for name in names)
        parts.append(f"In the end, of the {found.articles:,}: {ends}.")
    return "\n\n".join(parts)
