"""The verbs of upkeep: topics, settings, contracts, and the tagger's file of names."""
# ruff: noqa: FBT002, PLC0415 - Typer reads options from defaults; the imports are late so that help is quick

from pathlib import Path
from typing import Annotated

import typer

from wiredesk_desk.cli.options import Directory, Json

topics = typer.Typer(help="The Kafka topics: create them, see what differs, read one again.", no_args_is_help=True)
config = typer.Typer(help="Settings.", no_args_is_help=True)
schema = typer.Typer(help="The contracts as JSON Schema and AsyncAPI.", no_args_is_help=True)
knowledge = typer.Typer(help="The tagger's file of names and their ids.", no_args_is_help=True)
# Where a checkout keeps the documents.
CONTRACTS = Path("docs/contracts")


@topics.command("apply")
def topics_apply(
    grow: Annotated[bool, typer.Option("--grow", help="Add partitions, too; they are never taken away.")] = False,
    json: Json = False,
) -> None:
    """Create the topics that are missing and configure those that exist; replication stays, and partitions, too."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import topics as verb

    running.execute(verb.apply(grow=grow, as_json=json))


@topics.command("diff")
def topics_diff(json: Json = False) -> None:
    """Show how the topics differ from what they should be; exit code 1 when they do."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import topics as verb

    running.execute(verb.diff(as_json=json))


@topics.command("rights")
def topics_rights(
    users: Annotated[list[str] | None, typer.Argument(metavar="[USER]…", help="Such as tagger; all of them.")] = None,
    principal: Annotated[str, typer.Option(help="Whom Kafka takes them for; {} is the user.")] = "User:wiredesk-{}",
    json: Json = False,
) -> None:
    """Print the least rights that each service needs on Kafka, as commands of kafka-acls.sh. Asks nobody."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import topics as verb

    running.execute(verb.rights(users or [], principal=principal, as_json=json))


@topics.command("rewind")
def topics_rewind(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="fetcher, cleaner, tagger or storage; stopped.")],
    yes: Annotated[bool, typer.Option("--yes", help="Even the fetcher, which asks the sites again.")] = False,
    json: Json = False,
) -> None:
    """Let a service work all that its topic still holds once more: to fill a lost database, or after an upgrade.

    It makes the same events with the same ids; what is stored is left as it is.
    """
    from wiredesk_desk import running
    from wiredesk_desk.commands import topics as verb

    running.execute(verb.rewind(service, yes=yes, as_json=json))


@config.command("show")
def config_show(json: Json = False) -> None:
    """Show every setting, its value and where that comes from; secrets are masked."""
    from wiredesk_desk import config as verb
    from wiredesk_desk import running

    running.execute(verb.show(as_json=json))


@schema.command("show")
def schema_show(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Such as article-enriched, or asyncapi.")] = None,
) -> None:
    """Print the JSON Schema of an event, or the AsyncAPI document; without a name the names."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import schema

    running.execute(schema.show(name))


@schema.command("write")
def schema_write(directory: Directory = CONTRACTS) -> None:
    """Make the documents anew; refuses a change that breaks a published contract."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import schema

    running.execute(schema.write(directory))


@schema.command("check")
def schema_check(directory: Directory = CONTRACTS) -> None:
    """Compare the documents with the models; exit code 1 when they differ."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import schema

    running.execute(schema.check(directory))


@knowledge.command("check")
def knowledge_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines: id, label, aliases, type.")],
    json: Json = False,
) -> None:
    """Show bad lines and names with two ids; exit code 4 when the tagger would refuse the file, 6 for conflicts."""
    from wiredesk_desk import running
    from wiredesk_desk.commands import knowledge as verb

    running.execute(verb.check(file, as_json=json))
