"""What a process shows from outside while something is done to it: whether it lives, answers, stays a member, grows."""

import asyncio
import contextlib
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.harness.one_service import Member, has_member
from tests.faults.harness.probe import ask
from wiredesk.client import offsets
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane

EVERY_SECONDS = 0.5
# The longest recent time in which the event loop of a process did nothing else.
LOOP_LAG = "wiredesk_loop_lag_seconds"


@dataclass
class Vitals:
    """Of one process. `complaints` is empty as long as /livez was green each time it was asked."""

    complaints: list[str] = field(default_factory=list)
    slowest_answer: float = 0.0
    loop_lag: float | None = None

    def __str__(self) -> str:
        lag = "no loop lag told" if self.loop_lag is None else f"loop lag {self.loop_lag:.1f} s"
        return f"slowest answer {self.slowest_answer:.1f} s, {lag}, complaints: {'; '.join(self.complaints) or 'none'}"

    async def look(self, port: int) -> None:
        """Ask once more."""
        began = time.monotonic()
        problems = await ask(port, "/livez")
        self.slowest_answer = max(self.slowest_answer, time.monotonic() - began)
        self.complaints += ["no answer"] if problems is None else problems
        if (lag := await metric(port, LOOP_LAG)) is not None:
            self.loop_lag = max(lag, self.loop_lag or 0.0)


async def metric(port: int, name: str) -> float | None:
    """Return the sum of a metric over its labels as /metrics tells it; None when nobody tells it."""

    def get() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    try:
        lines = (await asyncio.to_thread(get)).splitlines()
    except OSError:
        return None
    values = [float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{name} ", f"{name}{{"))]
    return sum(values) if values else None


@asynccontextmanager
async def watched(port: int) -> AsyncIterator[Vitals]:
    """Watch the process that serves its health on `port`, for as long as the block runs."""
    vitals = Vitals()

    async def watch() -> None:
        while True:
            await vitals.look(port)
            await asyncio.sleep(EVERY_SECONDS)

    watching = asyncio.create_task(watch())
    try:
        yield vitals
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def works_through(
    kafka: KafkaSettings, lane: Lane, service: str, member: Member, vitals: Vitals, *, within: float
) -> float:
    """Wait until nothing waits for `service`; return the seconds that took.

    Fails as soon as the process has ended, has complained, or its group has it for a member no more.
    """
    began = time.monotonic()
    while True:
        (stage, *_) = [stage for stage in await offsets.lag(kafka, lane) if stage.service == service]
        seconds = time.monotonic() - began
        seen = f"after {seconds:.0f} s, {stage.lag} records left: {vitals}"
        assert member.process.returncode is None, f"ended with {member.process.returncode} {seen}"
        assert vitals.complaints == [], seen
        assert has_member(stage, member.pid), f"no member {seen}"
        if stage.lag == 0:
            return seconds
        assert seconds < within, seen
        await asyncio.sleep(0.5)


def peak_megabytes(pid: int) -> float:
    """The most memory that process `pid` ever had resident, without its children, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"the kernel tells no peak of process {pid}")
