"""/livez, /readyz and /metrics of a service: liveness is progress, never an open port.

FastStream's own `ping` says healthy while the consume task is dead, so this looks at what must move.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
import uvicorn
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition
from prometheus_client import generate_latest

from wiredesk.engine import metrics
from wiredesk.engine.stage import Stage
from wiredesk.runtime.settings import HealthSettings

ReadyCheck = Callable[[], Awaitable[str | None]]

LOOP_LAG_LIMIT_SECONDS = 5.0
# A batch may take minutes at worst; a consumer whose position stands still this long while records wait is stuck.
STUCK_SECONDS = 660.0
# How often Kafka itself is asked where the topics end.
ASK_SECONDS = 30.0
_TICK_SECONDS = 1.0


class Health:
    """What is wrong with a service right now. `watch` has to run for the answers to be fresh."""

    def __init__(self, stage: Stage[Any], subscribers: Sequence[Any], ready: Sequence[ReadyCheck]) -> None:
        """`ready` are checks of a service's own: None when ready, else why not."""
        self._stage = stage
        self._subscribers = subscribers
        self._ready = ready
        self._ticked = time.monotonic()
        self._loop_lag = 0.0
        self._positions: dict[TopicPartition, tuple[int, float]] = {}
        self._ends: dict[TopicPartition, int] = {}
        self.started = False

    def dead(self) -> list[str]:
        """Return why the process should be restarted; empty when it is alive."""
        problems = []
        lag = max(self._loop_lag, time.monotonic() - self._ticked - _TICK_SECONDS)
        if lag > LOOP_LAG_LIMIT_SECONDS:
            problems.append(f"the event loop was blocked for {lag:.0f} s")
        if self._stage.poisoned:
            problems.append("nothing can pass until it is started again (the log says why)")
        # FastStream restarts a failed task beside the old one, so only "none is running" means dead.
        if self.started and any(all(task.done() for task in s.tasks) for s in self._subscribers):
            problems.append("a consume task has ended")
        if not self._stage.stopping.is_set() and any(_cut_off(s.consumer) for s in self._subscribers):
            problems.append("a consumer has lost its group for good")
        now = time.monotonic()
        problems += [
            f"a batch of {topic} has been in hand for {now - since:.0f} s"
            for topic, since in self._stage.in_hand.items()
            if now - since > STUCK_SECONDS
        ]
        problems += [
            f"{partition.topic}/{partition.partition} stands at {position} though records wait"
            for partition, (position, since) in self._positions.items()
            if now - max(since, self._stage.active_at.get(partition.topic, 0)) > STUCK_SECONDS
        ]
        return problems

    async def unready(self) -> list[str]:
        """Return why the service cannot work now; empty when it can."""
        problems = self.dead()
        if not self.started:
            problems.append("starting")
        elif any(subscriber.consumer is None for subscriber in self._subscribers):
            problems.append("stopping")
        if self._stage.breaker.open:
            problems.append(
                "the circuit breaker is open (too many dead letters): fix the cause, then restart (wiredesk dlq list)"
            )
        for check in (self._kafka, *self._ready):
            try:
                async with asyncio.timeout(5):
                    problem = await check()
            except Exception as error:  # noqa: BLE001 - any failure of a check means: not ready
                problem = f"{type(error).__name__}: {error}"
            if problem:
                problems.append(problem)
        return problems

    async def _kafka(self) -> str | None:
        """Ask Kafka for its topics: nothing else shows that brokers, the login or a topic are gone."""
        consumers = {name: s.consumer for s in self._subscribers for name in s.topic_names if s.consumer is not None}
        if not consumers:
            return None
        try:
            missing = set(consumers) - await next(iter(consumers.values())).topics()
        except KafkaError as error:
            return f"Kafka cannot be used, see the log for the cause ({error})"
        return f"topics do not exist: {', '.join(sorted(missing))}" if missing else None

    async def watch(self) -> None:
        """Measure loop lag and positions until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tick())
            group.create_task(self._follow())

    async def _tick(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(_TICK_SECONDS)
            self._ticked = time.monotonic()
            self._loop_lag = self._ticked - before - _TICK_SECONDS

    async def _follow(self) -> None:
        asked = time.monotonic()
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            consumers = [s.consumer for s in self._subscribers if s.consumer is not None]
            owned = {partition for consumer in consumers for partition in consumer.assignment()}
            self._positions = {partition: seen for partition, seen in self._positions.items() if partition in owned}
            metrics.LAG.labels(self._stage.name).set(sum([await self._look_at(consumer) for consumer in consumers]))
            if time.monotonic() - asked >= ASK_SECONDS:
                asked = time.monotonic()
                for consumer in consumers:
                    await self._ask(consumer)

    async def _ask(self, consumer: AIOKafkaConsumer) -> None:
        """Ask Kafka itself for the ends: a consumer that fetches no more knows of no new records either."""
        partitions = list(consumer.assignment())
        try:
            async with asyncio.timeout(ASK_SECONDS):
                self._ends |= await consumer.end_offsets(partitions)
        except (KafkaError, TimeoutError):
            # Kafka is away: nobody is stuck, and a restart would not help.
            now = time.monotonic()
            self._positions |= {
                partition: (self._positions[partition][0], now)
                for partition in partitions
                if partition in self._positions
            }

    async def _look_at(self, consumer: AIOKafkaConsumer) -> int:
        waiting = 0
        for partition in consumer.assignment():
            end = max(consumer.highwater(partition) or 0, self._ends.get(partition, 0))
            try:
                # It would wait for a broker that is away; the partition may also have gone to another member.
                # Not wait_for: on Python 3.11 it swallows a cancellation that comes as its work ends.
                async with asyncio.timeout(0.2):
                    position = await consumer.position(partition)
            except (KafkaError, TimeoutError):
                continue
            waiting += max(0, end - position)
            known = self._positions.get(partition)
            if end <= position:
                self._positions.pop(partition, None)
            elif known is None or known[0] != position:
                self._positions[partition] = (position, time.monotonic())
        return waiting

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """The ASGI application: 200 or 503 with the reasons as JSON, and Prometheus text."""
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == "/metrics":
            await _answer(send, 200, generate_latest(metrics.REGISTRY), b"text/plain; version=0.0.4; charset=utf-8")
        elif path in ("/livez", "/readyz"):
            problems = self.dead() if path == "/livez" else await self.unready()
            body = {"service": self._stage.name, "ok": not problems, "problems": problems}
            await _answer(send, 503 if problems else 200, orjson.dumps(body), b"application/json")
        else:
            await _answer(send, 404, b'{"detail": "try /livez, /readyz or /metrics"}', b"application/json")


def _cut_off(consumer: AIOKafkaConsumer | None) -> bool:
    # aiokafka shows it nowhere in public: every poll raises from then on, and FastStream polls for ever.
    coordinator = getattr(consumer, "_coordinator", None)
    task = getattr(coordinator, "_coordination_task", None)
    return task is not None and task.done()


async def _answer(send: Any, status: int, body: bytes, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class HealthServer(uvicorn.Server):
    """uvicorn without its signal handlers: the service decides when to end, and with which exit code."""

    def __init__(self, app: Health, settings: HealthSettings) -> None:
        super().__init__(
            uvicorn.Config(
                app, host=settings.host, port=settings.port, lifespan="off", log_config=None, access_log=False
            )
        )

    def capture_signals(self) -> Any:
        """Leave the process's handlers alone."""
        return contextlib.nullcontext()
