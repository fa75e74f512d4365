"""The pool: real processes; a hang, a crash or a bug costs only its own task."""

import asyncio
import multiprocessing
import os
import signal
import time

import pytest

from wiredesk.contracts.errors import BrokenError, PermanentError, WorkFailedError
from wiredesk.runtime.pool import Pool


def _double(number):
    return number * 2


def _hang(_):
    time.sleep(60)


def _die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def _raise(_):
    raise KeyError("bug")


def _quote(text):
    raise ValueError(text)


def _cannot_start():
    raise OSError("no such file")


def _refuse(_):
    raise PermanentError("no", reason="mine")


def _hoard(_):
    return len(bytearray(2 * 1024**3))


@pytest.fixture(scope="module")
async def pool():
    async with Pool(1, memory_bytes=1024**3) as started:
        yield started


async def test_work_comes_back(pool):
    assert await pool.run(_double, 21, timeout=30) == 42


@pytest.mark.parametrize(
    ("work", "reason", "seconds"),
    [
        (_hang, "cpu_timeout", 0.3),
        (_die, "worker_died", 30),
        (_hoard, "worker_died", 30),
        (_raise, "work_raised", 30),
        (_refuse, "mine", 30),
    ],
)
async def test_a_failure_costs_only_its_own_task(pool, work, reason, seconds):
    failing = asyncio.create_task(pool.run(work, 0, timeout=seconds))
    good = [asyncio.create_task(pool.run(_double, n, timeout=30)) for n in range(3)]
    with pytest.raises(PermanentError) as caught:
        await failing
    assert caught.value.reason == reason
    assert await asyncio.gather(*good) == [0, 2, 4]


@pytest.mark.parametrize(("work", "seconds"), [(_hang, 0.2), (_quote, 30)])
async def test_a_failure_does_not_tell_what_it_worked_on(pool, work, seconds):
    with pytest.raises(WorkFailedError) as caught:
        await pool.run(work, "the secret body", timeout=seconds)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_bug_says_where_it_was_raised(pool):
    with pytest.raises(WorkFailedError, match=r"^ValueError at _quote:\d+ < process_execute:\d+"):
        await pool.run(_quote, "x", timeout=30)


async def test_workers_that_cannot_start_are_no_fault_of_a_record():
    with pytest.raises(BrokenError):
        async with Pool(1, initializer=_cannot_start):
            pass


async def test_a_pool_that_has_ended_is_no_fault_of_a_record():
    async with Pool(1) as ended:
        pass
    with pytest.raises(BrokenError):
        await ended.run(_double, 1, timeout=30)


async def test_a_start_that_is_given_up_leaves_no_process(pool):
    before = set(multiprocessing.active_children())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), Pool(1, initializer=time.sleep, args=(60,)):
            pass
    assert set(multiprocessing.active_children()) <= before
