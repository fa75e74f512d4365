"""The front page: stories as they form, what came last, whom the news names."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from wiredesk_desk.web.asking import Storied, Text
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.pages.rendering import page
from wiredesk_storage.search.asking import Filters, Order
from wiredesk_storage.stories.reading import Listed

router = APIRouter(include_in_schema=False)
_SHOWN, _LOOKED_THROUGH = 25, 150
_LATEST = 14
_NAMED = 14
# The first stories are shown with how they begin.
_OPENED = 3


class Looked(BaseModel):
    """What of the front page is looked at; it is all in the address."""

    model_config = ConfigDict(extra="ignore")

    days: int = Field(7, ge=1, le=90)
    order: Storied = "date"
    language: Text | None = None
    country: Text | None = None
    outlet: Text | None = None
    part: Literal["live"] | None = None

    def asked(self) -> dict[str, object]:
        """Return it as the address has it."""
        return self.model_dump(exclude_defaults=True, exclude={"part"})

    def filters(self, since: datetime) -> Filters:
        """Return the same for articles."""
        return Filters(
            language=self.language or None,
            country=self.country or None,
            host=self.outlet or None,
            since=since,
            without_copies=True,
        )

    def has(self, story: Listed) -> bool:
        """Whether a story is one that is looked at."""
        said = story.summary
        return (
            (not self.language or self.language in said.languages)
            and (not self.country or self.country.upper() in said.countries)
            and (not self.outlet or self.outlet in said.outlets)
        )


@router.get("/")
async def front(request: Request, desk: TheDesk, looked: Annotated[Looked, Query()]) -> Response:
    """Return the front page, or of it what changes while one looks."""
    since = datetime.now(UTC) - timedelta(days=looked.days)
    stories, latest, named = await asyncio.gather(
        _stories(desk, looked, since),
        desk.archive.search("", looked.filters(since), order=Order.DATE, limit=_LATEST),
        desk.named(None, looked.days),
    )
    openings = await _openings(desk, [one.summary.title_article for one in stories[:_OPENED]])
    template = "front_live.html" if looked.part else "front.html"
    return page(
        request,
        template,
        looked=looked,
        stories=stories,
        latest=latest.hits,
        named=named.entities[:_NAMED],
        openings=openings,
    )


async def _openings(desk: Desk, articles: list[UUID]) -> dict[UUID, str]:
    """Return how articles begin: the line below the headline, or else the first paragraph."""
    events = await desk.archive.current_events(articles)
    return {
        article_id: event.alternative_headline or event.text.strip().partition("\n")[0]
        for article_id, event in events.items()
    }


async def _stories(desk: Desk, looked: Looked, since: datetime) -> list[Listed]:
    is_narrowed = bool(looked.language or looked.country or looked.outlet)
    found = await desk.archive.stories(
        since=since, order=looked.order, limit=_LOOKED_THROUGH if is_narrowed else _SHOWN
    )
    return [one for one in found if looked.has(one)][:_SHOWN]
