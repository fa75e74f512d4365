"""The subscriptions: what each is of, how it tells, how it is; one more is made by a form."""

import re
import unicodedata
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.distributions import is_installed
from wiredesk_desk.feed_topics import feed_topic
from wiredesk_desk.running import Problem
from wiredesk_desk.web.api import subscriptions as api
from wiredesk_desk.web.context import TheDesk
from wiredesk_desk.web.kept.collected import FETCHER
from wiredesk_desk.web.pages.forms import go_to, typed
from wiredesk_desk.web.pages.rendering import page
from wiredesk_desk.web.problems import ProblemDetails, Refused, described
from wiredesk_desk.web.subscriptions import making
from wiredesk_desk.web.subscriptions.asking import in_words
from wiredesk_desk.web.subscriptions.keeping import Subscription

router = APIRouter(include_in_schema=False)
_ACTIONS = {"pause": api.pause, "resume": api.resume, "retry": api.retry}
# A search's question, as far as it makes sense for what is yet to come: fields of the form by their names.
_ASKED = ("q", "entity", "type", "country", "host", "section", "language", "source", "quality", "story", "copies")
_FIELDS = ("name", *_ASKED, "topic", "webhook", "secret")
_NAME_CHARACTERS = 30


@router.get("/subscriptions.json")
async def subscriptions_json(desk: TheDesk) -> api.Subscriptions:
    """Return the subscriptions as the API does."""
    return await api.subscriptions(desk)


@router.get("/subscriptions")
async def subscriptions(request: Request, desk: TheDesk) -> Response:
    """Return the page of the subscriptions; a question in the address fills the form."""
    asked = {name: value for name in _ASKED if (value := request.query_params.get(name, "").strip())}
    return await _shown(request, desk, form={"name": name_of(asked), **asked} if asked else {})


@router.post("/subscriptions")
async def subscribe(request: Request, desk: TheDesk) -> Response:
    """Subscribe as the form says; the secret of a webhook is shown on the answer, and never again."""
    form = await typed(request)
    wanted = making.Wanted(
        form.get("name", ""),
        {name: form.get(name) for name in _ASKED},
        has_topic="topic" in form,
        webhook=form.get("webhook"),
        secret=form.get("secret"),
    )
    try:
        made = await making.subscribe(desk.here, desk.subscriptions, wanted)
    except (Problem, InfrastructureError, TimeoutError) as error:
        return await _shown(request, desk, form=form, wrong=described(error)[0])
    if made.secret is None:
        return go_to(f"/subscriptions#of-{made.name}")
    answer = await _shown(request, desk, made=made)
    answer.headers["cache-control"] = "no-store"
    return answer


@router.post("/subscriptions/{name}/{action}")
async def change(desk: TheDesk, name: api.Name, action: str) -> Response:
    """Pause, resume or remove a subscription, or try its dead messages again."""
    if action == "remove":
        await api.remove(desk, name)
        return go_to("/subscriptions")
    if action not in _ACTIONS:
        raise Refused(404, "not-found", "nothing of that kind can be done about a subscription")
    await _ACTIONS[action](desk, name)
    return go_to(f"/subscriptions#of-{name}")


def name_of(asked: Mapping[str, str]) -> str:
    """Return a name for a subscription to what is asked for: its words in letters that a name may have; or nothing."""
    said = " ".join(asked[name] for name in ("q", "entity", "host", "section", "country") if name in asked)
    letters = unicodedata.normalize("NFKD", said[:200]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_NAME_CHARACTERS].strip("-")


def state_of(one: Subscription) -> tuple[str, str]:
    """Return how a subscription is, in a word or two, and whether that is `good`, `bad` or neither."""
    if one.paused:
        return "paused", ""
    if not one.posts:
        return "its webhook is gone", "bad"
    if one.note:
        return "needs a look", "bad"
    if one.dead:
        return "some of it is dead", "bad"
    return ("its webhook fails", "bad") if one.error else ("active", "good")


async def _shown(
    request: Request,
    desk: TheDesk,
    *,
    form: Mapping[str, str] | None = None,
    wrong: ProblemDetails | None = None,
    made: Subscription | None = None,
) -> Response:
    every = await desk.subscriptions.every()
    return page(
        request,
        "subscriptions.html",
        status=wrong.status if wrong else 200,
        subscriptions=every,
        behind={one.name: desk.hub.behind(one.position) for one in every},
        topics={one.name: desk.here.lane.topic(feed_topic(one.topic)) for one in every if one.topic},
        in_words=in_words,
        state_of=state_of,
        form={name: (form or {}).get(name, "") for name in _FIELDS},
        is_open=bool(form) or not every,
        wrong=wrong,
        made=made,
        posts_webhooks=is_installed(FETCHER),
    )
