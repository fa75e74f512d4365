"""The engine on FastStream's in-memory broker: what goes where. Delivery itself is proved on a real broker."""

import asyncio
import uuid
from typing import Any

import pytest
from faststream.kafka import TestKafkaBroker
from faststream.kafka.annotations import KafkaMessage

from tests.factories import cleaned, fetched, url
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError, PermanentError, TransientError
from wiredesk.contracts.events import ArticleCleaned, ArticleRejected, Rejection
from wiredesk.contracts.events import ServiceName as StageName
from wiredesk.contracts.topics import CLEANED, FETCHED, REJECTED, Lane
from wiredesk.engine.broker import broker_for
from wiredesk.engine.concurrency import one_by_one
from wiredesk.engine.stage import Stage

LANE = Lane("memory")
DEAD = FETCHED.dead_letter("cleaner")


def _keeper(values):
    async def keep(message: KafkaMessage):
        values.append(message.body)

    return keep


async def _through(handler, *values, headers=None):
    """Work `values` as a cleaner would; return what was published, by topic name."""
    broker = broker_for(KafkaSettings(bootstrap_servers=["127.0.0.1:1"]), client_id="memory")
    stage = Stage("cleaner", FETCHED, handler, broker, lane=LANE)
    stage.subscribe()
    seen: dict[str, list[bytes]] = {CLEANED.name: [], REJECTED.name: [], DEAD.name: []}
    for topic in (CLEANED, REJECTED, DEAD):
        broker.subscriber(LANE.topic(topic), title=topic.name)(_keeper(seen[topic.name]))
    async with TestKafkaBroker(broker) as memory:
        for value in values:
            await memory.publish(value, LANE.topic(FETCHED), headers=headers or {})
    return seen


def _clean(received):
    return cleaned(received.event.content)


async def test_an_event_out_is_published_on_its_topic():
    async def handler(received):
        return _clean(received)

    seen = await _through(one_by_one(handler, concurrency=2), fetched().model_dump_json().encode())
    assert len(seen[CLEANED.name]) == 1
    assert seen[DEAD.name] == []


async def test_several_events_may_come_of_one():
    async def handler(received):
        return [_clean(received), _clean(received)]

    seen = await _through(one_by_one(handler, concurrency=2), fetched().model_dump_json().encode())
    assert len(seen[CLEANED.name]) == 2


async def test_a_rejection_is_an_event_of_its_own():
    async def handler(received):
        return ArticleRejected(
            event_id=uuid.uuid4(),
            article_id=received.event.article_id,
            stage=StageName.CLEANER,
            reason=Rejection.NOT_AN_ARTICLE,
            url=url(),
        )

    seen = await _through(one_by_one(handler, concurrency=2), fetched().model_dump_json().encode())
    assert len(seen[REJECTED.name]) == 1
    assert seen[DEAD.name] == []


@pytest.mark.parametrize("error", [PermanentError("no"), KeyError("bug"), TransientError("still no")])
async def test_what_cannot_pass_is_a_dead_letter_byte_for_byte(error):
    async def handler(_received):
        raise error

    value = fetched().model_dump_json().encode()
    assert (await _through(one_by_one(handler, concurrency=2), value))[DEAD.name] == [value]


async def test_a_transient_error_is_tried_again_before_it_is_given_up():
    tries = []

    async def handler(received):
        tries.append(1)
        if len(tries) < 3:
            raise TransientError("not yet")
        return _clean(received)

    seen = await _through(one_by_one(handler, concurrency=1), fetched().model_dump_json().encode())
    assert (len(tries), len(seen[CLEANED.name]), seen[DEAD.name]) == (3, 1, [])


async def test_a_batch_handler_that_raises_loses_only_the_record_that_made_it():
    bad = fetched("the bad one")

    async def handler(batch):
        if any(received.event.article_id == bad.article_id for received in batch):
            raise ValueError("bug")
        return [_clean(received) for received in batch]

    value = bad.model_dump_json().encode()
    seen = await _through(handler, fetched().model_dump_json().encode(), value)
    assert len(seen[CLEANED.name]) == 1
    assert seen[DEAD.name] == [value]


async def test_an_outage_is_raised_and_nothing_is_published():
    async def handler(_received):
        raise InfrastructureError("away")

    with pytest.raises(InfrastructureError, match="away"):
        await _through(one_by_one(handler, concurrency=1), fetched().model_dump_json().encode())


async def test_an_outage_ends_the_work_on_the_others_and_leaves_no_trace_on_its_task():
    """A task that counts as cancelled has no timeouts any more: before Python 3.11.3 they look like a cancellation."""
    batch: Any = ["first", "second", "last"]
    ended = []

    async def handler(received):
        if received == "last":
            raise InfrastructureError("away")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(received)

    with pytest.raises(InfrastructureError, match="away"):
        await one_by_one(handler, concurrency=3)(batch)
    assert ended == ["first", "second"]
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()


async def test_the_correlation_id_is_handed_on():
    async def handler(received):
        assert received.correlation_id == "c-1"
        return _clean(received)

    seen = await _through(
        one_by_one(handler, concurrency=1), fetched().model_dump_json().encode(), headers={wire.CORRELATION: "c-1"}
    )
    assert wire.decode(seen[CLEANED.name][0], ArticleCleaned).headline
