"""/livez, /readyz and /metrics of a service: liveness is progress, never an open port.

FastStream's own `ping` says healthy while the consume task is dead, so this looks at what must move.
"""

import asyncio
import contextlib
import time
from collections import deque
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
from wiredesk.engine.subscription import Subscription
from wiredesk.runtime.settings import HealthSettings

ReadyCheck = Callable[[], Awaitable[str | None]]

LOOP_LAG_LIMIT_SECONDS = 5.0
# Of how long the metric tells the longest.
LOOP_LAG_SECONDS = 60.0
# A record may take minutes at worst; a partition that stands still this long while records wait is stuck.
STUCK_SECONDS = 660.0
# How often Kafka itself is asked where the topics end.
ASK_SECONDS = 30.0
# One try that fails, as when a broker hands its partitions over, is no reason to take a worker out of service.
GIVEN_BACK_SECONDS = 1.0
_TICK_SECONDS = 1.0


class Health:
    """What is wrong with a service right now. `watch` has to run for the answers to be fresh."""

    def __init__(self, stage: Stage[Any], ready: Sequence[ReadyCheck]) -> None:
        """`ready` are checks of a service's own: None when ready, else why not."""
        self._stage = stage
        self._ready = ready
        self._ticked = time.monotonic()
        self._loop_lags: deque[float] = deque([0.0], maxlen=round(LOOP_LAG_SECONDS / _TICK_SECONDS))
        self._positions: dict[TopicPartition, tuple[int, float]] = {}
        self._ends: dict[TopicPartition, int] = {}
        self.started = False

    def dead(self) -> list[str]:
        """Return why the process should be restarted; empty when it is alive."""
        problems = []
        now = time.monotonic()
        lag = max(self._loop_lags[-1], now - self._ticked - _TICK_SECONDS)
        if lag > LOOP_LAG_LIMIT_SECONDS:
            problems.append(f"the event loop was blocked for {lag:.0f} s")
        if self.started:
            problems += self._stage.broken()
        problems += [
            f"a record of {item.partition.topic}/{item.partition.partition} has been in hand for {now - since:.0f} s"
            for item, since in self._stage.in_hand()
            if now - since > STUCK_SECONDS
        ]
        problems += [
            f"{partition.topic}/{partition.partition} stands at {position} though records wait"
            for partition, (position, since) in self._positions.items()
            if now - since > STUCK_SECONDS
        ]
        return problems

    async def unready(self) -> list[str]:
        """Return why the service cannot work now; empty when it can."""
        problems = self.dead()
        if not self.started:
            problems.append("starting")
        elif self._stage.is_stopping:
            problems.append("stopping")
        if self._stage.breaker.is_open:
            problems.append(
                "the circuit breaker is open (too many dead letters): fix the cause (wiredesk dlq list); "
                "it closes by itself when records pass again"
            )
        since = self._stage.given_back_since
        if since is not None and (seconds := time.monotonic() - since) > GIVEN_BACK_SECONDS:
            problems.append(f"nothing has passed for {seconds:.0f} s, the log says why")
        if self._stage.commits_fail:
            problems.append("offsets cannot be committed, the log says why")
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
        consumers = {name: one.consumer for name, one in self._stage.subscriptions.items() if one.consumer is not None}
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
            self._loop_lags.append(self._ticked - before - _TICK_SECONDS)
            metrics.LOOP_LAG.set(max(self._loop_lags))

    async def _follow(self) -> None:
        asked = time.monotonic()
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            subscriptions = [one for one in self._stage.subscriptions.values() if one.consumer is not None]
            self._forget_lost({partition for one in subscriptions for partition in one.consumer.assignment()})
            for one in subscriptions:
                await self._look_at(one)
            if time.monotonic() - asked >= ASK_SECONDS:
                asked = time.monotonic()
                for one in subscriptions:
                    await self._ask(one.consumer)

    def _forget_lost(self, owned: set[TopicPartition]) -> None:
        for partition in self._ends.keys() - owned:
            del self._ends[partition]
            self._positions.pop(partition, None)
            for gauge in (metrics.LAG, metrics.LAG_SECONDS):
                with contextlib.suppress(KeyError):
                    gauge.remove(*self._labels(partition))

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

    async def _look_at(self, subscription: Subscription[Any]) -> None:
        consumer, now = subscription.consumer, time.monotonic()
        for partition in consumer.assignment():
            end = max(consumer.highwater(partition) or 0, self._ends.get(partition, 0))
            self._ends[partition] = end
            try:
                # It would wait for a broker that is away; the partition may also have gone to another member.
                # Not wait_for: on Python 3.11 it swallows a cancellation that comes as its work ends.
                async with asyncio.timeout(0.2):
                    position = await consumer.position(partition)
            except (KafkaError, TimeoutError):
                continue
            progress = subscription.partitions.get(partition)
            done = progress.committable if progress is not None and progress.committable is not None else position
            oldest = progress.oldest if progress is not None else None
            metrics.LAG.labels(*self._labels(partition)).set(max(0, end - done))
            age = max(0.0, time.time() - oldest / 1000) if oldest is not None else 0.0
            metrics.LAG_SECONDS.labels(*self._labels(partition)).set(age)
            # What waits because the work before it takes long is judged by that.
            stands = end > position and subscription.reads(partition)
            if not stands:
                self._positions.pop(partition, None)
            elif self._positions.get(partition, (None, 0.0))[0] != position:
                self._positions[partition] = (position, now)

    def _labels(self, partition: TopicPartition) -> tuple[str, str, str]:
        return self._stage.name, partition.topic, str(partition.partition)

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


async def _answer(send: Any, status: int, body: bytes, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process decides when to end, and with which exit code.

    It looks about once a second, not ten times: what waits should take next to nothing.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Take no more requests, answer those that are there, and return from `serve`."""
        self.should_exit = True
        self._ended.set()

    async def main_loop(self) -> None:
        """Keep the date of the answers until it is to end."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await self._ended.wait()

    def capture_signals(self) -> Any:
        """Leave the process's handlers alone."""
        return contextlib.nullcontext()


class HealthServer(Server):
    """What serves a service's health."""

    def __init__(self, app: Health, settings: HealthSettings) -> None:
        super().__init__(
            uvicorn.Config(
                app, host=settings.host, port=settings.port, lifespan="off", log_config=None, access_log=False
            )
        )
