"""The verb that writes what is stored into files: export."""
# ruff: noqa: FBT002, PLC0415, PLR0917 - Typer reads options from defaults and calls by name; late imports: quick help

from pathlib import Path
from typing import Annotated

import typer

from wiredesk_desk.cli.options import Narrowing, Query, narrowed

app = typer.Typer()

_EXPORT = """Write the stored articles that a search finds, or all, the newest first, as a file for other programs.

ndjson is the whole event a line; csv a row an article; parquet a folder with a file a day; ninjs the IPTC's JSON, a
line an article; rss and atom are feeds, of the newest 50. Stopped, the same command goes on where it was.

\b
wiredesk export --from 7d --format csv --out week.csv
wiredesk export '"central bank"' --language en | jq .headline
wiredesk export --format parquet --out articles
"""


@app.command(help=_EXPORT)
@narrowed
def export(
    narrowing: Narrowing,
    query: Query = "",
    format_: Annotated[str, typer.Option("--format", help="ndjson, csv, parquet, ninjs, rss or atom.")] = "ndjson",
    out: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The file; for parquet a folder. Else standard output.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="The newest so many.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there, or an export begun there.")] = False,
) -> None:
    from wiredesk_desk import running
    from wiredesk_desk.commands import export as verb
    from wiredesk_desk.commands.search import Asked

    asked = Asked(query, narrowing.names, narrowing.since, narrowing.until, without_copies=narrowing.without_copies)
    to = None if out == Path("-") else out
    running.execute(verb.export(asked, format_=format_, out=to, limit=limit, force=force))
