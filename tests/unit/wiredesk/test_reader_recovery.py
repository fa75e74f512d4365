"""How reading goes on after an error: carefully, from where it stopped, and never before it stands there."""

import asyncio

import pytest
from aiokafka.errors import ConsumerStoppedError, KafkaConnectionError

from tests.simulation.loop import simulate
from tests.unit.wiredesk.reading import ONE, TWO, Desk, fill
from wiredesk.engine.reading.reader import CAREFUL_READS


def test_after_an_error_it_reads_one_record_at_a_time_of_each_partition_in_turn_for_a_while_and_then_as_before():
    async def run():
        desk = Desk()
        fill(desk, 300)
        asked: list[tuple[int, int]] = []
        consumer = await desk.all(0)
        works = consumer.getmany

        async def getmany(*partitions, max_records, **options):
            asked.append((len(partitions), max_records))
            if len(asked) == 1:
                raise RuntimeError("once")
            return await works(*partitions, max_records=max_records, **options)

        consumer.getmany = getmany
        partitions: list[int] = []
        for _ in range(CAREFUL_READS + 3):
            partitions += [record.partition for record in await desk.reader.read(consumer, [ONE, TWO], 8, 0.1)]
        assert asked == [(2, 8), *[(1, 1)] * CAREFUL_READS, (2, 8), (2, 8)]
        assert partitions[:6] in ([0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 1, 0])

    simulate(run())


def test_it_waits_as_long_as_it_is_told_for_the_first_record_and_no_longer():
    async def run():
        desk = Desk()
        consumer = await desk.all(0)
        before = asyncio.get_running_loop().time()
        assert await desk.reader.read(consumer, [], 8, 0.25) == []
        assert asyncio.get_running_loop().time() - before == pytest.approx(0.25, abs=0.01)
        desk.cluster.append("t", b"x", partition=1)
        assert [one.partition for one in await desk.reader.read(consumer, [], 8, 1000)] == [1]
        assert asyncio.get_running_loop().time() - before == pytest.approx(0.25, abs=0.01)

    simulate(run())


def test_a_consumer_that_was_stopped_is_no_error_to_recover_from():
    async def run():
        desk = Desk()
        consumer = await desk.all(0)
        await consumer.stop()
        with pytest.raises(ConsumerStoppedError):
            await desk.reader.read(consumer, [ONE], 8, 0.1)
        assert desk.reader.errors == 0

    simulate(run())


def test_a_consumer_that_raises_again_and_again_is_asked_less_and_less_often():
    async def run():
        desk = Desk()
        consumer = await desk.all(0)

        async def broken(*_partitions, **_options):
            raise RuntimeError("no group")

        consumer.getmany = broken
        took = []
        for _ in range(9):
            before = asyncio.get_running_loop().time()
            await desk.reader.read(consumer, [ONE], 8, 0.1)
            took.append(asyncio.get_running_loop().time() - before)
        # Each answer of the simulated broker takes a moment as well.
        assert [int(10 * one) / 10 for one in took] == [0.0, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0]

    simulate(run())


def test_reading_does_not_go_on_before_it_stands_where_it_stopped():
    async def run():
        desk = Desk()
        fill(desk, 3)
        consumer = await desk.all(0)
        works, committed, asked = consumer.getmany, consumer.committed, []

        async def once(*_partitions, **_options):
            consumer.getmany = works
            await works(*_partitions, **_options)
            raise RuntimeError("drained, and gone")

        async def away(partition):
            asked.append(partition)
            if len(asked) < 4:
                raise KafkaConnectionError
            return await committed(partition)

        consumer.getmany, consumer.committed = once, away
        assert await desk.reader.read(consumer, [ONE, TWO], 8, 0.1) == ()
        assert asyncio.get_running_loop().time() == pytest.approx(3.1, abs=0.3)
        assert consumer.at == {ONE: 0, TWO: 0}
        consumer._cluster.committed["g", ONE] = 2
        consumer.getmany = once
        assert await desk.reader.read(consumer, [ONE, TWO], 8, 0.1) == ()
        assert consumer.at == {ONE: 2, TWO: 0}

    simulate(run())


def test_a_broker_that_never_says_where_reading_stopped_is_asked_again():
    async def run():
        desk = Desk()
        fill(desk, 3)
        consumer = await desk.all(0)
        committed, asked = consumer.committed, []

        async def silent(partition):
            asked.append(partition)
            if len(asked) == 1:
                await asyncio.Event().wait()
            return await committed(partition)

        async def broken(*_partitions, **_options):
            raise RuntimeError("no group")

        consumer.getmany, consumer.committed = broken, silent
        await desk.reader.read(consumer, [ONE, TWO], 8, 0.1)
        assert 5 < asyncio.get_running_loop().time() < 30
        assert len(asked) == 3

    simulate(run())
