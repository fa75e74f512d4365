"""The verbs of `wiredesk`, what each takes, and what `--help` says. What a verb does is in the module of its group.

Nothing of ours is imported before a verb runs: `wiredesk --help` answers at once.
"""
# ruff: noqa: FBT002, PLC0415, PLR0917 - Typer reads options from defaults; the imports are late for the reason above

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="A newswire of your own. Data goes to stdout (a table on a terminal, NDJSON in a pipe), talk to stderr.",
    epilog="Exit codes: 0 ok, 1 failed, 2 usage, 3 dependency unreachable, 4 bad configuration, 5 timed out, "
    "6 some items rejected, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
dlq = typer.Typer(help="Dead letters: what no service could work, with the reason.", no_args_is_help=True)
topics = typer.Typer(help="The Kafka topics: create them, see what differs.", no_args_is_help=True)
config = typer.Typer(help="Settings.", no_args_is_help=True)
schema = typer.Typer(help="The contracts as JSON Schema and AsyncAPI (in a checkout).", no_args_is_help=True)
knowledge = typer.Typer(help="The tagger's file of names and their ids.", no_args_is_help=True)
for name, group in {"dlq": dlq, "topics": topics, "config": config, "schema": schema, "knowledge": knowledge}.items():
    app.add_typer(group, name=name)

Json = Annotated[bool, typer.Option("--json", help="Write NDJSON on a terminal too.")]
Limit = Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Stop after that many.")]
Scale = Annotated[list[str] | None, typer.Option("--scale", metavar="SERVICE=N", help="Worker processes of a service.")]
Directory = Annotated[Path, typer.Option(help="Where the documents are.")]
Positions = Annotated[list[str] | None, typer.Argument(metavar="TOPIC/PARTITION/OFFSET...")]
StageOption = Annotated[str | None, typer.Option("--stage", help="Only those of this service.")]
Since = Annotated[str | None, typer.Option(metavar="AGE|TIME", help="Only as young as that: 2h, 7d, 2026-11-20T12:00.")]
Fingerprint = Annotated[str | None, typer.Option(help="Only this cause; the beginning of it will do.")]
CONTRACTS = Path(__file__).parents[2] / "docs" / "contracts"


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Feed the bundled demo news site through.")] = False,
    scale: Scale = None,
) -> None:
    """Start Kafka, PostgreSQL and the services here; Ctrl-C stops them. A second `up` says what is running."""
    from services.desk import running
    from services.desk import up as verb

    running.execute(verb.up(demo=demo, scale=scale or []))


@app.command()
def down(
    purge: Annotated[bool, typer.Option("--purge", help="Delete its data, too: topics, articles, logs.")] = False,
) -> None:
    """Stop the system that `up` started in this folder."""
    from services.desk import running, system

    running.execute(system.down(purge=purge))


@app.command()
def status(json: Json = False) -> None:
    """Show for each stage what waits, who works on which partitions, how much is on the topics, dead letters."""
    from services.desk import running
    from services.desk import status as verb

    running.execute(verb.status(as_json=json))


@app.command()
def scale(
    service: Annotated[str, typer.Argument(help="fetcher, cleaner, tagger or storage")],
    processes: Annotated[int, typer.Argument(min=0, max=64)],
    json: Json = False,
) -> None:
    """Change how many worker processes of a service run; nothing is lost or stored twice while it happens."""
    from services.desk import running, system

    running.execute(system.scale(service, processes, as_json=json))


@app.command()
def doctor(json: Json = False) -> None:
    """Check Python, disk, memory, settings, servers, topics, workers and tagger, and say how to mend what is wrong."""
    from services.desk import doctor as verb
    from services.desk import running

    running.execute(verb.doctor(as_json=json))


@app.command()
def publish(
    what: Annotated[list[str], typer.Argument(metavar="URL|FILE|-...", help="- reads standard input.")],
    source: Annotated[str, typer.Option(help="Who submits it.")] = "wiredesk publish",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the receipt.")] = True,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the receipts.")] = 60,
    json: Json = False,
) -> None:
    """Put articles on the wire and show what became of each: stored, rejected or dead-lettered."""
    from services.desk import publish as verb
    from services.desk import running

    running.execute(verb.publish(what, source=source, wait=wait, timeout=timeout, as_json=json))


@app.command()
def tail(
    stage: Annotated[str, typer.Argument(help="submitted fetched cleaned enriched stored rejected")] = "enriched",
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the oldest record.")] = False,
    entity: Annotated[str | None, typer.Option(help="Only articles naming this entity (any case).")] = None,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """Show the records of a stage as they come, until Ctrl-C or the limit."""
    from services.desk import running, watch

    running.execute(watch.tail(stage, from_start=from_start, entity=entity, limit=limit, as_json=json))


@app.command()
def search(
    query: Annotated[str, typer.Argument(help='As in a web search: "exact words", -without, or')],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000)] = 10,
    json: Json = False,
) -> None:
    """Search the stored articles."""
    from services.desk import running
    from services.desk import search as verb

    running.execute(verb.search(query, limit=limit, as_json=json))


@app.command()
def explain(
    article: Annotated[str, typer.Argument(metavar="ARTICLE_ID|URL|CORRELATION_ID")],
    json: Json = False,
) -> None:
    """Show the journey of one article through the topics, with times and attempts, and where it is now."""
    from services.desk import explain as verb
    from services.desk import running

    running.execute(verb.explain(article, as_json=json))


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
    from services.desk import running, trying

    running.execute(trying.try_out(what, zones=zones, page=html, as_json=json))


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
    from services.desk import deadletters, running
    from services.desk.deadletters_store import selection

    async def verb() -> running.Exit:
        which = selection(stage=stage, reason=reason, since_text=since, fingerprint=fingerprint)
        return await deadletters.list_letters(which, every=every, discarded=discarded, flat=flat, as_json=json)

    running.execute(verb())


@dlq.command("show")
def dlq_show(
    position: Annotated[str, typer.Argument(metavar="TOPIC/PARTITION/OFFSET")],
    full: Annotated[bool, typer.Option("--full", help="The whole value, not its beginning.")] = False,
    json: Json = False,
) -> None:
    """Show one dead letter: its reason, its headers, its original bytes, and what to type next."""
    from services.desk import deadletters, running

    running.execute(deadletters.show(position, full=full, as_json=json))


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
    from services.desk import deadletters_replay, running
    from services.desk.deadletters_store import selection

    async def verb() -> running.Exit:
        which = selection(stage=stage, reason=reason, since_text=since, fingerprint=fingerprint)
        return await deadletters_replay.replay(
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
    from services.desk import deadletters, running
    from services.desk.deadletters_store import selection

    async def verb() -> running.Exit:
        which = selection(stage=stage, since_text=since, fingerprint=fingerprint)
        return await deadletters.discard(positions or [], which, every=every, reason=reason, as_json=json)

    running.execute(verb())


@topics.command("apply")
def topics_apply(json: Json = False) -> None:
    """Create the topics that are missing; what exists is left as it is."""
    from services.desk import running
    from services.desk import topics as verb

    running.execute(verb.apply(as_json=json))


@topics.command("diff")
def topics_diff(json: Json = False) -> None:
    """Show how the topics differ from what they should be; exit code 1 when they do."""
    from services.desk import running
    from services.desk import topics as verb

    running.execute(verb.diff(as_json=json))


@config.command("show")
def config_show(json: Json = False) -> None:
    """Show every setting, its value and where that comes from; secrets are masked."""
    from services.desk import config as verb
    from services.desk import running

    running.execute(verb.show(as_json=json))


@schema.command("write")
def schema_write(directory: Directory = CONTRACTS) -> None:
    """Make the documents anew; refuses a change that breaks a published contract."""
    from services.desk import contracts, running

    running.execute(contracts.write(directory))


@schema.command("check")
def schema_check(directory: Directory = CONTRACTS) -> None:
    """Compare the documents with the models; exit code 1 when they differ."""
    from services.desk import contracts, running

    running.execute(contracts.check(directory))


@knowledge.command("check")
def knowledge_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines: id, label, aliases, type.")],
    json: Json = False,
) -> None:
    """Show bad lines and names with two ids; exit code 4 when the tagger would refuse the file, 6 for conflicts."""
    from services.desk import knowledge as verb
    from services.desk import running

    running.execute(verb.check(file, as_json=json))
