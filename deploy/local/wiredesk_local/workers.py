"""The worker processes: N of each service, each with a health port and a log of its own."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from wiredesk.client.settings import FILE
from wiredesk.contracts.errors import ConfigurationError
from wiredesk_local.processes.child import Child, free_port
from wiredesk_local.processes.restart import Restarter
from wiredesk_local.state import StateDir

# A service that ends with it has a wrong setting, or lacks what it needs: it would end so again.
CONFIGURATION = 4
# A service finishes its batch and leaves its group within 25 s of SIGTERM.
STOP_SECONDS = 30.0
MOST_WORKERS = 64
# It reads no topic in a group, and has one port that people know: a second would have no work.
DESK = "desk"
# Of the workers of a lane beside the live one: while the others have work, these get a tenth of the processors.
NICENESS = 10
_ASK_SECONDS = 6.0
# A worker that is started anew may load a model.
READY_SECONDS = 60.0

Command = Callable[[str], Sequence[str]]


def module_command(service: str) -> Sequence[str]:
    """How a service is started: its package as a program of this interpreter."""
    # The desk's program is the command line, of which serving is one verb.
    return [sys.executable, "-m", f"wiredesk_{service}", *(["serve"] if service == DESK else [])]


class Worker:
    """One process of one service."""

    def __init__(self, lane: str, service: str, index: int, child: Child, restarter: Restarter) -> None:
        self.lane = lane
        self.service = service
        self.index = index
        self.child = child
        self.restarter = restarter
        self.health_port = 0

    def status(self) -> dict[str, Any]:
        """What `wiredesk status` shows about it."""
        beside = {"name": self.child.name, "lane": self.lane} if self.lane else {}
        return {
            **beside,
            "service": self.service,
            "index": self.index,
            "pid": self.child.pid,
            "health_port": self.health_port,
            "state": self.restarter.state,
            "restarts": self.restarter.restarts,
            "log": str(self.child.log),
        }


class Workers:
    """All workers. `scale` is the only way to add and remove them."""

    def __init__(
        self,
        services: Sequence[str],
        state: StateDir,
        environment: Mapping[str, Mapping[str, str]],
        *,
        command: Command,
        say: Callable[[str], None],
        changed: Callable[[], None],
        lane: str = "",
    ) -> None:
        """`environment` maps a service to variables it gets besides our own.

        Those of a `lane` beside the one that the environment names step back behind all others.
        """
        self._lane = lane
        self._groups: dict[str, list[Worker]] = {service: [] for service in services}
        self._state = state
        self._environment = environment
        self._command = command
        self._say = say
        self._changed = changed
        self._one_at_a_time = asyncio.Lock()
        self._closed = False

    def status(self) -> list[dict[str, Any]]:
        """Every worker, in the order of the services."""
        return [worker.status() for group in self._groups.values() for worker in group]

    async def scale(self, service: str, count: int, addresses: Mapping[str, str]) -> None:
        """Start or stop processes of `service` until `count` run; those that stop finish their batch first.

        Raises:
            ConfigurationError: no such service, or a count that makes no sense.
        """
        self._check(service)
        most = 1 if service == DESK else MOST_WORKERS
        if not 0 <= count <= most:
            raise ConfigurationError(f"{count} workers of {service}: take 0 to {most}")
        async with self._one_at_a_time:
            group = self._groups[service]
            while len(group) < count and not self._closed:
                group.append(await self._add(service, len(group) + 1, addresses))
            gone = group[count:]
            await asyncio.gather(*(worker.restarter.stop(STOP_SECONDS) for worker in gone))
            del group[count:]
            self._changed()

    async def start(self, addresses: Mapping[str, str]) -> None:
        """Start one process of each service."""
        for service in self._groups:
            await self.scale(service, 1, addresses)

    async def restart(self, service: str, addresses: Mapping[str, str]) -> None:
        """Start every process of `service` anew, one after the other: the next when the one before is ready again.

        Each finishes what it has in hand.

        Raises:
            ConfigurationError: no such service.
        """
        self._check(service)
        async with self._one_at_a_time:
            group = self._groups[service]
            for n, worker in enumerate(group):
                await worker.restarter.stop(STOP_SECONDS)
                if self._closed:
                    return
                group[n] = await self._add(service, worker.index, addresses)
                await _until_ready(group[n])
            self._changed()

    def failures(self) -> list[str]:
        """Name the workers that ended for good, each with the reason."""
        everyone = [worker for group in self._groups.values() for worker in group]
        return [f"{one.child.name}: {one.restarter.failure}" for one in everyone if one.restarter.failure]

    async def unready(self) -> list[str]:
        """Name the workers that cannot work yet or now, each with what they say is the reason."""
        everyone = [worker for group in self._groups.values() for worker in group]
        found = await asyncio.gather(*(_problem(worker) for worker in everyone))
        return [f"{worker.child.name} ({problem})" for worker, problem in zip(everyone, found, strict=True) if problem]

    async def stop(self, hurry: asyncio.Event) -> None:
        """Stop all of them at once and for good; return once they have gone."""
        self._closed = True
        await self._stop_everyone(hurry)
        # A `scale` that was under way may have added one more.
        async with self._one_at_a_time:
            await self._stop_everyone(hurry)
            for group in self._groups.values():
                group.clear()

    def _check(self, service: str) -> None:
        if service not in self._groups:
            raise ConfigurationError(f"no service {service!r} here: there are {', '.join(self._groups)}")

    async def _stop_everyone(self, hurry: asyncio.Event) -> None:
        everyone = [worker for group in self._groups.values() for worker in group]
        await asyncio.gather(*(worker.restarter.stop(STOP_SECONDS, hurry) for worker in everyone))

    async def _add(self, service: str, index: int, addresses: Mapping[str, str]) -> Worker:
        name = f"{self._lane}-{service}-{index}" if self._lane else f"{service}-{index}"
        child = Child(name, log=self._state.logs / f"{name}.log", pids=self._state.pids)

        async def start() -> None:
            worker.health_port = self._free_port()
            env = {name: value for name, value in os.environ.items() if not name.startswith("WIREDESK_LOCAL__")}
            # What we hand on in itself must not come from a file besides.
            env = {name: value for name, value in env.items() if name.upper().removesuffix(FILE) not in addresses}
            env |= {"PYTHONUNBUFFERED": "1", **addresses, **self._environment.get(service, {})}
            env["WIREDESK_HEALTH__PORT"] = str(worker.health_port)
            if self._lane:
                env["WIREDESK_LANE"] = self._lane
            await child.start(self._command(service), env=env, niceness=NICENESS if self._lane else 0)

        worker = Worker(self._lane, service, index, child, self._restarter(child, start))
        await worker.restarter.start()
        return worker

    def _free_port(self) -> int:
        """A port that is free, and that no other worker is about to take."""
        taken = {worker.health_port for group in self._groups.values() for worker in group}
        while (port := free_port()) in taken:
            pass
        return port

    def _restarter(self, child: Child, start: Callable[[], Awaitable[None]]) -> Restarter:
        return Restarter(child, start, say=self._say, changed=self._changed, final={CONFIGURATION})


async def _until_ready(worker: Worker) -> None:
    """Return when it is ready, has ended for good, or has had its time."""
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    while not worker.restarter.failure and await _problem(worker):
        if asyncio.get_running_loop().time() > deadline:
            return
        await asyncio.sleep(0.2)


async def _problem(worker: Worker) -> str:
    """What the health page of a worker says is wrong; empty when it is ready."""
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", worker.health_port)
            try:
                writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
                answer = await reader.read()
            finally:
                writer.close()
        problems = json.loads(answer.partition(b"\r\n\r\n")[2])["problems"]
    except (OSError, ValueError, KeyError, TimeoutError):
        return worker.restarter.state if worker.restarter.state != "running" else "starting"
    return "; ".join(map(str, problems))
