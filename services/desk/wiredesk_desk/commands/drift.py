"""What `status` says of hosts whose pages suddenly clean differently, as the cleaners of this folder's system tell."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wiredesk_desk.distributions import is_installed
from wiredesk_desk.output import Row, emit, paragraph, typed
from wiredesk_desk.views import drift as view

if TYPE_CHECKING:
    from wiredesk_cleaner.drift.watch import Drift

_SECONDS = 2.0
# The others are counted.
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Found:
    """The hosts, worst first, how many more the cleaners count without a name, and how many cleaners answered."""

    drifts: list["Drift"]
    unnamed: int
    cleaners: int


async def read(processes: Iterable[Row]) -> Found | None:
    """Ask the cleaners among the rows of `status`; None where none answers. Takes two seconds at most.

    Only those of local mode can be asked: nobody else's addresses are known here.
    """
    if not is_installed("wiredesk_cleaner"):
        return None
    from wiredesk_cleaner.drift.alarm import read as read_metrics  # noqa: PLC0415 - may not be installed

    cleaners = [row["metrics"] for row in processes if row["process"].startswith("cleaner-") and row["metrics"]]
    drifts: list[Drift] = []
    unnamed = answered = 0
    for text in await asyncio.gather(*map(_metrics, cleaners)):
        try:
            hosts, named = read_metrics(text)
        except ValueError:
            # It is starting, or of another release.
            continue
        drifts += named
        unnamed += hosts - len(named)
        answered += 1
    return Found(view.merged(drifts), unnamed, answered) if answered else None


async def _metrics(url: str) -> str:
    """Return what is served at an address of this machine; empty when nobody answers."""
    where = urlsplit(url)
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(where.hostname, where.port)
            try:
                writer.write(f"GET {where.path} HTTP/1.0\r\n\r\n".encode())
                answer = await reader.read()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return ""
    return answer.partition(b"\r\n\r\n")[2].decode(errors="replace")


def tell(found: Found) -> None:
    """Write it for people: nothing where no host has an alarm."""
    if found.drifts:
        print()
    for one in found.drifts[:_MOST_TOLD]:
        paragraph(f"✘ {view.sentence(one, datetime.now(UTC))}")
        paragraph(f"→ {typed(view.TRY)} (one of its pages)", indent="  ")
    if more := len(found.drifts[_MOST_TOLD:]) + found.unnamed:
        paragraph(f"✘ {'1 more host cleans' if more == 1 else f'{more:,} more hosts clean'} differently")
        paragraph(f"→ {typed('wiredesk status --json')}", indent="  ")


def emit_rows(found: Found) -> None:
    """Write it as NDJSON: one row that counts the hosts, then one for each that is named."""
    emit({"kind": "drifts", **counted(found)})
    for row in rows(found):
        emit({"kind": "drift", **row, "todo": typed(view.TRY)})


def counted(found: Found) -> Row:
    """Return how many hosts clean differently, and how many cleaners said so."""
    return {"hosts": len(found.drifts) + found.unnamed, "cleaners": found.cleaners}


def rows(found: Found) -> list[Row]:
    """Return a row for each host that is named, the worst first."""
    return [
        {
            "host": one.host,
            "since": one.since,
            "figures": {
                each.figure: {"last": round(each.last, 3), "habit": round(each.habit, 3), "pages": each.pages}
                for each in one.differences
            },
        }
        for one in found.drifts
    ]
