"""When a service counts as dead: it stands still though it could move, and not because something else is away."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import TopicPartition

from wiredesk.runtime import health
from wiredesk.runtime.health import Health

PARTITION = TopicPartition("t", 0)


class Consumer:
    """Stands where it is told; `answer` is what Kafka says the end is, or how it fails."""

    def __init__(self, *, position=5, highwater=9, answer=9):
        self.at, self.mark, self.answer = position, highwater, answer

    def assignment(self):
        return {PARTITION}

    def highwater(self, _partition):
        return self.mark

    async def position(self, _partition):
        return self.at

    async def end_offsets(self, partitions):
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict.fromkeys(partitions, self.answer)


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(health, "STUCK_SECONDS", 0.5)
    monkeypatch.setattr(health, "ASK_SECONDS", 0.05)
    monkeypatch.setattr(health, "_TICK_SECONDS", 0.02)


async def _problems(consumer, *, in_hand=None, active_at=None, moving=False, seconds=1.0):
    now = time.monotonic()
    stage: Any = SimpleNamespace(
        name="test",
        poisoned=False,
        stopping=asyncio.Event(),
        in_hand={topic: now - age for topic, age in (in_hand or {}).items()},
        active_at={topic: now + ahead for topic, ahead in (active_at or {}).items()},
    )
    judge = Health(stage, [SimpleNamespace(consumer=consumer, tasks=[asyncio.current_task()])], ())
    judge.started = True
    watching = asyncio.create_task(judge.watch())
    until = now + seconds
    while time.monotonic() < until:
        await asyncio.sleep(0.05)
        consumer.at += moving
        consumer.mark += moving
    problems = judge.dead()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return problems


async def test_a_consumer_that_moves_is_alive():
    assert await _problems(Consumer(), moving=True) == []


async def test_a_consumer_that_stands_while_records_wait_is_dead():
    assert await _problems(Consumer()) == ["t/0 stands at 5 though records wait"]


async def test_a_consumer_that_fetches_no_more_is_dead_though_it_knows_of_no_new_records():
    assert await _problems(Consumer(highwater=5)) == ["t/0 stands at 5 though records wait"]


async def test_a_long_outage_of_kafka_kills_nobody():
    assert await _problems(Consumer(answer=KafkaConnectionError("away"))) == []


async def test_batches_that_are_given_back_again_and_again_are_no_reason_to_die():
    assert await _problems(Consumer(), active_at={"t": 60}) == []


async def test_work_on_another_topic_hides_no_standstill():
    assert await _problems(Consumer(), active_at={"t.retry": 60}) == ["t/0 stands at 5 though records wait"]


async def test_a_batch_that_never_ends_is_a_death_even_when_it_holds_the_last_record():
    problems = await _problems(Consumer(position=9), in_hand={"t": 700}, active_at={"t.retry": 60})
    assert problems == ["a batch of t has been in hand for 701 s"]
