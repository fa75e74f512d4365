"""Events and dead letters onto a real broker, as the pipeline would send them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.producer import message_accumulator
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from tests.factories import record as raw_record
from wiredesk.client.options import client_options
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError
from wiredesk.contracts.events import Event
from wiredesk.contracts.topics import Lane, Topic
from wiredesk.engine.verdicts import dead_letters


async def send(kafka: KafkaSettings, lane: Lane, *events: Event, **carried: str) -> None:
    """Send events to their topics with our headers; `carried` are headers as well."""
    records = [wire.encode(event, source="test", time=datetime.now(UTC), carried=carried) for event in events]
    await send_records(kafka, lane, records)


async def send_records(kafka: KafkaSettings, lane: Lane, records: Iterable[wire.Record]) -> list[str]:
    """Send records; return their positions."""
    async with AIOKafkaProducer(**client_options(kafka), max_request_size=16 * 1024 * 1024) as producer:
        sent = [
            await producer.send_and_wait(
                lane.topic(record.topic),
                record.value,
                key=record.key,
                headers=[(name, value.encode()) for name, value in record.headers.items()],
            )
            for record in records
        ]
    return [f"{one.topic}/{one.partition}/{one.offset}" for one in sent]


class _NotUtf8(str):
    """A header name as a producer in another language can send it."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        return b"\xff\xfe"


async def send_undecodable(
    producer: AIOKafkaProducer, topic: str, monkeypatch: pytest.MonkeyPatch, *, around: int
) -> None:
    """Send one batch of the broker's to partition 0: `around` good records, one undecodable, `around` more."""
    with monkeypatch.context() as patched:
        patched.setattr(message_accumulator, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
        batch = producer.create_batch()
        for number in range(2 * around + 1):
            headers = [(_NotUtf8("x"), b"v")] if number == around else []
            assert batch.append(key=b"k", value=b"near", timestamp=None, headers=headers) is not None
        await (await producer.send_batch(batch, topic, partition=0))


def dead(
    topic: Topic,
    stage: str,
    value: bytes,
    *,
    offset: int = 0,
    error: Exception | None = None,
    key: bytes = b"k",
    headers: Mapping[str, str] | None = None,
) -> wire.Record:
    """Return the real dead letter of `stage` for a record of `topic` with `value` at `offset`."""
    named = tuple((name, text.encode()) for name, text in (headers or {}).items())
    return dead_letters.dead_letter(
        raw_record(value, topic=topic.name, offset=offset, key=key, headers=named),
        error or InvalidRecordError("no event", reason="invalid_json"),
        topic=topic,
        stage=stage,
        attempt=0,
        at=datetime.now(UTC),
    )
