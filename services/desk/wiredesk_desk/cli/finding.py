"""The verbs that look into the store: search, entities."""
# ruff: noqa: FBT002, PLC0415, PLR0917 - Typer reads options from defaults and calls by name; late imports: quick help

from typing import Annotated

import typer

from wiredesk_desk.cli.options import Json, Narrowing, Query, narrowed

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
_STORIES = """Show which events several of the stored articles tell, the largest first; or one story with its articles.

Copies of one text are shown once, with everybody who carries it.

\b
wiredesk stories --days 1
wiredesk stories --sort date --json
wiredesk stories https://news.example/ferry.html
"""


@app.command(help=_SEARCH)
@narrowed
def search(
    narrowing: Narrowing,
    query: Query = "",
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
    asked = verb.Asked(
        query,
        narrowing.names,
        narrowing.since,
        narrowing.until,
        without_copies=narrowing.without_copies,
        sort=sort,
        half_life_days=half_life,
        limit=limit,
    )
    running.execute(verb.facets(asked, as_json=json) if facets else verb.search(asked, after=after, as_json=json))


@app.command(help=_STORIES)
def stories(
    story: Annotated[str | None, typer.Argument(metavar="[STORY|ARTICLE|URL]")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Those to which an article came in so many days.")] = 3,
    sort: Annotated[str, typer.Option(help="size or date.")] = "size",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200)] = 20,
    json: Json = False,
) -> None:
    from wiredesk_desk import running
    from wiredesk_desk.stories import commands as verb

    if sort not in ("size", "date"):
        raise typer.BadParameter("--sort is size or date")
    if story is not None:
        running.execute(verb.one(story, as_json=json))
    running.execute(verb.several(days=days, sort=sort, limit=limit, as_json=json))


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
