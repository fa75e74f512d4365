"""The pool: real processes; a hang, a crash or a bug costs only its own task."""

import asyncio
import os
import signal
import time

import pytest

from shared.errors import PermanentError, WorkFailedError
from shared.pool import Pool


def _double(number):
    return number * 2


def _hang(_):
    time.sleep(60)


def _die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def _raise(_):
    raise KeyError("bug")


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


async def test_a_failure_does_not_tell_what_it_worked_on(pool):
    with pytest.raises(WorkFailedError) as caught:
        await pool.run(_hang, "the secret body", timeout=0.2)
    assert "secret" not in str(caught.value)
