"""Search: articles by words and filters, and how they are spread."""

from fastapi import APIRouter

from wiredesk_desk.web.api import models
from wiredesk_desk.web.asking import Searched, TheQuestion, TheSearch
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.problems import Refused
from wiredesk_storage.search.answers import Page
from wiredesk_storage.search.asking import Order
from wiredesk_storage.search.cursor import StaleCursorError

router = APIRouter(tags=["search"])


@router.get("/v1/search", summary="Articles by words and filters")
async def search(desk: TheDesk, asked: TheSearch) -> models.Hits:
    """Return a page of articles, the best first. Whatever the words are, they are no error."""
    return answered(asked, await found(desk, asked), "/v1/search")


@router.get("/v1/articles", summary="Articles by filters, the newest first", tags=["articles"])
async def articles(desk: TheDesk, asked: TheSearch) -> models.Hits:
    """Return a page of articles that pass the filters, by date."""
    asked = asked.model_copy(update={"sort": Order.DATE})
    return answered(asked, await found(desk, asked), "/v1/articles")


@router.get("/v1/search/facets", summary="How the hits of a search are spread")
async def facets(desk: TheDesk, asked: TheQuestion) -> models.Facets:
    """Return the hits by language, host, section, type, entity and day: the most frequent values of each."""
    spread = await desk.archive.facets(asked.q, asked.filters())
    return models.Facets(
        hits=spread.hits,
        is_cut=spread.is_cut,
        is_read_in_part=spread.is_read_in_part,
        sampled=spread.sampled,
        counts={
            name: [models.Share(value=value, hits=hits) for value, hits in values]
            for name, values in spread.counts.items()
        },
    )


async def found(desk: Desk, asked: Searched) -> Page:
    """Return a page of hits.

    Raises:
        Refused: the cursor is of another search.
    """
    try:
        return await desk.archive.search(
            asked.q,
            asked.filters(),
            order=asked.sort,
            limit=asked.limit,
            after=asked.after,
            half_life_days=asked.half_life,
        )
    except StaleCursorError as error:
        raise Refused(
            422, "stale-cursor", f"after: {error}", todo="take `next` of the page before, all of it"
        ) from None


def answered(asked: Searched, page: Page, path: str) -> models.Hits:
    """Return a page as it is answered, with the address of the next."""
    following = None
    if page.after:
        # An age would be of another time when the next page is asked for.
        times = asked.filters()
        moved = {"from": times.since and times.since.isoformat(), "to": times.until and times.until.isoformat()}
        following = asked.address(path, **moved, after=page.after)
    return models.Hits(
        hits=page.hits, after=page.after, next=following, is_cut=page.is_cut, is_read_in_part=page.is_read_in_part
    )
