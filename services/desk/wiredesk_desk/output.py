"""What a person or a pipe gets to read: tables and articles on a terminal, NDJSON in a pipe; talk on stderr."""

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]

# Columns that are copied into the next command.
_WHOLE = {"position", "worker", "host", "reads", "partitions", "topic", "article_id", "setting"}

# A folded column is no narrower.
_STRIP = 16

# What JSON may hold unescaped of what acts: DEL and C1, line ends of Unicode, what turns the direction of writing.
_ACTING = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
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
    return shlex.quote(os.path.relpath(called))


def plain(text: str) -> str:
    """Return `text` without what could steer a terminal: an article may hold escape sequences."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)


def for_people(*, as_json: bool) -> bool:
    """Whether data is to be laid out for a reader: on a terminal, and not asked for as JSON."""
    return sys.stdout is not None and sys.stdout.isatty() and not as_json


def emit(row: Row) -> None:
    """Write one line of NDJSON. Times are ISO 8601, ids text."""
    print(inert(json.dumps(row, ensure_ascii=False, default=_json)), flush=True)


def inert(said: str) -> str:
    r"""Return JSON text, on one line, with what could steer a terminal or end a line as `\u` escapes: the same JSON."""
    if said.isascii() and "\x7f" not in said:
        return said
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", said)


def table(rows: Sequence[Row], *, as_json: bool, empty: str, right: Iterable[str] = ()) -> None:
    """Write rows with equal keys: a table for people (`empty` when there are none), else NDJSON.

    `right` names the columns to align at the right. Nothing is cut: long cells are folded, and where the terminal is
    too narrow for that each row is a paragraph.
    """
    if not for_people(as_json=as_json):
        for row in rows:
            emit(row)
        return
    if not rows:
        say(empty)
        return
    cells = [{name: plain(cell(value)) for name, value in row.items()} for row in rows]
    console = Console(highlight=False, soft_wrap=False)
    if _least_width(cells) > console.width:
        _stacked(cells)
        return
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in cells[0]:
        grid.add_column(
            name.replace("_", " "),
            justify="right" if name in set(right) else "left",
            overflow="fold",
            no_wrap=name in _WHOLE,
        )
    for one in cells:
        grid.add_row(*(Text(text) for text in one.values()))
    console.print(grid)


def _least_width(cells: Sequence[Mapping[str, str]]) -> int:
    """How wide a table has to be in which the columns of `_WHOLE` are whole and no other is a strip of syllables."""
    natural = {name: max(cell_len(name), *(cell_len(one[name]) for one in cells)) for name in cells[0]}
    return sum(width if name in _WHOLE else min(width, _STRIP) for name, width in natural.items()) + len(natural) - 1


def _stacked(cells: Sequence[Mapping[str, str]]) -> None:
    for one in cells:
        (_, first), *others = one.items()
        paragraph(first)
        for name, text in others:
            if text:
                paragraph(f"{name.replace('_', ' ')}: {text}", indent="  ")


def paragraph(text: str, *, indent: str = "") -> None:
    """Write text for people, wrapped to the terminal; an article's own line ends stay."""
    console = Console(highlight=False)
    for line in plain(text).splitlines():
        for part in Text(line).wrap(console, max(20, console.width - cell_len(indent))):
            console.print(Text(indent) + part)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Any]:
    """A bar on stderr where that is a terminal; yields what to call after each item, or with a number of them.

    `total` None: not known.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # What is printed meanwhile goes to stdout, whatever that is.
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, disable=not sys.stderr.isatty()
    ) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count=1: progress.advance(task, count)


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


def _json(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def cell(value: object) -> str:
    """Return a value as people read it: a time in ISO 8601, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
