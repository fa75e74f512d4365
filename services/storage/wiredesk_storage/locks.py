"""The lock of an article: whoever changes one holds it to the end of the transaction."""

from collections.abc import Iterable
from uuid import UUID

from wiredesk.postgres.connections import Connection

_LOCK = "select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key"
_LOCK_FREE = "select key, pg_try_advisory_xact_lock(key) as is_ours from unnest($1::bigint[]) as key"


async def lock(connection: Connection, articles: Iterable[UUID]) -> None:
    """Wait for all who change one of `articles`, always in the same order, so that no two wait for each other."""
    await connection.execute(_LOCK, sorted({_key(article_id) for article_id in articles}))


async def lock_free(connection: Connection, articles: Iterable[UUID]) -> set[UUID]:
    """Lock those of `articles` that nobody else changes, and return them. Waits for nobody."""
    keys = {article_id: _key(article_id) for article_id in articles}
    found = await connection.fetch(_LOCK_FREE, sorted(set(keys.values())))
    ours = {one["key"] for one in found if one["is_ours"]}
    return {article_id for article_id, key in keys.items() if key in ours}


def _key(article_id: UUID) -> int:
    return int.from_bytes(article_id.bytes[:8], signed=True)
