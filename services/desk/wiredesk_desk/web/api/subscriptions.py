"""Subscriptions: a search that tells of what is new."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wiredesk_desk.running import Problem
from wiredesk_desk.web.asking import Text
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.problems import Refused, documented, not_found
from wiredesk_desk.web.subscriptions import making
from wiredesk_desk.web.subscriptions.commands import row
from wiredesk_desk.web.subscriptions.keeping import Subscription as Kept

router = APIRouter(tags=["subscriptions"])
_LIST = "/v1/subscriptions"
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", examples=["ferries"])]


class Subscription(BaseModel):
    """A subscription, and what is on its way."""

    name: str = Field(examples=["ferries"])
    question: Mapping[str, str] = Field(
        description="words and filters as of a search", examples=[{"entity": "Denmark"}]
    )
    topic: str | None = Field(examples=["feeds.ferries.v1"])
    webhook: str | None
    feed: str = Field(description="address of its feed on this desk")
    paused: bool
    posts: bool = Field(description="false: its webhook said that it is gone; resume it once it is there")
    note: str = Field(description="what stands in its way, or was missed; empty: nothing")
    created_at: datetime
    position: str = Field(description="where it stands; as Last-Event-ID, /v1/stream goes on from there")
    behind: int | None = Field(
        description="receipts between there and the newest one; of those it wants nothing of, noted every 10 s. "
        "None: Kafka was not heard yet"
    )
    last_delivery: datetime | None = Field(
        description="when its topic or webhook last got something; its feed, where it has neither"
    )
    waiting: int = Field(description="messages that its webhook has yet to get")
    dead: int = Field(description="messages that nobody tries any more")
    error: str = Field(description="what the last try of one of them said")


class NewSubscription(Subscription):
    """A subscription that was just made, with the secret that messages to its webhook are signed with."""

    secret: str | None


class Subscriptions(BaseModel):
    """All subscriptions, by name."""

    subscriptions: Sequence[Subscription]


class ToSubscribe(BaseModel):
    """What to be told of, and how."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "ferries", "question": {"entity": "Denmark"}, "topic": True}]},
    )

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
    question: dict[Annotated[str, StringConstraints(max_length=40)], Text] = Field({}, max_length=20)
    topic: bool = Field(False, description="make a topic, feeds.NAME.v1, and put what is new on it")
    webhook: Annotated[str, StringConstraints(max_length=2_000)] | None = Field(
        None, description="address that what is new is posted to, signed (Standard Webhooks)"
    )
    secret: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None, description="to sign with (`whsec_` and base64); one is made when it is left out"
    )


@router.get(_LIST, summary="The subscriptions")
async def subscriptions(desk: TheDesk) -> Subscriptions:
    """Return every subscription, by name."""
    return Subscriptions(subscriptions=[_shown(desk, one) for one in await desk.subscriptions.every()])


@router.post(_LIST, summary="Subscribe", status_code=201, responses=documented(400, 409, 413, 415))
async def subscribe(desk: TheDesk, wanted: ToSubscribe) -> NewSubscription:
    """Subscribe to what is stored from now on. The secret of a webhook is shown this once."""
    if await desk.subscriptions.one(wanted.name) is not None:
        raise Refused(
            409, "name-taken", f"there is a subscription {wanted.name} already", todo=f"{_LIST}/{wanted.name}"
        )
    made = await making.subscribe(
        desk.here,
        desk.subscriptions,
        making.Wanted(
            wanted.name, wanted.question, has_topic=wanted.topic, webhook=wanted.webhook, secret=wanted.secret
        ),
    )
    return NewSubscription(**_shown(desk, made).model_dump(), secret=made.secret)


@router.get(f"{_LIST}/{{name}}", summary="One subscription", responses=documented(404))
async def subscription(desk: TheDesk, name: Name) -> Subscription:
    """Return a subscription."""
    try:
        return _shown(desk, await making.known(desk.subscriptions, name))
    except Problem as error:
        raise not_found(str(error), _LIST) from None


@router.post(f"{_LIST}/{{name}}/pause", summary="Tell no more", responses=documented(404, 415))
async def pause(desk: TheDesk, name: Name) -> Subscription:
    """Tell no more until it is resumed, from where it stands then."""
    await desk.subscriptions.pause(name, paused=True)
    return await subscription(desk, name)


@router.post(f"{_LIST}/{{name}}/resume", summary="Go on telling", responses=documented(404, 415))
async def resume(desk: TheDesk, name: Name) -> Subscription:
    """Go on where it stands: nothing in between is missed for as long as receipts are kept."""
    await desk.subscriptions.pause(name, paused=False)
    return await subscription(desk, name)


@router.post(f"{_LIST}/{{name}}/retry", summary="Try dead messages again", responses=documented(404, 415))
async def retry(desk: TheDesk, name: Name) -> Subscription:
    """Try again what nobody tried any more."""
    await desk.subscriptions.retry(name)
    return await subscription(desk, name)


@router.delete(f"{_LIST}/{{name}}", summary="Forget a subscription", status_code=204, responses=documented(404, 415))
async def remove(desk: TheDesk, name: Name) -> None:
    """Forget a subscription, with what it has yet to post. Its topic stays, with what is on it."""
    if not await desk.subscriptions.remove(name):
        raise not_found(f"there is no subscription {name}", _LIST)


def _shown(desk: Desk, one: Kept) -> Subscription:
    return Subscription(**row(one), behind=desk.hub.behind(one.position))
