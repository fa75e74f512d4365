"""Subscriptions: a search that tells of what is new."""
# ruff: noqa: FBT002, PLC0415, PLR0917 - Typer reads options from defaults; the imports are late so that help is quick

from typing import Annotated

import typer

from wiredesk_desk.cli.options import Json

app = typer.Typer()
subscriptions = typer.Typer(no_args_is_help=True, help="What others are told of: topics, webhooks and feeds.")
Name = Annotated[str, typer.Argument(help="lower-case letters, digits, - and _")]


@app.command()
def subscribe(
    name: Name,
    query: Annotated[str, typer.Argument(help="Words as of a search; none: everything that passes the filters.")] = "",
    entity: Annotated[str | None, typer.Option(help="A name, or an id such as wikidata:Q90.")] = None,
    entity_type: Annotated[str | None, typer.Option("--type", help="Of an entity, such as PERSON.")] = None,
    source: Annotated[str | None, typer.Option(help="Who submitted it.")] = None,
    host: Annotated[str | None, typer.Option(help="And every host below it.")] = None,
    section: Annotated[str | None, typer.Option(help="Such as world.")] = None,
    language: Annotated[str | None, typer.Option(help="Such as en.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1: named itself, or a place in it.")] = None,
    quality: Annotated[str | None, typer.Option(help="good, partial or poor.")] = None,
    story: Annotated[str | None, typer.Option(help="Id of a story.")] = None,
    no_copies: Annotated[bool, typer.Option("--no-copies", help="No copies of another stored article.")] = False,
    topic: Annotated[bool, typer.Option("--topic", help="Put what is new on the topic feeds.NAME.v1.")] = False,
    webhook: Annotated[str | None, typer.Option(help="Post what is new to this address, signed.")] = None,
    secret: Annotated[str | None, typer.Option(help="To sign with (whsec_…); one is made when it is left out.")] = None,
    json: Json = False,
) -> None:
    """Subscribe to what is stored from now on: on a topic, at a webhook, and always as a feed of the desk."""
    from wiredesk_desk import running
    from wiredesk_desk.web.subscriptions import commands
    from wiredesk_desk.web.subscriptions.making import Wanted

    typed = {
        "q": query,
        "entity": entity,
        "type": entity_type,
        "source": source,
        "host": host,
        "section": section,
        "language": language,
        "country": country,
        "quality": quality,
        "story": story,
        "copies": "false" if no_copies else None,
    }
    wanted = Wanted(name, typed, has_topic=topic, webhook=webhook, secret=secret)
    running.execute(commands.subscribe(wanted, as_json=json))


@subscriptions.command("list")
def list_(json: Json = False) -> None:
    """List them, with what is on its way to webhooks and what is dead."""
    from wiredesk_desk import running
    from wiredesk_desk.web.subscriptions import commands

    running.execute(commands.list_subscriptions(as_json=json))


@subscriptions.command()
def listen(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of 127.0.0.1; 0: any that is free.")] = 9000,
    json: Json = False,
) -> None:
    """Be a webhook on this machine: print what is posted, and whether its signature is right."""
    from wiredesk_desk import running
    from wiredesk_desk.web.subscriptions import listening

    running.execute(listening.listen_to_posts(port, as_json=json))


@subscriptions.command()
def pause(name: Name) -> None:
    """Tell no more; `resume` goes on where it stands."""
    from wiredesk_desk import running
    from wiredesk_desk.web.subscriptions import commands

    running.execute(commands.pause(name, paused=True))


@subscriptions.command()
def resume(name: Name) -> None:
    """Go on where it stands."""
    from wiredesk_desk import running
    from wiredesk_desk.web.subscriptions import commands

    running.execute(commands.pause(name, paused=False))


@subscriptions.command()
def retry(name: Name) -> None:
    """Send again what nobody tries any more."""
    from wiredesk_desk import running
    from wiredesk_desk.web.subscriptions import commands

    running.execute(commands.retry(name))


@subscriptions.command()
def remove(name: Name) -> None:
    """Forget one. Its topic stays, with what is on it."""
    from wiredesk_desk import running
    from wiredesk_desk.web.subscriptions import commands

    running.execute(commands.remove(name))
