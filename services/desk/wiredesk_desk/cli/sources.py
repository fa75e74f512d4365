"""`wiredesk sources`: what is collected from where."""
# ruff: noqa: FBT002, PLC0415, PLR0917 - Typer reads options from defaults; the imports are late so that help is quick

from pathlib import Path
from typing import Annotated

import typer

from wiredesk_desk.cli.options import Json

sources = typer.Typer(help="Sources: the feeds and sitemaps that are collected.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(metavar="SOURCE", help="its id or the beginning of it, its address, its title")]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", "-l", metavar="NAME=VALUE", help="Goes along on every article: language=fi, country=FI."),
]


@sources.command("add")
def sources_add(
    what: Annotated[str, typer.Argument(metavar="ADDRESS|FILE", help="a feed, a sitemap, a site, or an OPML file")],
    label: Labels = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the first that is found, without asking.")] = False,
    revisits: Annotated[
        bool, typer.Option("--revisits/--no-revisits", help="Look at each article again for corrections.")
    ] = True,
    backlog: Annotated[
        int | None, typer.Option(min=0, max=2000, metavar="N", help="Take so many of the articles it lists now.")
    ] = None,
    json: Json = False,
) -> None:
    """Look for a feed or sitemap at an address, show its first articles, ask, and collect it from now on."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands
    from wiredesk_desk.sources.adding import of_labels

    wishes = commands.Wishes(of_labels(label or []), revisits, backlog)
    running.execute(commands.add(what, wishes, sure=yes, as_json=json))


@sources.command("list")
def sources_list(json: Json = False) -> None:
    """List the sources, how each is, and when it is polled next."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands

    running.execute(commands.list_sources(as_json=json))


@sources.command("show")
def sources_show(which: Which, json: Json = False) -> None:
    """Show one source: how it is and why, when it is polled next and why then, what became of its articles."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands

    running.execute(commands.show(which, as_json=json))


@sources.command("check")
def sources_check(json: Json = False) -> None:
    """Say of every source that is not well why nothing is collected; exit code 1 when there is one."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands

    running.execute(commands.check(as_json=json))


@sources.command("poll")
def sources_poll(which: Which) -> None:
    """Poll a source now, as soon as its host may be asked."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands

    running.execute(commands.poll(which))


@sources.command("pause")
def sources_pause(which: Which) -> None:
    """Poll a source no more until it is resumed."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands

    running.execute(commands.pause(which))


@sources.command("resume")
def sources_resume(which: Which) -> None:
    """Poll a source again, at once, whatever stopped it."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands

    running.execute(commands.resume(which))


@sources.command("remove")
def sources_remove(which: Which) -> None:
    """Forget a source; its articles stay."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands

    running.execute(commands.remove(which))


@sources.command("import")
def sources_import(
    path: Annotated[Path, typer.Argument(metavar="FILE.opml", exists=True, dir_okay=False)],
    label: Labels = None,
    json: Json = False,
) -> None:
    """Add every feed of an OPML file, as feed readers export it; none is asked first."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands
    from wiredesk_desk.sources.adding import of_labels

    running.execute(commands.import_list(path, commands.Wishes(of_labels(label or [])), as_json=json))


@sources.command("export")
def sources_export() -> None:
    """Write every source as OPML to stdout."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import commands

    running.execute(commands.export())


@sources.command("contact")
def sources_contact(
    contact: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="an e-mail address or page of yours; without it: show it")
    ] = None,
    json: Json = False,
) -> None:
    """Say whom sites may write to: nothing of the public web is fetched before. Kept for this folder's fetchers."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import contact as verb

    running.execute(verb.show(as_json=json) if contact is None else verb.keep(contact))


@sources.command("bot-page")
def sources_bot_page(
    address: Annotated[
        list[str] | None, typer.Option("--address", metavar="CIDR", help="A network your fetchers ask from.")
    ] = None,
    ranges_at: Annotated[
        str, typer.Option(metavar="URL", help="Where you serve the networks as JSON: the page links it.")
    ] = "",
    ranges: Annotated[bool, typer.Option("--ranges", help="The networks as JSON instead, in the usual form.")] = False,
    directory: Annotated[
        bool, typer.Option("--directory", help="The directory of the key that signs your requests instead, as JSON.")
    ] = False,
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", metavar="FILE", help="With --directory: another key in it, the next or the last."),
    ] = None,
) -> None:
    """Write the page that tells sites who asks, why, and how to say no: HTML to stdout, for your web server.

    Its address is the best contact there is (`wiredesk sources contact`): it goes out with each request.

    --ranges: serve the file on the same host as application/jafar+json, and make it anew each day, also when nothing
    has changed. --ranges-at with its address puts it on the page, for people and for machines.

    --directory: its place, its media type and the headers that sign it are said on stderr. `wiredesk sources bot-key`
    makes a key.
    """
    from wiredesk_desk import running
    from wiredesk_desk.sources import bot_page

    if ranges and directory:
        raise typer.BadParameter("--ranges and --directory are two files: ask for one at a time")
    if key and not directory:
        raise typer.BadParameter("--key goes with --directory")
    if directory:
        running.execute(bot_page.write_directory(key or []))
    if ranges:
        running.execute(bot_page.write_ranges(address or []))
    running.execute(bot_page.write_page(address or [], ranges_at))


@sources.command("bot-key")
def sources_bot_key(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="is made, and never written over")],
) -> None:
    """Make the key that your requests are signed with, so that sites know them: Ed25519, as PEM (Web Bot Auth)."""
    from wiredesk_desk import running
    from wiredesk_desk.sources import bot_page

    running.execute(bot_page.make_key(path))
