"""Hosts whose pages suddenly clean differently, in a few words. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wiredesk_cleaner.drift.evidence import Difference
    from wiredesk_cleaner.drift.figures import Figure
    from wiredesk_cleaner.drift.watch import Drift

TRY = "wiredesk try URL"
"""what is typed next, with one of the host's pages"""


def merged(found: Iterable["Drift"]) -> list["Drift"]:
    """Return one drift a host, of what several cleaners have seen of it; those that changed most first."""
    by_host: dict[str, list[Drift]] = defaultdict(list)
    for one in found:
        by_host[one.host].append(one)
    hosts = [
        replace(drifts[0], since=min(one.since for one in drifts), differences=_together(drifts))
        for drifts in by_host.values()
    ]
    return sorted(hosts, key=lambda one: -one.differences[0].size)


def _together(drifts: Iterable["Drift"]) -> tuple["Difference", ...]:
    by_figure: dict[Figure, list[Difference]] = defaultdict(list)
    for one in drifts:
        for difference in one.differences:
            by_figure[difference.figure].append(difference)
    return tuple(sorted(map(_mean, by_figure.values()), key=lambda one: -one.size))


def _mean(differences: Sequence["Difference"]) -> "Difference":
    pages = sum(one.pages for one in differences)
    last = sum(one.last * one.pages for one in differences) / pages
    habit = sum(one.habit * one.pages for one in differences) / pages
    return replace(differences[0], pages=pages, last=last, habit=habit)


def sentence(drift: "Drift", now: datetime) -> str:
    """Return "example.org cleans differently since 14:05 UTC: 0 of the last 20 pages had a text (habit 97 %)"."""
    since = f"{drift.since:%H:%M}" if drift.since.date() == now.date() else f"{drift.since:%Y-%m-%d %H:%M}"
    return f"{drift.host} cleans differently since {since} UTC: {'; '.join(map(str, drift.differences))}"
