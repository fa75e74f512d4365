"""What a stage says of itself, and how it goes on after what breaks it."""

import asyncio

import pytest
from aiokafka.errors import CommitFailedError, ProducerFenced
from aiokafka.structs import TopicPartition

from tests.simulation.loop import simulate
from tests.stream.desk import DEAD, IN, LANE, OUT, Desk, values
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError
from wiredesk.contracts.topics import CLEANED
from wiredesk.engine.reading.bounded_batches import UnreadableBatchError
from wiredesk.engine.stage import MAX_READ_ERRORS, PUBLISH_TIMEOUT_SECONDS
from wiredesk.engine.work import one_by_one


def test_what_is_in_work_says_since_when_and_in_an_outage_how_long_nothing_passed():
    async def run():
        desk = Desk()
        desk.takes = 10.0
        async with desk.running():
            await asyncio.sleep(5)
            assert (desk.stage.in_hand(), desk.stage.given_back_since) == ([], None)
            desk.send(b"a")
            await asyncio.sleep(5)
            ((item, since),) = desk.stage.in_hand()
            assert item.record.value == b"a"
            assert since == pytest.approx(5, abs=0.1)
            desk.error = InfrastructureError("away")
            await asyncio.sleep(5.05)
            assert desk.stage.given_back_since == pytest.approx(15, abs=0.1)
            desk.error = None
            await asyncio.sleep(30)
            assert (desk.stage.in_hand(), desk.stage.given_back_since) == ([], None)
            assert desk.stage.broken() == []

    simulate(run())


def test_an_outage_that_ended_with_nothing_in_hand_is_over():
    async def run():
        desk = Desk()
        desk.error = InfrastructureError("away")
        desk.send(b"a")
        async with desk.running():
            await asyncio.sleep(5)
            assert desk.stage.given_back_since is not None
            desk.cluster.groups[LANE.group("cleaner"), IN].members.clear()
            (subscription,) = desk.stage.subscriptions.values()
            await subscription.on_partitions_revoked(())
            await asyncio.sleep(0.1)
            assert desk.stage.given_back_since is None

    simulate(run())


def test_a_stage_whose_producer_is_beyond_repair_is_broken_and_says_so():
    async def run():
        desk = Desk()

        async def fenced(*_args, **_options):
            raise ProducerFenced

        desk.send(b"a")
        async with desk.running():
            await asyncio.sleep(5)
            assert desk.stage.broken() == []
            desk.broker.publish = fenced
            desk.send(b"b")
            await asyncio.sleep(5)
            assert desk.stage.poisoned
            (problem,) = desk.stage.broken()
            assert "nothing can pass" in problem
        assert desk.committed == 1

    simulate(run())


def test_a_stage_that_can_read_no_more_is_broken_and_one_that_stumbled_is_not():
    async def run():
        desk = Desk()
        async with desk.running():
            (subscription,) = desk.stage.subscriptions.values()
            subscription.reader.errors = MAX_READ_ERRORS - 1
            assert desk.stage.broken() == []
            subscription.reader.errors = MAX_READ_ERRORS
            (problem,) = desk.stage.broken()
            assert "lost its group" in problem

    simulate(run())


def test_a_stage_whose_reading_has_ended_is_broken(monkeypatch):
    async def run():
        desk = Desk()
        async with desk.running():
            await asyncio.sleep(1)
            assert desk.stage.broken() == []
            (subscription,) = desk.stage.subscriptions.values()

            def bug(_consumer, _records):
                raise KeyError("bug")

            monkeypatch.setattr(subscription._gaps, "look", bug)
            desk.send(b"a")
            await asyncio.sleep(1)
            (problem,) = desk.stage.broken()
            assert "consume task has ended" in problem

    simulate(run())


def test_a_commit_that_fails_is_seen_from_outside_until_one_passes():
    async def run():
        desk = Desk()
        async with desk.running():
            (subscription,) = desk.stage.subscriptions.values()
            commit, refused = subscription.consumer.commit, []

            async def refuse(offsets):
                refused.append(offsets)
                raise CommitFailedError

            assert not desk.stage.commits_fail
            subscription.consumer.commit = refuse
            desk.send(b"a")
            await asyncio.sleep(5)
            assert desk.stage.commits_fail
            # Tried again, but not in a loop.
            assert 2 <= len(refused) <= 6
            subscription.consumer.commit = commit
            await asyncio.sleep(5)
            assert not desk.stage.commits_fail
            assert desk.committed == 1

    simulate(run())


def test_what_kafka_does_not_acknowledge_in_time_is_given_back_and_not_committed():
    async def run():
        desk = Desk()
        publish, futures = desk.broker.publish, []

        async def silent(*_args, **_options):
            futures.append(asyncio.get_running_loop().create_future())
            return futures[-1]

        desk.broker.publish = silent
        desk.send(b"a")
        async with desk.running():
            await asyncio.sleep(PUBLISH_TIMEOUT_SECONDS - 5)
            assert (len(futures), desk.committed) == (1, 0)
            await asyncio.sleep(10)
            assert (len(futures), desk.committed) == (2, 0)
            assert desk.stage.given_back_since is not None
            desk.broker.publish = publish
            await asyncio.sleep(PUBLISH_TIMEOUT_SECONDS + 5)
            assert (desk.out(), desk.committed) == ([b"a"], 1)

    simulate(run())


def test_a_batch_that_cannot_be_read_is_buried_with_its_span_and_its_reason_and_reading_goes_on():
    async def run():
        desk = Desk()
        desk.takes = 0.0
        desk.send(b"a")
        for first, after, is_too_large in ((1, 3, True), (3, 4, False)):
            for _ in range(first, after):
                desk.send(
                    b"", error=lambda f=first, a=after, t=is_too_large: UnreadableBatchError(f, a, is_too_large=t)
                )
        desk.send(b"b")
        async with desk.running():
            await asyncio.sleep(60)
        assert (desk.out(), desk.committed) == ([b"a", b"b"], 5)
        letters = [{name: (v or b"").decode() for name, v in one.headers} for one in desk.cluster.all_of(DEAD)]
        told = [(one[wire.REASON], one[wire.ORIGIN], one[wire.ORIGIN_END]) for one in letters]
        assert told == [("too_large", f"{IN}/0/1", "2"), ("unreadable", f"{IN}/0/3", "3")]
        assert "offsets 1 to 2" in letters[0][wire.ERROR]

    simulate(run())


def test_a_partition_that_begins_with_what_cannot_be_read_is_read_behind_it():
    async def run():
        desk = Desk()
        desk.takes = 0.0
        desk.send(b"", error=lambda: UnreadableBatchError(0, 1, is_too_large=True))
        async with desk.running():
            await asyncio.sleep(30)
            assert (len(desk.out(DEAD)), desk.committed) == (1, 1)
            desk.send(b"a")
            await asyncio.sleep(5)
        assert (desk.out(), desk.committed) == ([b"a"], 2)
        assert desk.stage.broken() == []

    simulate(run())


def test_a_log_that_was_made_again_is_read_from_its_start_and_committed():
    async def run():
        desk = Desk()
        desk.takes = 0.0
        desk.send(*values(6))
        async with desk.running():
            await asyncio.sleep(5)
            assert desk.committed == 6
            partition = TopicPartition(IN, 0)
            desk.cluster.logs[partition].clear()
            (subscription,) = desk.stage.subscriptions.values()
            subscription.consumer.seek(partition, 0)
            desk.send(*values(2, first=50))
            await asyncio.sleep(5)
        assert desk.out() == [*values(6), *values(2, first=50)]
        assert desk.committed == 2

    simulate(run())


def test_an_output_goes_out_with_its_key_and_its_headers():
    async def run():
        desk = Desk()

        async def handle(received):
            return wire.Record(CLEANED, b"article", received.event, {"ce_id": "1"})

        desk.send(b"a")
        await desk.broker.start()
        async with desk.stage.running(one_by_one(handle, concurrency=1)):
            await asyncio.sleep(5)
        (record,) = desk.cluster.all_of(OUT)
        assert (record.key, record.value) == (b"article", b"a")
        assert dict(record.headers)["ce_id"] == b"1"

    simulate(run())


def test_a_bug_of_the_engine_in_a_unit_of_work_commits_nothing_and_ends_the_process(monkeypatch):
    async def run():
        desk = Desk()

        async def bug(*_arguments):
            raise KeyError("bug")

        monkeypatch.setattr(desk.stage._processor, "finish", bug)
        desk.send(b"a")
        async with desk.running():
            await asyncio.sleep(5)
            assert desk.stage.poisoned
            assert (desk.committed, desk.stage.in_hand()) == (0, [])

    simulate(run())
