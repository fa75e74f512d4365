"""One real service process: health, a broker that is away at the start, topics that are missing, SIGTERM."""

import asyncio
import os
import signal
import socket
import sys
import time
import urllib.request

import orjson
import pytest

from tests.wires import eventually, produce, read_all
from wiredesk.contracts.topics import FETCHED, SUBMITTED, Lane

pytestmark = pytest.mark.broker


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


async def _get(port, path):
    def get():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError:
            return 0, b""

    return await asyncio.to_thread(get)


async def _start(lane, servers, service="fetcher", **environment):
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"wiredesk_{service}",
        env={
            **os.environ,
            "WIREDESK_KAFKA__BOOTSTRAP_SERVERS": servers,
            "WIREDESK_LANE": lane.name,
            "WIREDESK_HEALTH__PORT": str(port),
            **environment,
        },
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    return process, port


async def _is_ready(port):
    return (await _get(port, "/readyz"))[0] == 200


async def _end(process):
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, errors.decode()


async def test_a_service_gets_ready_works_shows_its_figures_and_ends_with_zero(kafka, lane):
    process, port = await _start(lane, ",".join(kafka.bootstrap_servers))
    try:

        async def ready():
            return await _is_ready(port)

        await eventually(ready)
        await produce(kafka, lane.topic(SUBMITTED), [(b"k", orjson.dumps({"text": "A story of its own."}), [])])

        async def worked():
            return len(await read_all(kafka, lane.topic(FETCHED))) == 1

        await eventually(worked)
        assert (await _get(port, "/livez"))[0] == 200
        status, figures = await _get(port, "/metrics")
        assert status == 200
        assert b'wiredesk_records_total{outcome="event",stage="fetcher"} 1.0' in figures
        assert (await _get(port, "/nothing"))[0] == 404
    finally:
        code, errors = await _end(process)
    assert code == 0
    assert "A story of its own" not in errors


async def test_without_topics_a_service_says_what_to_do(kafka):
    process, _ = await _start(
        Lane("nobody-made-this-lane"), ",".join(kafka.bootstrap_servers), WIREDESK_KAFKA__START_TIMEOUT_SECONDS="1"
    )
    await asyncio.wait_for(process.wait(), 60)
    code, errors = await _end(process)
    assert code == 4
    assert "wiredesk topics apply" in errors


async def test_without_kafka_a_service_is_alive_but_not_ready_and_gives_up_in_time(lane):
    process, port = await _start(lane, "127.0.0.1:1", WIREDESK_KAFKA__START_TIMEOUT_SECONDS="3")

    async def alive():
        return (await _get(port, "/livez"))[0] == 200

    await eventually(alive)
    status, body = await _get(port, "/readyz")
    assert (status, orjson.loads(body)["problems"]) == (503, ["starting"])
    await asyncio.wait_for(process.wait(), 60)
    code, errors = await _end(process)
    assert code == 3
    assert "127.0.0.1:1" in errors


async def test_a_wrong_setting_ends_a_service_with_four_and_its_name(lane):
    process, _ = await _start(lane, "nowhere")
    await asyncio.wait_for(process.wait(), 60)
    code, errors = await _end(process)
    assert code == 4
    assert "WIREDESK_KAFKA__BOOTSTRAP_SERVERS" in errors


async def test_a_service_that_still_waits_for_its_database_is_alive_not_ready_and_stops_at_once_when_asked(lane):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing"
        process, port = await _start(lane, "127.0.0.1:1", "storage", WIREDESK_STORAGE__DSN=dsn)
        silent.settimeout(60)
        # It has come as far as asking the database, which never answers.
        (await asyncio.to_thread(silent.accept))[0].close()
        assert (await _get(port, "/livez"))[0] == 200
        status, body = await _get(port, "/readyz")
        assert (status, orjson.loads(body)["problems"]) == (503, ["starting"])
        before = time.monotonic()
        code, _ = await _end(process)
    assert code == 0
    assert time.monotonic() - before < 10


async def test_a_missing_ca_bundle_is_a_wrong_setting(lane):
    process, _ = await _start(
        lane, "127.0.0.1:1", WIREDESK_KAFKA__SECURITY_PROTOCOL="SSL", WIREDESK_KAFKA__SSL_CAFILE="/no/such/bundle"
    )
    await asyncio.wait_for(process.wait(), 60)
    code, errors = await _end(process)
    assert code == 4
    assert "WIREDESK_KAFKA__SSL_CAFILE" in errors
