"""Options that several verbs take."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Write NDJSON on a terminal too.")]
Limit = Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Stop after that many.")]
Scale = Annotated[list[str] | None, typer.Option("--scale", metavar="SERVICE=N", help="Worker processes of a service.")]
Directory = Annotated[Path, typer.Option(help="Where the documents are.")]
Positions = Annotated[list[str] | None, typer.Argument(metavar="TOPIC/PARTITION/OFFSET...")]
StageOption = Annotated[str | None, typer.Option("--stage", help="Only those of this service.")]
Since = Annotated[str | None, typer.Option(metavar="AGE|TIME", help="Only as young as that: 2h, 7d, 2026-11-20T12:00.")]
Fingerprint = Annotated[str | None, typer.Option(help="Only this cause; the beginning of it will do.")]

Query = Annotated[str, typer.Argument(help='As in a web search: "exact words", -without, or')]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What narrows a search, as it was typed: each field is an option (see `narrowed`)."""

    entity: Annotated[
        str | None, typer.Option(metavar="NAME|ID", help="Naming this: Oslo, geonames:524901, wikidata:Q90.")
    ] = None
    entity_type: Annotated[str | None, typer.Option("--type", help="Naming one of this type: PERSON, ORG, GPE.")] = None
    country: Annotated[str | None, typer.Option(metavar="CODE", help="Naming this country or a place in it: NO.")] = (
        None
    )
    host: Annotated[str | None, typer.Option(help="Of this host or one below it: bbc.co.uk.")] = None
    section: Annotated[str | None, typer.Option(help="Of this section.")] = None
    language: Annotated[str | None, typer.Option(metavar="CODE", help="In this language: de.")] = None
    source: Annotated[str | None, typer.Option(help="Of this source.")] = None
    quality: Annotated[str | None, typer.Option(help="good, partial or poor.")] = None
    story: Annotated[str | None, typer.Option(metavar="ID", help="Of this story: see wiredesk stories.")] = None
    since: Annotated[
        str | None, typer.Option("--from", metavar="AGE|TIME", help="Published then or later: 7d, 2026-11-20.")
    ] = None
    until: Annotated[
        str | None, typer.Option("--to", metavar="AGE|TIME", help="Published by then; a day counts as a whole.")
    ] = None
    without_copies: Annotated[
        bool, typer.Option("--no-copies", help="Leave out copies of other articles, near ones too.")
    ] = False

    @property
    def names(self) -> dict[str, str | None]:
        """The filters that are text, by their names in `Filters`."""
        others = {"since", "until", "without_copies"}
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in others}


def narrowed(verb: Callable[..., None]) -> Callable[..., None]:
    """Give `verb`, which takes a `narrowing`, the options of `Narrowing` in its place."""

    @functools.wraps(verb)
    def with_options(**given: Any) -> None:
        options = {name: given.pop(name) for name in Narrowing.__dataclass_fields__}
        verb(**given, narrowing=Narrowing(**options))

    own = inspect.signature(verb).parameters
    shared = inspect.signature(Narrowing).parameters
    at = list(own).index("narrowing")
    parameters = [*list(own.values())[:at], *shared.values(), *list(own.values())[at + 1 :]]
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_options
