"""What a person or a pipe gets to read: tables and articles on a terminal, NDJSON in a pipe; talk on stderr."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]

# Columns that are copied into the next command.
_WHOLE = {"position", "worker", "host", "reads", "partitions", "topic", "article_id", "setting"}


_NAMED = re.compile(r"(?<![\w/.'-])wiredesk (?=[a-z])")


def say(message: str) -> None:
    """Talk: a line on stderr. Commands in it can be typed as they stand."""
    print(typed(plain(message)), file=sys.stderr, flush=True)


def typed(text: str) -> str:
    """Return `text` with every `wiredesk …` in it as that is typed in the folder the reader is in."""
    return _NAMED.sub(lambda _: f"{program()} ", text)


def program() -> str:
    """Return how this program is typed in the folder the reader is in."""
    called, found = Path(sys.argv[0]), shutil.which("wiredesk")
    if called.name != "wiredesk" or (found is not None and Path(found).samefile(called)):
        return "wiredesk"
    return os.path.relpath(called)


def plain(text: str) -> str:
    """Return `text` without what could steer a terminal: an article may hold escape sequences."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)


def for_people(*, as_json: bool) -> bool:
    """Whether data is to be laid out for a reader: on a terminal, and not asked for as JSON."""
    return sys.stdout.isatty() and not as_json


def emit(row: Row) -> None:
    """Write one line of NDJSON. Times are ISO 8601, ids text."""
    print(json.dumps(row, ensure_ascii=False, default=str), flush=True)


def table(rows: Sequence[Row], *, as_json: bool, empty: str, right: Iterable[str] = ()) -> None:
    """Write rows with equal keys: a table for people (`empty` when there are none), else NDJSON.

    `right` names the columns to align at the right.
    """
    if not for_people(as_json=as_json):
        for row in rows:
            emit(row)
        return
    if not rows:
        say(empty)
        return
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        grid.add_column(
            name.replace("_", " "),
            justify="right" if name in set(right) else "left",
            overflow="fold",
            no_wrap=name in _WHOLE,
        )
    for row in rows:
        grid.add_row(*(Text(plain(_cell(value))) for value in row.values()))
    Console(highlight=False, soft_wrap=False).print(grid)


def paragraph(text: str, *, indent: str = "") -> None:
    """Write text for people, wrapped to the terminal; an article's own line ends stay."""
    console = Console(highlight=False)
    for line in plain(text).splitlines():
        for part in Text(line).wrap(console, max(20, console.width - cell_len(indent))):
            console.print(Text(indent) + part)


def heading(text: str) -> None:
    """Write a headline for people."""
    Console(highlight=False).print(Text(plain(text), style="bold"))


def ago(at: datetime, now: datetime | None = None) -> str:
    """Return how long ago `at` was, in one unit: "3 min"."""
    return duration((now or datetime.now(UTC)) - at)


def duration(length: timedelta) -> str:
    """Return a length of time as a person says it: "340 ms", "2.1 s", "3 min", "5 h", "2 d"."""
    return duration_of(length.total_seconds())


def duration_of(seconds: float) -> str:
    """Like `duration`, from seconds."""
    seconds = max(0.0, seconds)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
