"""What the bench asks of Kafka: topics, articles in, how many records there are, and when the broker took them."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from bench.pipeline.corpus.made import Article
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import MAX_RECORD_BYTES, PARTITIONS, SUBMITTED

_SUBJECT = "ce_subject"


@asynccontextmanager
async def producing(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    """Yield a producer with the settings of our client."""
    producer = AIOKafkaProducer(
        **client_options(kafka),
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        max_request_size=MAX_RECORD_BYTES,
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def submit(producer: AIOKafkaProducer, articles: Iterable[Article]) -> None:
    """Publish on our entrance, as our client does; returns when Kafka has them all."""
    sent = []
    for one in articles:
        event = ArticleSubmitted(url=one.url, html=one.html, source="bench")
        carried = {wire.CORRELATION: str(uuid.uuid4())}
        record = wire.encode(event, source="bench", time=datetime.now(UTC), carried=carried)
        headers = [(name, value.encode()) for name, value in record.headers.items()]
        sent.append(await producer.send(SUBMITTED.name, record.value, key=record.key, headers=headers))
    await asyncio.gather(*sent)


async def hand_out(producer: AIOKafkaProducer, topic: str, articles: Iterable[Article]) -> None:
    """Publish for a peer: the partitions in turn, so that its processes have the same number of articles each."""
    sent = [
        await producer.send(topic, one.submission, key=one.url.encode(), partition=number % PARTITIONS)
        for number, one in enumerate(articles)
    ]
    await asyncio.gather(*sent)


class Counter:
    """Tells how many records topics have had; reads none of them."""

    def __init__(self, kafka: KafkaSettings, topics: Sequence[str]) -> None:
        """`topics` are those that can be asked for."""
        self._consumer = AIOKafkaConsumer(**client_options(kafka), enable_auto_commit=False)
        self._topics = topics

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        everywhere = [one for topic in self._topics for one in _partitions(topic)]
        self._consumer.assign(everywhere)
        self._consumer.pause(*everywhere)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def ends(self, topic: str) -> dict[int, int]:
        """Return where each partition of `topic` ends."""
        found = await self._consumer.end_offsets(_partitions(topic))
        return {place.partition: offset for place, offset in found.items()}

    async def count(self, *topics: str) -> int:
        """Return how many records these topics have had together."""
        return sum([sum((await self.ends(topic)).values()) for topic in topics])


async def taken_at(kafka: KafkaSettings, topic: str, starts: dict[int, int], ends: dict[int, int]) -> dict[str, int]:
    """Return by article when Kafka took its record, in milliseconds of the broker's clock, between these offsets."""
    consumer = AIOKafkaConsumer(**client_options(kafka), enable_auto_commit=False)
    await consumer.start()
    found: dict[str, int] = {}
    left = sum(ends[partition] - starts.get(partition, 0) for partition in ends)
    try:
        consumer.assign(_partitions(topic))
        for place in _partitions(topic):
            consumer.seek(place, starts.get(place.partition, 0))
        while left > 0:
            for place, records in (await consumer.getmany(timeout_ms=500)).items():
                for record in records:
                    if record.offset < ends[place.partition]:
                        left -= 1
                        found[_about(record)] = record.timestamp
    finally:
        await consumer.stop()
    return found


def on_disk(data: Path) -> dict[str, int]:
    """Return the bytes of records that each topic has on the disk of the broker whose folder this is."""
    sizes: dict[str, int] = {}
    for segment in data.glob("*-*/*.log"):
        topic = segment.parent.name.rpartition("-")[0]
        sizes[topic] = sizes.get(topic, 0) + segment.stat().st_size
    return sizes


def _partitions(topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in range(PARTITIONS)]


def _about(record: Any) -> str:
    return dict(record.headers)[_SUBJECT].decode() if record.headers else ""
