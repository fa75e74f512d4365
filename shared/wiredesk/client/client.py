"""What users import: publish articles, wait for their receipts, read enriched events; typed.

    async with Wiredesk() as wire:
        submission = await wire.publish(url="https://example.org/story.html")
        async for article in wire.enriched(group="my-app"):
            print(article.headline, [entity.name for entity in article.entities])

Delivery to a reader is at-least-once: de-duplicate by `event_id`, which repeats with the event; of one article the
later `fetched_at` is the newer.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Literal, Self, Unpack

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from wiredesk.client import admin
from wiredesk.client.api.answers import Arrival, Gap, Hit, StoredArticle, Story, WholeStory
from wiredesk.client.api.asking import Filters
from wiredesk.client.api.opening import desk
from wiredesk.client.consumers import commit, names, start, starts
from wiredesk.client.here import found_here
from wiredesk.client.options import client_options
from wiredesk.client.producer import Producer
from wiredesk.client.records import Entry, RefusedError, Submission
from wiredesk.client.settings import ApiSettings, KafkaSettings, Settings
from wiredesk.contracts import wire
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.events import ArticleEnriched, ArticleSubmitted
from wiredesk.contracts.submission import check
from wiredesk.contracts.topics import ENRICHED, PUBLIC, REJECTED, STORED, SUBMITTED, Lane, Topic
from wiredesk.contracts.topics import dead_letters as all_dead_letters

log = logging.getLogger(__name__)

CLOCK_SKEW = timedelta(minutes=1)
COMMIT_SECONDS = 5.0


class Wiredesk:
    """A connection to the newswire. Use as `async with`; safe for many tasks of one event loop.

    Without arguments it takes the `WIREDESK_KAFKA__…` settings, and those of `WIREDESK_API__…` for the desk; where they
    name none, the system that local mode runs in the present folder.

    `search`, `stream`, `stories`, `story` and `article` ask the desk over HTTP: they need the extra `http`, and neither
    Kafka nor `async with`. They raise ApiError when it refuses, with what to do; InfrastructureError when it is not
    there or stays busy; ConfigurationError without the extra.
    """

    def __init__(self, kafka: KafkaSettings | None = None, *, lane: str = "", api: ApiSettings | None = None) -> None:
        self.kafka = kafka or found_here(Settings.load().kafka)
        self.lane = Lane(lane)
        self._options = client_options(self.kafka)
        self._producer = Producer(self._options)
        self._api = api

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            InfrastructureError: Kafka cannot be reached, or lets nobody in; the message says what to set.
            ConfigurationError: the topics do not exist.
        """
        topics = {self.lane.topic(topic) for topic in (*PUBLIC, *all_dead_letters())}
        missing = await admin.missing_topics(self.kafka, topics)
        if missing:
            raise ConfigurationError(
                f"topics do not exist: {', '.join(sorted(missing))}. Create them with `wiredesk topics apply`."
            )
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._producer.stop()

    async def publish(
        self,
        *,
        url: str | None = None,
        html: str | None = None,
        text: str | None = None,
        source: str | None = None,
        published_hint: datetime | None = None,
        correlation_id: str | None = None,
    ) -> Submission:
        """Publish one article; returns when Kafka has it on all in-sync replicas. Publishing twice is harmless.

        Raises:
            RefusedError: it would be rejected (unknown scheme, credentials in the URL, empty, too large).
            ValueError: `correlation_id` has more than 256 characters.
            pydantic.ValidationError: not exactly one of a URL alone, `html` and `text`.
            InfrastructureError: Kafka did not take it within 60 s; publish the same again.
        """
        event = ArticleSubmitted(url=url, html=html, text=text, source=source, published_hint=published_hint)
        return await self.submit(event, correlation_id=correlation_id)

    async def submit(self, event: ArticleSubmitted, *, correlation_id: str | None = None) -> Submission:
        """Publish a submission as it is; like `publish`, whose errors it raises."""
        if refusal := check(event):
            raise RefusedError(refusal.reason.value, refusal.message)
        correlation_id = correlation_id or str(uuid.uuid4())
        if len(correlation_id) > wire.MAX_CORRELATION_CHARS:
            # The engine would cut it, and nobody would know it again.
            raise ValueError(f"a correlation id has at most {wire.MAX_CORRELATION_CHARS} characters")
        record = wire.encode(
            event, source=event.source or "client", time=datetime.now(UTC), carried={wire.CORRELATION: correlation_id}
        )
        if record.size > SUBMITTED.max_bytes:
            # Within the limits of a page or text, and yet too large written as JSON (quotes, control characters).
            raise RefusedError("too_large", f"as JSON it has {record.size} bytes, {SUBMITTED.max_bytes} are admitted")
        sent = await self.send(record)
        position = f"{sent.topic}/{sent.partition}/{sent.offset}"
        at = wire.record_time(sent.timestamp)
        return Submission(wire.subject(event), correlation_id, position, at)

    async def send(self, record: wire.Record) -> Any:
        """Send a record; returns its metadata when Kafka has it on all in-sync replicas.

        Raises:
            InfrastructureError: Kafka did not take it within 60 s; send the same again.
        """
        headers = [(name, value.encode()) for name, value in record.headers.items()]
        return await self._send(record.topic, record.value, record.key, headers)

    async def remove(self, table: Topic, about: uuid.UUID) -> Any:
        """Send a tombstone: nothing about this article or story is in `table` any more. Raises what `send` raises."""
        return await self._send(table, None, str(about).encode(), [])

    async def _send(
        self, topic: Topic, value: bytes | None, key: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> Any:
        try:
            async with asyncio.timeout(60):
                return await self._producer.send(self.lane.topic(topic), value, key, headers)
        except (KafkaError, OSError) as error:
            raise InfrastructureError(f"Kafka did not take the record: {type(error).__name__}") from error

    async def result(self, submission: Submission, *, timeout: float = 60) -> Entry:  # noqa: ASYNC109 - part of the API
        """Return the end of a submission's way: its receipt (`articles.stored.v1`), its rejection or its dead letter.

        Reads from the moment of publishing on, so it may be called any time after it.

        Raises:
            TimeoutError: nothing within `timeout` seconds; `wiredesk explain` tells where the article is.
        """
        # The times are those of the partitions' brokers, whose clocks may differ a little.
        since = submission.at - CLOCK_SKEW
        async with (
            asyncio.timeout(timeout),
            aclosing(self.watch([STORED, REJECTED], since=since, dead_letters=True)) as entries,
        ):
            async for entry in entries:
                if entry.correlation_id == submission.correlation_id:
                    return entry
        raise TimeoutError

    async def watch(
        self,
        topics: Iterable[Topic],
        *,
        from_start: bool = False,
        since: datetime | None = None,
        dead_letters: bool = False,
    ) -> AsyncGenerator[Entry, None]:
        """Yield records of `topics` as they come, without a group and without committing; never ends by itself.

        Starts at the end of the log as it is when the iteration begins, or `from_start`, or at records as young as
        `since`. The order holds within a partition only.
        """
        known = {self.lane.topic(topic): topic for topic in topics}
        letters = {self.lane.topic(t): t for t in all_dead_letters()} if dead_letters else {}
        consumer = AIOKafkaConsumer(
            *known,
            *letters,
            **self._options,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        try:
            await start(consumer)
            if not from_start:
                for partition, offset in (await starts(consumer, since)).items():
                    consumer.seek(partition, offset)
            while True:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        topic = known.get(record.topic)
                        yield Entry.of(record, topic or letters[record.topic], decode=topic is not None)
        finally:
            await consumer.stop()

    async def enriched(
        self, *, group: str, entity: str | None = None, entity_type: str | None = None
    ) -> AsyncGenerator[ArticleEnriched, None]:
        """Yield enriched articles for consumer group `group`, the oldest first at its first use; never ends by itself.

        An article counts as read when the next one is asked for; its offset is committed soon after. A record that is
        no enriched article is passed over, with a warning in the log that names its position.
        `entity` keeps articles naming that entity (canonical name, any case), `entity_type` those with such an entity.
        """
        consumer = AIOKafkaConsumer(
            self.lane.topic(ENRICHED),
            **self._options,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        done: dict[TopicPartition, int] = {}
        committed = time.monotonic()
        try:
            await consumer.start()
            while True:
                for partition, records in (await consumer.getmany(timeout_ms=500, max_records=100)).items():
                    for record in records:
                        entry = Entry.of(record, ENRICHED)
                        article = entry.event
                        if not isinstance(article, ArticleEnriched):
                            log.warning("passed over: %s is no enriched article of this version", entry.position)
                        elif names(article, entity, entity_type):
                            yield article
                        done[partition] = record.offset + 1
                        if time.monotonic() - committed > COMMIT_SECONDS:
                            # Not only after the last of them: who is slow would be thrown out and read them for ever.
                            await commit(consumer, done)
                            committed = time.monotonic()
                await commit(consumer, done)
        finally:
            try:
                await commit(consumer, done)
            finally:
                await consumer.stop()

    def search(
        self,
        words: str = "",
        *,
        sort: Literal["relevance", "date"] = "relevance",
        half_life_days: float | None = None,
        limit: int | None = None,
        **filters: Unpack[Filters],
    ) -> AsyncGenerator[Hit, None]:
        """Yield the articles with these words that pass the filters, `limit` at most, a page at a time underneath.

        Words are as in a web search: "a phrase", or, -without. By relevance the best come first, of the newest that
        have the words where many do (a warning in the log says so); by date all that there are, the newest first.
        `half_life_days`: after how many an article counts half as much; 0: never. `Filters` says what each filter is.
        """
        return desk(self._api).search(words, filters, sort=sort, half_life_days=half_life_days, limit=limit)

    def stream(
        self, words: str = "", *, after: str | None = None, from_start: bool = False, **filters: Unpack[Filters]
    ) -> AsyncGenerator[Arrival | Gap, None]:
        """Yield articles as they are stored, new and revised, from the moment of connecting on; never ends by itself.

        When the connection breaks it is made anew, after a growing pause, and goes on where it was: nothing is left
        out, and a `Gap` stands where something was, because the topic no longer keeps it. `after` is the `position` of
        an arrival or gap, for a process that goes on for another; `from_start` begins with the oldest that is kept.
        A desk that is not there at first, and one that refuses at any time, raises.
        """
        return desk(self._api).stream(words, filters, after=after, from_start=from_start)

    def stories(
        self, *, days: float = 7, order: Literal["date", "size"] = "date", limit: int = 20
    ) -> AsyncGenerator[Story, None]:
        """Yield stories of several articles to which one came in so many days, `limit` (100 at most) of them."""
        return desk(self._api).stories(days=days, order=order, limit=limit)

    async def story(self, story_id: uuid.UUID | str) -> WholeStory:
        """Return a story with its articles: by its id, by that of one merged into it, or of one of its articles."""
        return await desk(self._api).story(story_id)

    async def article(self, article_id: uuid.UUID | str) -> StoredArticle:
        """Return an article as it is stored; one that was withdrawn raises `ApiError` with the status 410."""
        return await desk(self._api).article(article_id)
