"""The sources: how each is and why, and what can be done about it."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from wiredesk_desk.web.api import sources as api
from wiredesk_desk.web.context import TheDesk
from wiredesk_desk.web.pages.forms import go_to, typed
from wiredesk_desk.web.pages.rendering import page
from wiredesk_desk.web.problems import ProblemDetails, Refused, described

router = APIRouter(include_in_schema=False)
_ACTIONS = {"pause": api.pause, "resume": api.resume, "poll": api.poll}


@router.get("/sources.json")
async def sources_json(desk: TheDesk) -> api.Sources:
    """Return the sources as the API does."""
    return await api.sources(desk)


@router.get("/sources")
async def sources(request: Request, desk: TheDesk) -> Response:
    """Return the page of the sources."""
    return await _shown(request, desk)


@router.post("/sources")
async def add(request: Request, desk: TheDesk) -> Response:
    """Add what was typed; of a page that names several listings, let choose."""
    url = (await typed(request)).get("url", "")
    try:
        answer = await api.add(desk, api.ToAdd(url=url), Response())
    except Refused as refusal:
        return await _shown(request, desk, wrong=described(refusal)[0], url=url)
    except ValidationError:
        wrong = ProblemDetails(title="Wrong", status=422, detail="type the address of a feed, or of a site")
        return await _shown(request, desk, wrong=wrong, url=url)
    if isinstance(answer, api.Candidates):
        return await _shown(request, desk, candidates=answer, url=url)
    return go_to(f"/sources/{answer.source_id}")


@router.get("/sources/{source_id}.json")
async def source_json(desk: TheDesk, source_id: UUID) -> api.CountedSource:
    """Return a source as the API does."""
    return await api.source(desk, source_id)


@router.get("/sources/{source_id}")
async def source(request: Request, desk: TheDesk, source_id: UUID) -> Response:
    """Return the page of a source."""
    return page(request, "source.html", source=await api.source(desk, source_id), wrong=None)


@router.post("/sources/{source_id}/{action}")
async def change(request: Request, desk: TheDesk, source_id: UUID, action: str) -> Response:
    """Pause, resume, poll or forget a source."""
    if action == "remove":
        await api.remove(desk, source_id)
        return go_to("/sources")
    if action not in _ACTIONS:
        raise Refused(404, "not-found", "nothing of that kind can be done about a source")
    try:
        await _ACTIONS[action](desk, source_id)
    except Refused as refusal:
        found = await api.source(desk, source_id)
        return page(request, "source.html", status=refusal.status, source=found, wrong=described(refusal)[0])
    return go_to(f"/sources/{source_id}")


async def _shown(
    request: Request,
    desk: TheDesk,
    *,
    wrong: ProblemDetails | None = None,
    candidates: api.Candidates | None = None,
    url: str = "",
) -> Response:
    found = await api.sources(desk)
    status = wrong.status if wrong else 200
    return page(
        request, "sources.html", status=status, sources=found.sources, wrong=wrong, candidates=candidates, url=url
    )
