"""What the client's readers have in common: aiokafka consumers that are started, placed and committed."""

import asyncio
import contextlib
from datetime import datetime

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError
from aiokafka.structs import TopicPartition

from wiredesk.contracts.events import ArticleEnriched

GOODBYE_SECONDS = 2.0


async def start(consumer: AIOKafkaConsumer) -> None:
    """Start it; broken off meanwhile, it has a moment to end what it does: it would leave a connection open."""
    starting = asyncio.ensure_future(consumer.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting}, timeout=GOODBYE_SECONDS)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        raise


async def commit(consumer: AIOKafkaConsumer, done: dict[TopicPartition, int]) -> None:
    """Commit what is done of the partitions that are still assigned, and forget all of it."""
    mine = {partition: offset for partition, offset in done.items() if partition in consumer.assignment()}
    done.clear()
    if mine:
        # After a rebalance the new owner reads these again: at least once, as promised.
        with contextlib.suppress(CommitFailedError, IllegalStateError):
            await consumer.commit(mine)


async def starts(consumer: AIOKafkaConsumer, since: datetime | None) -> dict[TopicPartition, int]:
    """Return the offsets of records as young as `since`; without it, and where there are none, the ends."""
    partitions = list(consumer.assignment())
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    if since is None:
        return ends
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, int(since.timestamp() * 1000)))
    return {partition: at.offset if at is not None else ends[partition] for partition, at in found.items()}


def names(article: ArticleEnriched, entity: str | None, entity_type: str | None) -> bool:
    """Tell whether an article names the entity (in any case), or one of the type, or one that is both."""
    if entity is None and entity_type is None:
        return True
    return any(
        (entity is None or found.name.casefold() == entity.casefold())
        and (entity_type is None or found.type == entity_type)
        for found in article.entities
    )
