"""The journey of one article: all its records on the topics, and where it is now."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field, StringConstraints

from wiredesk.contracts.submission import MAX_URL_LENGTH
from wiredesk.contracts.withdrawals import ArticleWithdrawn
from wiredesk_desk.commands import journeys
from wiredesk_desk.commands.explain import hop_row, now_row, stored_sentence
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views.journey import steps
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.problems import Refused, documented, not_found

router = APIRouter(tags=["journey"])
READ_SECONDS = 15.0
_SEARCH = "/v1/search?q=words+of+it"

Address = Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL_LENGTH)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Hop(BaseModel):
    """One record of the article."""

    stage: str = Field(description="submitted, fetched, cleaned, enriched, stored, rejected, retry or dead letter")
    at: datetime
    seconds_since_previous: float | None
    tries: int = Field(description="made when it was written")
    topic: str
    partition: int
    offset: int
    detail: str = Field(description="the one thing worth knowing of it; never the text")


class Submission(BaseModel):
    """One submission of the article, with its records in the order of time, and where it is."""

    correlation_id: str = Field(description="empty: its producer set none")
    state: str = Field(
        description="stored, rejected, dead_letter, discarded, retry, waiting, or missing", examples=["stored"]
    )
    detail: str = Field(description="where it is, for people, and what to do")
    seconds: float = Field(description="from its first record to its last")
    tries: int
    hops: Sequence[Hop]


class Way(BaseModel):
    """What is known of the way of an article.

    `articles` alone: the correlation id stands for several. Without `submissions` no topic holds it any more: then
    `state` says what the store knows.
    """

    article_id: str = Field(description="empty: it stands for several, or for none that has an id")
    articles: Sequence[str]
    submissions: Sequence[Submission]
    others: int = Field(description="submissions of the article besides the one that was asked for")
    state: str = Field(description="of its last submission", examples=["stored"])
    detail: str
    withdrawn: ArticleWithdrawn | None


@router.get(
    "/v1/journey", summary="The way of an article, by its URL, its id or a correlation id", responses=documented(404)
)
async def journey(desk: TheDesk, of: Annotated[Address, Query(examples=["https://example.org/story.html"])]) -> Way:
    """Return every record of an article, its submissions apart, and where each is now.

    Reads whole topics: it takes a second or more.
    """
    return _answer(await found(desk, of))


@router.get(
    "/v1/journey/{name}", summary="The way of an article, by its id or a correlation id", responses=documented(404)
)
async def journey_of(
    desk: TheDesk, name: Annotated[Name, Path(examples=["1df082f7-d3b9-591a-9561-ed72ab6892f7"])]
) -> Way:
    """Return the same by an id; a URL is asked for as `of`."""
    return _answer(await found(desk, name))


async def found(desk: Desk, wanted: str) -> journeys.Journey:
    """Return the way of an article, within 15 seconds.

    Raises:
        Refused: nothing is known of it, or it can be no article.
        InfrastructureError: Kafka is away.
        TimeoutError: the topics are too long.
    """
    try:
        async with asyncio.timeout(READ_SECONDS), desk.turns:
            return await journeys.find(desk.here, wanted, desk.archive.article)
    except Problem as error:
        if error.code is Exit.USAGE:
            raise Refused(422, "wrong-request", str(error), todo=_SEARCH) from None
        raise not_found(str(error), _SEARCH) from None


def _answer(of: journeys.Journey) -> Way:
    submissions = [
        Submission(**now_row(one, place), hops=[Hop(**hop_row(step)) for step in steps(one.entries)])
        for one, place in of.rounds
    ]
    state, detail = _state(of, submissions)
    return Way(
        article_id=of.article_id,
        articles=of.articles,
        submissions=submissions,
        others=of.others,
        state=state,
        detail=detail,
        withdrawn=of.withdrawn,
    )


def _state(of: journeys.Journey, submissions: Sequence[Submission]) -> tuple[str, str]:
    if of.withdrawn is not None:
        return of.withdrawn.kind.value, of.withdrawn.reason
    if submissions:
        return submissions[-1].state, submissions[-1].detail
    if of.stored is not None:
        return "stored", stored_sentence(of.stored)
    return "several", f"{of.name} stands for {len(of.articles)} articles"
