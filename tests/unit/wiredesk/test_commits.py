"""Commits: what is done and nothing else, soon after it is, and again when it failed."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import CommitFailedError, KafkaConnectionError
from aiokafka.structs import TopicPartition

from tests.simulation.loop import simulate
from wiredesk.engine.in_hand.commits import Commits
from wiredesk.engine.in_hand.progress import Progress

ONE, TWO = TopicPartition("t", 0), TopicPartition("t", 1)


class Consumer:
    """Remembers what is committed. `errors` are raised first; `takes` is how long an answer takes."""

    def __init__(self, *owned):
        self.owned = set(owned)
        self.committed: list[dict[TopicPartition, int]] = []
        self.at: list[float] = []
        self.errors: list[Exception] = []
        self.takes = 0.0
        self.positions: dict[TopicPartition, int] = {}
        self.ends: dict[TopicPartition, int | None] = {}

    def assignment(self):
        return set(self.owned)

    def highwater(self, partition):
        return self.ends.get(partition)

    async def position(self, partition):
        await self._answer()
        return self.positions[partition]

    async def commit(self, offsets):
        await self._answer()
        self.committed.append(dict(offsets))
        self.at.append(asyncio.get_running_loop().time())

    async def _answer(self):
        await asyncio.sleep(self.takes)
        if self.errors:
            raise self.errors.pop(0)


def _done(*offsets, left=()):
    progress = Progress()
    for offset in sorted([*offsets, *left]):
        progress.take(offset, 0)
    for offset in offsets:
        progress.done(offset)
    return progress


def _commits(consumer: Any, **partitions):
    known = {{"one": ONE, "two": TWO}[name]: progress for name, progress in partitions.items()}
    commits = Commits("test", known, lambda: consumer)
    commits.is_assigned = True
    return commits, known


async def _markers(commits):
    await commits.pass_markers()
    return await commits.commit(10)


def test_what_is_done_is_committed_once_and_only_of_partitions_that_are_ours():
    async def run():
        consumer = Consumer(ONE)
        commits, known = _commits(consumer, one=_done(4, 5, left=(6,)), two=_done(1))
        assert await commits.commit(10)
        assert await commits.commit(10)
        assert consumer.committed == [{ONE: 6}]
        known[ONE].done(6)
        consumer.owned.add(TWO)
        assert await commits.commit(10)
        assert consumer.committed[1:] == [{ONE: 7, TWO: 2}]

    simulate(run())


def test_in_a_rebalance_the_position_of_before_says_nothing():
    """The client still tells it, behind records that were handed out and dropped when the partitions were given up."""

    async def run():
        consumer = Consumer(ONE)
        commits, known = _commits(consumer)
        consumer.positions = {ONE: 9}
        commits.is_assigned = False
        assert await _markers(commits)
        assert (consumer.committed, known) == ([], {})
        commits.is_assigned = True
        assert await _markers(commits)
        assert consumer.committed == [{ONE: 9}]

    simulate(run())


def test_without_a_consumer_or_anything_done_there_is_nothing_to_commit():
    async def run():
        commits, _ = _commits(None, one=_done(4))
        assert await commits.commit(10)
        await commits.pass_markers()
        consumer = Consumer(ONE)
        commits, _ = _commits(consumer, one=Progress())
        assert await commits.commit(10)
        assert consumer.committed == []

    simulate(run())


@pytest.mark.parametrize("error", [KafkaConnectionError(), CommitFailedError()])
def test_a_commit_that_failed_is_said_and_made_again(error):
    async def run():
        consumer = Consumer(ONE)
        consumer.errors = [error]
        commits, _ = _commits(consumer, one=_done(4))
        assert not commits.failed
        assert not await commits.commit(10)
        assert commits.failed
        assert await commits.commit(10)
        assert not commits.failed
        assert consumer.committed == [{ONE: 5}]

    simulate(run())


def test_a_commit_that_is_never_answered_has_failed_after_its_time():
    async def run():
        consumer = Consumer(ONE)
        consumer.takes = 1000.0
        commits, _ = _commits(consumer, one=_done(4))
        assert not await commits.commit(3)
        assert (commits.failed, asyncio.get_running_loop().time()) == (True, 3.0)

    simulate(run())


def test_what_is_done_is_followed_at_once_and_then_no_more_than_every_moment():
    async def run():
        consumer = Consumer(ONE)
        commits, known = _commits(consumer, one=_done(left=range(100)))
        task = asyncio.create_task(commits.follow())
        await asyncio.sleep(5)
        assert consumer.committed == []
        for offset in range(100):
            known[ONE].done(offset)
            commits.moved()
            await asyncio.sleep(0.001)
        await asyncio.sleep(1)
        task.cancel()
        assert consumer.at[0] == 5.0
        assert consumer.committed[-1] == {ONE: 100}
        assert len(consumer.committed) <= 4

    simulate(run())


def test_a_commit_that_failed_is_followed_by_another_without_being_asked_and_not_at_once():
    async def run():
        consumer = Consumer(ONE)
        consumer.errors = [KafkaConnectionError()] * 3
        commits, _ = _commits(consumer, one=_done(4))
        task = asyncio.create_task(commits.follow())
        commits.moved()
        await asyncio.sleep(2)
        assert len(consumer.errors) in (1, 2)
        await asyncio.sleep(10)
        task.cancel()
        assert consumer.committed == [{ONE: 5}]

    simulate(run())


def test_a_partition_with_nothing_but_a_marker_behind_what_is_done_counts_as_done():
    async def run():
        consumer = Consumer(ONE, TWO)
        consumer.positions, consumer.ends = {ONE: 6, TWO: 9}, {ONE: 6, TWO: 9}
        commits, known = _commits(consumer, one=_done(4))
        assert await _markers(commits)
        assert consumer.committed == [{ONE: 6, TWO: 9}]
        assert (known[ONE].next, known[TWO].next) == (6, 9)

    simulate(run())


def test_a_marker_is_not_passed_while_a_record_before_it_is_in_hand_nor_is_a_record_that_is_not_handed_out():
    async def run():
        consumer = Consumer(ONE, TWO)
        consumer.positions, consumer.ends = {ONE: 9, TWO: 5}, {ONE: 9, TWO: 8}
        commits, known = _commits(consumer, one=_done(left=(4,)), two=_done(4))
        await _markers(commits)
        assert consumer.committed == [{ONE: 4, TWO: 5}]
        assert (known[ONE].next, known[TWO].next) == (5, 5)

    simulate(run())


def test_at_the_end_of_the_log_nobody_is_asked_for_a_position():
    async def run():
        consumer = Consumer(ONE)
        consumer.ends = {ONE: 5}
        commits, _ = _commits(consumer, one=_done(4))
        # It has no position to tell, and would raise.
        await commits.pass_markers()
        consumer.ends = {ONE: None}
        await commits.pass_markers()

    simulate(run())


def test_a_position_that_is_not_told_keeps_no_other_partition_from_being_passed():
    async def run():
        consumer = Consumer(ONE, TWO)
        consumer.positions, consumer.ends = {ONE: 6, TWO: 6}, {ONE: 6, TWO: 6}
        consumer.errors = [KafkaConnectionError()]
        commits, _ = _commits(consumer, one=_done(4), two=_done(4))
        await _markers(commits)
        assert sorted(consumer.committed[0].values()) == [5, 6]
        consumer.takes = 1000.0
        before = asyncio.get_running_loop().time()
        await commits.pass_markers()
        assert asyncio.get_running_loop().time() - before <= 10

    simulate(run())
