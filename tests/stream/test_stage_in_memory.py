"""The engine on a Kafka in memory: what goes where. Delivery itself is proved by schedules and on a real broker."""

import asyncio
import random
import uuid
from itertools import pairwise
from typing import Any

import pytest

from tests.factories import cleaned, fetched, url
from tests.simulation.client import Broker
from tests.simulation.cluster import Cluster
from tests.simulation.loop import simulate
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError, PermanentError, TransientError
from wiredesk.contracts.events import ArticleCleaned, ArticleRejected, Rejection
from wiredesk.contracts.events import ServiceName as StageName
from wiredesk.contracts.topics import CLEANED, FETCHED, REJECTED, Lane
from wiredesk.engine.stage import Stage
from wiredesk.engine.work import Work, one_by_one

LANE = Lane("memory")
DEAD = FETCHED.dead_letter("cleaner")


def _through(work, *values, headers=None, seconds=60.0):
    """Work `values` as a cleaner would; return what was published, by topic name, and what was committed."""

    async def run():
        cluster = Cluster(random.Random(1), partitions=1)
        for value in values:
            cluster.append(LANE.topic(FETCHED), value, key=b"k", headers=headers)
        broker: Any = Broker(cluster)
        stage: Stage[Any] = Stage("cleaner", FETCHED, broker, lane=LANE)
        await broker.start()
        async with stage.running(work):
            try:
                async with asyncio.timeout(seconds):
                    while not cluster.is_done():
                        await asyncio.sleep(0.1)
            except TimeoutError:
                pass
        seen = {
            topic.name: [one.value for one in cluster.all_of(LANE.topic(topic))] for topic in (CLEANED, REJECTED, DEAD)
        }
        return seen, sum(cluster.committed.values())

    return simulate(run())


def _clean(received):
    return cleaned(received.event.content)


def test_an_event_out_is_published_on_its_topic():
    async def handler(received):
        return _clean(received)

    seen, _ = _through(one_by_one(handler, concurrency=2), fetched().model_dump_json().encode())
    assert len(seen[CLEANED.name]) == 1
    assert seen[DEAD.name] == []


def test_several_events_may_come_of_one():
    async def handler(received):
        return [_clean(received), _clean(received)]

    seen, _ = _through(one_by_one(handler, concurrency=2), fetched().model_dump_json().encode())
    assert len(seen[CLEANED.name]) == 2


def test_a_rejection_is_an_event_of_its_own():
    async def handler(received):
        return ArticleRejected(
            event_id=uuid.uuid4(),
            article_id=received.event.article_id,
            stage=StageName.CLEANER,
            reason=Rejection.NOT_AN_ARTICLE,
            url=url(),
        )

    seen, _ = _through(one_by_one(handler, concurrency=2), fetched().model_dump_json().encode())
    assert len(seen[REJECTED.name]) == 1
    assert seen[DEAD.name] == []


@pytest.mark.parametrize("error", [PermanentError("no"), KeyError("bug"), TransientError("still no")])
def test_what_cannot_pass_is_a_dead_letter_byte_for_byte(error):
    async def handler(_received):
        raise error

    value = fetched().model_dump_json().encode()
    seen, _ = _through(one_by_one(handler, concurrency=2), value)
    assert seen[DEAD.name] == [value]


def test_a_transient_error_is_tried_again_before_it_is_given_up():
    tries = []

    async def handler(received):
        tries.append(1)
        if len(tries) < 3:
            raise TransientError("not yet")
        return _clean(received)

    seen, _ = _through(one_by_one(handler, concurrency=1), fetched().model_dump_json().encode())
    assert (len(tries), len(seen[CLEANED.name]), seen[DEAD.name]) == (3, 1, [])


def test_a_batch_handler_that_raises_loses_only_the_record_that_made_it():
    bad = fetched("the bad one")

    async def handler(batch):
        if any(received.event.article_id == bad.article_id for received in batch):
            raise ValueError("bug")
        return [_clean(received) for received in batch]

    value = bad.model_dump_json().encode()
    seen, _ = _through(Work(handler), fetched().model_dump_json().encode(), value)
    assert len(seen[CLEANED.name]) == 1
    assert seen[DEAD.name] == [value]


def test_in_an_outage_nothing_is_published_and_nothing_committed():
    async def handler(_received):
        raise InfrastructureError("away")

    seen, committed = _through(one_by_one(handler, concurrency=1), fetched().model_dump_json().encode())
    assert (seen, committed) == ({CLEANED.name: [], REJECTED.name: [], DEAD.name: []}, 0)


def test_the_pauses_of_an_outage_grow_and_are_over_when_it_is():
    tries = []

    async def handler(received):
        tries.append(asyncio.get_running_loop().time())
        if len(tries) < 8:
            raise InfrastructureError("away")
        return _clean(received)

    seen, committed = _through(one_by_one(handler, concurrency=1), fetched().model_dump_json().encode())
    pauses = [round(later - earlier, 1) for earlier, later in pairwise(tries)]
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4]
    assert (len(seen[CLEANED.name]), committed) == (1, 1)


def test_a_slow_record_holds_no_other_up():
    """Two of a hundred hosts do not answer for 30 s: with a barrier each batch would take as long."""

    async def handler(received):
        await asyncio.sleep(30 if received.offset % 50 == 7 else 0.3)
        return _clean(received)

    ends = []

    async def timed(received):
        outcome = await handler(received)
        ends.append(asyncio.get_running_loop().time())
        return outcome

    values = [fetched().model_dump_json().encode() for _ in range(1000)]
    seen, committed = _through(one_by_one(timed, concurrency=50), *values, seconds=600)
    assert (len(seen[CLEANED.name]), committed) == (1000, 1000)
    # The mean of a record is 0.9 s, by fifty at a time: 18 s, and the last of the slow ones.
    assert max(ends) < 70


def test_an_idle_stage_works_a_record_without_a_blind_wait():
    async def run():
        cluster = Cluster(random.Random(1), partitions=1)
        broker: Any = Broker(cluster)
        stage: Stage[Any] = Stage("cleaner", FETCHED, broker, lane=LANE)
        await broker.start()
        took = []

        async def handler(received):
            return _clean(received)

        async with stage.running(one_by_one(handler, concurrency=1)):
            for _ in range(20):
                await asyncio.sleep(2)
                began, count = asyncio.get_running_loop().time(), len(cluster.all_of(LANE.topic(CLEANED)))
                cluster.append(LANE.topic(FETCHED), fetched().model_dump_json().encode(), key=b"k")
                while len(cluster.all_of(LANE.topic(CLEANED))) == count:
                    await asyncio.sleep(0.001)
                took.append(asyncio.get_running_loop().time() - began)
        return took

    # A request of the simulated broker's takes up to 10 ms.
    assert max(simulate(run())) < 0.05


def test_the_correlation_id_is_handed_on():
    async def handler(received):
        assert received.correlation_id == "c-1"
        return _clean(received)

    seen, _ = _through(
        one_by_one(handler, concurrency=1), fetched().model_dump_json().encode(), headers={wire.CORRELATION: "c-1"}
    )
    assert wire.decode(seen[CLEANED.name][0], ArticleCleaned).headline
