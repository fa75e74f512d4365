"""PostgreSQL: the subscriptions of all fetchers together. The schema is in `migrations/`."""

import asyncio
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from wiredesk.postgres.connections import Connections, outages
from wiredesk_fetcher.feeds.hubs import Hub
from wiredesk_fetcher.websub.subscription import (
    DENIED_FOR,
    EARLY_EVERY,
    PROVEN,
    RETRIES,
    State,
    Subscription,
    judged,
    renewal,
    told_for,
)

# A listing that names another hub at every poll must not have us ask one at every poll.
NAMED_ANEW_AFTER = timedelta(days=1)
# A hub that does not take an end of a subscription lets it run out, and its deliveries are refused.
_LEAVING_TRIES = 3
_TOLD = "its hub has told of something new: polled as soon as its host may be asked"
_DENIED = "its hub tells no more of what is new: polled at once"

_COLUMNS = """
source_id, hub, topic, base, token, secret, state, active_since, lease_expires_at, last_delivery,
news_since, proven
"""
_NAMED = """
insert into wiredesk_fetcher.subscriptions as s (
    source_id, hub, topic, named_at, base, token, secret, state, next_request
) values ($1, $2, $3, $4, $5, $6, $7, 'asked', $4)
on conflict (source_id) do update set
    hub = excluded.hub, topic = excluded.topic, named_at = excluded.named_at, base = excluded.base,
    token = excluded.token, secret = excluded.secret, state = 'asked', next_request = excluded.next_request,
    tries = 0, active_since = null, lease_expires_at = null, last_delivery = null, news_since = null,
    proven = 0
where s.state = 'leaving' or (
    (s.hub, s.topic) <> (excluded.hub, excluded.topic) and s.named_at <= $4::timestamptz - $8::interval
)
"""
_UNNAMED = """
update wiredesk_fetcher.subscriptions set state = 'leaving', next_request = $2, tries = 0
where source_id = $1 and state <> 'leaving' and named_at <= $2::timestamptz - $3::interval
"""
_MOVE = """
update wiredesk_fetcher.subscriptions set
    base = $1, tries = 0, next_request = case state when 'denied' then next_request else $2 end
where base <> $1 and state <> 'leaving'
"""
_LEAVE = """
update wiredesk_fetcher.subscriptions as s set state = 'leaving', next_request = $1, tries = 0
where state <> 'leaving' and not exists (
    select from wiredesk_fetcher.sources where source_id = s.source_id and next_poll is not null
)
"""
_FORGET = """
delete from wiredesk_fetcher.subscriptions where state = 'leaving' and (
    lease_expires_at is null or lease_expires_at <= $1 or (tries >= $2 and next_request <= $1)
)
"""
# Whoever takes one moves its next request on: should he die, or no verification follow, it is taken again then.
_TAKE = f"""
update wiredesk_fetcher.subscriptions set
    next_request = $1::timestamptz + ($3::interval[])[least(tries + 1, cardinality($3::interval[]))],
    tries = tries + 1, state = case state when 'denied' then 'asked' else state end
where source_id in (
    select source_id from wiredesk_fetcher.subscriptions where next_request <= $1 order by next_request limit $2
    for update skip locked
)
returning {_COLUMNS}
"""  # noqa: S608 - a constant
_POSTPONE = "update wiredesk_fetcher.subscriptions set next_request = $2, tries = tries - 1 where token = $1"
_FIND = f"select {_COLUMNS} from wiredesk_fetcher.subscriptions where token = $1"  # noqa: S608 - a constant
_OF_SOURCE = f"select {_COLUMNS} from wiredesk_fetcher.subscriptions where source_id = $1"  # noqa: S608 - a constant
_JUDGE = "update wiredesk_fetcher.subscriptions set proven = $2, news_since = $3 where token = $1"
_VERIFIED = """
update wiredesk_fetcher.subscriptions set
    state = 'active', tries = 0, active_since = coalesce(active_since, $2), lease_expires_at = $3, next_request = $4
where token = $1 and state in ('asked', 'active')
"""
_DENY = """
with denied as (
    update wiredesk_fetcher.subscriptions set
        state = 'denied', tries = 0, active_since = null, lease_expires_at = null, proven = 0, next_request = $3
    where token = $1 and state <> 'leaving' returning source_id
)
update wiredesk_fetcher.sources as s set next_poll = $2, why = $5
from denied where s.source_id = denied.source_id and next_poll > $2 and $4
"""
_END = "delete from wiredesk_fetcher.subscriptions where token = $1 and state = 'leaving'"
# What forbids or is dead keeps its own rhythm. A poll that is under way is not disturbed: it keeps this next poll.
_DELIVERED = """
with told as (
    update wiredesk_fetcher.subscriptions set
        last_delivery = case when $3 then $2 else last_delivery end,
        early_poll = case when early_poll > $2 then early_poll else greatest($2, early_poll + $4::interval) end
    where token = $1 and state = 'active' returning source_id, early_poll
)
update wiredesk_fetcher.sources as s set next_poll = told.early_poll, why = $5
from told where s.source_id = told.source_id and next_poll > told.early_poll and s.state not in ('blocked', 'dead')
"""


class Subscriptions:
    """The subscriptions, over a pool of connections. `base` is the public address below which hubs call back.

    Every method but `told` may raise `InfrastructureError`: PostgreSQL is away.
    """

    def __init__(self, pool: Connections, base: str) -> None:
        self._pool = pool
        self._base = base
        self._told = asyncio.Event()

    async def told(self, seconds: float) -> None:
        """Return when a hub has told this process of something new, after `seconds` at the latest."""
        try:
            async with asyncio.timeout(seconds):
                await self._told.wait()
        except TimeoutError:
            return
        self._told.clear()

    # ---- what polls know ----

    async def named(self, source_id: UUID, hub: Hub | None, now: datetime) -> None:
        """Note which hub a listing names. A new one is asked for a subscription soon; without one it ends.

        Idempotent. After a change the next one is heeded a day later.
        """
        with outages():
            if hub is None:
                await self._pool.execute(_UNNAMED, source_id, now, NAMED_ANEW_AFTER)
                return
            # Both have 32 random bytes; a secret must have fewer than 200 (section 5.1).
            token, secret = secrets.token_urlsafe(32), secrets.token_hex(32)
            row = (source_id, hub.url, hub.topic, now, self._base, token, secret, NAMED_ANEW_AFTER)
            await self._pool.execute(_NAMED, *row)

    async def told_for(
        self, source_id: UUID, *, new: int, began: datetime, last_success: datetime | None, now: datetime
    ) -> timedelta:
        """Return for how long its hub can be relied on after a poll of a source, and note what the poll showed of it.

        For the arguments see `subscription.judged` and `subscription.told_for`.
        """
        with outages():
            row = await self._pool.fetchrow(_OF_SOURCE, source_id)
            if row is None:
                return timedelta()
            before = _subscription(row)
            after = judged(before, new=new, began=began)
            if after != before:
                await self._pool.execute(_JUDGE, after.token, after.proven, after.news_since)
        return told_for(after, new=new, last_success=last_success, now=now)

    # ---- asking ----

    async def move(self, now: datetime) -> None:
        """Have all subscriptions that are called back elsewhere made anew at this base."""
        with outages():
            await self._pool.execute(_MOVE, self._base, now)

    async def take(self, now: datetime, most: int) -> list[Subscription]:
        """Return up to `most` that their hubs are to be asked for, renewed or ended now, each to one caller alone.

        Those of sources that are gone, paused or over are ended; what hubs do not take the end of is forgotten.
        """
        with outages():
            await self._pool.execute(_LEAVE, now)
            await self._pool.execute(_FORGET, now, _LEAVING_TRIES)
            return [_subscription(row) for row in await self._pool.fetch(_TAKE, now, most, RETRIES)]

    async def postpone(self, subscription: Subscription, at: datetime) -> None:
        """Ask for it not before `at`: it is not its hub's time."""
        with outages():
            await self._pool.execute(_POSTPONE, subscription.token, at)

    # ---- what hubs call ----

    async def find(self, token: str) -> Subscription | None:
        """Return the subscription with this token."""
        with outages():
            row = await self._pool.fetchrow(_FIND, token)
        return None if row is None else _subscription(row)

    async def verified(self, subscription: Subscription, lease: timedelta, now: datetime) -> bool:
        """Note that its hub has verified it, and when it is renewed; False when it is not wanted any more."""
        row = (subscription.token, now, now + lease, now + renewal(lease))
        with outages():
            return str(await self._pool.execute(_VERIFIED, *row)).endswith(" 1")

    async def denied(self, subscription: Subscription, now: datetime) -> None:
        """Note that its hub denies it. It is asked again in a week, and a source that relied on it polled at once."""
        relied = subscription.proven >= PROVEN
        with outages():
            await self._pool.execute(_DENY, subscription.token, now, now + DENIED_FOR, relied, _DENIED)
            await self._pool.execute(_END, subscription.token)
        self._told.set()

    async def end(self, subscription: Subscription) -> bool:
        """Forget a subscription that its hub is about to end; False when it was not asked to."""
        with outages():
            return str(await self._pool.execute(_END, subscription.token)).endswith(" 1")

    async def delivered(self, subscription: Subscription, now: datetime, *, is_signed: bool) -> None:
        """Have its source polled now, or a minute after the last time that a delivery did so.

        What is not known to be signed counts as no sign that the hub can be relied on.
        """
        with outages():
            await self._pool.execute(_DELIVERED, subscription.token, now, is_signed, EARLY_EVERY, _TOLD)
        self._told.set()


def _subscription(row: Any) -> Subscription:
    fields = dict(row)
    return Subscription(**{**fields, "state": State(fields["state"])})
