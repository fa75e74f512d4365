"""The page of a search: hits with what was found marked, and how they are spread."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict

from wiredesk_desk.web.api import models
from wiredesk_desk.web.api.searching import answered, found
from wiredesk_desk.web.asking import Searched
from wiredesk_desk.web.context import TheDesk
from wiredesk_desk.web.pages.rendering import page
from wiredesk_storage.search.answers import MARK

router = APIRouter(include_in_schema=False)
_FACETS = {"language": "Language", "host": "Outlet", "section": "Section", "type": "Names a", "entity": "Names"}
_BETWEEN = " · "
# Beside the hits somebody waits for: fewer are counted than for who asks for the counts alone.
_COUNTED, _NAMES_OF = 500, 100


class Typed(Searched):
    """A search as a form sends it: what is empty is not asked for."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


@router.get("/search.json")
async def search_json(desk: TheDesk, asked: Annotated[Typed, Query()]) -> models.Hits:
    """Return the hits as the API does."""
    return answered(asked, await found(desk, asked), "/search.json")


@router.get("/search")
async def search(request: Request, desk: TheDesk, asked: Annotated[Typed, Query()]) -> Response:
    """Return the page of a search."""
    asked = _without_empty(asked)
    facets = None
    if asked.after is None:
        spread = desk.archive.facets(asked.q, asked.filters(), most=_COUNTED, named=_NAMES_OF)
        page_of, facets = await asyncio.gather(found(desk, asked), spread)
    else:
        page_of = await found(desk, asked)
    hits = answered(asked, page_of, "/search")
    question = asked.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"after", "limit"})
    return page(
        request,
        "search.html",
        asked=asked,
        question=question,
        hits=hits,
        excerpts=[pieces(hit.excerpt) for hit in hits.hits],
        facets=facets,
        names=_FACETS,
        narrowed=narrowed,
    )


def pieces(excerpt: str) -> list[tuple[str, bool]]:
    """Return an excerpt in pieces, and of each whether it is what was found."""
    parts = " ".join(excerpt.split()).split(MARK)
    return [(part, number % 2 == 1) for number, part in enumerate(parts) if part]


def narrowed(facet: str, value: str) -> dict[str, str]:
    """Return what a search asks besides, to have only the hits of one value of a facet."""
    if facet == "entity":
        name, _, kind = value.rpartition(_BETWEEN)
        return {"entity": name, "type": kind}
    return {facet: value}


def _without_empty(asked: Typed) -> Typed:
    empty = {name: None for name, value in asked if isinstance(value, str) and not value.strip() and name != "q"}
    return asked.model_copy(update=empty)
