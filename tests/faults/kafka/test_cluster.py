"""Three brokers, replication 3: kill -9 of leaders, of coordinators and of two brokers in turn loses nothing."""

import asyncio
import random
import uuid

import psutil
import pytest
from aiokafka.admin import NewTopic

from tests.factories import cleaned, fetched
from tests.faults.harness.cluster import NODES
from tests.faults.harness.one_service import committed_all, feed, stage_ledger
from tests.faults.harness.pipeline import Processes, processes, story
from tests.faults.harness.probe import seconds_until
from tests.faults.harness.story_stream import stream
from tests.wires import committed
from tests.wires import running as running_stage
from wiredesk.client import admin
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, Lane
from wiredesk.engine import metrics
from wiredesk.engine.work import one_by_one

# In one process, whichever that is: they share the three brokers.
pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.xdist_group("cluster")]
ROUNDS = 5
AWAY_SECONDS = 25
# Longer than the producer's request timeout of 120 s.
LEADERLESS_SECONDS = 150


async def test_brokers_that_lead_or_coordinate_are_killed_and_flow_is_back_each_time(
    cluster, dsn, tmp_path, enter, pace
):
    kafka, lane = cluster.kafka, Lane(f"t{uuid.uuid4().hex[:10]}")
    await admin.apply_topics(kafka, lane)
    roles = {
        "leader of the input": lambda: cluster.leader(lane.topic(CLEANED)),
        "leader of the output": lambda: cluster.leader(lane.topic(ENRICHED)),
        "coordinator": lambda: cluster.coordinator(lane.group("tagger")),
    }
    took = {}
    async with processes(kafka, dsn, lane, tmp_path) as running, stream(kafka, dsn, lane) as stories:
        node = await cluster.leader(lane.topic(FETCHED))
        await cluster.stop(node)
        took["clean stop"] = await stories.through(within=pace.seconds(90))
        await cluster.start(node)
        await cluster.whole()
        for role, find in list(roles.items()) * ROUNDS:
            node = await find()
            await cluster.kill(node)
            took[role] = max(took.get(role, 0), await stories.through(within=pace.seconds(90)))
            await cluster.start(node)
            await cluster.whole()
        book = await stories.settle(kafka, lane, within=pace.seconds(120))
        ends = list(running.ends)
    seconds = ", ".join(f"{role} {worst:.0f} s" for role, worst in took.items())
    enter(7, book, extra=f"three brokers, kill -9 of each role {ROUNDS} times; longest until flow was back: {seconds}")
    assert book.dead == 0
    assert set(book.receipts) == set(stories.sent)
    assert [end for end in ends if end[1] not in (1, 3)] == []


async def test_nothing_comes_out_while_two_of_three_are_away_and_everything_after(cluster, dsn, tmp_path, enter, pace):
    kafka, lane = cluster.kafka, Lane(f"t{uuid.uuid4().hex[:10]}")
    await admin.apply_topics(kafka, lane)
    async with processes(kafka, dsn, lane, tmp_path) as running, stream(kafka, dsn, lane, pause=0.02) as stories:
        await asyncio.sleep(5)
        first, second, _ = random.sample(NODES, 3)
        await cluster.kill(first)
        await asyncio.sleep(5)
        await cluster.kill(second)
        # What storage had in hand may still reach the database; no new record can.
        await asyncio.sleep(5)
        then = await stories.count(), len(stories.sent)
        await asyncio.sleep(AWAY_SECONDS)
        assert (await stories.count(), len(stories.sent)) == then
        await cluster.start(first, second)
        back = await stories.through(within=pace.seconds(90))
        await cluster.whole()
        book = await stories.settle(kafka, lane, within=pace.seconds(120))
        ends = list(running.ends)
    extra = f"two brokers killed in turn, both away for {AWAY_SECONDS + 5} s, nothing acknowledged or stored meanwhile"
    enter(10, book, extra=f"{extra}; flow back after {back:.0f} s")
    assert book.dead == 0
    assert set(book.receipts) == set(stories.sent)
    assert [end for end in ends if end[1] not in (1, 3)] == []


def _given_back():
    """How often an outage gave work back; a rebalance that does is another cause."""
    given_back = [
        sample
        for metric in metrics.REDELIVERIES.collect()
        for sample in metric.samples
        if sample.name == "wiredesk_redeliveries_total" and sample.labels["stage"] == "cleaner"
    ]
    return sum(sample.value for sample in given_back if sample.labels["cause"] != "rebalance")


async def test_a_batch_in_hand_is_not_committed_while_two_of_three_are_away(cluster, enter):
    kafka, lane = cluster.kafka, Lane(f"t{uuid.uuid4().hex[:10]}")
    await admin.apply_topics(kafka, lane)
    events = [fetched(f"text {n}") for n in range(100)]
    outputs = {e.article_id: cleaned(e.content).model_copy(update={"article_id": e.article_id}) for e in events}
    in_hand, go_on = asyncio.Event(), asyncio.Event()

    async def clean(received):
        in_hand.set()
        await go_on.wait()
        # The same event whenever it is asked for, as every core of ours makes it.
        return outputs[received.event.article_id]

    await feed(kafka, lane, events)
    before = _given_back()
    async with running_stage(kafka, lane, "cleaner", FETCHED, one_by_one(clean, concurrency=100)):
        await in_hand.wait()
        stays = await cluster.coordinator(lane.group("cleaner"))
        gone = set(NODES) - {stays}
        await cluster.kill(*gone)
        go_on.set()

        async def given_back():
            return _given_back() > before

        waited = await seconds_until(given_back, within=120)
        assert await committed(cluster.settings([stays]), lane.topic(FETCHED), lane.group("cleaner")) == 0
        await cluster.start(*gone)
        took = await committed_all(kafka, lane, "cleaner", within=90)
        await cluster.whole()
    book = await stage_ledger(kafka, lane, [event.article_id for event in events])
    enter(
        10,
        book,
        extra=f"one stage: batch given back after {waited:.0f} s, nothing committed; all out {took:.0f} s after",
    )
    assert book.dead == 0


async def test_a_producer_that_outlives_a_leaderless_partition_is_replaced(cluster, dsn, tmp_path, enter):
    kafka, lane = cluster.kafka.model_copy(update={"replication_factor": 1}), Lane(f"t{uuid.uuid4().hex[:10]}")
    only = {"min.insync.replicas": "1"}
    async with admin.connect(kafka) as client:
        # One partition of the output lives on a broker that has nothing else of this stage.
        await client.create_topics(
            [
                NewTopic(lane.topic(FETCHED), -1, -1, {0: [1], 1: [2]}, only),
                NewTopic(lane.topic(CLEANED), -1, -1, {0: [3], 1: [1]}, only),
            ]
        )
    await admin.apply_topics(kafka, lane)
    run = uuid.uuid4().hex
    events = [fetched(story(number, run)) for number in range(120)]
    service = Processes(kafka, dsn, lane, tmp_path)
    await service.start(["cleaner"])
    try:
        await feed(kafka, lane, events[:20])
        await committed_all(kafka, lane, "cleaner", within=90)
        await cluster.kill(3)
        await feed(kafka, lane, events[20:])
        # The engine gives the batch back after 60 s; the producer itself gives up after 120 s.
        worker = psutil.Process(service.pid("cleaner"))
        before = sum(worker.cpu_times()[:2])
        await asyncio.sleep(AWAY_SECONDS)
        share = (sum(worker.cpu_times()[:2]) - before) / AWAY_SECONDS
        await asyncio.sleep(LEADERLESS_SECONDS - AWAY_SECONDS)
        await cluster.start(3)
        took = await committed_all(kafka, lane, "cleaner", within=90)
        ends = list(service.ends)
    finally:
        await service.stop()
        await cluster.whole()
    book = await stage_ledger(kafka, lane, [event.article_id for event in events])
    enter(
        9,
        book,
        extra=f"away for {LEADERLESS_SECONDS} s; ended to be replaced {len(ends)} times; out after {took:.0f} s; "
        f"{share:.0%} of a core meanwhile",
    )
    assert book.dead == 0
    assert took < 60
    assert share < 0.2
    assert {code for _, code in ends} <= {1}
