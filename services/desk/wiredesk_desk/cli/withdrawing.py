"""The verbs that take an article off the wire, and put it back."""
# ruff: noqa: FBT002, PLC0415 - Typer reads options from defaults; the imports are late so that help is quick

from typing import Annotated

import typer

from wiredesk_desk.cli.options import Json

app = typer.Typer()

Article = Annotated[str, typer.Argument(metavar="ARTICLE_ID|URL")]
Reason = Annotated[str, typer.Option(help="Why; it is kept, and readers are told.")]


@app.command()
def withdraw(article: Article, reason: Reason, json: Json = False) -> None:
    """Show an article no longer, tell readers so, and refuse it when it comes again; its history is kept."""
    from wiredesk_desk import running
    from wiredesk_desk.withdrawing import commands

    running.execute(commands.withdraw(article, reason=reason, as_json=json))


@app.command()
def erase(
    article: Article,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Erase without asking.")] = False,
    json: Json = False,
) -> None:
    """Delete all that is stored of an article, refuse it from now on, and say what is left of it where, until when."""
    from wiredesk_desk import running
    from wiredesk_desk.withdrawing import commands

    running.execute(commands.erase(article, reason=reason, sure=yes, as_json=json))


@app.command()
def reinstate(article: Article, json: Json = False) -> None:
    """Show a withdrawn article again, or let an erased one be submitted anew."""
    from wiredesk_desk import running
    from wiredesk_desk.withdrawing import commands

    running.execute(commands.reinstate(article, as_json=json))
