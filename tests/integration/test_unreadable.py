"""Records that the Kafka client itself cannot decode: nobody near them is lost, and they get a dead letter."""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.producer import message_accumulator
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from tests.factories import cleaned, fetched
from tests.wires import committed, eventually, produce, read_all, running
from wiredesk.client.options import client_options
from wiredesk.contracts import wire
from wiredesk.contracts.topics import CLEANED, FETCHED
from wiredesk.engine.work import one_by_one

pytestmark = pytest.mark.broker


class _NotUtf8(str):
    """A header name as a producer in another language can send it."""

    __slots__ = ()

    def encode(self, *_args):
        return b"\xff\xfe"


async def _produce_unreadable(kafka, topic, monkeypatch, *, around):
    """Send one batch of the broker's: `around` good records, the unreadable one, `around` more."""
    monkeypatch.setattr(message_accumulator, "DefaultRecordBatchBuilder", _DefaultRecordBatchBuilderPy)
    producer = AIOKafkaProducer(**client_options(kafka), acks="all")
    await producer.start()
    try:
        batch = producer.create_batch()
        for number in range(2 * around + 1):
            headers = [(_NotUtf8("x"), b"v")] if number == around else []
            value = fetched(f"text {number}").model_dump_json().encode()
            assert batch.append(key=b"k", value=value, timestamp=None, headers=headers) is not None
        await (await producer.send_batch(batch, topic, partition=0))
    finally:
        await producer.stop()


def _good(count):
    return [(b"k", fetched(f"good {n}").model_dump_json().encode(), []) for n in range(count)]


async def test_an_unreadable_record_costs_no_other_and_does_not_hold_its_partition_up(kafka, lane, monkeypatch):
    topic = lane.topic(FETCHED)
    await produce(kafka, topic, _good(30), partition=0)
    await _produce_unreadable(kafka, topic, monkeypatch, around=2)
    await produce(kafka, topic, _good(10), partition=0)
    await produce(kafka, topic, _good(30), partition=1)
    worked = set()

    async def clean(received):
        worked.add((received.partition, received.offset))
        return cleaned(received.event.content)

    async with running(kafka, lane, "cleaner", FETCHED, one_by_one(clean, concurrency=5)):

        async def all_committed():
            return await committed(kafka, topic, lane.group("cleaner")) == 30 + 5 + 10 + 30

        await eventually(all_committed)
    letters = await read_all(kafka, lane.topic(FETCHED.dead_letter("cleaner")))
    origins = {dict(letter.headers)[wire.ORIGIN].decode() for letter in letters}
    # aiokafka reads a batch of the broker's from its start, so what follows the bad one in it is out of reach as well.
    assert origins == {f"{topic}/0/{offset}" for offset in (32, 33, 34)}
    assert {dict(letter.headers)[wire.REASON] for letter in letters} == {b"unreadable"}
    assert worked == {(0, n) for n in range(45) if n not in (32, 33, 34)} | {(1, n) for n in range(30)}
    assert len(await read_all(kafka, lane.topic(CLEANED))) >= len(worked)
