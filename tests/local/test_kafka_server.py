"""The real broker, started by our own recipe."""

import asyncio
import json
import signal
import socket
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from wiredesk.contracts.errors import ConfigurationError, InfrastructureError
from wiredesk.contracts.topics import MAX_DEAD_LETTER_BYTES
from wiredesk_local.processes.child import started
from wiredesk_local.servers import jvm, kafka_aot
from wiredesk_local.servers.kafka import KafkaServer
from wiredesk_local.servers.kafka_jars import kafka_jars

pytestmark = pytest.mark.broker

_MiB = 1024 * 1024


@pytest.fixture(scope="session")
async def jars() -> list[Path]:
    return await kafka_jars(print)


@pytest.fixture
async def broker(tmp_path: Path, jars: Sequence[Path]) -> AsyncIterator[KafkaServer]:
    server = KafkaServer(tmp_path / "kafka", jars, logs=tmp_path / "logs", pids=tmp_path / "pids")
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def create(broker: KafkaServer, topic: str, **configs: str) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_server)
    await client.start()
    try:
        await client.create_topics([NewTopic(topic, 1, 1, topic_configs=configs)])
    finally:
        await client.close()


async def produce(broker: KafkaServer, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap_server, acks="all", max_request_size=MAX_DEAD_LETTER_BYTES
    )
    await producer.start()
    try:
        await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def first_record(broker: KafkaServer, topic: str) -> bytes:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=broker.bootstrap_server, auto_offset_reset="earliest")
    await consumer.start()
    try:
        record = await asyncio.wait_for(consumer.getone(), 20)
        return bytes(record.value)
    finally:
        await consumer.stop()


async def test_a_start_takes_seconds_and_little_memory(broker: KafkaServer):
    await broker.stop()
    begin = time.monotonic()
    await broker.start()
    seconds = time.monotonic() - begin
    assert broker.child.pid is not None
    resident = psutil.Process(broker.child.pid).memory_info().rss
    assert resident < 400 * _MiB
    assert seconds < 20  # idle it is under 2 s; the machine may be busy


async def test_a_restart_keeps_topics_and_records(broker: KafkaServer):
    topic = f"kept-{uuid.uuid4().hex}"
    await create(broker, topic)
    await produce(broker, topic, b"before")
    assert await broker.stop() == 128 + signal.SIGTERM
    await broker.start()
    assert await first_record(broker, topic) == b"before"


async def test_a_killed_broker_starts_again_with_its_records(broker: KafkaServer):
    topic = f"killed-{uuid.uuid4().hex}"
    await create(broker, topic)
    await produce(broker, topic, b"before")
    assert await broker.stop(patience=0) == -signal.SIGKILL
    await broker.start()
    assert await first_record(broker, topic) == b"before"


async def test_the_largest_dead_letter_passes(broker: KafkaServer):
    topic = f"large-{uuid.uuid4().hex}"
    await create(broker, topic, **{"max.message.bytes": str(MAX_DEAD_LETTER_BYTES)})
    # The batch around one record takes under 1 KiB.
    value = bytes(MAX_DEAD_LETTER_BYTES - 1024)
    await produce(broker, topic, value)
    assert await first_record(broker, topic) == value


async def test_a_second_broker_on_the_same_folder_is_refused_and_the_first_lives_on(
    broker: KafkaServer, jars: Sequence[Path], tmp_path: Path
):
    intruder = KafkaServer(broker.data, jars, logs=tmp_path / "logs", pids=tmp_path / "other-pids")
    with pytest.raises(ConfigurationError, match="in use by another process"):
        await intruder.start()
    await create(broker, f"alive-{uuid.uuid4().hex}")


async def test_a_taken_port_is_named_before_a_jvm_starts(tmp_path: Path, jars: Sequence[Path]):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        server = KafkaServer(tmp_path / "kafka", jars, logs=tmp_path / "logs", pids=tmp_path / "pids", port=port)
        with pytest.raises(ConfigurationError, match=f"port {port}, wanted by Kafka, is taken by"):
            await server.start()
    assert server.child.pid is None


async def test_a_folder_of_another_cluster_or_node_is_refused(
    broker: KafkaServer, jars: Sequence[Path], tmp_path: Path
):
    await broker.stop()
    logs, pids = tmp_path / "logs", tmp_path / "pids"
    with pytest.raises(ConfigurationError, match=r"belongs to node\.id 1, not 2"):
        await KafkaServer(broker.data, jars, node_id=2, logs=logs, pids=pids).start()
    with pytest.raises(ConfigurationError, match=r"belongs to cluster\.id"):
        await KafkaServer(broker.data, jars, cluster_id="A" * 22, logs=logs, pids=pids).start()


async def test_a_broker_that_cannot_start_says_where_to_look(tmp_path: Path, jars: Sequence[Path]):
    server = KafkaServer(
        tmp_path / "kafka",
        jars,
        logs=tmp_path / "logs",
        pids=tmp_path / "pids",
        properties={"num.io.threads": "many"},
    )
    with pytest.raises(InfrastructureError, match=r"(?s)ended with exit code 1 while starting; see .*kafka\.out"):
        await server.start()
    assert server.child.pid is None


async def test_a_path_with_spaces_and_letters_outside_ascii_is_no_trouble(tmp_path: Path, jars: Sequence[Path]):
    folder = tmp_path / "Neue Mappe é 新 = 1"
    server = KafkaServer(folder / "kafka", jars, logs=folder / "logs", pids=folder / "pids")
    await server.start()
    try:
        await create(server, "somewhere")
        await produce(server, "somewhere", b"there")
        assert (server.data / "somewhere-0").is_dir()
        assert "Kafka Server started" in server.log.read_text()
    finally:
        await server.stop()


async def test_a_path_with_a_comma_is_refused(tmp_path: Path, jars: Sequence[Path]):
    server = KafkaServer(tmp_path / "a,b", jars, logs=tmp_path / "logs", pids=tmp_path / "pids")
    with pytest.raises(ConfigurationError, match="comma"):
        await server.start()


async def test_training_makes_a_start_cache_that_the_next_start_uses(
    tmp_path: Path, jars: Sequence[Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(kafka_aot, "_lowest_priority", lambda _pid: None)  # here somebody waits for it
    assert await kafka_aot.train(jars, tmp_path / "pids")
    assert names(tmp_path / "pids") == []
    assert not await kafka_aot.train(jars, tmp_path / "pids")
    server = KafkaServer(tmp_path / "kafka", jars, logs=tmp_path / "logs", pids=tmp_path / "pids")
    await server.start()
    try:
        assert f"-XX:AOTCache={jvm.cache_file(jars)}" in psutil.Process(server.child.pid).cmdline()
    finally:
        await server.stop()


async def test_a_training_that_is_cancelled_leaves_no_process_and_no_file(
    tmp_path: Path, jars: Sequence[Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    training = asyncio.create_task(kafka_aot.train(jars, tmp_path / "pids"))
    record = tmp_path / "pids" / "kafka-training.json"
    while not record.exists():
        assert not training.done()
        await asyncio.sleep(0.02)
    pid = json.loads(record.read_text())["pid"]
    assert psutil.Process(pid).nice() == 19
    training.cancel()
    await asyncio.wait({training}, timeout=30)
    assert training.cancelled()
    assert started(pid) is None
    assert names(tmp_path / "cache" / "wiredesk" / "kafka-training") == ["lock"]
    assert not record.exists()
