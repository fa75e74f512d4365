"""Two partitions become four under a working pipeline: no article is lost by it, and none is stored twice."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.faults.harness.pipeline import Ledger, processes, publish_stories
from tests.faults.harness.story_stream import Stream, stream
from tests.wires import eventually
from wiredesk.client import growth, offsets
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import PUBLIC, Lane

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(600)]
# Workers look for new partitions every 30 seconds, and so do those who write to them.
NOTICED_SECONDS = 180


async def read_on(wire: Wiredesk, group: str, seen: set[str]) -> None:
    """A reader of somebody's, who knows of nothing."""
    async with aclosing(wire.enriched(group=group)) as articles:
        async for article in articles:
            seen.add(str(article.article_id))


async def worked(kafka: KafkaSettings, lane: Lane) -> dict[str, set[int]]:
    """For each topic that a stage reads, the partitions of which it has committed something."""
    return {
        stage.topic: {one.partition for one in stage.partitions if one.committed}
        for stage in await offsets.lag(kafka, lane)
        if not stage.group.endswith(".retry")
    }


@pytest.fixture
async def stories(kafka: KafkaSettings, dsn: str, lane: Lane, tmp_path: Path) -> AsyncIterator[Stream]:
    """All four services at work on what keeps coming."""
    async with processes(kafka, dsn, lane, tmp_path) as running, stream(kafka, dsn, lane) as coming:
        yield coming
        assert running.ends == []


async def test_partitions_added_under_load_cost_no_article_and_double_none(
    kafka: KafkaSettings, lane: Lane, stories: Stream
):
    more, read = kafka.model_copy(update={"partitions": 4}), [topic for topic in PUBLIC if topic.consumers]
    seen: set[str] = set()
    async with Wiredesk(kafka, lane=lane.name) as wire:
        reading = asyncio.create_task(read_on(wire, f"{lane.name}-reader", seen))
        assert {one.topic for one in await growth.grow_topics(more, lane)} >= {lane.topic(topic) for topic in read}
        # Programs notice within five minutes; one that starts now knows, and so the entrance is spread as well.
        async with Wiredesk(kafka, lane=lane.name) as fresh:
            stories.sent += await publish_stories(fresh, 60, uuid.uuid4().hex, pause=0.02)

        async def spread() -> bool:
            found = await worked(kafka, lane)
            return all(found[lane.topic(topic)] == set(range(4)) for topic in read)

        await eventually(spread, within=NOTICED_SECONDS)
        book: Ledger = await stories.settle(kafka, lane)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        reading = asyncio.create_task(read_on(wire, f"{lane.name}-reader", seen))

        async def all_read() -> bool:
            assert not reading.done(), reading.exception()
            return seen >= {str(one) for one in stories.sent}

        await eventually(all_read, within=60)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    assert (book.lost, book.phantom, book.doubled, book.dead, book.untabled) == (set(), set(), {}, 0, set())
    assert seen == {str(one) for one in stories.sent}
