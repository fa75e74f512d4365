"""The pipeline: what waits where and for how long, who works, how fresh the news is, and what died of what."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from wiredesk_desk.web.api import dead_letter_models as models
from wiredesk_desk.web.api import dead_letters as api
from wiredesk_desk.web.api import status
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.pages.forms import go_to, typed
from wiredesk_desk.web.pages.rendering import page
from wiredesk_desk.web.problems import Refused

router = APIRouter(include_in_schema=False)
_LISTED = 100


@router.get("/pipeline.json")
async def pipeline_json(desk: TheDesk) -> status.Status:
    """Return how the pipeline is as the API does."""
    return await status.now(desk)


@router.get("/pipeline")
async def pipeline(request: Request, desk: TheDesk, part: Literal["live"] | None = None) -> Response:
    """Return the page of the pipeline, or of it what changes while one looks."""
    return page(request, "pipeline_live.html" if part else "pipeline.html", status_now=await status.now(desk))


@router.get("/deadletters.json")
async def dead_letters_json(desk: TheDesk, asked: Annotated[models.Listing, Query()]) -> models.DeadLetters:
    """Return the dead letters as the API does."""
    return await api.dead_letters(desk, asked)


@router.get("/deadletters")
async def dead_letters(request: Request, desk: TheDesk, fingerprint: models.Fingerprint | None = None) -> Response:
    """Return the page of the dead letters: by cause, or each of one cause."""
    return await _letters(request, desk, fingerprint)


@router.post("/deadletters")
async def change_some(request: Request, desk: TheDesk) -> Response:
    """Try, replay or discard the letters of one cause."""
    form = await typed(request)
    fingerprint = form.get("fingerprint", "")
    try:
        done = await _done(desk, form.get("action", ""), fingerprint, form.get("reason", ""))
    except ValidationError:
        raise Refused(422, "wrong-request", "say which letters are meant, and why they are discarded") from None
    return await _letters(request, desk, fingerprint or None, done=done)


@router.get("/deadletters/{topic}/{partition}/{offset}")
async def dead_letter(
    request: Request, desk: TheDesk, topic: models.Topic, partition: models.Number, offset: models.Offset
) -> Response:
    """Return the page of one dead letter."""
    found = await api.dead_letter(desk, topic, partition, offset, full=False)
    return page(request, "dead_letter.html", letter=found, tried=None)


@router.post("/deadletters/{topic}/{partition}/{offset}")
async def change_one(
    request: Request, desk: TheDesk, topic: models.Topic, partition: models.Number, offset: models.Offset
) -> Response:
    """Try, replay or discard one letter."""
    form = await typed(request)
    tried = None
    match form.get("action"):
        case "try":
            tried = await api.try_one(desk, topic, partition, offset)
        case "replay":
            await api.replay_one(desk, topic, partition, offset)
        case "discard":
            if not form.get("reason"):
                raise Refused(422, "wrong-request", "say why it is discarded: the reason is kept")
            await api.discard_one(desk, topic, partition, offset, models.Discard(reason=form["reason"]))
        case _:
            raise Refused(422, "wrong-request", "a dead letter is tried, replayed or discarded")
    if tried is None:
        return go_to(f"/deadletters/{topic}/{partition}/{offset}")
    found = await api.dead_letter(desk, topic, partition, offset, full=False)
    return page(request, "dead_letter.html", letter=found, tried=tried)


async def _done(desk: Desk, action: str, fingerprint: str, reason: str) -> str:
    match action:
        case "try":
            tried = await api.try_some(desk, models.ToReplay(fingerprint=fingerprint, limit=_LISTED))
            passed = sum(one.passes is True for one in tried.letters)
            return f"{passed} of {len(tried.letters)} would pass now"
        case "replay":
            sent = await api.replay_some(desk, models.ToReplay(fingerprint=fingerprint))
            return f"{sent.replayed} put back" + (f", {sent.left} are left" if sent.left else "")
        case "discard":
            left = await api.discard_some(desk, models.ToDiscard(fingerprint=fingerprint, reason=reason))
            return f"{left.discarded} discarded" + (f", {left.left} are left" if left.left else "")
    raise Refused(422, "wrong-request", "dead letters are tried, replayed or discarded")


async def _letters(request: Request, desk: Desk, fingerprint: str | None, *, done: str = "") -> Response:
    by_cause = await api.dead_letters(desk, models.Listing(fingerprint=fingerprint))
    each = None
    if fingerprint is not None:
        each = await api.dead_letters(desk, models.Listing(fingerprint=fingerprint, flat=True, limit=_LISTED))
    return page(request, "dead_letters.html", found=by_cause, each=each, fingerprint=fingerprint, done=done)
