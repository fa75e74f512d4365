"""The page of a story: its articles in order, copies folded, what each adds; whom it names, when and where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request, Response

from wiredesk.contracts.events import ArticleEnriched
from wiredesk_desk.web.api import models
from wiredesk_desk.web.api.stories import whole
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.pages import drawing
from wiredesk_desk.web.pages.rendering import page
from wiredesk_desk.web.problems import not_found
from wiredesk_storage.search.counting import VALUE_TYPES
from wiredesk_storage.stories.reading import Article, StoryPage

router = APIRouter(include_in_schema=False)
# Of a larger story the newest are looked into.
_LOOKED_INTO = 40
_ADDED = 6
# A chart of more has bars that nobody can see.
_DAYS = 400


@dataclass(frozen=True, slots=True)
class Telling:
    """An article of a story: its copies, and what it names that none before it did."""

    article: Article
    copies: Sequence[Article]
    adds: Sequence[str]


@router.get("/stories/{story_id}.json")
async def story_json(desk: TheDesk, story_id: UUID) -> models.WholeStory:
    """Return the story as the API does."""
    return whole(await _found(desk, story_id))


@router.get("/stories/{story_id}")
async def story(request: Request, desk: TheDesk, story_id: UUID) -> Response:
    """Return the page of a story."""
    found = await _found(desk, story_id)
    firsts = [one for one in found.articles if one.copy_of is None or one.copy_of == one.article_id][-_LOOKED_INTO:]
    events = await desk.archive.current_events([one.article_id for one in firsts])
    days = drawing.every_day(Counter(one.at.date() for one in found.articles))
    return page(
        request,
        "story.html",
        found=found.story,
        tellings=tellings(found.articles, events),
        outlets=list(dict.fromkeys(name for one in found.articles if (name := one.publisher or one.host))),
        shown=len(found.articles),
        points=drawing.places(events.values()),
        chart=drawing.timeline(days) if 1 < len(days) <= _DAYS else None,
    )


async def _found(desk: Desk, story_id: UUID) -> StoryPage:
    found = await desk.archive.story(story_id)
    if found is None:
        raise not_found("there is no such story", "/")
    return found


def tellings(articles: Sequence[Article], events: dict[UUID, ArticleEnriched]) -> list[Telling]:
    """Return the articles in order, each copy with the one that it is a copy of where that is here, too."""
    here = {one.article_id for one in articles}
    copies: dict[UUID, list[Article]] = {}
    for one in articles:
        if one.copy_of is not None and one.copy_of != one.article_id and one.copy_of in here:
            copies.setdefault(one.copy_of, []).append(one)
    folded = {copy.article_id for some in copies.values() for copy in some}
    known: set[str] = set()
    made: list[Telling] = []
    for one in articles:
        if one.article_id in folded:
            continue
        adds = _new(events.get(one.article_id), known)
        made.append(Telling(one, copies.get(one.article_id, ()), adds if made else ()))
    return made


def _new(event: ArticleEnriched | None, known: set[str]) -> list[str]:
    """Return what an event names that is not known, the most salient first; it is known from then on."""
    if event is None:
        return []
    every = sorted((one for one in event.entities if one.type not in VALUE_TYPES), key=lambda one: -one.salience)
    new = [one.name for one in every if one.name.casefold() not in known]
    known.update(one.name.casefold() for one in every)
    return new[:_ADDED]
