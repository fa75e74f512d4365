"""How much a stage takes in hand, in which order, and when it holds still."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from aiokafka.structs import TopicPartition

from tests.simulation.client import Broker
from tests.simulation.cluster import Cluster
from tests.simulation.loop import simulate
from tests.stream.desk import DEAD, IN, LANE, Desk, clock, now, values
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError, PermanentError
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import CLEANED, FETCHED, SUBMITTED
from wiredesk.engine.outcomes import RetryAt
from wiredesk.engine.stage import Stage
from wiredesk.engine.work import Work, one_by_one


def test_a_stage_in_which_everything_dies_stops_and_tries_a_few_after_a_rest():
    async def run():
        desk = Desk(breaker_in_a_row=10, breaker_rest_seconds=60, breaker_probes=3)
        desk.error, desk.takes = PermanentError("a bad deployment"), 0.01
        desk.send(*values(100))
        async with desk.running():
            await asyncio.sleep(59)
            assert len(desk.out(DEAD)) == 11
            assert desk.stage.breaker.is_open
            await asyncio.sleep(30)
            # The first of the few is dead as well: another rest.
            assert 12 <= len(desk.out(DEAD)) <= 14
            desk.error = None
            await asyncio.sleep(90)
            assert not desk.stage.breaker.is_open
            assert len(desk.out(DEAD)) + len(desk.out()) == 100

    simulate(run())


def test_what_an_outage_keeps_from_ending_leaves_its_place_among_the_few():
    async def run():
        desk = Desk(breaker_in_a_row=2, breaker_rest_seconds=60, breaker_probes=1)
        desk.error, desk.takes = PermanentError("no"), 0.01
        desk.send(*values(10))
        async with desk.running():
            await asyncio.sleep(30)
            desk.error = InfrastructureError("away")
            await asyncio.sleep(60)
            # The partitions go while the one that may be tried waits out the outage.
            group = desk.cluster.group(LANE.group("cleaner"), IN)
            await group.rebalance()
            desk.error = None
            await asyncio.sleep(120)
            assert len(desk.out(DEAD)) + len(desk.out()) == 10

    simulate(run())


@pytest.mark.parametrize("concurrency", [1, 4])
def test_so_many_are_in_work_at_once_and_no_more(concurrency):
    async def run():
        desk = Desk()
        for number, value in enumerate(values(20)):
            desk.send(value, key=str(number).encode())
        async with desk.running(concurrency):
            await asyncio.sleep(60)
        assert desk.most_in_work == concurrency
        assert sorted(desk.out()) == values(20)

    simulate(run())


def test_a_batch_is_as_large_as_the_work_says():
    async def run():
        desk, sizes = Desk(), []

        async def handle(batch):
            sizes.append(len(batch))
            await asyncio.sleep(1)
            return [wire.Record(CLEANED, b"k", one.event, {}) for one in batch]

        desk.send(*values(40))
        await desk.broker.start()
        async with desk.stage.running(Work(handle, batch=5)):
            await asyncio.sleep(60)
        assert (max(sizes), sum(sizes)) == (5, 40)
        assert desk.out() == values(40)

    simulate(run())


def test_records_of_one_article_are_worked_one_after_the_other_and_in_order():
    async def run():
        desk = Desk()
        for number in range(12):
            desk.send(f"{number:03}".encode(), key=b"one" if number % 2 else b"other")
        desk.takes = 1.0
        async with desk.running(8):
            await asyncio.sleep(3.5)
            assert desk.most_in_work == 2
            await asyncio.sleep(60)
        begun = [value for value, _ in desk.begun]
        for rest in (0, 1):
            assert [value for value in begun if int(value) % 2 == rest] == [v for v in values(12) if int(v) % 2 == rest]

    simulate(run())


def test_a_partition_is_read_no_further_ahead_of_its_oldest_record_than_the_settings_say():
    async def run():
        desk = Desk(max_ahead=5)
        for number, value in enumerate(values(60)):
            desk.send(value, key=str(number).encode())
        hangs = asyncio.Event()

        async def handle(received):
            if received.offset == 0:
                await hangs.wait()
            return wire.Record(CLEANED, b"k", received.event, {})

        await desk.broker.start()
        async with desk.stage.running(one_by_one(handle, concurrency=50)):
            await asyncio.sleep(30)
            (subscription,) = desk.stage.subscriptions.values()
            partition = TopicPartition(IN, 0)
            # A read brings up to eight.
            assert 5 <= subscription.partitions[partition].ahead <= 5 + 8
            assert not subscription.reads(partition)
            assert desk.committed == 0
            hangs.set()
            await asyncio.sleep(30)
            assert subscription.reads(partition)
        assert (len(desk.out()), desk.committed) == (60, 60)

    simulate(run())


def test_when_enough_is_in_hand_nothing_more_is_read():
    async def run():
        desk = Desk(in_flight_records=6)
        desk.takes = 1000.0
        desk.send(*values(50))
        async with desk.running():
            await asyncio.sleep(30)
            (subscription,) = desk.stage.subscriptions.values()
            partition = TopicPartition(IN, 0)
            assert subscription.partitions[partition].ahead == 6
            assert not subscription.reads(partition)

    simulate(run())


def test_a_record_that_is_answered_with_later_is_worked_at_its_time_and_counted_once():
    async def run():
        cluster = Cluster(random.Random(1), partitions=1)
        broker: Any = Broker(cluster)
        stage: Stage[Any] = Stage("fetcher", SUBMITTED, broker, lane=LANE, clock=clock)
        tries: list[tuple[int, float]] = []

        async def handle(received):
            tries.append((received.attempt, now()))
            if len(tries) == 1:
                return RetryAt(clock() + timedelta(minutes=3), "busy")
            return wire.Record(FETCHED, b"k", b"done", {})

        cluster.append(LANE.topic(SUBMITTED), ArticleSubmitted(text="x").model_dump_json().encode(), key=b"k")
        await broker.start()
        async with stage.running(one_by_one(handle, concurrency=2)):
            await asyncio.sleep(600)
        assert [attempt for attempt, _ in tries] == [0, 1]
        assert 180 <= tries[1][1] - tries[0][1] < 180.2
        assert len(cluster.all_of(LANE.topic(FETCHED))) == 1
        # It went round once a minute, so that nothing behind it had to wait for it.
        assert 3 <= len(cluster.all_of(LANE.topic(SUBMITTED.retry("fetcher")))) <= 4

    simulate(run())


def test_what_is_in_hand_when_a_stage_stops_is_finished_and_committed_and_nothing_more_is_begun():
    async def run():
        desk = Desk()
        desk.takes = 5.0
        desk.send(*values(20))
        async with desk.running():
            await asyncio.sleep(7)
        assert now() == pytest.approx(10, abs=0.2)
        assert (desk.out(), desk.committed) == (values(2), 2)
        assert desk.stage.broken() == []

    simulate(run())


def test_a_stage_that_stops_does_not_wait_for_ever_and_commits_what_is_done():
    async def run():
        desk = Desk()
        desk.send(*values(2))
        async with desk.running():
            await asyncio.sleep(1.5)
            desk.takes = 10_000
            desk.send(*values(1))
            await asyncio.sleep(2)
        assert 15 < now() < 40
        assert desk.committed == 2

    simulate(run())


@pytest.mark.parametrize("seconds", [0.4, 1.3, 59.5])
def test_a_record_of_the_retry_topic_is_worked_when_it_is_due_and_holds_no_other_up(seconds):
    async def run():
        cluster = Cluster(random.Random(1), partitions=1)
        broker: Any = Broker(cluster)
        stage: Stage[Any] = Stage("fetcher", SUBMITTED, broker, lane=LANE, clock=clock)
        retries = LANE.topic(SUBMITTED.retry("fetcher"))
        worked: dict[str, float] = {}

        async def handle(received):
            worked[received.event.text] = now()
            return wire.Record(FETCHED, b"k", b"done", {})

        def send(text, due):
            headers = {wire.ATTEMPT: "1", wire.NOT_BEFORE: str(int((clock().timestamp() + due) * 1000))}
            value = ArticleSubmitted(text=text, url=f"https://n.example/{text}").model_dump_json().encode()
            cluster.append(retries, value, key=b"k", headers=headers)

        await broker.start()
        async with stage.running(one_by_one(handle, concurrency=2)):
            await asyncio.sleep(5)
            send("later", seconds)
            send("now", -10)
            await asyncio.sleep(90)
        assert worked["now"] == pytest.approx(5, abs=0.1)
        assert worked["later"] == pytest.approx(5 + seconds, abs=0.1)
        assert len(cluster.all_of(retries)) == 2

    simulate(run())
