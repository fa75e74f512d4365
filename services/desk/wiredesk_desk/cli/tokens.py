"""`wiredesk tokens`: who may ask a desk that is served elsewhere than on loopback."""
# ruff: noqa: FBT002, PLC0415 - Typer reads options from defaults; the imports are late so that help is quick

from typing import Annotated

import typer

from wiredesk_desk.cli.options import Json

tokens = typer.Typer(help="Tokens: who may ask a desk that is served elsewhere than on loopback.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, or what for.")]


@tokens.command("add")
def tokens_add(
    name: Name,
    scope: Annotated[str, typer.Option(metavar="read|write", help="Only to read, or to write besides.")] = "read",
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="After so many days it opens nothing any more.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a token and print it, the only time it is shown; only its digest is kept."""
    from wiredesk_desk import running
    from wiredesk_desk.tokens import commands

    running.execute(commands.add(name, scope=scope, days=days, as_json=json))


@tokens.command("list")
def tokens_list(json: Json = False) -> None:
    """List the tokens by name: what each is good for, since when and until when."""
    from wiredesk_desk import running
    from wiredesk_desk.tokens import commands

    running.execute(commands.list_tokens(as_json=json))


@tokens.command("revoke")
def tokens_revoke(name: Name) -> None:
    """Forget a token: within ten seconds it opens nothing any more."""
    from wiredesk_desk import running
    from wiredesk_desk.tokens import commands

    running.execute(commands.revoke(name))
