"""CPU work in processes of its own, so that the event loop keeps heartbeating and one bad article dies alone.

pebble's pool can kill a single task; the standard library's cannot: there one hung or OOM-killed worker takes every
pending task with it.
"""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from shared.errors import PermanentError, WorkFailedError

T = TypeVar("T")

START_SECONDS = 120.0


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
        """
        future = self._pool.schedule(function, args=args, timeout=timeout)
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
        except Exception as error:
            raise WorkFailedError(f"{type(error).__name__}: {error}") from error

    async def __aenter__(self) -> Self:
        # Starting takes seconds (imports, models): better now than under the first article.
        await self.run(os.getpid, timeout=START_SECONDS)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)
