"""Hundreds who read along beside a pipeline at work: each is told of every article once, nobody holds up another."""

import asyncio
import json
import logging
import re
import socket
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from tests.faults.harness.one_service import Member, free_port, member
from tests.faults.harness.pipeline import ledger, processes, publish_stories
from tests.integration.storage.records import enriched
from tests.wires import Raw, eventually, produce, read_all
from wiredesk.client.client import Wiredesk
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import ENRICHED, STORED, Lane
from wiredesk_desk.web.connections import room
from wiredesk_storage.settings import StorageOptions

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.broker, pytest.mark.timeout(1500)]
SILENT = 5
# More than all buffers between the desk and who takes nothing hold.
LARGE, LARGE_CHARACTERS = 12, 700_000
# What the desk may take more for all of them: their sockets and tasks, what is under way, and what it remembers.
MOST_MIB = 256
_WITHIN = 600


class Reader:
    """One who reads along, and comes back with his position when he is cut off."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._id = ""
        self.articles: list[str] = []
        self.came_back = -1

    async def read(self, count: int) -> None:
        """Read until he was told of so many articles."""
        while len(self.articles) < count:
            self.came_back += 1
            incoming, outgoing = await asyncio.open_connection("127.0.0.1", self._port)
            try:
                outgoing.write(_asked("brief=true", self._id))
                while len(self.articles) < count and (line := await incoming.readline()):
                    if line.startswith(b"id: "):
                        self._id = line[4:].decode().strip()
                    elif line.startswith(b"data: "):
                        self.articles.append(json.loads(line[6:])["article_id"])
            finally:
                outgoing.transport.abort()


async def silent(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for whole articles over a connection that takes next to nothing, and take nothing."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
    incoming, outgoing = await asyncio.open_connection(sock=raw, limit=1024)
    outgoing.write(_asked("", ""))
    return incoming, outgoing


def _asked(question: str, after: str) -> bytes:
    head = f"GET /v1/stream?{question} HTTP/1.0\r\nhost: 127.0.0.1\r\n"
    return f"{head}last-event-id: {after}\r\n\r\n".encode() if after else f"{head}\r\n".encode()


@pytest.mark.parametrize(("readers", "stories"), [(60, 60), pytest.param(500, 300, marks=pytest.mark.slow)])
async def test_all_who_read_along_are_told_of_every_article_once_and_in_order_while_the_pipeline_works(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane, tmp_path: Path, readers: int, stories: int
):
    assert room(readers + 100) == readers + 100, "this process may have too few files open"
    dsn, port, count = options.dsn.get_secret_value(), free_port(), stories + LARGE
    desk_options = {"WIREDESK_DESK__PORT": str(port), "WIREDESK_DESK__STREAMS": str(readers + SILENT)}
    async with (
        processes(kafka, dsn, lane, tmp_path),
        member(kafka, lane, "wiredesk_desk", "serve", logs=tmp_path, WIREDESK_STORAGE__DSN=dsn, **desk_options) as desk,
        Wiredesk(kafka, lane=lane.name) as wire,
    ):
        await eventually(lambda: _is_ready(desk), within=120)
        every = [Reader(port) for _ in range(readers)]
        reading = [asyncio.create_task(one.read(count)) for one in every]
        idle = [await silent(port) for _ in range(SILENT)]
        await eventually(lambda: _are(desk, readers + SILENT), within=120)
        process = psutil.Process(desk.pid)
        sizes = [process.memory_info().rss]
        measuring = asyncio.create_task(_measure(process, sizes))

        publishing = asyncio.create_task(publish_stories(wire, stories, lane.name, pause=0.02))
        large = [enriched(f"Ada Marsh saw {uuid4()}. " * (LARGE_CHARACTERS // 50)) for _ in range(LARGE)]
        for one in large:
            record: Raw = (str(one.article_id).encode(), one.model_dump_json().encode(), [])
            await produce(kafka, lane.topic(ENRICHED), [record])
        sent = [*await publishing, *(one.article_id for one in large)]

        async with asyncio.timeout(_WITHIN):
            await asyncio.gather(*reading)
        await eventually(lambda: _are(desk, 0), within=120)
        book = await ledger(kafka, dsn, lane, sent)
        for incoming, outgoing in idle:
            assert await _taken(incoming) < count, "who took nothing was waited for"
            outgoing.transport.abort()
        measuring.cancel()

    assert (book.lost, book.phantom, book.doubled, book.rejected, book.dead) == (set(), set(), {}, set(), 0)
    told, wanted = await _told(kafka, lane), sorted(map(str, sent))
    for reader in every:
        assert sorted(reader.articles) == wanted
        for partition in told:
            assert [article for article in reader.articles if article in partition] == list(partition)
    before, most, after = (size / 2**20 for size in (sizes[0], max(sizes), sizes[-1]))
    back = sum(one.came_back for one in every)
    log.info(
        "%d readers: %.0f MiB before, %.0f at most, %.0f behind; came back %d times", readers, before, most, after, back
    )
    assert most - before < MOST_MIB


async def _is_ready(desk: Member) -> bool:
    assert desk.process.returncode is None, desk.log.read_text()
    return (await desk.health("/readyz"))[0] == 200


async def _are(desk: Member, count: int) -> bool:
    """Whether so many read along, as the desk's metrics say."""
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", desk.port)
    outgoing.write(b"GET /metrics HTTP/1.0\r\n\r\n")
    text = (await incoming.read()).decode()
    outgoing.close()
    return bool(re.search(rf"^wiredesk_desk_streams {count}(\.0)?$", text, re.MULTILINE))


async def _measure(process: psutil.Process, sizes: list[int]) -> None:
    while True:
        sizes.append(process.memory_info().rss)
        await asyncio.sleep(0.5)


async def _taken(incoming: asyncio.StreamReader) -> int:
    """Read what is left to the end; return how many articles that was."""
    said = b""
    try:
        async with asyncio.timeout(60):
            while some := await incoming.read(1 << 16):
                said += some
    except ConnectionError:
        pass
    return said.count(b"event: article\n")


async def _told(kafka: KafkaSettings, lane: Lane) -> list[dict[str, None]]:
    """Return the articles of the receipts by partition, in order."""
    found: dict[int, dict[str, None]] = {}
    for record in await read_all(kafka, lane.topic(STORED)):
        receipt = json.loads(record.value or b"{}")
        assert receipt["status"] == "inserted"
        found.setdefault(record.partition, {})[receipt["article_id"]] = None
    return list(found.values())
