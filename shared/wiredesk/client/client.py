"""What users import: publish articles, wait for their receipts, read enriched events; typed.

    async with Wiredesk() as wire:
        submission = await wire.publish(url="https://example.org/story.html")
        async for article in wire.enriched(group="my-app"):
            print(article.headline, [entity.name for entity in article.entities])

Delivery to a reader is at-least-once: de-duplicate by `event_id`, which repeats with the event; of one article the
later `fetched_at` is the newer.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from wiredesk.client import admin
from wiredesk.client.here import found_here
from wiredesk.client.options import client_options
from wiredesk.client.producer import Producer
from wiredesk.client.records import Entry, RefusedError, Submission
from wiredesk.client.settings import KafkaSettings, Settings
from wiredesk.contracts import wire
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.events import ArticleEnriched, ArticleSubmitted
from wiredesk.contracts.submission import check
from wiredesk.contracts.topics import ENRICHED, PUBLIC, REJECTED, STORED, SUBMITTED, Lane, Topic
from wiredesk.contracts.topics import dead_letters as all_dead_letters

log = logging.getLogger(__name__)

CLOCK_SKEW = timedelta(minutes=1)
COMMIT_SECONDS = 5.0
GOODBYE_SECONDS = 2.0


class Wiredesk:
    """A connection to the newswire. Use as `async with`; safe for many tasks of one event loop.

    Without arguments it takes the `WIREDESK_KAFKA__…` settings; where they name no Kafka, the system that local mode
    runs in the present folder.
    """

    def __init__(self, kafka: KafkaSettings | None = None, *, lane: str = "") -> None:
        self.kafka = kafka or found_here(Settings.load().kafka)
        self.lane = Lane(lane)
        self._options = client_options(self.kafka)
        self._producer = Producer(self._options)

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
            await _start(consumer)
            if not from_start:
                for partition, offset in (await _starts(consumer, since)).items():
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
                        elif _names(article, entity, entity_type):
                            yield article
                        done[partition] = record.offset + 1
                        if time.monotonic() - committed > COMMIT_SECONDS:
                            # Not only after the last of them: who is slow would be thrown out and read them for ever.
                            await _commit(consumer, done)
                            committed = time.monotonic()
                await _commit(consumer, done)
        finally:
            try:
                await _commit(consumer, done)
            finally:
                await consumer.stop()


async def _start(consumer: AIOKafkaConsumer) -> None:
    """Start it; broken off meanwhile, it has a moment to end what it does: it would leave a connection open."""
    starting = asyncio.ensure_future(consumer.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting}, timeout=GOODBYE_SECONDS)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        raise


def _names(article: ArticleEnriched, entity: str | None, entity_type: str | None) -> bool:
    if entity is None and entity_type is None:
        return True
    return any(
        (entity is None or found.name.casefold() == entity.casefold())
        and (entity_type is None or found.type == entity_type)
        for found in article.entities
    )


async def _commit(consumer: AIOKafkaConsumer, done: dict[TopicPartition, int]) -> None:
    mine = {partition: offset for partition, offset in done.items() if partition in consumer.assignment()}
    done.clear()
    if mine:
        # After a rebalance the new owner reads these again: at least once, as promised.
        with contextlib.suppress(CommitFailedError, IllegalStateError):
            await consumer.commit(mine)


async def _starts(consumer: AIOKafkaConsumer, since: datetime | None) -> dict[TopicPartition, int]:
    partitions = list(consumer.assignment())
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    if since is None:
        return ends
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, int(since.timestamp() * 1000)))
    return {partition: at.offset if at is not None else ends[partition] for partition, at in found.items()}
