"""Sources: what is collected from where."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wiredesk.client.hosts import is_loopback
from wiredesk.contracts.sources import SourceState
from wiredesk.contracts.submission import MAX_URL_LENGTH
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.problems import Refused, documented, not_found

if TYPE_CHECKING:
    from wiredesk_fetcher.sources.probe import Found
    from wiredesk_fetcher.sources.source import Source as Kept
    from wiredesk_fetcher.sources.store import SourceStore

router = APIRouter(tags=["sources"], responses=documented(501))
# Of a page that names no feed a dozen addresses are asked, one a second.
LOOK_SECONDS = 60.0
_FIRST = 5
_LIST = "/v1/sources"

Label = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^[^\x00]+$")]
LabelValue = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class Source(BaseModel):
    """A source, how it is, and when it is polled next and why then."""

    source_id: UUID
    url: str = Field(examples=["https://example.org/feed.xml"])
    title: str
    kind: str = Field(description="rss, atom, json_feed, sitemap …; empty before it was polled")
    site_url: str
    labels: Mapping[str, str] = Field(examples=[{"language": "en"}])
    revisits: bool = Field(description="whether its articles are looked at again for changes")
    moved_to: str
    state: SourceState
    reason: str = Field(description="why it is in that state, for people")
    added_at: datetime
    last_poll: datetime | None
    last_success: datetime | None
    last_new: datetime | None
    next_poll: datetime | None = Field(description="none: never")
    why: str = Field(description="why it is polled then, for people")
    polls: int
    items_listed_last: int
    todo: str = Field(description="the command that may mend it; empty: none")


class CountedSource(Source):
    """A source, with what became of its articles."""

    listed: int
    submitted: int
    fetched: int
    stored: int | None = Field(description="none: the store is in another database")
    rejected: Mapping[str, int] = Field(description="by reason")


class Sources(BaseModel):
    """All sources, by title."""

    sources: Sequence[Source]


class ToAdd(BaseModel):
    """An address to look at: of a feed or sitemap, or of a page that names some."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": "https://example.org/feed.xml", "labels": {"section": "world"}}]},
    )

    url: Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL_LENGTH, pattern=r"^[^\x00]+$")] = Field(
        description="without a scheme it is https"
    )
    labels: dict[Label, LabelValue] = Field({}, max_length=20, description="go with every article")
    revisits: bool = Field(True, description="look at its articles again, for changes")
    backlog: Annotated[int, Field(ge=0, le=100_000)] | None = Field(
        None, description="how many of what it lists already to take; none: as is set for all"
    )


class Listed(BaseModel):
    """An article that a listing names."""

    url: str
    headline: str
    published: datetime | None


class Candidate(BaseModel):
    """A listing that was found by an address: to add it, give its `url`."""

    url: str
    title: str
    kind: str
    items: int = Field(description="articles, or sitemaps of a sitemap index")
    first: Sequence[Listed]


class Candidates(BaseModel):
    """What was found by an address that is no listing itself, the best first. Nothing was added."""

    candidates: Sequence[Candidate]


class Added(Source):
    """The source, and whether it is new."""

    added: bool


@router.get("/v1/sources", summary="The sources, and how each is")
async def sources(desk: TheDesk) -> Sources:
    """Return every source by title: its state and why, when it is polled next and why then."""
    store = await desk.collected.store()
    return Sources(sources=[Source(**_data(one)) for one in await store.all()])


@router.post(
    "/v1/sources",
    summary="Add a source",
    status_code=201,
    response_description="It was added, and is polled at once",
    responses={
        200: {"model": Added, "description": "It was there already, and stays as it is"},
        300: {"model": Candidates, "description": "The address is of a page that names these: choose one"},
        **documented(409, 413, 415),
    },
)
async def add(desk: TheDesk, wanted: ToAdd, response: Response) -> Added | Candidates:
    """Look at an address, and add what is there.

    A feed or sitemap is added. Of a page the listings that it names are answered (300), and one of their addresses is
    to be sent. Asking the site is polite and takes seconds; nobody is asked before it is known whom sites may write to
    (409). Addresses in a private network are refused as everywhere, those of the desk's own machine where it is served
    to others, too.
    """
    # Only here: the fetcher is not installed everywhere.
    from wiredesk_desk.sources import adding, commands  # noqa: PLC0415

    store = await desk.collected.store()
    is_here = is_loopback(desk.settings.desk.host) and not desk.settings.desk.is_open
    try:
        async with asyncio.timeout(LOOK_SECONDS), desk.collected.looking:
            looked = await adding.look(wanted.url, store, here=is_here)
    except Problem as error:
        raise _unadded(error) from None
    if looked.known is None and not _is_at(looked.found, wanted.url):
        response.status_code = 300
        return Candidates(candidates=[_candidate(one) for one in looked.found])
    wishes = commands.Wishes(wanted.labels, revisits=wanted.revisits, backlog=wanted.backlog)
    source, is_new = await commands.added(store, looked.known or adding.addition_of(looked.found[0]), wishes)
    response.status_code = 201 if is_new else 200
    response.headers["location"] = f"{_LIST}/{source.source_id}"
    return Added(**_data(await _one(store, source.source_id)), added=is_new)


@router.get("/v1/sources/{source_id}", summary="One source, with its counts", responses=documented(404))
async def source(desk: TheDesk, source_id: UUID) -> CountedSource:
    """Return a source, with what became of its articles."""
    store = await desk.collected.store()
    return CountedSource(**_data(await _one(store, source_id), await store.counts(source_id)))


@router.post("/v1/sources/{source_id}/pause", summary="Poll a source no more", responses=documented(404, 415))
async def pause(desk: TheDesk, source_id: UUID) -> Source:
    """Poll a source no more until it is resumed."""
    store = await desk.collected.store()
    await store.pause(await _one(store, source_id))
    return await _now(desk, store, source_id)


@router.post("/v1/sources/{source_id}/resume", summary="Poll a source again", responses=documented(404, 415))
async def resume(desk: TheDesk, source_id: UUID) -> Source:
    """Poll a source again, at once, whatever stopped it."""
    store = await desk.collected.store()
    await store.resume(await _one(store, source_id), datetime.now(UTC))
    return await _now(desk, store, source_id)


@router.post("/v1/sources/{source_id}/poll", summary="Poll a source now", responses=documented(404, 409, 415))
async def poll(desk: TheDesk, source_id: UUID) -> Source:
    """Poll a source as soon as its host may be asked; not one that is paused or gone (409)."""
    from wiredesk_desk.sources import commands  # noqa: PLC0415 - as above

    store = await desk.collected.store()
    try:
        await commands.poll_now(store, await _one(store, source_id))
    except Problem as error:
        raise Refused(409, "not-polled", str(error), todo=f"{_LIST}/{source_id}/resume") from None
    return await _now(desk, store, source_id)


@router.delete("/v1/sources/{source_id}", summary="Forget a source", status_code=204, responses=documented(404, 415))
async def remove(desk: TheDesk, source_id: UUID) -> None:
    """Forget a source; its articles stay."""
    store = await desk.collected.store()
    await store.remove((await _one(store, source_id)).source_id)
    desk.state.sources.forget()


async def _one(store: "SourceStore", source_id: UUID) -> "Kept":
    found = next((one for one in await store.all() if one.source_id == source_id), None)
    if found is None:
        raise not_found("there is no such source", _LIST)
    return found


async def _now(desk: Desk, store: "SourceStore", source_id: UUID) -> Source:
    desk.state.sources.forget()
    return Source(**_data(await _one(store, source_id)))


def _data(*known: Any) -> dict[str, Any]:
    from wiredesk_desk.sources import showing  # noqa: PLC0415 - as above

    return showing.data(*known)


def _is_at(found: "Sequence[Found]", url: str) -> bool:
    return len(found) == 1 and found[0].url in (url, f"https://{url}")


def _candidate(one: "Found") -> Candidate:
    listing = one.listing
    first = [Listed(url=item.url, headline=item.title, published=item.published) for item in listing.items[:_FIRST]]
    items = len(listing.sitemaps or listing.items)
    return Candidate(url=one.url, title=listing.title, kind=listing.kind.value, items=items, first=first)


def _unadded(error: Problem) -> Refused:
    if error.code is Exit.CONFIGURATION:
        return Refused(409, "no-contact", str(error), todo=error.todo)
    kind = "wrong-address" if error.code is Exit.USAGE else "no-feed"
    return Refused(422, kind, str(error), todo=error.todo)
