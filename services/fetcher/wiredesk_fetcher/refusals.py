"""The articles that are refused at the entrance, because people withdrew or erased them. The desk says which."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from wiredesk.postgres.connections import ACQUIRE_SECONDS, Connections, outages

_REFUSES = "select exists (select from wiredesk_fetcher.refused_articles where article_id = $1)"
_REFUSE = """
insert into wiredesk_fetcher.refused_articles (article_id, since) select unnest($1::uuid[]), $2 on conflict do nothing
"""
_ADMIT = "delete from wiredesk_fetcher.refused_articles where article_id = any($1)"
# A page that is being got is noted afterwards: who notes it sees the refusal, or has noted it before.
_NOBODY_NOTES = "lock table wiredesk_fetcher.pages in share row exclusive mode"
_LEAVE_ALONE = "update wiredesk_fetcher.pages set next_visit = null where article_id = any($1)"
_FORGET = "delete from wiredesk_fetcher.pages where article_id = any($1)"


class Refusals:
    """Which articles are refused, over a pool of connections. Each method may raise `InfrastructureError`."""

    def __init__(self, pool: Connections) -> None:
        self._pool = pool

    async def refuses(self, article_id: UUID) -> bool:
        """Tell whether an article is refused."""
        with outages():
            return bool(await self._pool.fetchval(_REFUSES, article_id))

    async def refuse(self, articles: Collection[UUID], at: datetime, *, forget: bool) -> None:
        """Refuse these articles from now on, and look at their pages no more.

        With `forget` what is known of the pages goes: a feed's headline and summary are in it.
        """
        with outages():
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection, connection.transaction():
                await connection.execute(_NOBODY_NOTES)
                await connection.execute(_REFUSE, list(articles), at)
                await connection.execute(_FORGET if forget else _LEAVE_ALONE, list(articles))

    async def admit(self, articles: Collection[UUID]) -> None:
        """Refuse these articles no longer."""
        with outages():
            await self._pool.execute(_ADMIT, list(articles))
