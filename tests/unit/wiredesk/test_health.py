"""When a service counts as dead: it stands still though it could move, and not because something else is away."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import TopicPartition

from wiredesk.engine import metrics
from wiredesk.engine.in_hand.progress import Progress
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

    async def topics(self):
        return {"t"}


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(health, "STUCK_SECONDS", 0.5)
    monkeypatch.setattr(health, "ASK_SECONDS", 0.05)
    monkeypatch.setattr(health, "_TICK_SECONDS", 0.02)


def _stage(consumer, *, reads=True, in_hand=None, given_back=None, broken=(), partitions=None) -> Any:
    now = time.monotonic()
    item = SimpleNamespace(partition=PARTITION)
    subscription = SimpleNamespace(consumer=consumer, reads=lambda _partition: reads, partitions=partitions or {})
    return SimpleNamespace(
        name="test",
        is_stopping=False,
        commits_fail=False,
        breaker=SimpleNamespace(is_open=False),
        given_back_since=now - given_back if given_back is not None else None,
        subscriptions={"t": subscription},
        in_hand=lambda: [(item, now - in_hand)] if in_hand is not None else [],
        broken=lambda: list(broken),
    )


async def _problems(consumer, *, moving=False, seconds=1.0, **stage):
    judge = Health(_stage(consumer, **stage), ())
    judge.started = True
    watching = asyncio.create_task(judge.watch())
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(0.05)
        consumer.at += moving
        consumer.mark += moving
    problems = judge.dead()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return problems


async def _unready(**stage):
    judge = Health(_stage(Consumer(), **stage), ())
    judge.started = True
    return await judge.unready()


async def test_a_consumer_that_moves_is_alive():
    assert await _problems(Consumer(), moving=True) == []


async def test_a_consumer_that_stands_while_records_wait_is_dead():
    assert await _problems(Consumer()) == ["t/0 stands at 5 though records wait"]


async def test_a_consumer_that_fetches_no_more_is_dead_though_it_knows_of_no_new_records():
    assert await _problems(Consumer(highwater=5)) == ["t/0 stands at 5 though records wait"]


async def test_a_long_outage_of_kafka_kills_nobody():
    assert await _problems(Consumer(answer=KafkaConnectionError("away"))) == []


async def test_a_partition_that_is_not_read_because_enough_is_in_hand_is_no_reason_to_die():
    assert await _problems(Consumer(), reads=False) == []


async def test_work_that_never_ends_is_a_death_even_when_it_holds_the_last_record():
    problems = await _problems(Consumer(position=9), in_hand=700)
    assert problems == ["a record of t/0 has been in hand for 701 s"]


async def test_what_is_broken_inside_the_stage_is_a_death():
    assert await _problems(Consumer(position=9), broken=["a consume task has ended"]) == ["a consume task has ended"]


async def test_a_stage_is_not_ready_while_everything_is_given_back():
    assert await _unready(given_back=12) == ["nothing has passed for 12 s, the log says why"]
    assert await _unready(given_back=0.2) == []


async def test_lag_and_age_are_told_per_partition():
    progress = Progress()
    progress.take(3, int(time.time() * 1000) - 60_000)
    await _problems(Consumer(), seconds=0.2, partitions={PARTITION: progress})
    assert metrics.LAG.labels("test", "t", "0")._value.get() == 6
    assert 60 <= metrics.LAG_SECONDS.labels("test", "t", "0")._value.get() < 120


async def test_a_loop_that_stands_still_is_seen_in_the_metric_and_dead_when_it_is_long(monkeypatch):
    monkeypatch.setattr(health, "LOOP_LAG_LIMIT_SECONDS", 0.2)
    judge = Health(_stage(Consumer(position=9)), ())
    watching = asyncio.create_task(judge.watch())
    await asyncio.sleep(0.1)
    assert judge.dead() == []
    time.sleep(0.4)  # noqa: ASYNC251 - that is the fault
    assert judge.dead() == ["the event loop was blocked for 0 s"]
    await asyncio.sleep(0.1)
    assert metrics.LOOP_LAG._value.get() > 0.3
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
