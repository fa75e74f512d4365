"""The verbs of a backfill; `wiredesk backfill FILE` is `wiredesk backfill feed FILE`."""
# ruff: noqa: FBT002, PLC0415 - Typer reads options from defaults; the imports are late so that help is quick

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from wiredesk_desk.cli.options import Json

Lane = Annotated[
    str | None, typer.Option("--lane", metavar="NAME", help="By default that of WIREDESK_LANE, without it backfill.")
]


class _FeedsByDefault(TyperGroup):
    """What does not begin with the name of a verb is given to `feed`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["feed", *args]
        found: list[str] = super().parse_args(ctx, args)
        return found


backfill = typer.Typer(
    cls=_FeedsByDefault,
    no_args_is_help=True,
    help="Feed old articles into a lane of their own, so that they hold up no news: wiredesk backfill FILE...",
)


@backfill.command()
def feed(
    what: Annotated[list[str], typer.Argument(metavar="FILE|FOLDER|URL...")],
    lane: Lane = None,
    most: Annotated[
        int, typer.Option("--waiting", min=1, help="So many records wait in the lane at most, all stages together.")
    ] = 1000,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until nothing waits in the lane.")] = True,
    json: Json = False,
) -> None:
    """Feed WARC files, lists (a URL a line, or a submission as JSON), pages and texts. `feed` may be left out.

    The same command goes on where it was stopped, and sends nothing twice that Kafka has.
    """
    from wiredesk_desk import running
    from wiredesk_desk.backfill import commands

    running.execute(commands.feed(what, lane=lane, most=most, wait=wait, as_json=json))


@backfill.command()
def pause(lane: Lane = None) -> None:
    """Have whoever feeds the lane stop; what is in the lane already is worked."""
    from wiredesk_desk import running
    from wiredesk_desk.backfill import commands

    running.execute(commands.pause(lane, paused=True))


@backfill.command()
def resume(lane: Lane = None) -> None:
    """Have whoever feeds the lane go on."""
    from wiredesk_desk import running
    from wiredesk_desk.backfill import commands

    running.execute(commands.pause(lane, paused=False))


@backfill.command()
def status(lane: Lane = None, json: Json = False) -> None:
    """Show how far each input is, what waits at which stage, and what was stored, rejected and dead-lettered."""
    from wiredesk_desk import running
    from wiredesk_desk.backfill import commands

    running.execute(commands.status(lane, as_json=json))
