"""A real service that stops itself at a chosen moment between its database, its outputs and its offsets.

`python -m tests.faults.programs.crash_points SERVICE POINT SIGNAL`: the first time it gets to POINT, the process sends
SIGNAL (KILL or STOP) to itself. The points are made here, in this process; the service knows nothing of them.
"""

import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from wiredesk.engine.stage import Stage
from wiredesk_storage.store import Store

Method = Callable[..., Awaitable[Any]]

# Point → the method after (or before) which it lies.
POINTS: dict[str, tuple[type[Any], str]] = {
    "before-database": (Store, "save"),
    "after-database": (Store, "save"),
    "after-outputs": (Stage, "_publish"),
}


def stop_at(point: str, number: signal.Signals) -> None:
    """Let this process send `number` to itself the first time it reaches `point`."""
    owner, name = POINTS[point]
    original: Method = getattr(owner, name)
    reached: list[str] = []

    def strike() -> None:
        if not reached:
            reached.append(point)
            print(f"reached {point}", file=sys.stderr, flush=True)  # noqa: T201
            os.kill(os.getpid(), number)

    async def before(*arguments: Any) -> Any:
        strike()
        return await original(*arguments)

    async def after(*arguments: Any) -> Any:
        result = await original(*arguments)
        strike()
        return result

    setattr(owner, name, before if point.startswith("before") else after)


if __name__ == "__main__":
    service, where, what = sys.argv[1:]
    stop_at(where, signal.Signals[f"SIG{what}"])
    del sys.argv[1:]  # the service has a command line of its own
    importlib.import_module(f"wiredesk_{service}.__main__").main()
