"""PostgreSQL: the one place that writes and reads the store. The schema is in `migrations/`.

A batch is one transaction. Two workers that hold the same article (a rebalance, a redelivery) take turns by advisory
locks, always taken in the same order, so what one decides the other sees, and no two wait for each other.
"""

import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.events import ChangeKind, StoreStatus
from wiredesk.postgres.connections import ACQUIRE_SECONDS, Connection, Connections, outages, unready
from wiredesk.runtime.pool import Pool
from wiredesk_storage import core
from wiredesk_storage import statements as sql
from wiredesk_storage.batch_budget import Budget
from wiredesk_storage.columns import columns
from wiredesk_storage.comparing import compared, verdicts
from wiredesk_storage.copies import groups
from wiredesk_storage.core import Article, Newness, Origin, Plan, Receipt, Refused, Revision, Row
from wiredesk_storage.locks import lock
from wiredesk_storage.revisions.kinds import Verdict
from wiredesk_storage.stories import keeping
from wiredesk_storage.stories.assigning import WINDOW
from wiredesk_storage.stories.word_counts import WordCounts
from wiredesk_storage.withdrawals import standing

# Signatures too old to be compared with, deleted at most so many every so many seconds.
_FORGOTTEN, _FORGETS_EVERY = 5_000, 60.0


class Store:
    """The store, over a pool of connections (see `open_pool`).

    `workers` compare long texts, where there are some. An article is a copy of what was stored within `copy_window`,
    and joins a story that has an article within `story_window` of it.
    """

    def __init__(
        self,
        pool: Connections,
        statement_timeout_seconds: float = 30,
        *,
        workers: Pool | None = None,
        copy_window: timedelta = timedelta(days=7),
        story_window: timedelta = WINDOW,
    ) -> None:
        self._pool = pool
        self._workers = workers
        self._copy_window, self._story_window = copy_window, story_window
        self._words = WordCounts()
        self._forgets_at = time.monotonic() + _FORGETS_EVERY
        self._timeout = f"{statement_timeout_seconds * 1000:.0f}"

    async def save(self, rows: Sequence[Row]) -> list[Receipt | Refused | PermanentError]:
        """Store `rows` and return, in order, a receipt, `Refused` or `store_refused` for each. Durable when it returns.

        Idempotent: a row from the same record gets the same receipt again. A row that PostgreSQL refuses does not
        touch its neighbours: the batch is halved until it stands alone.

        Raises:
            InfrastructureError: PostgreSQL is away, full, read-only or too slow; nothing of the failed part is stored.
        """
        if not rows:
            return []
        try:
            with outages():
                async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                    return list(await self._save(connection, rows))
        except asyncpg.PostgresError as error:
            if len(rows) == 1:
                # Only the class of the error: its text may quote the article.
                message = f"PostgreSQL refuses it: {type(error).__name__} ({error.sqlstate})"
                return [PermanentError(message, reason="store_refused")]
        half = len(rows) // 2
        return [*await self.save(rows[:half]), *await self.save(rows[half:])]

    async def _save(self, connection: Connection, rows: Sequence[Row]) -> Sequence[Receipt | Refused]:
        await connection.execute("select set_config('statement_timeout', $1, true)", self._timeout)
        article_ids = {row.article_id for row in rows}
        await lock(connection, article_ids)
        refused = await standing.refused(connection, article_ids)
        articles = await _read(connection, rows)
        plan = core.plan(rows, articles, await _first_with(connection, rows, refused), refused)
        budget = Budget(self._workers)
        if plan.replaced:
            plan = compared(plan, rows, await verdicts(await _replaced(connection, plan), budget))
        await _write(connection, plan)
        if new := _inserted(rows, plan):
            signed = {row.article_id: row.copy_keys for row in new if row.copy_keys}
            await groups.assign(connection, signed, self._copy_window, budget)
        copies = await groups.known(connection, {row.article_id for row in rows})
        leaders = {article_id: copy.group_id for article_id, copy in copies.items()}
        if arrivals := [row.arrival for row in new if row.arrival and row.arrival.is_told]:
            await keeping.assign(connection, arrivals, leaders, self._words, self._story_window)
        if renamed := {row.article_id: row.arrival.named for row in _revised(plan) if row.arrival}:
            await keeping.rename(connection, renamed)
        await self._forget(connection)
        return [
            replace(receipt, copy=copies.get(row.article_id)) if isinstance(receipt, Receipt) else receipt
            for row, receipt in zip(rows, plan.receipts, strict=True)
        ]

    async def _forget(self, connection: Connection) -> None:
        """Delete what no copy and no story is looked for in any more, now and then."""
        now = time.monotonic()
        if now > self._forgets_at:
            # Stories first: whoever deletes articles takes their lock before he deletes signatures.
            has_more = await keeping.close(connection, self._story_window)
            has_more |= await groups.forget(connection, self._copy_window, _FORGOTTEN)
            self._forgets_at = now if has_more else now + _FORGETS_EVERY

    async def ready(self) -> str | None:
        """Return None when PostgreSQL answers, else why it does not."""
        return await unready(self._pool)


async def _read(connection: Connection, rows: Sequence[Row]) -> dict[UUID, Article]:
    article_ids = sorted({row.article_id for row in rows})
    articles = {
        found["article_id"]: Article(
            Newness(found["confirmed_version"], found["confirmed_event_id"]), found["revision"], found["revisions"]
        )
        for found in await connection.fetch(sql.CURRENT, article_ids)
    }
    origins = columns(((row.origin.topic, row.origin.partition, row.origin.offset) for row in rows), 3)
    digested = []
    for found in await connection.fetch(sql.KNOWN, article_ids, [row.said for row in rows], *origins):
        article_id, number, said = found["article_id"], found["revision"], found["said"]
        if said is None:
            said = core.said_by(found["event"])
            digested.append((article_id, number, said))
        origin = Origin(found["topic"], found["partition"], found["record_offset"], found["recorded_at"])
        articles[article_id].revisions[number] = Revision(
            *(number, StoreStatus(found["status"]), said, origin, found["seen_from"], found["seen_until"]),
            changed=_changed(found),
        )
    if digested:
        await connection.execute(sql.DIGEST, *columns(digested, 3))
    return articles


def _inserted(rows: Sequence[Row], plan: Plan) -> list[Row]:
    """Return the first row of each article that the batch inserted, in the order of the rows."""
    inserted = {(row.article_id, row.event_id) for row, one in plan.revisions if one.status is StoreStatus.INSERTED}
    found: dict[UUID, Row] = {}
    for row in rows:
        if (row.article_id, row.event_id) in inserted:
            found.setdefault(row.article_id, row)
    return list(found.values())


def _revised(plan: Plan) -> list[Row]:
    return [row for row, receipt in plan.current if receipt.status is StoreStatus.REVISED]


def _changed(found: asyncpg.Record) -> Verdict | None:
    if found["changes"] is None:
        return None
    return Verdict(tuple(map(ChangeKind, found["changes"])), found["stealth"])


async def _replaced(connection: Connection, plan: Plan) -> list[tuple[str, str]]:
    """Return, for each of `plan.replaced`, the event that was current and the one that takes its place, as JSON."""
    documents = {(row.article_id, receipt.revision): row.document for row, receipt in plan.revisions}
    stored = {(article_id, before) for article_id, before, _ in plan.replaced} - documents.keys()
    for found in await connection.fetch(sql.EVENTS, *columns(sorted(stored), 2)):
        documents[found["article_id"], found["revision"]] = found["event"]
    return [(documents[article, before], documents[article, after]) for article, before, after in plan.replaced]


async def _first_with(connection: Connection, rows: Sequence[Row], refused: AbstractSet[UUID]) -> dict[str, UUID]:
    first = {row.content_hash: row.article_id for row in reversed(rows) if row.article_id not in refused}
    await connection.execute(sql.FIRST, *columns(first.items(), 2))
    hashes = list({row.content_hash for row in rows})
    return {found["content_hash"]: found["article_id"] for found in await connection.fetch(sql.FIRST_WITH, hashes)}


async def _write(connection: Connection, plan: Plan) -> None:
    if plan.current:
        await connection.execute(sql.FORGET_ENTITIES, [row.article_id for row, _ in plan.current])
    if plan.revisions:
        current = {(row.article_id, receipt.revision) for row, receipt in plan.current}
        kept = (
            (
                *(row.article_id, row.event_id, row.version, receipt.revision, receipt.status.value, row.said),
                *(row.origin.topic, row.origin.partition, row.origin.offset, row.origin.at, row.document),
                *_changed_columns(receipt.changed),
                *_current_columns(row, receipt, is_current=(row.article_id, receipt.revision) in current),
            )
            for row, receipt in plan.revisions
        )
        await connection.execute(sql.KEEP, *columns(kept, 20))
    if plan.confirmed:
        spans = ((one.article_id, one.revision, one.seen_from, one.seen_until) for one in plan.confirmed)
        await connection.execute(sql.CONFIRM_REVISIONS, *columns(spans, 4))
        latest = {one.article_id: one.latest for one in plan.confirmed}
        newest = ((article_id, *newness) for article_id, newness in latest.items())
        await connection.execute(sql.CONFIRM_ARTICLES, *columns(newest, 3))


def _changed_columns(changed: Verdict | None) -> tuple[bool | None, str | None]:
    return (None, None) if changed is None else (changed.stealth, ",".join(changed.kinds))


def _current_columns(row: Row, receipt: Receipt, *, is_current: bool) -> tuple[Any, ...]:
    if not is_current:
        return (False, *[None] * 6)
    found = row.indexed
    return True, receipt.duplicate_of, row.search_config, found.headline, found.text, found.host, found.keys
