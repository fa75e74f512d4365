"""The page of an article: its text with entities, what was set aside, its revisions, its way."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from wiredesk.contracts.parts import Entity
from wiredesk_desk.views.journey import steps
from wiredesk_desk.web.api import journey as way
from wiredesk_desk.web.api import models
from wiredesk_desk.web.api.articles import article as answered
from wiredesk_desk.web.api.articles import differences, stored
from wiredesk_desk.web.context import TheDesk
from wiredesk_desk.web.pages import article_text, drawing
from wiredesk_desk.web.pages.rendering import page
from wiredesk_storage.search.counting import VALUE_TYPES

router = APIRouter(include_in_schema=False)
_LISTED = 200


@dataclass(frozen=True, slots=True)
class Numbered:
    """An entity with its number in the article."""

    number: int
    entity: Entity


@router.get("/articles/{article_id}.json")
async def article_json(desk: TheDesk, article_id: UUID) -> models.Article:
    """Return the article as the API does."""
    return await answered(desk, article_id)


@router.get("/articles/{article_id}")
async def article(request: Request, desk: TheDesk, article_id: UUID) -> Response:
    """Return the page of an article."""
    found = await stored(desk, article_id)
    story = await desk.archive.story(article_id)
    event = found.event
    blocks, is_cut = article_text.blocks(event)
    named = sorted(
        (Numbered(number, one) for number, one in enumerate(event.entities) if one.type not in VALUE_TYPES),
        key=lambda one: -one.entity.salience,
    )
    return page(
        request,
        "article.html",
        article_id=article_id,
        found=found,
        event=event,
        story=story,
        headline=article_text.pieces(event.headline, 0, article_text.marks(event.entities, "headline")),
        blocks=blocks,
        is_cut=is_cut,
        named=named[:_LISTED],
        values=[one for one in event.entities if one.type in VALUE_TYPES][:_LISTED],
        points=drawing.places([event]),
    )


@router.get("/articles/{article_id}/revisions")
async def revisions(
    request: Request,
    desk: TheDesk,
    article_id: UUID,
    revision: Annotated[int | None, Query(ge=1)] = None,
    against: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Return what the revisions of an article changed, word by word."""
    found = await stored(desk, article_id)
    steps = await differences(
        desk, found, article_id, revision=revision, against=against, every=revision is None and against is None
    )
    return page(request, "revisions.html", article_id=article_id, found=found, steps=list(reversed(steps)))


@router.get("/articles/{article_id}/journey")
async def journey(request: Request, desk: TheDesk, article_id: UUID) -> Response:
    """Return the way of an article through the stages: all its records on the topics."""
    found = await way.found(desk, str(article_id))
    return page(request, "journey.html", article_id=article_id, journey=found, steps=steps)
