"""Subscriptions and deliveries in PostgreSQL: where one stands, and what it has yet to post, change together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from wiredesk.postgres.connections import Connections, outages

_COLUMNS = """
select s.*, count(d.*) filter (where d.due_at is not null) as waiting,
    count(d.*) filter (where d.due_at is null) as dead, max(d.error) as error
from wiredesk_desk.subscriptions as s left join wiredesk_desk.deliveries as d on d.subscription = s.name
"""
_EVERY = f"{_COLUMNS} group by s.name order by s.name"
_ONE = f"{_COLUMNS} where s.name = $1 group by s.name"
_ADD = """
insert into wiredesk_desk.subscriptions (name, question, topic, webhook, secret, position)
values ($1, $2, $3, $4, $5, $6) on conflict (name) do nothing returning name
"""
_REMOVE = "delete from wiredesk_desk.subscriptions where name = $1 returning name"
_PAUSE = "update wiredesk_desk.subscriptions set paused = $2, note = $3 where name = $1 returning name"
_MOVE = "update wiredesk_desk.subscriptions set position = $2 where name = $1"
_DELIVER = """
insert into wiredesk_desk.deliveries (subscription, event_id, article_id, revision)
select $1, * from unnest($2::uuid[], $3::uuid[], $4::int[]) on conflict do nothing
"""
# One desk at a time takes a delivery, and for as long as a try may last nobody else does.
_TAKE = """
update wiredesk_desk.deliveries as d set due_at = now() + $2 from (
    select delivery_id from wiredesk_desk.deliveries join wiredesk_desk.subscriptions as s on s.name = subscription
    where due_at <= now() and not s.paused and s.webhook is not null
    order by due_at limit $1 for update of deliveries skip locked
) as due, wiredesk_desk.subscriptions as s
where d.delivery_id = due.delivery_id and s.name = d.subscription
returning d.delivery_id, d.subscription, d.event_id, d.article_id, d.revision, d.attempts, s.webhook, s.secret
"""
_DELIVERED = "delete from wiredesk_desk.deliveries where delivery_id = $1"
_FAILED = """
update wiredesk_desk.deliveries set attempts = attempts + 1, due_at = now() + $2, error = $3 where delivery_id = $1
"""
_RETRY = """
update wiredesk_desk.deliveries set due_at = now(), attempts = 0 where subscription = $1 and due_at is null
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. `waiting` and `dead` count its deliveries; `error` is one of theirs."""

    name: str
    question: Mapping[str, str]
    topic: str | None
    webhook: str | None
    secret: str | None = field(repr=False)
    position: str = field(repr=False)
    paused: bool
    note: str
    created_at: datetime
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
    """The tables. Every method raises `InfrastructureError` when PostgreSQL is away."""

    def __init__(self, pool: Connections) -> None:
        self._pool = pool

    async def every(self) -> list[Subscription]:
        """Return all, by name."""
        with outages():
            return [_subscription(found) for found in await self._pool.fetch(_EVERY)]

    async def one(self, name: str) -> Subscription | None:
        """Return one, or None."""
        with outages():
            found = await self._pool.fetchrow(_ONE, name)
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
            values = (name, json.dumps(dict(question)), topic, webhook, secret, position)
            return await self._pool.fetchval(_ADD, *values) is not None

    async def remove(self, name: str) -> bool:
        """Forget a subscription and what it has yet to post; return whether there was one."""
        with outages():
            return await self._pool.fetchval(_REMOVE, name) is not None

    async def pause(self, name: str, *, paused: bool, note: str = "") -> bool:
        """Pause or go on; return whether there is one. It goes on where it stood: nothing in between is missed."""
        with outages():
            return await self._pool.fetchval(_PAUSE, name, paused, note) is not None

    async def moved(self, name: str, position: str, news: Sequence[tuple[UUID, UUID, int]] = ()) -> None:
        """Note where a subscription stands, with what it has to post until there: event, article, revision."""
        with outages():
            async with self._pool.acquire() as connection, connection.transaction():
                if news:
                    await connection.execute(_DELIVER, name, *map(list, zip(*news, strict=True)))
                await connection.execute(_MOVE, name, position)

    async def take(self, limit: int, lasts: timedelta) -> list[Delivery]:
        """Return deliveries that are due; nobody else gets them while a try `lasts`."""
        with outages():
            return [Delivery(**dict(found)) for found in await self._pool.fetch(_TAKE, limit, lasts)]

    async def delivered(self, delivery_id: int) -> None:
        """Forget a delivery that was made."""
        with outages():
            await self._pool.execute(_DELIVERED, delivery_id)

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
