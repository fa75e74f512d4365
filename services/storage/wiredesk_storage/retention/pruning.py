"""Deletes what is older than it is kept for: a few rows a transaction, so that no writer waits long.

Nothing is remembered between the rounds but the place that they have come to. Whoever begins anew looks again at what
is still there.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from wiredesk.postgres.connections import ACQUIRE_SECONDS, Connection, Connections, outages
from wiredesk_storage.columns import columns
from wiredesk_storage.deleting import delete
from wiredesk_storage.locks import lock_free
from wiredesk_storage.retention import statements as sql

# What is dated long ago and was stored lately is passed over, so many times more rows than are deleted.
_LOOKED = 10


class Place(NamedTuple):
    """The last row that was looked at: its time, its article, and the number of a revision."""

    at: datetime = datetime(1, 1, 1, tzinfo=UTC)
    article_id: UUID = UUID(int=0)
    revision: int = 0


START = Place()


class Round(NamedTuple):
    """What one transaction did. The next one goes on after `place`; `is_last`: there is no more to look at now."""

    deleted: int
    place: Place
    is_last: bool


class Pruner:
    """Deletes over a pool of connections. Of several, in several processes, one at a time does.

    A round is None where somebody is in its way: try again later.
    """

    def __init__(self, pool: Connections, statement_timeout_seconds: float = 30) -> None:
        self._pool = pool
        self._timeout = f"{statement_timeout_seconds * 1000:.0f}"

    async def articles(self, kept: timedelta, place: Place, most: int) -> Round | None:
        """Delete, of the next `most` old articles, those of which nothing was stored or seen for as long as `kept`.

        With their revisions, entities, signatures, groups and contents; they leave their stories. One that somebody
        writes is passed over. `duplicate_of` and the groups of others go on naming what was deleted.

        Raises:
            InfrastructureError: PostgreSQL is away or too slow; nothing was deleted.
        """
        with outages():
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                if not await self._is_alone(connection):
                    return None
                looked = _LOOKED * most
                found = await connection.fetch(sql.OLD_ARTICLES, kept, place.at, place.article_id, looked)
                old = [at for at, one in enumerate(found) if one["is_old"]][:most]
                is_last = len(found) < looked and len(old) < most
                if len(old) == most:
                    found = found[: old[-1] + 1]
                free = await lock_free(connection, (found[at]["article_id"] for at in old))
                # A statement of its own sees what was written before the lock was free.
                rows = await connection.fetch(sql.DELETABLE_ARTICLES, kept, list(free))
                going = sorted(one["article_id"] for one in rows)
                if going:
                    await delete(connection, going)
                last = Place(found[-1]["dated"], found[-1]["article_id"]) if found else place
                return Round(len(going), last, is_last)

    async def revisions(self, kept: timedelta, place: Place, most: int) -> Round | None:
        """Delete what the next `most` revisions replaced, where they did so longer ago than `kept`.

        The current revision stays, and so does what came late since it is current. Ends before an article that somebody
        writes.

        Raises:
            InfrastructureError: PostgreSQL is away or too slow; nothing was deleted.
        """
        with outages():
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                if not await self._is_alone(connection):
                    return None
                found = [Place(*one) for one in await connection.fetch(sql.REPLACING, kept, *place, most)]
                free = await lock_free(connection, (one.article_id for one in found))
                end = next((at for at, one in enumerate(found) if one.article_id not in free), len(found))
                if found and not end:
                    return None
                replacing = [(one.article_id, one.revision) for one in found[:end]]
                deleted = await connection.fetchval(sql.DELETE_REPLACED, *columns(replacing, 2))
                return Round(deleted, found[end - 1] if end else place, is_last=len(found) < most and end == len(found))

    async def _is_alone(self, connection: Connection) -> bool:
        await connection.execute("select set_config('statement_timeout', $1, true)", self._timeout)
        is_alone: bool = await connection.fetchval(sql.ALONE)
        return is_alone
