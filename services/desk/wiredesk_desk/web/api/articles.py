"""One article: what it says, its history, what a revision changed, its way through the topics."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from wiredesk.contracts import ids
from wiredesk_desk.commands.diff import steps_of
from wiredesk_desk.running import Problem
from wiredesk_desk.web.api import models
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.problems import Refused, documented, not_found
from wiredesk_storage.archive import StoredArticle
from wiredesk_storage.revisions.comparison import compare

router = APIRouter(tags=["articles"])
_COMPARED = 20


@router.get(
    "/v1/articles/{article_id}",
    summary="One article, with its revisions",
    responses=documented(404, models.WITHDRAWN),
)
async def article(desk: TheDesk, article_id: UUID) -> models.Article:
    """Return an article as it is stored. One that was withdrawn is gone (410)."""
    found = await stored(desk, article_id)
    return models.Article(
        article_id=article_id,
        first_stored_at=found.first_stored_at,
        updated_at=found.updated_at,
        duplicate_of=found.duplicate_of,
        revisions=found.revisions,
        event=found.event,
    )


@router.get(
    "/v1/articles/{article_id}/diff",
    summary="What a revision changed",
    responses=documented(404, models.WITHDRAWN),
)
async def diff(
    desk: TheDesk,
    article_id: UUID,
    revision: Annotated[int | None, Query(ge=1, description="none: the current one")] = None,
    against: Annotated[int | None, Query(ge=1, description="none: the one that was current before it")] = None,
) -> list[models.Difference]:
    """Return what changed, field by field and word by word; nothing of an article with one revision."""
    return await differences(desk, await stored(desk, article_id), article_id, revision=revision, against=against)


@router.get("/v1/article-id", summary="The id of the article at an address")
async def article_id_of(url: Annotated[str, Query(min_length=1, max_length=8192)]) -> dict[str, UUID]:
    """Return the id that an address has, whether its article is stored or not."""
    return {"article_id": ids.article_id(url)}


async def stored(desk: Desk, article_id: UUID) -> StoredArticle:
    """Return an article that may be shown.

    Raises:
        Refused: it is not stored, or it was withdrawn.
    """
    found = await desk.archive.article(article_id)
    if found is None:
        raise not_found("there is no such article", f"wiredesk explain {article_id}")
    if found.hidden:
        todo = f"wiredesk reinstate {article_id}"
        raise Refused(models.WITHDRAWN, "withdrawn", "this article was withdrawn", todo=todo)
    return found


async def differences(
    desk: Desk,
    found: StoredArticle,
    article_id: UUID,
    *,
    revision: int | None = None,
    against: int | None = None,
    every: bool = False,
) -> list[models.Difference]:
    """Return what one revision, or `every` one of the newest twenty, changed of the one before it.

    Raises:
        Refused: there is no such revision.
    """
    try:
        steps = steps_of(found.revisions, revision, against, every=every)
    except Problem as error:
        raise not_found(str(error), f"/v1/articles/{article_id}") from None
    by_number = {one.revision: one for one in found.revisions}
    answers = []
    # The newest: of each both texts are compared word by word, which takes seconds of the longest.
    for before, after in steps[-_COMPARED:]:
        events = await desk.archive.events(article_id, {before, after})
        compared = await asyncio.to_thread(compare, events[before], events[after])
        answers.append(
            models.Difference(
                article_id=article_id,
                revision=after,
                against=before,
                stored_at=by_number[after].stored_at,
                changes=[kind.value for kind in compared.verdict.kinds],
                stealth=bool(compared.verdict.stealth),
                fields=compared.changes,
            )
        )
    return answers
