"""Which articles are refused now. In the caller's transaction, that holds their locks."""

from collections.abc import Iterable
from uuid import UUID

from wiredesk.postgres.connections import Connection
from wiredesk_storage.withdrawals import statements as sql


async def refused(connection: Connection, articles: Iterable[UUID]) -> set[UUID]:
    """Return those of `articles` that were withdrawn or erased."""
    return {found["article_id"] for found in await connection.fetch(sql.REFUSED, list(articles))}
