"""The tables of `make bench-store`, in Markdown."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from bench.engine.report import p95
from bench.markdown import table
from bench.store.asking import ENTITY_PAGE, TOP_ENTITIES, Asked
from bench.store.sizes import Part
from bench.store.syndication import Judged
from bench.store.writing import Written

# What the store is held to with so many articles: articles a second, and milliseconds of a search and an entity's page.
# With a million, 0.7 of the pace that was found with a hundred thousand on the same machine.
SMALL, LARGE = 100_000, 1_000_000
RATE, SHARE = 700.0, 0.7
SEARCH_MS = {SMALL: 50.0, LARGE: 100.0}
ENTITY_MS = {SMALL: 150.0, LARGE: 300.0}
_LEAST_BYTES = 1.0
_MET = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Found:
    """All that a run gave. `judged` by the name of the texts; `counts`: groups of copies, stories, and the like."""

    empty: Written
    full: Written
    stored: int
    """articles that were stored before those of `full`"""
    counts: Mapping[str, int]
    asked: Sequence[Asked]
    parts: Sequence[Part]
    in_all: int
    """articles that `parts` hold"""
    judged: Mapping[str, Judged]


def report(found: Found) -> str:
    """Return the tables."""
    return "\n\n".join(
        [
            _made_with(found),
            _written(found),
            _asked(found.asked),
            _plans(found.asked),
            _sizes(found.parts, found.in_all),
            _judged(found.judged),
            _held(found),
        ]
    )


def _made_with(found: Found) -> str:
    counts = ", ".join(f"{count:,} {what}" for what, count in found.counts.items())
    return (
        f"Made on {datetime.now(UTC):%d %B %Y} with {found.stored:,} articles stored, in the end {counts}; "
        f"Python {platform.python_version()}, {platform.machine()} with {os.cpu_count()} cores."
    )


def _written(found: Found) -> str:
    sides = (found.empty, found.full)
    return table(
        [
            ["written", f"the first {found.empty.articles:,}", f"{found.full.articles:,} behind {found.stored:,}"],
            ["store: articles a second", *(f"{one.rate:.0f}" for one in sides)],
            ["ms an article: its row made of the record", *(f"{1_000 * one.rows / one.articles:.2f}" for one in sides)],
            ["ms an article: `Store.save`", *(f"{1_000 * one.saved / one.articles:.2f}" for one in sides)],
            ["processor, ms an article: Python", *(f"{1_000 * one.own_cpu / one.articles:.2f}" for one in sides)],
            [
                "processor, ms an article: PostgreSQL",
                *(f"{1_000 * one.server_cpu / one.articles:.2f}" for one in sides),
            ],
            ["bare insert of the same documents: articles a second", *(f"{one.bare_rate:.0f}" for one in sides)],
            ["store / bare", *(f"{one.rate / one.bare_rate:.2f}" for one in sides)],
        ]
    )


def _asked(asked: Sequence[Asked]) -> str:
    lines = [
        [
            one.kind,
            *(f"{median(one.milliseconds):.1f}", f"{p95(one.milliseconds):.1f}"),
            f"{one.server_cpu / len(one.milliseconds):.1f}",
        ]
        for one in asked
    ]
    return table([["ms", "p50", "p95", "PostgreSQL's processor, mean"], *lines])


def _plans(asked: Sequence[Asked]) -> str:
    lines = [
        [one.kind, ", ".join(sorted(one.indexes)) or "\u2013", "yes" if one.scanned else "no", f"{one.blocks:,}"]
        for one in asked
    ]
    return table([["asked", "`articles` by", "sequential scan", "most blocks"], *lines])


def _sizes(parts: Sequence[Part], articles: int) -> str:
    tables: dict[str, int] = {}
    for part in parts:
        tables[part.table] = tables.get(part.table, 0) + part.bytes
    lines = [["bytes an article", "part", "table"]]
    for part in parts:
        if part.bytes < _LEAST_BYTES * articles:
            continue
        is_first = part.what == "rows"
        whole = f"{tables[part.table] / articles:,.0f}" if is_first else ""
        lines.append([f"{part.table}: {part.what}", f"{part.bytes / articles:,.0f}", whole])
    lines.append(["all", "", f"{sum(tables.values()) / articles:,.0f}"])
    return table(lines)


def _judged(judged: Mapping[str, Judged]) -> str:
    lines = [["syndications of", "made", "found", "pairs of other stories", "told to be copies"]]
    for name, one in judged.items():
        found = f"{one.found:,} ({100 * one.found / max(1, one.syndications):.1f} %)"
        lines.append([name, f"{one.syndications:,}", found, f"{one.pairs:,}", f"{one.false:,}"])
    return table(lines)


def _held(found: Found) -> str:
    size = LARGE if found.stored >= LARGE else SMALL
    pages = {one.kind: p95(one.milliseconds) for one in found.asked}
    searches = [ms for kind, ms in pages.items() if kind not in (ENTITY_PAGE, TOP_ENTITIES, "facets")]
    rate = RATE if size == SMALL else RATE * SHARE
    slowest, page = max(searches), pages[ENTITY_PAGE]
    return table(
        [
            [f"held to with {size:,} stored", f"found with {found.stored:,}", "target", "met"],
            [
                "articles a second, groups and stories included",
                *(f"{found.full.rate:.0f}", f"at least {rate:.0f}", _MET[found.full.rate >= rate]),
            ],
            [
                "ms of the slowest kind of search, p95",
                *(f"{slowest:.0f}", f"at most {SEARCH_MS[size]:.0f}", _MET[slowest <= SEARCH_MS[size]]),
            ],
            [
                "ms of an entity's page, p95",
                *(f"{page:.0f}", f"at most {ENTITY_MS[size]:.0f}", _MET[page <= ENTITY_MS[size]]),
            ],
        ]
    )
