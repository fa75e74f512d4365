"""How fast the store takes articles, a batch at a time, beside a bare insert of the same documents."""

import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from bench.store.database import processor
from bench.store.generator import articles
from wiredesk.contracts.topics import ENRICHED
from wiredesk.engine.outcomes import Received
from wiredesk.postgres.connections import Connections
from wiredesk_storage.core import Receipt
from wiredesk_storage.handlers import row_of
from wiredesk_storage.store import Store

BATCH = 100
_BARE = "insert into bare (article_id, event) select * from unnest($1::uuid[], $2::jsonb[])"


class BenchError(Exception):
    """A run did not do its work; the message says what came instead."""


@dataclass(slots=True)
class Written:
    """So many articles, and the seconds they took: rows made of the records, rows stored, documents in a bare table.

    And the seconds of processor: of this process for rows and store, of the server for the store alone.
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
    """Stores made articles, one batch after the other."""

    def __init__(self, pool: Connections, count: int) -> None:
        """Up to `count` articles can be written."""
        self.stored = 0
        self._pool = pool
        self._store = Store(pool)
        self._made = articles(count)

    async def write(self, count: int) -> Written:
        """Store the next `count` articles, a hundred at a time; making them up is not counted.

        Raises:
            BenchError: an article was not new to the store, or refused.
        """
        done = Written()
        server = await processor(self._pool)
        for records in _batches(self._records(count)):
            own, theirs, begun = time.process_time(), server(), time.perf_counter()
            rows = [row_of(record) for record in records]
            made = time.perf_counter()
            answers = await self._store.save(rows)
            saved = time.perf_counter()
            done.own_cpu += time.process_time() - own
            done.server_cpu += server() - theirs
            await self._pool.execute(_BARE, [row.article_id for row in rows], [row.document for row in rows])
            done.bare += time.perf_counter() - saved
            done.rows += made - begun
            done.saved += saved - made
            done.articles += len(records)
            if wrong := [one for one in answers if not isinstance(one, Receipt) or one.status.value != "inserted"]:
                raise BenchError(f"{len(wrong)} of {len(records)} articles were not inserted: {wrong[0]!r:.200}")
        self.stored += done.articles
        return done

    def _records(self, count: int) -> Iterator[Received[bytes]]:
        for number, article in enumerate(islice(self._made, count), self.stored):
            value = article.model_dump_json().encode()
            yield Received(value, at=datetime.now(UTC), topic=ENRICHED.name, partition=0, offset=number)


def _batches(records: Iterator[Received[bytes]]) -> Iterator[list[Received[bytes]]]:
    while batch := list(islice(records, BATCH)):
        # Not in the middle of what is measured.
        gc.collect(0)
        yield batch
