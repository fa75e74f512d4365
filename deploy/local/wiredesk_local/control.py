"""Talk to the supervisor of a state folder from another process: one JSON line there, one back, over loopback."""

import asyncio
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr

from wiredesk.contracts.errors import ConfigurationError, InfrastructureError, WiredeskError
from wiredesk_local.state import StateDir

NOTHING_RUNS = "nothing is running here: start it with `wiredesk up`"
_HOST = "127.0.0.1"
_PING_SECONDS = 5.0
# Scaling down waits for batches (30 s), and workers stop in turn with nothing else to wait for.
_ANSWER_SECONDS = 60.0
_STOP_SECONDS = 120.0
# Up to 64 of them, of which each finishes what it has in hand.
_RESTART_SECONDS = 600.0

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class Control:
    """The running supervisor, as seen from outside."""

    def __init__(self, state: StateDir, found: dict[str, Any]) -> None:
        self._state = state
        self._found = found
        self.bootstrap_servers: list[str] = found["bootstrap_servers"]
        self.dsn: str = found["dsn"]
        # What a client of a Kafka of local mode needs besides the address; empty where it asks for no login.
        self.kafka_login: dict[str, Any] = {
            name: SecretStr(value) if name == "sasl_password" else value
            for name, value in found.get("kafka_login", {}).items()
        }
        self.starts_kafka = any(server["name"] == "kafka" for server in found["servers"])

    @classmethod
    async def find(cls, state_dir: Path) -> Self | None:
        """The supervisor that runs with `state_dir`, or None when none answers there."""
        state = StateDir(state_dir)
        found = state.running()
        if found is None:
            return None
        control = cls(state, found)
        try:
            await control._ask("ping", _PING_SECONDS)
        except WiredeskError:
            return None
        return control

    @classmethod
    async def connect(cls, state_dir: Path) -> Self:
        """Like `find`, for commands that need a running system.

        Raises:
            InfrastructureError: nothing runs here.
        """
        control = await cls.find(state_dir)
        if control is None:
            raise InfrastructureError(NOTHING_RUNS)
        return control

    async def status(self) -> dict[str, Any]:
        """`pid`, `phase`, `ready`, `bootstrap_servers`, `contact`, `desk`, `servers` and `workers`; no secrets."""
        return await self._ask("status", _ANSWER_SECONDS)

    async def scale(self, service: str, count: int) -> None:
        """Bring `service` to `count` processes; returns when those that had to go have gone.

        Raises:
            ConfigurationError: the supervisor refused.
        """
        await self._ask("scale", _ANSWER_SECONDS, service=service, count=count)

    async def restart(self, service: str) -> None:
        """Start every process of `service` anew, one after the other; returns when they run.

        Raises:
            ConfigurationError: the supervisor refused.
        """
        await self._ask("restart", _RESTART_SECONDS, service=service)

    async def run_lane(self, name: str) -> None:
        """Have the workers of lane `name` run, one a stage, until all that is in it is done; makes its topics.

        Ask again while more is put into it: a lane in which nothing waits has a minute. Returns when they were started.

        Raises:
            ConfigurationError: the supervisor refused, or one of them has ended for good.
        """
        await self._ask("lane", _ANSWER_SECONDS, name=name)

    async def stop(self) -> None:
        """Stop everything; returns when it has stopped.

        Raises:
            InfrastructureError: it did not within two minutes.
        """
        await self._ask("stop", _ANSWER_SECONDS)
        deadline = time.monotonic() + _STOP_SECONDS
        while self._state.running() is not None:
            if time.monotonic() > deadline:
                raise InfrastructureError(f"process {self._found['pid']} did not stop within {_STOP_SECONDS:g} s")
            await asyncio.sleep(0.1)

    async def _ask(self, command: str, seconds: float, **arguments: object) -> dict[str, Any]:
        question = {"token": self._found["control"]["token"], "command": command, **arguments}
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_connection(_HOST, self._found["control"]["port"])
                try:
                    writer.write(json.dumps(question).encode() + b"\n")
                    answer: dict[str, Any] = json.loads(await reader.readline())
                finally:
                    writer.close()
        except (OSError, ValueError, TimeoutError) as error:
            raise InfrastructureError(f"the supervisor does not answer ({type(error).__name__})") from None
        if "error" in answer:
            raise ConfigurationError(answer["error"])
        return answer


class ControlServer:
    """The supervisor's end. Whoever does not know the token gets no answer."""

    def __init__(self, token: str, answer: Answer) -> None:
        self._token = token
        self._answer = answer
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen on a free loopback port."""
        self._server = await asyncio.start_server(self._serve, _HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PING_SECONDS):
                question = json.loads(await reader.readline())
            if not hmac.compare_digest(str(question["token"]).encode(), self._token.encode()):
                return
            try:
                reply = await self._answer(question)
            except WiredeskError as error:
                reply = {"error": str(error)}
            writer.write(json.dumps(reply).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError, KeyError, TypeError, TimeoutError):
            return
        finally:
            writer.close()
