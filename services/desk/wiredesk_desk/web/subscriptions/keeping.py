"""Subscriptions and deliveries in PostgreSQL: where one stands, and what it has yet to post, change together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from wiredesk.postgres.connections import Connections, outages

_COLUMNS = """
select s.*, d.waiting, d.dead, d.error from wiredesk_desk.subscriptions as s cross join lateral (
    select count(*) filter (where due_at is not null) as waiting, count(*) filter (where due_at is null) as dead,
        (array_agg(error order by delivery_id desc) filter (where error <> ''))[1] as error
    from wiredesk_desk.deliveries where subscription = s.name
) as d
"""
_EVERY = f"{_COLUMNS} where s.lane = $1 order by s.name"
_ONE = f"{_COLUMNS} where s.name = $1 and s.lane = $2"
_TOLD = "select name, created_at from wiredesk_desk.subscriptions where lane = $1 and not paused"
_ADD = """
insert into wiredesk_desk.subscriptions (name, lane, question, topic, webhook, secret, position)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (name) do nothing returning name
"""
_REMOVE = "delete from wiredesk_desk.subscriptions where name = $1 and lane = $2 returning name"
_PAUSE = """
update wiredesk_desk.subscriptions set paused = $3, posts = posts or not $3, note = ''
where name = $1 and lane = $2 returning name
"""
_GONE = "update wiredesk_desk.subscriptions set posts = false, note = $2 where name = $1"
_NOTE = "update wiredesk_desk.subscriptions set note = $3 where name = $1 and created_at = $2 and note <> $3"
# Of one that was removed, and made anew under its name, nobody moves the other.
_MOVE = """
update wiredesk_desk.subscriptions
set position = $3, last_delivery = case when $4 then now() else last_delivery end
where name = $1 and created_at = $2 returning name
"""
_DELIVER = """
insert into wiredesk_desk.deliveries (subscription, event_id, article_id, revision)
select $1, * from unnest($2::uuid[], $3::uuid[], $4::int[]) on conflict do nothing
"""
# One desk at a time takes a delivery, and for as long as a try may last nobody else does. Of one subscription so many
# at once: a webhook that does not answer holds up no other.
_TAKE = """
with due as materialized (
    select d.delivery_id, s.webhook, s.secret
    from wiredesk_desk.subscriptions as s cross join lateral (
        select delivery_id, due_at from wiredesk_desk.deliveries
        where subscription = s.name and due_at <= now() order by due_at limit $3 for update skip locked
    ) as d
    where not s.paused and s.posts and s.webhook is not null
    order by d.due_at limit $1
)
update wiredesk_desk.deliveries as d set due_at = now() + $2 from due where d.delivery_id = due.delivery_id
returning d.delivery_id, d.subscription, d.event_id, d.article_id, d.revision, d.attempts, due.webhook, due.secret
"""
_DROP = "delete from wiredesk_desk.deliveries where delivery_id = $1"
_DELIVERED = "update wiredesk_desk.subscriptions set last_delivery = now() where name = $1"
_FAILED = """
update wiredesk_desk.deliveries set attempts = attempts + 1, due_at = now() + $2, error = $3 where delivery_id = $1
"""
_RETRY = """
update wiredesk_desk.deliveries set due_at = now(), attempts = 0 where subscription = $1 and due_at is null
"""
# What nobody asked to be sent again for so long is deleted.
_FORGET = """
delete from wiredesk_desk.deliveries where due_at is null and created_at < now() - interval '30 days'
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. `waiting` and `dead` count its deliveries; `error` is that of the newest that has one.

    `posts` is False: its webhook is gone. `note`: what stands in its way, or was missed.
    """

    name: str
    lane: str
    question: Mapping[str, str]
    topic: str | None
    webhook: str | None
    secret: str | None = field(repr=False)
    position: str = field(repr=False)
    paused: bool
    posts: bool
    note: str
    created_at: datetime
    last_delivery: datetime | None
    waiting: int
    dead: int
    error: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message that a webhook has yet to get."""

    delivery_id: int
    subscription: str
    event_id: UUID
    article_id: UUID
    revision: int
    attempts: int
    webhook: str
    secret: str = field(repr=False)


class Subscriptions:
    """The tables, as far as they are of one lane. Every method raises `InfrastructureError` when PostgreSQL is away."""

    def __init__(self, pool: Connections, lane: str) -> None:
        self._pool, self.lane = pool, lane

    async def every(self) -> list[Subscription]:
        """Return all, by name."""
        with outages():
            return [_subscription(found) for found in await self._pool.fetch(_EVERY, self.lane)]

    async def told(self) -> set[tuple[str, datetime]]:
        """Return the name of each that is not paused, and when it was made."""
        with outages():
            return {(found["name"], found["created_at"]) for found in await self._pool.fetch(_TOLD, self.lane)}

    async def one(self, name: str) -> Subscription | None:
        """Return one, or None."""
        with outages():
            found = await self._pool.fetchrow(_ONE, name, self.lane)
        return _subscription(found) if found is not None else None

    async def add(
        self,
        name: str,
        question: Mapping[str, str],
        *,
        topic: str | None,
        webhook: str | None,
        secret: str | None,
        position: str,
    ) -> bool:
        """Keep a subscription; return False where the name is taken."""
        with outages():
            values = (name, self.lane, json.dumps(dict(question)), topic, webhook, secret, position)
            return await self._pool.fetchval(_ADD, *values) is not None

    async def remove(self, name: str) -> bool:
        """Forget a subscription and what it has yet to post; return whether there was one."""
        with outages():
            return await self._pool.fetchval(_REMOVE, name, self.lane) is not None

    async def pause(self, name: str, *, paused: bool) -> bool:
        """Pause or go on; return whether there is one. It goes on where it stood, and posts again."""
        with outages():
            return await self._pool.fetchval(_PAUSE, name, self.lane, paused) is not None

    async def gone(self, name: str, note: str) -> None:
        """Post nothing more until somebody resumes it; a topic goes on."""
        with outages():
            await self._pool.execute(_GONE, name, note)

    async def note(self, one: Subscription, note: str) -> None:
        """Keep what stands in its way, or was missed."""
        with outages():
            await self._pool.execute(_NOTE, one.name, one.created_at, note)

    async def moved(
        self,
        one: Subscription,
        position: str,
        news: Sequence[tuple[UUID, UUID, int]] = (),
        *,
        has_delivered: bool = False,
    ) -> bool:
        """Note where a subscription stands, with what it has to post until there: event, article, revision.

        `has_delivered`: until there somebody got something. Return whether it is still there.
        """
        with outages():
            async with self._pool.acquire() as connection, connection.transaction():
                if await connection.fetchval(_MOVE, one.name, one.created_at, position, has_delivered) is None:
                    return False
                if news:
                    await connection.execute(_DELIVER, one.name, *map(list, zip(*news, strict=True)))
                return True

    async def take(self, limit: int, lasts: timedelta, of_one: int) -> list[Delivery]:
        """Return deliveries that are due, `of_one` subscription at most; nobody else gets them while a try `lasts`."""
        with outages():
            return [Delivery(**dict(found)) for found in await self._pool.fetch(_TAKE, limit, lasts, of_one)]

    async def forget(self) -> None:
        """Delete what has been dead for a month."""
        with outages():
            await self._pool.execute(_FORGET)

    async def delivered(self, one: Delivery) -> None:
        """Note that a delivery was made, and forget it."""
        with outages():
            async with self._pool.acquire() as connection, connection.transaction():
                # In the order in which a subscription is removed, or the two would wait for each other.
                await connection.execute(_DELIVERED, one.subscription)
                await connection.execute(_DROP, one.delivery_id)

    async def drop(self, one: Delivery) -> None:
        """Forget a delivery that there is nothing to tell of any more."""
        with outages():
            await self._pool.execute(_DROP, one.delivery_id)

    async def failed(self, delivery_id: int, again_in: timedelta | None, error: str) -> None:
        """Note that a try failed; without `again_in` nobody tries any more."""
        with outages():
            await self._pool.execute(_FAILED, delivery_id, again_in, error)

    async def retry(self, name: str) -> int:
        """Try the dead ones of a subscription again; return how many."""
        with outages():
            return int((await self._pool.execute(_RETRY, name)).rpartition(" ")[2])


def _subscription(found: asyncpg.Record) -> Subscription:
    row = dict(found)
    return Subscription(**{**row, "question": json.loads(row["question"]), "error": row["error"] or ""})
