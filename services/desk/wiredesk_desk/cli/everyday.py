"""The verbs of every day: start and stop, publish, look, try."""
# ruff: noqa: FBT002, PLC0415 - Typer reads options from defaults; the imports are late so that help is quick

from pathlib import Path
from typing import Annotated

import typer

from wiredesk_desk.cli.options import Json, Limit, Scale

app = typer.Typer()


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Feed the bundled demo news site through.")] = False,
    scale: Scale = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once it is ready; it stays up.")] = False,
) -> None:
    """Start Kafka, PostgreSQL and the services here; Ctrl-C stops them. A second `up` says what is running."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import up as verb

    running.execute(verb.up(demo=demo, scale=scale or [], detach=detach))


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Elsewhere than on loopback, who asks needs a token.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="8780; 0 takes a free one.")] = None,
) -> None:
    """Serve the API and the pages of a running system; `up` does so by itself. Ctrl-C ends it."""
    from wiredesk_desk import running
    from wiredesk_desk.web import serving

    running.execute(serving.serve(host=host, port=port))


@app.command()
def down(
    purge: Annotated[bool, typer.Option("--purge", help="Delete its data, too: topics, articles, logs.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
) -> None:
    """Stop the system that `up` started in this folder."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import lifecycle

    if purge and not lifecycle.may_purge(sure=yes):
        raise typer.Exit(1)
    running.execute(lifecycle.down(purge=purge))


@app.command()
def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Again every two seconds, until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Show for each stage what waits, who works on which partitions, how much is on the topics, dead letters."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import status as verb

    running.execute(verb.status(as_json=json, watch=watch))


@app.command()
def scale(
    service: Annotated[str, typer.Argument(help="fetcher, cleaner, tagger or storage")],
    processes: Annotated[int, typer.Argument(min=0, max=64)],
    json: Json = False,
) -> None:
    """Change how many worker processes of a service run; nothing is lost or stored twice while it happens."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import lifecycle

    running.execute(lifecycle.scale(service, processes, as_json=json))


@app.command()
def restart(service: Annotated[str, typer.Argument(help="fetcher, cleaner, tagger or storage")]) -> None:
    """Start a service's processes anew, one after the other; each finishes what it has in hand."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import lifecycle

    running.execute(lifecycle.restart(service))


@app.command()
def logs(
    service: Annotated[
        str | None, typer.Argument(metavar="[SERVICE]", help="Or kafka, postgres, tagger-2, up.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="So many of each log first.")] = 20,
    json: Json = False,
) -> None:
    """Show what the processes of this folder's system write; in a pipe as it was written."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import logs as verb

    running.execute(verb.logs(service, follow=follow, lines=lines, as_json=json))


@app.command()
def env(json: Json = False) -> None:
    """Print where Kafka, PostgreSQL and the desk are, passwords included, as variables: eval "$(wiredesk env)"."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import env as verb

    running.execute(verb.env(as_json=json))


@app.command()
def doctor(json: Json = False) -> None:
    """Check Python, disk, memory, settings, servers, topics, workers and tagger, and say how to mend what is wrong."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import doctor as verb

    running.execute(verb.doctor(as_json=json))


@app.command()
def publish(  # noqa: PLR0917 - Typer calls it by name
    what: Annotated[list[str] | None, typer.Argument(metavar="URL|FILE|-...", help="- reads standard input.")] = None,
    lines: Annotated[
        str | None,
        typer.Option(metavar="FILE|-", help="Publish a list: a URL a line, or a submission as JSON."),
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --lines: keep what is done, and pass it over next time.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Where a saved page or text came from.")] = None,
    published_hint: Annotated[str | None, typer.Option(metavar="TIME", help="When it was published.")] = None,
    source: Annotated[str, typer.Option(help="Who submits it.")] = "wiredesk publish",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the receipt.")] = True,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the receipts.")] = 60,
    json: Json = False,
) -> None:
    """Put articles on the wire and show what became of each: stored, rejected or dead-lettered."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import publish as verb

    if bool(what) == (lines is not None):
        raise typer.BadParameter("Missing argument: name what to publish, or a list with --lines, not both")
    if lines is not None:
        made = verb.publish_lines(lines, source=source, wait=wait, timeout=timeout, journal=journal, as_json=json)
    else:
        made = verb.publish(
            what or [],
            source=source,
            wait=wait,
            timeout=timeout,
            as_json=json,
            url=url,
            published_hint=published_hint,
        )
    running.execute(made)


@app.command()
def tail(
    topic: Annotated[
        str,
        typer.Argument(help="submitted fetched cleaned enriched stored rejected current withdrawn feeds.SUBSCRIPTION"),
    ] = "enriched",
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the oldest record.")] = False,
    entity: Annotated[str | None, typer.Option(help="Only articles naming this entity (any case).")] = None,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """Show the records of a topic as they come, until Ctrl-C or the limit."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import tail

    running.execute(tail.tail(topic, from_start=from_start, entity=entity, limit=limit, as_json=json))


@app.command()
def explain(
    article: Annotated[str, typer.Argument(metavar="ARTICLE_ID|URL|CORRELATION_ID")],
    json: Json = False,
) -> None:
    """Show the journey of one article through the topics, with times and attempts, and where it is now."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import explain as verb

    running.execute(verb.explain(article, as_json=json))


@app.command()
def diff(
    article: Annotated[str, typer.Argument(metavar="ARTICLE_ID|URL")],
    revision: Annotated[int | None, typer.Option(min=1, help="By default the one that is current.")] = None,
    against: Annotated[int | None, typer.Option(min=1, help="By default the one that was current before it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="What each revision changed, in the order of storing.")] = False,
    json: Json = False,
) -> None:
    """Show what a revision of an article changed: words, names, numbers, other fields; and if the article says so."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import diff as verb

    if every and (revision or against):
        raise typer.BadParameter("--all shows every revision: leave out --revision and --against")
    running.execute(verb.diff(article, revision=revision, against=against, every=every, as_json=json))


@app.command("try")
def try_(
    what: Annotated[str, typer.Argument(metavar="FILE|URL|-")],
    zones: Annotated[
        bool, typer.Option("--zones", help="Show the zone of every line, and the rule behind it.")
    ] = False,
    html: Annotated[Path | None, typer.Option(metavar="OUT.html", help="Write a page that shows all of it.")] = None,
    json: Json = False,
) -> None:
    """Clean and tag one article here, without Kafka, and show its text and entities."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import try_article

    running.execute(try_article.try_out(what, zones=zones, page=html, as_json=json))
