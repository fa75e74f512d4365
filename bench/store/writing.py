"""How fast the store takes articles, beside a bare insert of the same documents."""

import asyncio
import contextlib
import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice

from bench.store.database import processor
from bench.store.generator import articles
from wiredesk.contracts.topics import ENRICHED
from wiredesk.engine.outcomes import Received
from wiredesk.postgres.connections import Connections
from wiredesk_storage import __main__ as service
from wiredesk_storage.core import Receipt, Row
from wiredesk_storage.handlers import row_of
from wiredesk_storage.store import Store

BATCH = service.BATCH
_BARE = "insert into bare (article_id, event) select * from unnest($1::uuid[], $2::jsonb[])"


class BenchError(Exception):
    """A run did not do its work; the message says what came instead."""


@dataclass(slots=True)
class Written:
    """So many articles, and the seconds they took: rows made of the records, the rest until the last of them is stored.

    And `bare`, those of their documents in a bare table, a batch at a time; and the seconds of processor: of this
    process for rows and store, of the server for the store alone.
    """

    articles: int = 0
    rows: float = 0.0
    saved: float = 0.0
    bare: float = 0.0
    own_cpu: float = 0.0
    server_cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Articles a second, from the record to the commit."""
        return self.articles / (self.rows + self.saved)

    @property
    def bare_rate(self) -> float:
        """Articles a second into the bare table, whose documents are made already."""
        return self.articles / self.bare


class Writer:
    """Stores made articles as the service does: so many batches side by side, in one process."""

    def __init__(self, pool: Connections, count: int) -> None:
        """Up to `count` articles can be written."""
        self.stored = 0
        self._pool = pool
        self._store = Store(pool)
        self._made = articles(count)

    async def write(self, count: int) -> Written:
        """Store the next `count` articles; to make them up is not counted. They are in memory meanwhile.

        Raises:
            BenchError: an article was not new to the store, or refused.
        """
        records = list(self._records(count))
        done = Written(len(records))
        batches = [records[at : at + BATCH] for at in range(0, len(records), BATCH)]
        await self._connect()
        server = await processor(self._pool)
        # Not in the middle of what is measured.
        gc.collect()
        own, theirs, begun = time.process_time(), server(), time.perf_counter()
        left = iter(batches)
        kept = await asyncio.gather(*(self._keep(left, done) for _ in range(service.SIDE_BY_SIDE)))
        done.saved = time.perf_counter() - begun - done.rows
        done.own_cpu, done.server_cpu = time.process_time() - own, server() - theirs
        begun = time.perf_counter()
        for rows in chain.from_iterable(kept):
            await self._pool.execute(_BARE, [row.article_id for row in rows], [row.document for row in rows])
        done.bare = time.perf_counter() - begun
        self.stored += done.articles
        return done

    async def _keep(self, left: Iterator[list[Received[bytes]]], done: Written) -> list[list[Row]]:
        """Store batches for as long as there are any; return their rows."""
        kept = []
        for records in left:
            rows = []
            for record in records:
                begun = time.perf_counter()
                rows.append(row_of(record))
                done.rows += time.perf_counter() - begun
                # As the service does: the other batch has its turn.
                await asyncio.sleep(0)
            answers = await self._store.save(rows)
            if wrong := [one for one in answers if not isinstance(one, Receipt) or one.status.value != "inserted"]:
                raise BenchError(f"{len(wrong)} of {len(records)} articles were not inserted: {wrong[0]!r:.200}")
            kept.append(rows)
        return kept

    async def _connect(self) -> None:
        """Open as many connections as are needed, so that what their server's side takes is counted from the start."""
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(service.SIDE_BY_SIDE):
                await stack.enter_async_context(self._pool.acquire())

    def _records(self, count: int) -> Iterator[Received[bytes]]:
        for number, article in enumerate(islice(self._made, count), self.stored):
            value = article.model_dump_json().encode()
            yield Received(value, at=datetime.now(UTC), topic=ENRICHED.name, partition=0, offset=number)
