"""How many records a worker takes at a time: few at first, more while it is quick, fewer as soon as it is slow."""

from types import SimpleNamespace

import pytest

from wiredesk.engine import batch_sizing
from wiredesk.engine.batch_sizing import FIRST_BATCH, AdaptiveBatches


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(batch_sizing, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def _worker(most=100, allowed=400.0):
    subscriber = SimpleNamespace(max_records=most)

    async def read(_consumer):
        return ("record",) * subscriber.max_records

    return AdaptiveBatches(subscriber, read, allowed)


async def test_it_starts_with_few_and_doubles_up_to_the_most(clock):
    paced = _worker()
    sizes = []
    for _ in range(6):
        sizes.append(len(await paced.read(None)))
        clock.seconds += 0.1
    assert sizes == [FIRST_BATCH, 2 * FIRST_BATCH, 4 * FIRST_BATCH, 8 * FIRST_BATCH, 100, 100]


async def test_a_slow_batch_is_followed_by_one_that_fits_a_quarter_of_the_allowed_time(clock):
    paced = _worker()
    for _ in range(5):
        await paced.read(None)
        clock.seconds += 0.1
    await paced.read(None)
    clock.seconds += 1000  # 10 s a record, 400 s allowed
    assert len(await paced.read(None)) == 10


async def test_one_record_is_the_least(clock):
    paced = _worker()
    await paced.read(None)
    clock.seconds += 1e6
    assert len(await paced.read(None)) == 1


async def test_reads_that_find_nothing_change_nothing(clock):
    subscriber = SimpleNamespace(max_records=100)

    async def read(_consumer):
        return ()

    paced = AdaptiveBatches(subscriber, read, 400.0)
    for _ in range(3):
        await paced.read(None)
        clock.seconds += 1000
    assert subscriber.max_records == FIRST_BATCH
