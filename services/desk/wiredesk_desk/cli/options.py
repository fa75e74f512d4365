"""Options that several verbs take."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Write NDJSON on a terminal too.")]
Limit = Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Stop after that many.")]
Scale = Annotated[list[str] | None, typer.Option("--scale", metavar="SERVICE=N", help="Worker processes of a service.")]
Directory = Annotated[Path, typer.Option(help="Where the documents are.")]
Positions = Annotated[list[str] | None, typer.Argument(metavar="TOPIC/PARTITION/OFFSET...")]
StageOption = Annotated[str | None, typer.Option("--stage", help="Only those of this service.")]
Since = Annotated[str | None, typer.Option(metavar="AGE|TIME", help="Only as young as that: 2h, 7d, 2026-11-20T12:00.")]
Fingerprint = Annotated[str | None, typer.Option(help="Only this cause; the beginning of it will do.")]
