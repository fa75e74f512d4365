"""Making and looking at subscriptions; for the verbs and the API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wiredesk.client import admin
from wiredesk_desk.config import System
from wiredesk_desk.feed_topics import feed_name, feed_topic
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.web.live.positions import Positions
from wiredesk_desk.web.live.receipts import Receipts
from wiredesk_desk.web.subscriptions import signing
from wiredesk_desk.web.subscriptions.asking import question
from wiredesk_desk.web.subscriptions.keeping import Subscription, Subscriptions

# It becomes part of a topic's name and of an address.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_URL_CHARACTERS = 2_000
_MADE = "Leave it out, and one is made."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subscription as it is asked for."""

    name: str
    typed: Mapping[str, str | None]
    has_topic: bool = False
    webhook: str | None = None
    secret: str | None = None


async def subscribe(here: System, subscriptions: Subscriptions, wanted: Wanted) -> Subscription:
    """Keep a subscription, which tells of what is stored from now on; make its topic.

    Raises:
        Problem: the name is taken or none, the question makes no sense, the webhook is no address.
        InfrastructureError: Kafka or PostgreSQL is away.
    """
    if not _NAME.fullmatch(wanted.name):
        what = f"{wanted.name!r} is no name for a subscription: lower-case letters, digits, - and _"
        raise Problem(what, "wiredesk subscribe ferries --entity Denmark", code=Exit.USAGE)
    asked = question(wanted.typed)
    topic = feed_name(wanted.name) if wanted.has_topic else None
    secret = None
    if wanted.webhook is not None:
        _check(wanted.webhook)
        secret = wanted.secret or signing.new_secret()
        _check_secret(secret)
    # Nor is a topic made for one that there is.
    if await subscriptions.one(wanted.name) is not None:
        raise _taken(wanted.name)
    # Before anything is made: what is stored from here on is told.
    position = str(Positions((await Receipts(here).edges()).ends))
    if topic is not None:
        of = feed_topic(topic)
        await admin.create_topic(here.kafka, here.lane.topic(of), of)
    is_new = await subscriptions.add(
        wanted.name, asked.said(), topic=topic, webhook=wanted.webhook, secret=secret, position=position
    )
    if not is_new:
        raise _taken(wanted.name)
    return await known(subscriptions, wanted.name)


async def known(subscriptions: Subscriptions, name: str) -> Subscription:
    """Return a subscription.

    Raises:
        Problem: there is none of that name.
    """
    found = await subscriptions.one(name)
    if found is None:
        raise Problem(f"there is no subscription {name}", "wiredesk subscriptions list", code=Exit.USAGE)
    return found


def _taken(name: str) -> Problem:
    return Problem(f"there is a subscription {name} already", "Take another name.", code=Exit.USAGE)


def _check(webhook: str) -> None:
    try:
        parts = urlsplit(webhook)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or len(webhook) > _URL_CHARACTERS or any(char.isspace() or ord(char) < 32 for char in webhook):
        raise Problem("a webhook is an http or https address", "--webhook https://example.org/hook", code=Exit.USAGE)
    if parts.username or parts.password:
        raise Problem("a webhook's address holds no password: messages are signed", code=Exit.USAGE)


def _check_secret(secret: str) -> None:
    try:
        length = len(signing.key(secret))
    except ValueError as error:
        raise Problem(str(error), _MADE, code=Exit.USAGE) from None
    if not signing.LEAST_BYTES <= length <= signing.MOST_BYTES:
        what = f"a secret stands for {signing.LEAST_BYTES} to {signing.MOST_BYTES} bytes, and this one for {length}"
        raise Problem(what, _MADE, code=Exit.USAGE)
