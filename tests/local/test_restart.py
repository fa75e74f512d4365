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


async def test_what_cannot_work_is_not_started_again_and_says_why(tmp_path: Path):
    log = tmp_path / "tagger-1.log"
    log.write_text(
        '{"event": "earlier"}\ntagger: an older reason\n{"event": "begun"}\ntagger: wrong settings:\n  NAME: bad\n'
        '{"event": "Shutting down"}\n'
    )
    starts, said = [], list[str]()

    async def start() -> None:
        starts.append(1)

    async def ended() -> int:
        return 4

    async def stop(*_args: object) -> None:
        pass

    words = lambda lines: "\n".join(f"  {line}" for line in log.read_text().splitlines()[-lines:])  # noqa: E731
    child: Any = SimpleNamespace(name="tagger-1", log=log, wait=ended, stop=stop, last_words=words)
    care = Restarter(child, start, say=said.append, changed=lambda: None, final={4})
    await care.start()
    async with asyncio.timeout(20):
        while care.state != "failed":
            await asyncio.sleep(0.01)
    assert care.failure == "tagger: wrong settings: NAME: bad"
    assert said == [f"tagger-1 has ended and is not started again: {care.failure}"]
    assert len(starts) == 1
    await care.stop(1)
