"""Stories: the articles that tell one event."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from wiredesk_desk.web.api import models
from wiredesk_desk.web.asking import Storied
from wiredesk_desk.web.context import TheDesk
from wiredesk_desk.web.problems import documented, not_found
from wiredesk_storage.stories.reading import Listed, StoryPage

router = APIRouter(tags=["stories"])


@router.get("/v1/stories", summary="Stories of several articles")
async def stories(
    desk: TheDesk,
    days: Annotated[float, Query(gt=0, le=366, description="to which an article came in so many days")] = 7,
    order: Storied = "date",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> models.Stories:
    """Return the stories to which an article came lately: the newest first, or the largest."""
    found = await desk.archive.stories(since=datetime.now(UTC) - timedelta(days=days), order=order, limit=limit)
    return models.Stories(stories=in_short(found))


@router.get("/v1/stories/{story_id}", summary="One story, with its articles", responses=documented(404))
async def story(desk: TheDesk, story_id: UUID) -> models.WholeStory:
    """Return a story by its id, by that of a story merged into it, or by that of one of its articles."""
    found = await desk.archive.story(story_id)
    if found is None:
        raise not_found("there is no such story", "/v1/stories")
    return whole(found)


def in_short(found: Iterable[Listed]) -> list[models.Story]:
    """Return stories as they are answered."""
    return [models.Story(**_fields(one)) for one in found]


def whole(found: StoryPage) -> models.WholeStory:
    """Return a story with its articles as it is answered."""
    return models.WholeStory(**_fields(found.story), members=found.articles)


def _fields(found: Listed) -> dict[str, object]:
    said = found.summary
    return {
        "story_id": found.story_id,
        "title": said.title,
        "title_article": said.title_article,
        "articles": found.articles,
        "first_seen": found.first_seen,
        "last_seen": found.last_seen,
        "outlets": said.outlets,
        "entities": [
            models.Named(name=one.name, type=one.type, salience=one.weight, ids=dict(one.ids), country=one.country)
            for one in said.entities
        ],
        "countries": said.countries,
        "languages": said.languages,
    }
