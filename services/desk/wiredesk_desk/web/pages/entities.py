"""What the news names: the most named, and one entity with its timeline, company and stories."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from wiredesk_desk.web.api import models
from wiredesk_desk.web.api.entities import entities as answered
from wiredesk_desk.web.api.entities import entity as answered_one
from wiredesk_desk.web.api.entities import known
from wiredesk_desk.web.asking import Text, Window
from wiredesk_desk.web.context import TheDesk
from wiredesk_desk.web.pages import drawing
from wiredesk_desk.web.pages.rendering import page

router = APIRouter(include_in_schema=False)
_TYPES = {
    "PERSON": "People",
    "ORG": "Organisations",
    "GPE": "Countries and cities",
    "LOC": "Other places",
    "NORP": "Nations and groups",
    "EVENT": "Events",
    "FAC": "Buildings",
    "LAW": "Laws",
}
_LISTED = 60
_DAYS, _LONG_DAYS = 30, 366
# Somebody waits for the page: fewer are looked through than for who asks the API.
_COUNTED, _SAMPLED = 2_000, 200


@router.get("/entities.json")
async def entities_json(desk: TheDesk, window: Annotated[Window, Query()]) -> models.Entities:
    """Return the most named as the API does."""
    return await answered(desk, window, _LISTED)


@router.get("/entities")
async def entities(
    request: Request,
    desk: TheDesk,
    days: Annotated[int, Query(ge=1, le=366)] = 7,
    type: Text | None = None,  # noqa: A002 - the name that it has in a search
) -> Response:
    """Return the page of what most articles name."""
    found = await desk.named(type or None, days)
    asked = {"days": days if days != 7 else None, "type": type}
    return page(request, "entities.html", found=found, days=days, type=type, types=_TYPES, asked=asked)


@router.get("/entities/{name}.json")
async def entity_json(
    desk: TheDesk,
    name: Annotated[str, Path(max_length=500)],
    type: Annotated[str | None, Query(max_length=100)] = None,  # noqa: A002 - as above
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> models.Entity:
    """Return an entity as the API does."""
    return await answered_one(desk, name, type, days)


@router.get("/entities/{name:path}")
async def entity(
    request: Request,
    desk: TheDesk,
    name: Annotated[str, Path(max_length=500)],
    type: Text | None = None,  # noqa: A002 - as above
    days: Annotated[int, Query(ge=1, le=366)] = _DAYS,
) -> Response:
    """Return the page of an entity."""
    found, stories = await known(desk, name, type, days, counted=_COUNTED, sampled=_SAMPLED)
    if not found.articles and days == _DAYS:
        # Who follows a name of an older article wants to see something.
        days = _LONG_DAYS
        found, stories = await known(desk, name, type, days, counted=_COUNTED, sampled=_SAMPLED)
    return page(
        request,
        "entity.html",
        status=200 if found.articles else 404,
        name=name,
        type=type,
        days=days,
        found=found,
        stories=stories,
        chart=drawing.timeline(found.timeline) if found.articles else None,
    )
