"""Runs everything on one machine: Kafka, PostgreSQL, topics, workers; keeps them running; stops them in order."""

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from pydantic import SecretStr

from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, WiredeskError
from wiredesk_local.control import ControlServer
from wiredesk_local.lanes import Lanes
from wiredesk_local.ports import Ports
from wiredesk_local.processes.child import lock_folder, started, stop_leftovers
from wiredesk_local.processes.restart import Restarter
from wiredesk_local.saying import never_raising
from wiredesk_local.servers import kafka_aot
from wiredesk_local.servers.kafka_jars import kafka_jars
from wiredesk_local.servers.launch import both, kafka_server, postgres_server
from wiredesk_local.settings import LocalSettings
from wiredesk_local.state import StateDir
from wiredesk_local.topics import ApplyTopics, apply_topics, make_topics
from wiredesk_local.workers import DESK, Command, Workers, module_command

_SERVER_STOP_SECONDS = 20.0
# Long enough for a demo to have the machine to itself.
_TRAIN_AFTER_SECONDS = 20.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CONTACT = "WIREDESK_FETCHER__CONTACT"


class StoppedError(WiredeskError):
    """Somebody asked to stop before everything was up."""

    reason = "stopped"


class Supervisor:
    """One running system in one state folder. Create it and use it in the main thread's event loop."""

    def __init__(
        self,
        settings: LocalSettings,
        *,
        scale: Mapping[str, int],
        environment: Mapping[str, Mapping[str, str]] | None = None,
        say: Callable[[str], None],
        command: Command = module_command,
        apply_topics: ApplyTopics = apply_topics,
    ) -> None:
        """`scale` names every service and how many processes it gets; `environment` adds variables per service."""
        self.settings = settings
        self.bootstrap_servers: list[str] = []
        self.dsn = ""
        self.is_ready = False
        """whether whoever started it has seen that every worker is at work"""
        self.desk = ""
        """address of the pages, while they are served"""
        self._kafka_login: dict[str, Any] = {}
        self._scale = dict(scale)
        self._say = never_raising(say)
        self._apply_topics = apply_topics
        self._state = StateDir(settings.local.state_dir)
        self._servers: dict[str, Restarter] = {}
        self._new_workers = partial(
            Workers, state=self._state, environment=environment or {}, command=command, say=self._say,
            changed=self._write_state,
        )  # fmt: skip
        self._workers = self._new_workers(list(scale))
        in_lanes = partial(self._new_workers, [service for service in scale if service != DESK])
        self._lanes = Lanes(self._state, in_lanes, make_topics=self._make_topics, say=self._say)
        self._token = secrets.token_urlsafe(24)
        self._control = ControlServer(self._token, self._answer)
        self._phase = "stopped"
        self._asked = asyncio.Event()
        self._hurry = asyncio.Event()
        self._held = contextlib.ExitStack()
        self._training: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start everything; return when the workers run. After an error nothing is left running.

        From here to the end of `stop`, Ctrl-C and SIGTERM end `wait`, and a second one makes `stop` hurry.

        Raises:
            ConfigurationError: the state folder is in use, a port is taken, Kafka cannot be had.
            InfrastructureError: a server did not start.
            StoppedError: Ctrl-C, SIGTERM or `wiredesk down` while starting.
        """
        self._state.create()
        self._held.enter_context(lock_folder(self._state.root))
        try:
            loop = asyncio.get_running_loop()
            for number in _SIGNALS:
                loop.add_signal_handler(number, self._on_signal)
            await self._or_stopped(self._start())
        except BaseException:
            await self.stop()
            raise

    async def wait(self) -> None:
        """Return when somebody asks to stop: Ctrl-C, SIGTERM or `wiredesk down`."""
        await self._asked.wait()

    async def stop(self) -> None:
        """Stop workers, then Kafka, then PostgreSQL. Returns when all have gone; safe to call twice."""
        self._phase = "stopping"
        if self._training is not None:
            self._training.cancel()
            await asyncio.gather(self._training, return_exceptions=True)
        await asyncio.gather(self._workers.stop(self._hurry), self._lanes.stop(self._hurry))
        for server in self._servers.values():
            await server.stop(_SERVER_STOP_SECONDS, self._hurry)
        self._servers.clear()
        await self._control.stop()
        self._phase = "stopped"
        self._state.clear()
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        self._held.close()

    async def scale(self, service: str, count: int) -> None:
        """Bring `service` to `count` processes. See `Workers.scale`."""
        await self._workers.scale(service, count, self._addresses())

    async def unready(self) -> list[str]:
        """Name the workers that cannot work yet, each with the reason; empty when all can.

        Raises:
            ConfigurationError: one of them has ended for good.
        """
        if failures := self._workers.failures():
            raise ConfigurationError("\n".join(failures))
        return await self._workers.unready()

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach Kafka; complete once it runs."""
        found = {"bootstrap_servers": self.bootstrap_servers, **self._kafka_login}
        return self.settings.kafka.model_copy(update=found)

    @property
    def database(self) -> str:
        """Where PostgreSQL answers, without its password."""
        return "your PostgreSQL" if self.settings.existing_postgres else f"PostgreSQL {self.dsn.rpartition('@')[2]}"

    @property
    def contact(self) -> str:
        """Whom sites may write to, for workers that start now: what the environment says, else what was told here."""
        named = next((value for name, value in os.environ.items() if name.upper() == _CONTACT), "")
        return named or self._state.contact()

    def status(self) -> dict[str, Any]:
        """What runs, without secrets. `desk`: address of the pages; empty: none are served."""
        workers = self._workers.status() + self._lanes.status()
        return {
            "pid": os.getpid(),
            "phase": self._phase,
            "ready": self.is_ready,
            "bootstrap_servers": self.bootstrap_servers,
            "contact": self.contact,
            "desk": self.desk if any(worker["service"] == DESK for worker in workers) else "",
            "servers": [
                {
                    "name": name,
                    "pid": restarter.child.pid,
                    "state": restarter.state,
                    "restarts": restarter.restarts,
                    "log": str(restarter.child.log),
                }
                for name, restarter in self._servers.items()
            ],
            "workers": workers,
        }

    async def _start(self) -> None:
        self._phase = "starting"
        found = await asyncio.to_thread(stop_leftovers, self._state.pids)
        if found:
            self._say(f"stopped what an earlier run left behind: {', '.join(found)}")
        await self._control.start()
        self._write_state()
        await both(self._start_kafka(), self._start_postgres())
        await self._make_topics(self.settings.lane)
        for service, count in self._scale.items():
            await self.scale(service, count)
        for lane in self._state.lanes():
            await self._run_lane(lane)
        self._phase = "running"
        self._write_state()

    async def _make_topics(self, lane: str) -> None:
        await make_topics(self._apply_topics, self.settings, self.kafka, lane)

    async def _run_lane(self, lane: str) -> None:
        # Those of the live lane run anyway.
        if lane != self.settings.lane:
            await self._lanes.run(lane, self.kafka, self._addresses())

    async def _start_kafka(self) -> None:
        if self.settings.existing_kafka:
            self.bootstrap_servers = list(self.settings.kafka.bootstrap_servers)
            return
        port = self._port("Kafka", self.settings.local.kafka_port, "kafka_port")
        server = await kafka_server(self.settings, self._state, self._say, port=port)
        self._servers["kafka"] = Restarter(server.child, server.start, say=self._say, changed=self._write_state)
        await self._servers["kafka"].start()
        self.bootstrap_servers = [server.bootstrap_server]
        if self.settings.local.kafka_login:
            self._kafka_login = server.login
        self._training = asyncio.create_task(self._train_later(), name="train Kafka's start cache")

    async def _start_postgres(self) -> None:
        if self.settings.storage.dsn is not None:
            self.dsn = self.settings.storage.dsn.get_secret_value()
            return
        port = self._port("PostgreSQL", self.settings.local.postgres_port, "postgres_port")
        server = postgres_server(self._state, port=port)
        self._servers["postgres"] = Restarter(server.child, server.start, say=self._say, changed=self._write_state)
        await self._servers["postgres"].start()
        self.dsn = server.dsn

    def _port(self, name: str, usual: int, setting: str) -> int:
        is_set = setting in self.settings.local.model_fields_set
        return Ports(self._state, self._say).choose(name, usual, is_set=is_set)

    async def _train_later(self) -> None:
        await asyncio.sleep(_TRAIN_AFTER_SECONDS)
        # A slower next start is no reason to bother anybody.
        with contextlib.suppress(WiredeskError, OSError):
            await kafka_aot.train(await kafka_jars(self._say), self._state.pids)

    async def _or_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        working, asked = asyncio.create_task(work), asyncio.create_task(self._asked.wait())
        try:
            await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise StoppedError("stopped before everything was up")
            await working
        finally:
            for task in (working, asked):
                task.cancel()
            await asyncio.gather(working, asked, return_exceptions=True)

    def _on_signal(self) -> None:
        if self._asked.is_set():
            self._hurry.set()
        else:
            self._asked.set()
            self._say("stopping (once more to hurry)")

    def _addresses(self) -> dict[str, str]:
        return {
            "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": ",".join(self.bootstrap_servers),
            "WIREDESK_STORAGE__DSN": self.dsn,
            "WIREDESK_FETCHER__DSN": self.dsn,
            **({_CONTACT: self.contact} if self.contact else {}),
            **{f"WIREDESK_KAFKA__{name.upper()}": value for name, value in self._plain_login().items()},
        }

    def _plain_login(self) -> dict[str, str]:
        """The login as a child process or a second terminal takes it; never print it."""
        return {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in self._kafka_login.items()
        }

    async def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        match question["command"]:
            case "status":
                return self.status()
            case "restart":
                await self._workers.restart(str(question["service"]), self._addresses())
                await self._lanes.restart(str(question["service"]), self._addresses())
            case "lane":
                await self._run_lane(str(question["name"]))
            case "scale":
                await self.scale(str(question["service"]), int(question["count"]))
            case "stop":
                self._asked.set()
        return {"ok": True}

    def _write_state(self) -> None:
        if self._phase in ("starting", "running"):
            secret = {
                "dsn": self.dsn,
                "kafka_login": self._plain_login(),
                "control": {"port": self._control.port, "token": self._token},
            }
            self._state.write({**self.status(), **secret, "started": started(os.getpid())})
