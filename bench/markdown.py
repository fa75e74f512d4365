"""Tables in Markdown, and the document that keeps them between marks."""

from collections.abc import Sequence
from pathlib import Path


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return `rows`, the first one the head, as a table; the first column to the left, the others to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "| "
        + " | ".join(cell.rjust(width) if at else cell.ljust(width) for at, (cell, width) in enumerate(cells))
        + " |"
        for cells in (list(zip(row, widths, strict=True)) for row in rows)
    ]
    rule = "|" + "|".join("-" * (width + 1) + ":" if at else "-" * (width + 2) for at, width in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def put(document: Path, begin: str, end: str, text: str) -> None:
    """Put `text` between the lines `begin` and `end` of `document`.

    Raises:
        ValueError: the document has no such lines.
    """
    before, found_begin, rest = document.read_text("utf-8").partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"{document} has no line {begin!r} with {end!r} below it")
    document.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", "utf-8")
