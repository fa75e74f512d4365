"""A process under care whose start fails in ways nobody thought of."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from wiredesk_local.processes import restart
from wiredesk_local.processes.restart import Restarter


async def test_whatever_fails_is_said_and_the_start_tried_again(monkeypatch):
    monkeypatch.setattr(restart, "FIRST_PAUSE_SECONDS", 0.01)
    ends = asyncio.Queue[int]()
    outcomes: list[Exception | None] = [None, KeyError("a secret"), RuntimeError(), None]
    said: list[str] = []

    async def start() -> None:
        if (outcome := outcomes.pop(0)) is not None:
            raise outcome

    async def stop(*_args: object) -> None:
        pass

    def changed() -> None:
        if said:
            raise OSError("no space left on device")

    child: Any = SimpleNamespace(name="thing", log=Path("thing.log"), wait=ends.get, stop=stop)
    care = Restarter(child, start, say=said.append, changed=changed)
    await care.start()
    ends.put_nowait(1)
    async with asyncio.timeout(20):
        while care.state != "running" or care.restarts < 3:
            await asyncio.sleep(0.01)
    await care.stop(1)
    assert [line.split(";")[0] for line in said] == [
        "thing ended with exit code 1",
        "thing did not start: KeyError",
        "thing did not start: RuntimeError",
        "thing is running again",
    ]
