"""`tail`: look at the topics."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime

from aiokafka.errors import KafkaError

from wiredesk.client import admin
from wiredesk.client.client import CLOCK_SKEW, Wiredesk
from wiredesk.client.records import Entry
from wiredesk.contracts.events import ArticleEnriched
from wiredesk.contracts.topics import CURRENT, PUBLIC, WITHDRAWN, Topic
from wiredesk_desk.config import System, system
from wiredesk_desk.feed_topics import PREFIX, feed_name, feed_topic
from wiredesk_desk.output import emit, for_people, say
from wiredesk_desk.reading import read_by_time
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.views import article

LOOK_SECONDS = 5.0
_GOODBYE_SECONDS = 2.0
TOPICS = {topic.name.split(".")[1]: topic for topic in (*PUBLIC, CURRENT, WITHDRAWN)}


async def tail(name: str, *, from_start: bool, entity: str | None, limit: int | None, as_json: bool) -> Exit:
    """Print records of a topic as they come; with `entity` only enriched articles that name it.

    `feeds.NAME` is the topic of a subscription.
    """
    topic = TOPICS.get(name)
    if name.startswith(PREFIX):
        topic = feed_topic(feed_name(name.removeprefix(PREFIX).removesuffix(".v1")))
    if topic is None:
        raise Problem(
            f"there is no topic {name!r}", f"Take one of: {' '.join(TOPICS)} feeds.SUBSCRIPTION.", code=Exit.USAGE
        )
    if entity is not None and topic.event is not ArticleEnriched:
        raise Problem(
            "only enriched articles have entities", f"wiredesk tail enriched --entity {entity!r}", code=Exit.USAGE
        )
    here = await system()
    if name not in TOPICS:
        await _check_is_there(here, topic)
    people = for_people(as_json=as_json)
    async with Wiredesk(here.kafka, lane=here.lane.name) as wire:
        if people:
            say(f"{here.lane.topic(topic)} at {', '.join(here.kafka.bootstrap_servers)}; Ctrl-C ends")
        seen = 0
        source = _all(wire, here, topic) if from_start else wire.watch([topic])
        async with aclosing(source) as entries, _told_when_kafka_is_away(here):
            async for entry in entries:
                if entity is not None and not _names(entry, entity):
                    continue
                _show(entry, people=people)
                seen += 1
                if seen == limit:
                    break
    return Exit.OK


async def _check_is_there(here: System, topic: Topic) -> None:
    async with admin.connect(here.kafka) as client:
        if here.lane.topic(topic) not in await client.list_topics():
            todo = (
                "`wiredesk subscriptions list` shows those with a topic; `wiredesk subscribe NAME --topic` makes one."
            )
            raise Problem(f"there is no topic {here.lane.topic(topic)}", todo)


async def _all(wire: Wiredesk, here: System, topic: Topic) -> AsyncGenerator[Entry, None]:
    """What is there, the oldest first over all partitions, then what comes."""
    began = datetime.now(UTC)
    after: dict[str, int] = {}
    async with aclosing(read_by_time(here.kafka, here.lane.topic(topic))) as records:
        async for record in records:
            after[f"{record.topic}/{record.partition}"] = record.offset + 1
            yield Entry.of(record, topic)
    # From a little before: its clock is the broker's.
    async with aclosing(wire.watch([topic], since=began - CLOCK_SKEW)) as entries:
        async for entry in entries:
            partition, _, offset = entry.position.rpartition("/")
            if int(offset) >= after.get(partition, 0):
                yield entry


@asynccontextmanager
async def _told_when_kafka_is_away(here: System) -> AsyncIterator[None]:
    """Say when Kafka stops answering and when it is back: the client itself waits without a word."""
    stop = asyncio.Event()
    looking = asyncio.create_task(_look(here, stop))
    try:
        yield
    finally:
        stop.set()
        # Not at once: a connection that is being made would be left open.
        await asyncio.wait({looking}, timeout=_GOODBYE_SECONDS)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _look(here: System, stop: asyncio.Event) -> None:
    if await _is_set_within(stop, LOOK_SECONDS):
        return
    is_away = False
    async with admin.connect(here.kafka) as client:
        while not await _is_set_within(stop, LOOK_SECONDS):
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await client.list_topics()
            except (KafkaError, OSError):
                if not is_away:
                    say(f"Kafka at {', '.join(here.kafka.bootstrap_servers)} does not answer: waiting; Ctrl-C ends")
                is_away = True
            else:
                if is_away:
                    say("Kafka is back")
                is_away = False


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


def _names(entry: Entry, entity: str) -> bool:
    found = entry.event
    return isinstance(found, ArticleEnriched) and any(e.name.casefold() == entity.casefold() for e in found.entities)


def _show(entry: Entry, *, people: bool) -> None:
    if not people:
        event = entry.event.model_dump(mode="json", exclude_none=True) if entry.event else None
        emit({"position": entry.position, "at": entry.at.isoformat(), "article_id": entry.article_id, "event": event})
    elif entry.topic.is_table and not entry.value:
        say(f"{entry.position}: article {entry.article_id} was withdrawn")
    elif entry.event is None:
        say(f"{entry.position}: {len(entry.value)} bytes that are no event (see `wiredesk dlq list`)")
    else:
        article.show(entry.event, entry.article_id)
