"""What Kafka leaves out without a word is counted; what only looks like it is not."""

import asyncio
import logging

import pytest
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import TopicPartition

from tests.factories import record
from tests.simulation.loop import simulate
from wiredesk.engine import metrics
from wiredesk.engine.reading.offset_gaps import OffsetGaps

ONE, TWO = TopicPartition("articles.fetched.v1", 0), TopicPartition("articles.fetched.v1", 1)


class Log:
    """A consumer that knows starts, ends and commits. `takes` is how long the broker takes to answer."""

    def __init__(self, *, start=0, end=0, committed=None):
        self.owned = {ONE}
        self.starts, self.ends, self.commits = {ONE: start}, {ONE: end}, {ONE: committed}
        self.known_end: int | None = end
        self.takes = 0.0
        self.asked = 0
        self.errors: list[Exception] = []

    def assignment(self):
        return self.owned

    def highwater(self, _partition):
        return self.known_end

    async def beginning_offsets(self, partitions):
        await self._answer()
        return {partition: self.starts[partition] for partition in partitions}

    async def end_offsets(self, partitions):
        await self._answer()
        return {partition: self.ends[partition] for partition in partitions}

    async def committed(self, partition):
        await self._answer()
        return self.commits[partition]

    async def _answer(self):
        self.asked += 1
        await asyncio.sleep(self.takes)
        if self.errors:
            raise self.errors.pop()


def _records(*offsets):
    return [record(b"x", topic=ONE.topic, offset=offset) for offset in offsets]


def _missing(run):
    """Return how many records were counted as never read while `run` ran."""

    def value():
        return metrics.REGISTRY.get_sample_value("wiredesk_offset_gap_records_total", {"stage": "test"}) or 0

    async def main():
        gaps = OffsetGaps("test")
        await run(gaps)
        await asyncio.sleep(100)
        await gaps.close()

    before = value()
    simulate(main())
    return value() - before


def test_records_that_retention_removed_behind_the_commit_are_counted_when_the_partition_comes():
    async def run(gaps):
        gaps.assigned(Log(start=9, end=20, committed=5), [ONE])

    assert _missing(run) == 4


@pytest.mark.parametrize(("start", "committed"), [(5, 5), (3, 5), (9, None), (0, None)])
def test_nothing_is_missing_where_the_log_still_has_what_was_not_read(start, committed):
    async def run(gaps):
        gaps.assigned(Log(start=start, end=20, committed=committed), [ONE])

    assert _missing(run) == 0


def test_records_that_retention_removed_between_two_reads_are_counted():
    async def run(gaps):
        log = Log(start=0, end=20)
        gaps.look(log, _records(0, 1, 2))
        log.starts[ONE] = 7
        gaps.look(log, _records(7, 8))

    assert _missing(run) == 4


def test_no_more_is_counted_than_was_jumped_over():
    async def run(gaps):
        log = Log(start=0, end=20)
        gaps.look(log, _records(0, 1, 2))
        # By the time the question is asked still more has gone.
        log.starts[ONE] = 15
        gaps.look(log, _records(7, 8))

    assert _missing(run) == 4


def test_a_hole_that_retention_did_not_make_is_a_marker_and_nothing_is_missing():
    async def run(gaps):
        log = Log(start=0, end=20)
        gaps.look(log, _records(0, 1, 2))
        gaps.look(log, _records(4, 9))
        log.starts[ONE] = 1
        gaps.look(log, _records(12))

    assert _missing(run) == 0


def test_reads_that_follow_each_other_ask_nobody():
    async def run(gaps):
        log = Log(start=0, end=20)
        for offsets in ((0, 1), (2,), (3, 4, 5), (6,)):
            gaps.look(log, _records(*offsets))
        gaps.look(log, [])
        await asyncio.sleep(1)
        assert log.asked == 0

    assert _missing(run) == 0


def test_records_that_come_again_are_no_topic_made_again():
    async def run(gaps):
        log = Log(start=0, end=20)
        gaps.look(log, _records(5, 6, 7))
        gaps.look(log, _records(5, 6))
        gaps.look(log, _records(0, 1))

    assert _missing(run) == 0


def test_a_topic_that_was_made_again_while_it_was_read_lost_what_was_known_to_lie_ahead(caplog):
    async def run(gaps):
        log = Log(start=0, end=20)
        gaps.look(log, _records(5, 6, 7))
        log.ends[ONE] = 3
        gaps.look(log, _records(0, 1))

    with caplog.at_level(logging.ERROR):
        assert _missing(run) == 12
    assert f"{ONE.topic}/0 ends at 3 but was read up to 8" in caplog.text


def test_a_log_that_ends_where_it_was_read_to_is_the_same_log():
    async def run(gaps):
        log = Log(start=0, end=8)
        gaps.look(log, _records(5, 6, 7))
        gaps.look(log, _records(0, 1))
        gaps.assigned(log, [ONE])

    assert _missing(run) == 0


def test_a_topic_that_was_made_again_between_two_assignments_is_seen_by_what_was_read_of_it():
    async def run(gaps):
        log = Log(start=0, end=20, committed=None)
        gaps.look(log, _records(5, 6, 7))
        log.ends[ONE] = 2
        gaps.assigned(log, [ONE])
        await asyncio.sleep(1)
        # It is said once.
        gaps.assigned(log, [ONE])

    assert _missing(run) == 12


def test_what_was_given_back_unworked_went_with_a_topic_that_was_made_again():
    async def run(gaps):
        log = Log(start=0, end=20, committed=None)
        gaps.look(log, _records(5, 6, 7))
        gaps.revoked({ONE: 2, TWO: 1})
        log.ends[ONE] = 2
        gaps.assigned(log, [ONE])

    assert _missing(run) == 12 + 2


def test_what_was_given_back_unworked_and_finished_by_another_owner_is_not_counted():
    async def run(gaps):
        log = Log(start=0, end=20, committed=18)
        gaps.look(log, _records(5, 6, 7))
        gaps.revoked({ONE: 2})
        log.ends[ONE] = 2
        gaps.assigned(log, [ONE])

    assert _missing(run) == 2


def test_a_commit_beyond_the_end_says_that_the_topic_was_made_again_but_not_how_much_is_lost(caplog):
    async def run(gaps):
        gaps.assigned(Log(start=0, end=2, committed=9), [ONE])

    with caplog.at_level(logging.ERROR):
        assert _missing(run) == 0
    assert "made again" in caplog.text


def test_a_client_that_knows_no_end_of_the_log_takes_the_last_record_for_it():
    async def run(gaps):
        log = Log(start=0, end=8)
        log.known_end = None
        gaps.look(log, _records(5, 6, 7))
        log.ends[ONE] = 3
        gaps.look(log, _records(0))

    assert _missing(run) == 0


def test_what_is_read_of_a_partition_that_has_gone_is_not_compared():
    async def run(gaps):
        log = Log(start=0, end=20)
        gaps.look(log, _records(0, 1))
        log.owned = {TWO}
        log.starts[ONE] = 9
        gaps.look(log, _records(9))

    assert _missing(run) == 0


def test_a_question_that_fails_or_is_never_answered_harms_nobody(caplog):
    async def run(gaps):
        log = Log(start=9, end=20, committed=5)
        log.errors = [KafkaConnectionError()]
        gaps.assigned(log, [ONE])
        await asyncio.sleep(1)
        log.takes = 10_000
        gaps.assigned(log, [ONE])
        await asyncio.sleep(100)
        assert not gaps._asking

    with caplog.at_level(logging.WARNING):
        assert _missing(run) == 0
    assert [one.getMessage().rpartition(": ")[2] for one in caplog.records] == ["KafkaConnectionError", "TimeoutError"]


def test_when_it_is_closed_open_questions_are_dropped():
    async def run(gaps):
        log = Log(start=9, end=20, committed=5)
        log.takes = 10
        gaps.assigned(log, [ONE])
        await asyncio.sleep(1)
        await gaps.close()
        assert asyncio.get_running_loop().time() == 1.0

    assert _missing(run) == 0
