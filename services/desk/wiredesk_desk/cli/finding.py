"""The verbs that look into the store: search, entities."""
# ruff: noqa: FBT002, PLC0415, PLR0917 - Typer reads options from defaults and calls by name; late imports: quick help

from typing import Annotated

import typer

from wiredesk_desk.cli.options import Json

app = typer.Typer()

# By default: what comes first, the half-life, hits of a page. Facets have none of them.
_PAGED = ("relevance", 30.0, 10)

_SEARCH = """Search the stored articles, or list them by date when there are filters alone.

Accents and case do not count: malaga finds Málaga. Of words that every text has ("to be or not to be") the phrase is
looked for. Names in filters are compared without case and accents, too.

\b
wiredesk search '"central bank" -football' --language en --from 7d
wiredesk search treaty --entity geonames:524901 --sort date
wiredesk search --country NO --section politics --facets
"""
_ENTITIES = """Show whom and what the stored articles name most, and the change against the days before; or one of them.

\b
wiredesk entities --days 1 --type PERSON
wiredesk entities Malaga
wiredesk entities wikidata:Q8851 --days 90
"""


@app.command(help=_SEARCH)
def search(
    query: Annotated[str, typer.Argument(help='As in a web search: "exact words", -without, or')] = "",
    entity: Annotated[
        str | None, typer.Option(metavar="NAME|ID", help="Naming this: Oslo, geonames:524901, wikidata:Q90.")
    ] = None,
    entity_type: Annotated[
        str | None, typer.Option("--type", help="Naming one of this type: PERSON, ORG, GPE.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="CODE", help="Naming this country or a place in it: NO.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Of this host or one below it: bbc.co.uk.")] = None,
    section: Annotated[str | None, typer.Option(help="Of this section.")] = None,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="In this language: de.")] = None,
    source: Annotated[str | None, typer.Option(help="Of this source.")] = None,
    quality: Annotated[str | None, typer.Option(help="good, partial or poor.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="AGE|TIME", help="Published then or later: 7d, 2026-11-20.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="AGE|TIME", help="Published by then; a day counts as a whole.")
    ] = None,
    no_copies: Annotated[
        bool, typer.Option("--no-copies", help="Leave out copies of other articles, near ones too.")
    ] = False,
    sort: Annotated[str, typer.Option(help="relevance or date.")] = _PAGED[0],
    half_life: Annotated[
        float,
        typer.Option(min=0, metavar="DAYS", help="So much older counts half, a fifth at least. 0: age does not count."),
    ] = _PAGED[1],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000)] = _PAGED[2],
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help="Go on behind the page that gave it.")] = None,
    facets: Annotated[bool, typer.Option("--facets", help="Count the hits by language, host, entity, day.")] = False,
    json: Json = False,
) -> None:
    from wiredesk_desk import running
    from wiredesk_desk.commands import search as verb
    from wiredesk_storage.search.asking import LEAST_HALF_LIFE_DAYS

    if 0 < half_life < LEAST_HALF_LIFE_DAYS:
        raise typer.BadParameter(f"--half-life is {LEAST_HALF_LIFE_DAYS} at least, or 0: age does not count")
    if facets and (after is not None or (sort, half_life, limit) != _PAGED):
        raise typer.BadParameter("--facets counts all hits: leave out --sort, --half-life, --limit and --after")
    narrowed = {
        "entity": entity,
        "entity_type": entity_type,
        "country": country,
        "host": host,
        "section": section,
        "language": language,
        "source": source,
        "quality": quality,
    }
    asked = verb.Asked(
        query, narrowed, since, until, without_copies=no_copies, sort=sort, half_life_days=half_life, limit=limit
    )
    running.execute(verb.facets(asked, as_json=json) if facets else verb.search(asked, after=after, as_json=json))


@app.command(help=_ENTITIES)
def entities(
    name: Annotated[str | None, typer.Argument(metavar="[NAME|ID]")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="The window, up to now: 7, of one entity 30 by default.")
    ] = None,
    entity_type: Annotated[str | None, typer.Option("--type", help="Only of this type: PERSON, ORG, GPE.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, max=1000, help="Of the list: 20 by default.")
    ] = None,
    json: Json = False,
) -> None:
    from wiredesk_desk import running
    from wiredesk_desk.commands import entities as verb

    if name is None:
        running.execute(verb.top(days=days or 7, entity_type=entity_type, limit=limit or 20, as_json=json))
    if limit is not None:
        raise typer.BadParameter("--limit is of the list of entities: leave it out with a name")
    running.execute(verb.one(name, days=days or 30, entity_type=entity_type, as_json=json))
