"""One real Apache Kafka broker (KRaft, broker and controller in one process) on the JRE of a Python wheel.

Measured on two cores: ready in 1.8 s, or 0.8 s with the cache of `kafka_aot`; 160 MB resident at that moment.
The client-only compiler tier, the serial collector and the small thread pools are for one machine's load, not for a
cluster's.
"""

import asyncio
import base64
import contextlib
import os
import signal
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import MAX_DEAD_LETTER_BYTES, PARTITIONS
from wiredesk_local.processes.child import Child, check_port, free_ports, lock_folder
from wiredesk_local.servers import jvm

_START_SECONDS = 90.0
# What all partitions of one topic may take together on disk.
TOPIC_BYTES = 512 * 1024 * 1024
# A segment must hold the largest record; the active one is never deleted, so it counts on top of what is retained.
_SEGMENT_BYTES = MAX_DEAD_LETTER_BYTES
_RETAINED_BYTES = TOPIC_BYTES // PARTITIONS - _SEGMENT_BYTES

_USER = "wiredesk"

_SETTINGS: Mapping[str, object] = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    # A broker that was killed may register again only when its old session has run out (default 9 s).
    "broker.session.timeout.ms": 4000,
    "broker.heartbeat.interval.ms": 1000,
    "auto.create.topics.enable": "false",
    "message.max.bytes": MAX_DEAD_LETTER_BYTES,
    "replica.fetch.max.bytes": MAX_DEAD_LETTER_BYTES,
    "log.segment.bytes": _SEGMENT_BYTES,
    "log.retention.bytes": _RETAINED_BYTES,
    "log.retention.check.interval.ms": 30_000,
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
    "group.initial.rebalance.delay.ms": 0,
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 2,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
}

_LOG4J2 = """\
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {log}
appender.file.filePattern = {log}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %p %c: %m%n
appender.file.policy.type = SizeBasedTriggeringPolicy
appender.file.policy.size = 16MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 2
rootLogger.level = WARN
rootLogger.appenderRef.file.ref = file
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = INFO
"""


class KafkaServer:
    """One broker. `start` and `stop` may follow each other; data and ports stay the same between them."""

    def __init__(
        self,
        data: Path,
        jars: Sequence[Path],
        *,
        logs: Path,
        pids: Path,
        port: int = 0,
        controller_port: int = 0,
        heap: str = "384m",
        node_id: int = 1,
        voters: str | None = None,
        cluster_id: str | None = None,
        properties: Mapping[str, object] | None = None,
        password: str | None = None,
        name: str = "kafka",
        train_to: Path | None = None,
    ) -> None:
        """Lay out a broker; nothing starts yet.

        A cluster on one machine is several of these with one `cluster_id` (22 characters, url-safe base64) and one
        `voters` (`1@127.0.0.1:PORT,2@…`, the controller ports); `properties` overrides any setting. With a `password`
        (letters, digits, - and _) clients and controllers log in as `wiredesk`. With `train_to` the broker writes a
        start cache there when it stops, which takes it some seconds.
        """
        self.data = data.absolute()
        self.node_id = node_id
        clients, controllers = free_ports(2)
        self.port = port or clients
        self.controller_port = controller_port or controllers
        # A clean end saves the next start a recovery; one in training would write its cache first.
        death_signal = signal.SIGTERM if train_to is None else signal.SIGKILL
        self.child = Child(name, log=logs.absolute() / f"{name}.out", pids=pids, death_signal=death_signal)
        self.log = logs.absolute() / f"{name}.log"
        self._jars = list(jars)
        self._heap = heap
        self._voters = voters or f"{node_id}@127.0.0.1:{self.controller_port}"
        self._cluster_id = cluster_id
        self._properties = dict(properties or {})
        self._password = password
        self._train_to = train_to

    @property
    def bootstrap_server(self) -> str:
        """host:port for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def login(self) -> dict[str, Any]:
        """The fields of `KafkaSettings` that a client needs besides the address; never print them."""
        if self._password is None:
            return {"security_protocol": "PLAINTEXT"}
        return {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "PLAIN",
            "sasl_username": _USER,
            "sasl_password": SecretStr(self._password),
        }

    async def start(self, on_spawn: Callable[[int], None] | None = None) -> None:
        """Start the broker and return once it answers as a member of its own cluster.

        Raises:
            ConfigurationError: a port is taken, the data folder is in use or belongs to another node or cluster.
            InfrastructureError: it ended, or did not answer within 90 s.
        """
        with lock_folder(self.data) as lock:
            check_port(self.port, "Kafka")
            check_port(self.controller_port, "Kafka's controller")
            self._write_identity()
            # Without it the JVM cannot open a path with letters outside ASCII.
            environment = {**os.environ, "LC_ALL": "C.UTF-8"}
            await self.child.start(self._command(), env=environment, lock=lock)
        try:
            if on_spawn is not None and self.child.pid is not None:
                on_spawn(self.child.pid)
            await self._until_ready()
        except BaseException:
            await self.child.stop(patience=0)
            raise

    async def stop(self, patience: float = 20.0, hurry: asyncio.Event | None = None) -> int | None:
        """Stop it (143 is a clean end: the JVM's answer to SIGTERM); kill it after `patience` seconds."""
        return await self.child.stop(patience, hurry)

    def _write_identity(self) -> None:
        """Do what Kafka's format tool does, without starting a JVM for it.

        The broker itself would run happily on a folder of another cluster, so that is checked here.
        """
        if "," in str(self.data):
            raise ConfigurationError(f"Kafka takes a comma in {self.data} for the end of the path: use another folder")
        path = self.data / "meta.properties"
        if path.exists():
            found = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
            for key, wanted in (("node.id", str(self.node_id)), ("cluster.id", self._cluster_id)):
                if wanted is not None and found.get(key) != wanted:
                    raise ConfigurationError(f"{self.data} belongs to {key} {found.get(key)}, not {wanted}")
            return
        cluster_id = self._cluster_id or new_id()
        part = path.with_name("meta.properties.part")
        part.write_text(
            f"version=1\ncluster.id={cluster_id}\nnode.id={self.node_id}\ndirectory.id={new_id()}\n", encoding="ascii"
        )
        part.replace(path)

    def _command(self) -> list[str]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        log4j2 = self.data / "log4j2.properties"
        log4j2.write_text(_LOG4J2.format(log=_escape(str(self.log))))
        server = self.data / "server.properties"
        listeners = f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}"
        settings = {
            **_SETTINGS,
            "node.id": self.node_id,
            "controller.quorum.voters": self._voters,
            "listeners": listeners,
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "log.dirs": self.data,
            **({} if self._password is None else _login_properties(self._password)),
            **self._properties,
        }
        # It may hold the password. Made anew, because an old file would keep its mode.
        server.unlink(missing_ok=True)
        server.touch(mode=0o600)
        server.write_text("".join(f"{key}={_escape(str(value))}\n" for key, value in settings.items()))
        flags = [f"-Xmx{self._heap}", "-Xms64m", *jvm.JVM_FLAGS, "-Djava.net.preferIPv4Stack=true"]
        flags.append(f"-Dlog4j2.configurationFile={log4j2.as_uri()}")
        cache = jvm.cache_file(self._jars)
        if self._train_to is not None:
            flags.append(f"-XX:AOTCacheOutput={self._train_to}")
        elif cache.exists():
            flags.append(f"-XX:AOTCache={cache}")
        classpath = os.pathsep.join(map(str, self._jars))
        return [str(jvm.java()), *flags, "-cp", classpath, "kafka.Kafka", str(server)]

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not await self._answers():
            if self.child.returncode is not None:
                raise InfrastructureError(
                    f"Kafka ended with exit code {self.child.returncode} while starting; "
                    f"see {self.child.log} and {self.log}:\n{self.child.last_words()}"
                )
            if time.monotonic() > deadline:
                raise InfrastructureError(f"Kafka did not answer within {_START_SECONDS:g} s; see {self.log}")
            await asyncio.sleep(0.05)

    async def _answers(self) -> bool:
        from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415 - slow to import, and status needs none
        from aiokafka.errors import KafkaError  # noqa: PLC0415

        from wiredesk.client.options import client_options  # noqa: PLC0415

        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        settings = KafkaSettings(bootstrap_servers=[self.bootstrap_server], **self.login)
        client = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=5000)
        try:
            await client.start()
            nodes = (await client.describe_cluster())["brokers"]
            return any(node["node_id"] == self.node_id for node in nodes)
        except (KafkaError, OSError):
            return False
        finally:
            await client.close()


def _login_properties(password: str) -> dict[str, object]:
    """Let nobody in without the password, neither clients nor those who speak to the controller.

    PLAIN, because its users stand in the broker's own settings, and loopback is no network that anybody could tap.
    """
    user = f'username="{_USER}" password="{password}" user_{_USER}="{password}"'
    jaas = f"org.apache.kafka.common.security.plain.PlainLoginModule required {user};"
    return {
        "listener.security.protocol.map": "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.plaintext.plain.sasl.jaas.config": jaas,
        "listener.name.controller.plain.sasl.jaas.config": jaas,
    }


def _escape(value: str) -> str:
    """`value` as Java reads it from a .properties file, which is Latin-1 with UTF-16 escapes."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    return "".join(chr(code) if 32 <= code < 127 else f"\\u{code:04x}" for code in codes)


def new_id() -> str:
    """An id as Kafka makes them: 16 random bytes in 22 characters of url-safe base64."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
