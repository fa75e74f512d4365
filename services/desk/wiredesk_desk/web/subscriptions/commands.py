"""`subscribe`, and the verbs of `subscriptions`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from wiredesk.client.here import desk_here
from wiredesk.client.hosts import is_loopback
from wiredesk.client.settings import Settings
from wiredesk_desk.config import System
from wiredesk_desk.feed_topics import feed_topic
from wiredesk_desk.output import Row, ago, emit, for_people, say, table
from wiredesk_desk.own_tables import own_tables
from wiredesk_desk.running import Exit
from wiredesk_desk.web.subscriptions import making
from wiredesk_desk.web.subscriptions.asking import in_words
from wiredesk_desk.web.subscriptions.keeping import Subscription, Subscriptions
from wiredesk_desk.web.subscriptions.making import Wanted

_NONE = "no subscriptions: wiredesk subscribe NAME --entity 'Ada Marsh' --topic"


async def subscribe(wanted: Wanted, *, as_json: bool) -> Exit:
    """Keep a subscription and say how one gets what it is of."""
    async with _open() as (here, subscriptions):
        found = await making.subscribe(here, subscriptions, wanted)
    if not for_people(as_json=as_json):
        emit({**row(found), "secret": found.secret})
        return Exit.OK
    say(f"subscribed: {found.name}. It tells of what is stored from now on, while the desk is served.")
    if found.topic:
        servers = ",".join(here.kafka.bootstrap_servers)
        topic = here.lane.topic(feed_topic(found.topic))
        say(f"Topic: {topic}   (wiredesk tail feeds.{found.name}, or kcat -b {servers} -t {topic})")
    if found.webhook:
        say(f"Webhook: {found.webhook}")
        say(f"Messages to it are signed with {found.secret} (shown this once)")
        if is_loopback(urlsplit(found.webhook).hostname or ""):
            say("Nobody listens there? Be that webhook, in another terminal: wiredesk subscriptions listen")
    desk = desk_here(Settings.load().api).url.rstrip("/")
    say(f"Feed, with what is there already: {desk}/feeds/{found.name} as Atom; with .json behind it as JSON Feed")
    return Exit.OK


async def list_subscriptions(*, as_json: bool) -> Exit:
    """List them with what is on its way."""
    async with _open() as (_, subscriptions):
        found = await subscriptions.every()
    if for_people(as_json=as_json):
        table([_short(one) for one in found], as_json=False, empty=_NONE, right=("waiting", "dead"))
    else:
        for one in found:
            emit(row(one))
    return Exit.OK


async def remove(name: str) -> Exit:
    """Forget one, with what it has yet to post. Its topic stays, with what is on it."""
    async with _open() as (_, subscriptions):
        found = await making.known(subscriptions, name)
        await subscriptions.remove(name)
    say(f"removed: {name}." + (f" The topic {found.topic} stays, with what is on it." if found.topic else ""))
    return Exit.OK


async def pause(name: str, *, paused: bool) -> Exit:
    """Stop telling, or go on where it stood."""
    async with _open() as (_, subscriptions):
        await making.known(subscriptions, name)
        await subscriptions.pause(name, paused=paused)
    if paused:
        say(f"paused: {name}. `wiredesk subscriptions resume {name}` goes on where it stands, and misses nothing")
        say("for as long as receipts are kept.")
    else:
        say(f"resumed: {name}")
    return Exit.OK


async def retry(name: str) -> Exit:
    """Try its dead deliveries again."""
    async with _open() as (_, subscriptions):
        await making.known(subscriptions, name)
        count = await subscriptions.retry(name)
    say(f"{count} are sent again" if count else f"nothing of {name} is dead")
    return Exit.OK


def row(one: Subscription) -> Row:
    """Return a subscription as data, without its secret."""
    return {
        "name": one.name,
        "question": dict(one.question),
        "topic": one.topic,
        "webhook": one.webhook,
        "feed": f"/feeds/{one.name}",
        "paused": one.paused,
        "posts": one.posts,
        "note": one.note,
        "created_at": one.created_at,
        "position": one.position,
        "last_delivery": one.last_delivery,
        "waiting": one.waiting,
        "dead": one.dead,
        "error": one.error,
    }


def _short(one: Subscription) -> Row:
    state = "paused" if one.paused else one.note or one.error
    return {
        "name": one.name,
        "of": in_words(one.question),
        "topic": one.topic or "",
        "webhook": one.webhook or "",
        "last": f"{ago(one.last_delivery)} ago" if one.last_delivery else "",
        "waiting": one.waiting,
        "dead": one.dead,
        "state": state,
    }


@asynccontextmanager
async def _open() -> AsyncIterator[tuple[System, Subscriptions]]:
    async with own_tables() as (here, pool):
        yield here, Subscriptions(pool, here.lane.name)
