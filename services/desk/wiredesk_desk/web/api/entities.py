"""Entities: what the news names."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from wiredesk_desk.web.api import models
from wiredesk_desk.web.api.stories import in_short
from wiredesk_desk.web.asking import Window
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.problems import documented, not_found
from wiredesk_storage.search.answers import EntityPage
from wiredesk_storage.search.counting import COUNTED, SAMPLED
from wiredesk_storage.stories.reading import Listed

router = APIRouter(tags=["entities"])
_STORIES = 5
# Those that most of the newest articles tell are looked for: each is a page or two that nobody may have read lately.
_STORIES_OF = 200


@router.get("/v1/entities", summary="What most articles name")
async def entities(
    desk: TheDesk, window: Annotated[Window, Query()], limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> models.Entities:
    """Return what the articles of the last days name most, beside how many did in as many days before."""
    found = await desk.archive.top_entities(window.type, limit, days=window.days)
    return models.Entities(articles=found.articles, is_cut=found.is_cut, entities=found.entities)


@router.get(
    "/v1/entities/{name:path}",
    summary="One entity: timeline, what is named with it, stories",
    responses=documented(404),
)
async def entity(
    desk: TheDesk,
    name: Annotated[str, Path(max_length=500, examples=["Ada Marsh", "wikidata:Q90"])],
    type: Annotated[str | None, Query(max_length=100)] = None,  # noqa: A002 - the name that it has in a search
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> models.Entity:
    """Return what is known of an entity, by its name or an id, in the last days."""
    page, stories = await known(desk, name, type, days)
    if not page.articles:
        raise not_found(f"no article of the last {days} days names it", "/v1/entities")
    return models.Entity(page=page, stories=in_short(stories))


async def known(
    desk: Desk,
    name: str,
    entity_type: str | None,
    days: int,
    *,
    counted: int = COUNTED,
    sampled: int = SAMPLED,
) -> tuple[EntityPage, list[Listed]]:
    """Return an entity with its stories; its page has no articles where none names it."""
    page = await desk.archive.entity(name, entity_type or None, days=days, counted=counted, sampled=sampled)
    newest = page.counted[:_STORIES_OF]
    return page, await desk.archive.stories_of(newest, _STORIES) if newest else []
