"""Lanes beside the live one: their workers run for as long as something waits, and step back behind all others."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import Lane
from wiredesk_local.state import StateDir
from wiredesk_local.workers import Workers

_NAME = re.compile(r"[a-z0-9-]{1,100}")
# A lane in which nothing waits, and into which nobody asked to put more for so long, is done.
IDLE_SECONDS = 60.0
_LOOK_SECONDS = 5.0

# (Kafka, lane): how many records wait in it, all stages together
Waiting = Callable[[KafkaSettings, Lane], Awaitable[int]]


async def _waiting(kafka: KafkaSettings, lane: Lane) -> int:
    from wiredesk.client import offsets  # noqa: PLC0415 - brings aiokafka, which few starts need here

    return await offsets.waiting(kafka, lane)


class LayOut(Protocol):
    """How the workers of a lane are made, without starting them."""

    def __call__(self, *, lane: str) -> Workers: ...


class Lanes:
    """The lanes that have workers here."""

    def __init__(
        self,
        state: StateDir,
        workers: LayOut,
        *,
        make_topics: Callable[[str], Awaitable[None]],
        say: Callable[[str], None],
        waiting: Waiting | None = None,
    ) -> None:
        """`workers` lays out those of a lane, `make_topics` creates its topics."""
        self._state = state
        self._lay_out = workers
        self._make_topics = make_topics
        self._say = say
        self._waiting = waiting or _waiting
        self._running: dict[str, Workers] = {}
        self._asked: dict[str, float] = {}
        self._watching: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    def status(self) -> list[dict[str, Any]]:
        """Every worker of every lane."""
        return [worker for workers in self._running.values() for worker in workers.status()]

    async def run(self, name: str, kafka: KafkaSettings, addresses: Mapping[str, str]) -> None:
        """Start one worker of each service in lane `name` where none runs yet, and note that somebody wants it.

        Raises:
            ConfigurationError: that is no name of a lane, Kafka refuses its topics, or a worker has ended for good.
        """
        if not _NAME.fullmatch(name):
            raise ConfigurationError(f"{name!r} is no name of a lane: lower-case letters, digits and hyphens")
        async with self._one_at_a_time:
            self._asked[name] = time.monotonic()
            if name in self._running:
                if failures := self._running[name].failures():
                    raise ConfigurationError("\n".join(failures))
                return
            await self._make_topics(name)
            workers = self._running[name] = self._lay_out(lane=name)
            self._state.keep_lanes(self._running)
            await workers.start(addresses)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(kafka), name="lanes")

    async def restart(self, service: str, addresses: Mapping[str, str]) -> None:
        """Start the processes of `service` anew in every lane. See `Workers.restart`."""
        for workers in list(self._running.values()):
            await workers.restart(service, addresses)

    async def stop(self, hurry: asyncio.Event) -> None:
        """Stop all of them for good; what waits in their lanes goes on at the next start."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        async with self._one_at_a_time:
            await asyncio.gather(*(workers.stop(hurry) for workers in self._running.values()))
            self._running.clear()

    async def _watch(self, kafka: KafkaSettings) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            for name in list(self._running):
                try:
                    if await self._waiting(kafka, Lane(name)):
                        self._asked[name] = time.monotonic()
                except InfrastructureError:
                    # Nothing is known of it: it may have work.
                    continue
                if time.monotonic() - self._asked[name] > IDLE_SECONDS:
                    await self._end(name)

    async def _end(self, name: str) -> None:
        async with self._one_at_a_time:
            if time.monotonic() - self._asked[name] <= IDLE_SECONDS:
                return
            await self._running.pop(name).stop(asyncio.Event())
            self._state.keep_lanes(self._running)
        self._say(f"nothing waits in lane {name} any more: its workers were stopped")
