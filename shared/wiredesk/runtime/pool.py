"""CPU work in processes of its own, so that the event loop keeps heartbeating and one bad article dies alone.

pebble's pool can kill a single task; the standard library's cannot: there one hung or OOM-killed worker takes every
pending task with it.
"""

import asyncio
import multiprocessing
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import CONSTS, ProcessExpired, ProcessPool

from wiredesk.contracts.errors import BrokenError, PermanentError, WorkFailedError

T = TypeVar("T")

START_SECONDS = 120.0
# How often pebble looks whether a task is out of time or a worker has died. Its own 0.1 s wake an idle service 20 times
# a second; results are not waited for in this way.
_LOOK_SECONDS = 0.25


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _start_worker(memory_bytes: int | None, initializer: Callable[..., None] | None, args: tuple[Any, ...]) -> None:
    # A service that is killed -9 cannot stop its workers: they watch it instead.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if memory_bytes is not None:
        import resource  # noqa: PLC0415 - POSIX only

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    if initializer is not None:
        initializer(*args)


def _where(error: Exception) -> str:
    """The type of an error and where in the worker it was raised; never its words, which may quote the article."""
    frames = re.findall(r'^  File ".*", line (\d+), in (\S+)$', getattr(error, "traceback", ""), re.MULTILINE)
    places = " < ".join(f"{name}:{line}" for line, name in frames[:-4:-1])
    return f"{type(error).__name__} at {places}" if places else type(error).__name__


class Pool:
    """A pool of worker processes, each initialised once. `async with` starts it and kills it at the end."""

    def __init__(
        self,
        workers: int,
        *,
        initializer: Callable[..., None] | None = None,
        args: tuple[Any, ...] = (),
        memory_bytes: int | None = None,
    ) -> None:
        """`initializer(*args)` runs in each new worker; `memory_bytes` is its address-space limit."""
        self.workers = workers
        CONSTS.sleep_unit = _LOOK_SECONDS
        self._pool = ProcessPool(
            max_workers=workers,
            initializer=_start_worker,
            initargs=[memory_bytes, initializer, args],
            context=multiprocessing.get_context("spawn"),
        )

    async def run(self, function: Callable[..., T], *args: Any, timeout: float) -> T:  # noqa: ASYNC109 - kills the task
        """Return `function(*args)` from a worker; everything must pickle. Does not block the loop.

        Raises:
            WorkFailedError: it ran longer than `timeout` seconds (`cpu_timeout`), its process died (`worker_died`),
                or it raised (`work_raised`).
            PermanentError: passed through as raised by `function`.
            BrokenError: the pool has no processes and will have none.
        """
        try:
            future = self._pool.schedule(function, args=args, timeout=timeout)
        except RuntimeError:
            raise BrokenError("the pool of worker processes has ended", reason="pool") from None
        try:
            return await asyncio.wrap_future(future)
        except (FutureTimeoutError, TimeoutError):
            raise WorkFailedError(f"no result within {timeout:g} s", reason="cpu_timeout") from None
        except ProcessExpired as error:
            raise WorkFailedError(f"worker ended with code {error.exitcode}", reason="worker_died") from None
        except PermanentError:
            raise
        except MemoryError:
            raise WorkFailedError("out of memory", reason="worker_died") from None
        except BrokenProcessPool:
            raise BrokenError("no worker process can start: the log says why", reason="pool") from None
        except Exception as error:  # noqa: BLE001 - the chain would carry its words
            raise WorkFailedError(_where(error)) from None

    async def __aenter__(self) -> Self:
        # Starting takes seconds (imports, models): better now than under the first article.
        try:
            await self.run(os.getpid, timeout=START_SECONDS)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def _end(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)
