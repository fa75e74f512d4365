"""Whatever the Kafka client raises, reading goes on where it stopped, and only what cannot be read is buried."""

import pytest
from aiokafka.structs import TopicPartition

from tests.simulation.client import Consumer
from tests.simulation.loop import simulate
from tests.unit.wiredesk.reading import ONE, Desk, everything, fill
from wiredesk.engine.reading.bounded_batches import UnreadableBatchError
from wiredesk.engine.reading.reader import TRIES


@pytest.mark.parametrize("error", [MemoryError, ValueError, RuntimeError, AssertionError, UnicodeDecodeError])
def test_after_any_error_what_was_drained_is_read_again_and_nothing_twice(error, monkeypatch):
    async def run():
        desk = Desk()
        fill(desk)
        raised: list[TopicPartition] = []

        original = Consumer._drain

        def drain(consumer, partition, most):
            records = original(consumer, partition, most)
            if records and len(raised) < 2:
                raised.append(partition)
                raise error(*(("utf-8", b"\xff", 0, 1, "no") if error is UnicodeDecodeError else ()))
            return records

        monkeypatch.setattr(Consumer, "_drain", drain)
        await desk.all()
        assert sorted(desk.read) == everything()
        assert desk.buried == []

    simulate(run())


def test_a_damaged_batch_is_buried_once_and_alone_after_it_was_fetched_again():
    async def run():
        desk = Desk()
        fetched = []

        def error():
            fetched.append(1)
            return UnreadableBatchError(2, 5, is_too_large=False)

        for offset in range(8):
            desk.cluster.append("t", b"x", partition=0, error=error if 2 <= offset < 5 else None)
        fill(desk, 4)
        await desk.all()
        assert desk.buried == [(0, 2, 5, False)]
        # Once among the others, and then alone.
        assert len(fetched) == 1 + TRIES
        assert sorted(desk.read) == [(0, n) for n in range(12) if not 2 <= n < 5] + [(1, n) for n in range(4)]

    simulate(run())


def test_a_batch_that_is_too_large_is_buried_as_soon_as_it_is_alone():
    async def run():
        desk = Desk()
        fetched = []

        def error():
            fetched.append(1)
            return UnreadableBatchError(0, 1, is_too_large=True)

        desk.cluster.append("t", b"x", partition=0, error=error)
        await desk.all()
        assert desk.buried == [(0, 0, 1, True)]
        # Once among the others, and once alone.
        assert len(fetched) == 2

    simulate(run())


def test_while_the_dead_letters_are_away_the_unreadable_is_met_again_and_not_passed():
    async def run():
        desk = Desk()
        desk.fails = 2
        desk.cluster.append("t", b"x", partition=0, error=lambda: UnreadableBatchError(0, 1, is_too_large=True))
        desk.cluster.append("t", b"x", partition=0)
        await desk.all()
        assert (desk.buried, desk.read) == ([(0, 0, 1, True)], [(0, 1)])

    simulate(run())


def test_it_counts_the_errors_running_and_forgets_them_when_a_read_passes():
    async def run():
        desk = Desk()
        consumer = await desk.all(1)

        async def broken(*_partitions, **_options):
            raise RuntimeError("no group")

        works, consumer.getmany = consumer.getmany, broken
        for count in range(1, 4):
            assert await desk.reader.read(consumer, [ONE], 8, 0.1) == ()
            assert desk.reader.errors == count
        consumer.getmany = works
        await desk.reader.read(consumer, [ONE], 8, 0.1)
        assert desk.reader.errors == 0

    simulate(run())


def _undecodable():
    return UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no")


@pytest.mark.parametrize("error", [_undecodable, lambda: UnreadableBatchError(None, None, is_too_large=False)])
def test_where_nobody_says_how_far_the_damage_goes_one_record_is_buried(error):
    async def run():
        desk = Desk()
        for offset in range(4):
            desk.cluster.append("t", b"x", partition=0, error=error if offset == 2 else None)
        await desk.all()
        assert desk.buried == [(0, 2, 3, False)]
        assert desk.read == [(0, 0), (0, 1), (0, 3)]

    simulate(run())


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_batch_that_claims_to_end_before_where_reading_stands_is_passed_all_the_same(after):
    async def run():
        desk = Desk()
        for offset in range(4):
            error = (lambda: UnreadableBatchError(0, after, is_too_large=True)) if offset == 2 else None
            desk.cluster.append("t", b"x", partition=0, error=error)
        await desk.all()
        assert desk.buried == [(0, 2, 3, True)]
        assert desk.read == [(0, 0), (0, 1), (0, 3)]

    simulate(run())


def test_each_damaged_batch_is_fetched_again_as_often_as_the_first():
    async def run():
        desk = Desk()
        fetched = []

        def error(offset):
            def raises():
                fetched.append(offset)
                return UnreadableBatchError(offset, offset + 1, is_too_large=False)

            return raises

        for offset in range(3):
            desk.cluster.append("t", b"x", partition=0, error=error(offset))
        await desk.all()
        assert desk.buried == [(0, offset, offset + 1, False) for offset in range(3)]
        assert [fetched.count(offset) for offset in range(3)] == [1 + TRIES, TRIES, TRIES]

    simulate(run())
