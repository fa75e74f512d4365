"""The command line: what a person typed comes in, a verb of `wiredesk_desk.commands` runs, its exit code goes out.

One module a group of verbs (`everyday`, `backfilling`, `finding`, `withdrawing`, `exporting`, `sources`, `subscribing`,
`dead_letters`, `tokens`, `upkeep`; `options` is what several take): what each takes, and what `--help` says. What a
verb does is in the package of its name, or in `wiredesk_desk.commands`; of subscriptions in `wiredesk_desk.web`.
Nothing else of ours is imported before a verb runs, so help answers at once.
"""

from typing import Annotated

import typer

from wiredesk_desk.cli import (
    backfilling,
    dead_letters,
    everyday,
    exporting,
    finding,
    sources,
    subscribing,
    tokens,
    upkeep,
    withdrawing,
)

app = typer.Typer(
    epilog="Exit codes: 0 ok, 1 failed, 2 usage, 3 dependency unreachable, 4 bad configuration, 5 timed out, "
    "6 some items rejected, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(everyday.app)
app.add_typer(finding.app)
app.add_typer(withdrawing.app)
app.add_typer(exporting.app)
app.add_typer(subscribing.app)
for name, group in {
    "backfill": backfilling.backfill,
    "sources": sources.sources,
    "subscriptions": subscribing.subscriptions,
    "dlq": dead_letters.dlq,
    "tokens": tokens.tokens,
    "topics": upkeep.topics,
    "config": upkeep.config,
    "schema": upkeep.schema,
    "knowledge": upkeep.knowledge,
}.items():
    app.add_typer(group, name=name)


def _version(asked: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if asked:
        from wiredesk.version import __version__  # noqa: PLC0415 - help needs nothing of ours

        print(f"wiredesk {__version__}")
        raise typer.Exit


@app.callback()
def wiredesk(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A newswire of your own. Data goes to stdout (a table on a terminal, NDJSON in a pipe), talk to stderr."""
