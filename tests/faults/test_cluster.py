"""Three brokers, replication 3: kill -9 of leaders, of coordinators and of two brokers in turn loses nothing."""

import uuid

import pytest

from shared import admin
from shared.topics import CLEANED, ENRICHED, FETCHED, Lane
from tests.faults.harness import processes
from tests.faults.stream import stream

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(900)]
ROUNDS = 5


async def test_brokers_that_lead_or_coordinate_are_killed_and_flow_is_back_each_time(cluster, dsn, tmp_path, enter):
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
        took["clean stop"] = await stories.through(within=90)
        await cluster.start(node)
        await cluster.whole()
        for role, find in list(roles.items()) * ROUNDS:
            node = await find()
            await cluster.kill(node)
            took[role] = max(took.get(role, 0), await stories.through(within=90))
            await cluster.start(node)
            await cluster.whole()
        book = await stories.settle(kafka, lane)
        ends = list(running.ends)
    seconds = ", ".join(f"{role} {worst:.0f} s" for role, worst in took.items())
    enter(7, book, extra=f"three brokers, kill -9 of each role {ROUNDS} times; longest until flow was back: {seconds}")
    assert book.dead == 0
    assert set(book.receipts) == set(stories.sent)
    assert [end for end in ends if end[1] not in (1, 3)] == []
