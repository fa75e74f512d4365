"""One service as a process: settings, logs, health, Kafka, signals, and an exit code that tells what happened.

0 asked to stop · 1 must be restarted · 3 Kafka or a server unreachable · 4 wrong configuration
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aiokafka.errors import KafkaError

from wiredesk.client import admin
from wiredesk.client.metadata_refresh import space_out_refreshes
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.events import Event
from wiredesk.contracts.topics import BESIDE, CURRENT, PUBLIC, Lane, Topic
from wiredesk.engine.broker import broker_for
from wiredesk.engine.stage import Stage
from wiredesk.engine.traces import Traces
from wiredesk.engine.work import Work
from wiredesk.runtime import logs
from wiredesk.runtime.command_line import check_versions, command_line
from wiredesk.runtime.health import Health, HealthServer, ReadyCheck
from wiredesk.runtime.settings import HealthSettings, ServiceSettings, check_own_names
from wiredesk.runtime.tracing import Tracing

log = logging.getLogger(__name__)
# Leaving the group may wait for a broker that hangs.
GOODBYE_SECONDS = 4.0

E = TypeVar("E", bound=Event | bytes)
S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True)
class Worker(Generic[E]):
    """What a service brings: its work, and checks of what it depends on (None when ready, else why not)."""

    work: Work[E]
    ready: Sequence[ReadyCheck] = ()


@dataclass(frozen=True)
class Service(Generic[S, E]):
    """One service. `worker` opens its resources before Kafka is joined and closes them after the last commit.

    `encoded`: its handler gets values as bytes, because all work on them is done in other processes.
    """

    name: str
    consumes: Topic
    settings: type[S]
    worker: Callable[[S], AbstractAsyncContextManager[Worker[E]]]
    encoded: bool = False


def run(service: Service[Any, Any], arguments: Sequence[str] | None = None) -> int:
    """Run `service` until SIGTERM, SIGINT or a failure. Blocks; returns the exit code.

    `--help` and `--version` (in `arguments`, else on the command line) are answered without connecting to anything;
    they and what is no option end the process (0 and 2).
    """
    command_line(service.name, service.settings, service.consumes).parse_args(arguments)
    try:
        check_versions(service.name)
        check_own_names(service.settings)
        settings = service.settings.load()
        logs.configure(settings.log, service.name)
        tracing = Tracing(service.name)
        try:
            return asyncio.run(_serve(service, settings, tracing.traces))
        finally:
            tracing.close()
    except ConfigurationError as error:
        print(f"{service.name}: {error}", file=sys.stderr)  # noqa: T201 - before logs are configured, and for people
        return 4
    except InfrastructureError as error:
        log.error("%s", error)  # noqa: TRY400 - the message is the whole story
        return 3
    except KeyboardInterrupt:
        return 130


async def _serve(service: Service[Any, Any], settings: ServiceSettings, traces: Traces | None) -> int:
    stop, up = asyncio.Event(), asyncio.Event()
    work = asyncio.create_task(_work(service, settings, traces, stop, up))

    def asked() -> None:
        # Until it is up, it may wait long for servers, models or the group: nothing is in hand that must be finished.
        if not stop.is_set() and not up.is_set():
            work.cancel()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked)
    try:
        return await work
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        return 0


async def _work(
    service: Service[Any, Any],
    settings: ServiceSettings,
    traces: Traces | None,
    stop: asyncio.Event,
    up: asyncio.Event,
) -> int:
    listening = _listen(settings.health)
    client_id = f"wiredesk-{service.name}-{socket.gethostname()}-{os.getpid()}"
    broker = broker_for(settings.kafka, client_id=client_id)
    lane = Lane(settings.lane)
    stage: Stage[Any] = Stage(
        service.name,
        service.consumes,
        broker,
        lane=lane,
        encoded=service.encoded,
        session=settings.kafka.session_timeout_seconds,
        settings=settings.engine,
        traces=traces,
    )
    checks: list[ReadyCheck] = []
    health = Health(stage, checks)
    server = HealthServer(health, settings.health)
    running = (asyncio.create_task(server.serve(sockets=[listening])), asyncio.create_task(health.watch()))
    try:
        # Health answers while a model loads or a database is waited for: alive, and not ready.
        async with service.worker(settings) as worker:
            checks += worker.ready
            await _wait_for_topics(settings.kafka, lane, stage)
            return await _consume(broker, stage, worker.work, health, stop, up)
    finally:
        server.end()
        running[1].cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _consume(  # noqa: PLR0917 - what a process is made of
    broker: Any, stage: Stage[Any], work: Work[Any], health: Health, stop: asyncio.Event, up: asyncio.Event
) -> int:
    try:
        try:
            await broker.start()
        except KafkaError as error:
            raise InfrastructureError(f"Kafka cannot be used: {type(error).__name__}", reason="kafka") from error
        space_out_refreshes(broker.config.producer._producer.producer)  # noqa: SLF001 - FastStream shows it nowhere
        async with stage.running(work):
            health.started = True
            up.set()
            # What was loaded until here lives for ever: the collector need not walk it at every batch.
            gc.collect()
            gc.freeze()
            log.info("ready")
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1)
                if problems := health.dead():
                    log.critical("ending to be restarted: %s", "; ".join(problems))
                    return 1
            log.info("stopping: finishing what is in hand")
            return 0
    finally:
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await broker.stop()
        except TimeoutError:
            log.warning("Kafka did not answer the goodbye: what is in hand comes again")


async def _wait_for_topics(kafka: KafkaSettings, lane: Lane, stage: Stage[Any]) -> None:
    """Return when every topic the stage touches exists: aiokafka would wait for an unknown topic for ever."""
    topics = {lane.topic(t) for t in (stage.topic, stage.topic.dead_letter(stage.name), *PUBLIC, CURRENT)}
    topics |= {lane.topic(topic) for topic in BESIDE if stage.name in topic.producers}
    if stage.retry_topic is not None:
        topics.add(lane.topic(stage.retry_topic))
    deadline = asyncio.get_running_loop().time() + kafka.start_timeout_seconds
    while True:
        try:
            missing = await admin.missing_topics(kafka, topics)
            problem: Exception = ConfigurationError(
                f"topics do not exist: {', '.join(sorted(missing))}\nCreate them with `wiredesk topics apply`."
            )
            if not missing:
                return
        except InfrastructureError as error:
            problem = error
        if asyncio.get_running_loop().time() > deadline:
            raise problem
        await asyncio.sleep(1)


def _listen(health: HealthSettings) -> socket.socket:
    try:
        return socket.create_server((health.host, health.port))
    except OSError as error:
        raise ConfigurationError(
            f"cannot serve health on {health.host}:{health.port} ({error.strerror}): set WIREDESK_HEALTH__PORT"
        ) from None
