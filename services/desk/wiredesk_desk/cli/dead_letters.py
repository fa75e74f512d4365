"""`wiredesk dlq`: list, show, replay and discard dead letters."""
# ruff: noqa: FBT002, PLC0415, PLR0917 - Typer reads options from defaults; the imports are late so that help is quick

from typing import Annotated

import typer

from wiredesk_desk.cli.options import Fingerprint, Json, Positions, Since, StageOption

dlq = typer.Typer(help="Dead letters: what no service could work, with the reason.", no_args_is_help=True)


@dlq.command("list")
def dlq_list(
    stage: StageOption = None,
    reason: Annotated[str | None, typer.Option(help="Only this reason.")] = None,
    since: Since = None,
    fingerprint: Fingerprint = None,
    flat: Annotated[bool, typer.Option("--flat", help="One line a dead letter.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Those that were replayed or discarded, too.")] = False,
    discarded: Annotated[bool, typer.Option("--discarded", help="Only those, and why they were discarded.")] = False,
    json: Json = False,
) -> None:
    """List the open dead letters by cause: how many, since when, and one of them."""
    from wiredesk_desk import running
    from wiredesk_desk.dead_letters import commands
    from wiredesk_desk.dead_letters.store import selection

    async def verb() -> running.Exit:
        which = selection(stage=stage, reason=reason, since_text=since, fingerprint=fingerprint)
        return await commands.list_letters(which, every=every, discarded=discarded, flat=flat, as_json=json)

    running.execute(verb())


@dlq.command("show")
def dlq_show(
    position: Annotated[str, typer.Argument(metavar="TOPIC/PARTITION/OFFSET")],
    full: Annotated[bool, typer.Option("--full", help="The whole value, not its beginning.")] = False,
    json: Json = False,
) -> None:
    """Show one dead letter: its reason, its headers, its original bytes, and what to type next."""
    from wiredesk_desk import running
    from wiredesk_desk.dead_letters import commands

    running.execute(commands.show(position, full=full, as_json=json))


@dlq.command("replay")
def dlq_replay(
    positions: Positions = None,
    stage: StageOption = None,
    reason: Annotated[str | None, typer.Option(help="Only this reason.")] = None,
    since: Since = None,
    fingerprint: Fingerprint = None,
    every: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Those that were replayed before, too.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing; say for each if it would pass now.")
    ] = False,
    rate: Annotated[float | None, typer.Option(min=0.01, metavar="N", help="At most so many a second.")] = None,
    json: Json = False,
) -> None:
    """Put dead letters back on the topic they came from, byte for byte."""
    from wiredesk_desk import running
    from wiredesk_desk.dead_letters import replay
    from wiredesk_desk.dead_letters.store import selection

    async def verb() -> running.Exit:
        which = selection(stage=stage, reason=reason, since_text=since, fingerprint=fingerprint)
        return await replay.replay(
            positions or [], which, every=every, again=again, dry_run=dry_run, rate=rate, as_json=json
        )

    running.execute(verb())


@dlq.command("discard")
def dlq_discard(
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    positions: Positions = None,
    stage: StageOption = None,
    since: Since = None,
    fingerprint: Fingerprint = None,
    every: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    json: Json = False,
) -> None:
    """Leave dead letters dead: they are no longer listed as open."""
    from wiredesk_desk import running
    from wiredesk_desk.dead_letters import commands
    from wiredesk_desk.dead_letters.store import selection

    async def verb() -> running.Exit:
        which = selection(stage=stage, since_text=since, fingerprint=fingerprint)
        return await commands.discard(positions or [], which, every=every, reason=reason, as_json=json)

    running.execute(verb())
