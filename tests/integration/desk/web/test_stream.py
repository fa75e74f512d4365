"""`/v1/stream` over HTTP: what is stored, as it is stored, without loss."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete

from tests.integration.desk.web.server import Server, send, serving
from tests.integration.storage.records import enriched
from tests.wires import eventually
from wiredesk.client import admin
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.events import ArticleStored, StoreStatus
from wiredesk.contracts.topics import STORED, Lane
from wiredesk_desk.web.api import streaming
from wiredesk_desk.web.live import hub, reader
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker
_SECONDS = 30


class Stream:
    """One who reads along."""

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        self._lines = lines
        self.id = ""

    async def next(self) -> dict[str, str] | None:
        """Return the fields of the next event or comment; None: the stream has ended."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(_SECONDS):
            async for line in self._lines:
                name, _, value = line.decode().rstrip("\n").partition(":")
                if name or value:
                    fields[name or "comment"] = value.removeprefix(" ")
                elif fields:
                    self.id = fields.get("id", self.id)
                    return fields
        return None

    async def article(self) -> dict[str, Any]:
        """Return the next article."""
        while (found := await self.next()) is not None:
            if found.get("event") == "article":
                article: dict[str, Any] = json.loads(found["data"])
                return article
        raise AssertionError("the stream has ended")

    async def articles(self, count: int) -> list[str]:
        """Return the ids of the next articles."""
        return [(await self.article())["article_id"] for _ in range(count)]


@asynccontextmanager
async def streaming_from(server: Server, asked: str = "", after: str = "") -> AsyncIterator[Stream]:
    """Read along; whoever is yielded to is heard from now on."""
    headers, already = {"last-event-id": after} if after else {}, server.desk.hub.readers
    async with server.session.get(f"{server.address}/v1/stream?{asked}", headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = Stream(aiter(answer.content))
        assert (await stream.next() or {}).get("retry") == "2000"
        # The beginning comes before he is among the readers.
        await eventually(lambda: _are(server, already + 1))
        yield stream


async def _are(server: Server, count: int) -> bool:
    """Whether so many read along."""
    return server.desk.hub.readers == count


def strange_receipts(count: int) -> list[ArticleStored]:
    """Receipts of articles that the store does not have."""
    return [
        ArticleStored(
            event_id=uuid4(), article_id=uuid4(), enriched_event_id=uuid4(), status=StoreStatus.INSERTED, revision=1
        )
        for _ in range(count)
    ]


async def test_an_article_is_told_once_it_is_stored(desk_server: Server, tell: Any):
    await tell(enriched("Ada Marsh was here before."))
    async with streaming_from(desk_server) as stream:
        event = enriched("Ada Marsh saw the ferry.")
        (article_id,) = await tell(event)
        told = await stream.article()
    assert (told["article_id"], told["revision"], told["status"]) == (article_id, 1, "inserted")
    assert told["article"]["text"] == event.text


async def test_a_revision_is_told_and_a_receipt_that_tells_nothing_new_is_not(desk_server: Server, tell: Any):
    url = f"https://news.example/{uuid4()}"
    async with streaming_from(desk_server, "brief=true") as stream:
        first, changed = (enriched(f"Ada Marsh saw {what}.", url=url, minute=m) for m, what in enumerate("ab"))
        await tell(first)
        await tell(first)
        await tell(changed)
        told = [await stream.article(), await stream.article()]
    assert [(one["revision"], one["status"]) for one in told] == [(1, "inserted"), (2, "revised")]
    assert "article" not in told[0]


@pytest.mark.parametrize(
    "asked",
    ["q=ferry", "q=%22the%20ferry%22%20-storm", "language=nb", "entity=Bo%20Hansen", "entity=Bo%20Hansen&type=PERSON"],
)
async def test_each_reader_is_told_what_passes_his_filters(desk_server: Server, tell: Any, asked: str):
    wanted = enriched("Bo Hansen saw the ferry.", in_language="nb", entities=_named("Bo Hansen"))
    other = enriched("Ada Marsh saw the storm.", in_language="en")
    async with streaming_from(desk_server, asked) as some, streaming_from(desk_server) as everything:
        told = await tell(other, wanted)
        assert sorted(await everything.articles(2)) == sorted(told)
        assert await some.articles(1) == [str(wanted.article_id)]
        await tell(later := enriched("Bo Hansen saw the ferry again.", in_language="nb", entities=_named("Bo Hansen")))
        assert await some.articles(1) == [str(later.article_id)], "nothing else came between"


def _named(name: str) -> list[dict[str, Any]]:
    mention = {"field": "text", "start": 0, "end": len(name), "surface": name}
    return [{"name": name, "type": "PERSON", "mentions": [mention]}]


async def test_who_comes_back_misses_nothing_even_of_a_process_that_was_started_anew(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane, tell: Any
):
    async with serving(options, kafka, lane) as server:
        async with streaming_from(server) as stream:
            (first,) = await tell(enriched())
            assert await stream.articles(1) == [first]
        missed = await tell(*[enriched() for _ in range(5)])
        async with streaming_from(server, after=stream.id) as again:
            assert sorted(await again.articles(5)) == sorted(missed)
    missed += await tell(*[enriched() for _ in range(5)])
    async with serving(options, kafka, lane) as server, streaming_from(server, after=stream.id) as later:
        found = await later.articles(10)
        assert sorted(found) == sorted(missed)
        (new,) = await tell(enriched())
        assert await later.articles(1) == [new]


async def test_who_was_away_for_longer_than_is_remembered_is_told_from_the_topic(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane, tell: Any
):
    async with serving(options, kafka, lane) as server, streaming_from(server) as stream:
        (first,) = await tell(enriched())
        assert await stream.articles(1) == [first]
    missed = await tell(*[enriched() for _ in range(5)])
    for partition in range(kafka.partitions):
        await send(kafka, lane, *strange_receipts(hub.READ_BACK + 120), partition=partition)
    missed += await tell(*[enriched() for _ in range(5)])
    async with serving(options, kafka, lane) as server, streaming_from(server, "brief=true", after=stream.id) as later:
        assert sorted(await later.articles(10)) == sorted(missed)
        (new,) = await tell(enriched())
        assert await later.articles(1) == [new]


async def test_a_position_may_be_given_as_a_parameter_too(desk_server: Server, tell: Any):
    async with streaming_from(desk_server) as stream:
        await tell(enriched())
        await stream.article()
    missed = await tell(enriched())
    async with streaming_from(desk_server, f"after={stream.id}") as again:
        assert await again.articles(1) == missed


async def test_a_heartbeat_moves_the_position_of_who_is_told_nothing(
    desk_server: Server, tell: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.2)
    async with streaming_from(desk_server, "q=ferry") as stream:
        await stream.next()
        before = stream.id
        await tell(enriched("Ada Marsh saw the storm."))
        async with asyncio.timeout(_SECONDS):
            while stream.id == before:
                heard = await stream.next()
                assert heard is not None
                assert "event" not in heard
        wanted = enriched("Ada Marsh saw the ferry.")
        await tell(wanted)
        assert await stream.articles(1) == [str(wanted.article_id)]


async def test_who_reads_too_slowly_is_cut_off_and_loses_nothing_and_others_are_told_all(
    desk_server: Server, tell: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reader, "QUEUED", 5)
    monkeypatch.setattr(streaming, "SLOW_SECONDS", 1.0)
    async with streaming_from(desk_server, "brief=true") as quick:
        incoming, outgoing = await _unread(desk_server)
        try:
            await eventually(lambda: _are(desk_server, 2))
            # More than the buffers between the two hold.
            events = [enriched(f"Ada Marsh saw {uuid4()}. " * 20_000) for _ in range(24)]
            told = [article for event in events for article in await tell(event)]
            assert await quick.articles(len(told)) == told
            await eventually(lambda: _are(desk_server, 1))
            slow = Stream(_dechunked(incoming))
            found: list[str] = []
            while (event := await slow.next()) is not None:
                if event.get("event") == "article":
                    found.append(json.loads(event["data"])["article_id"])
        finally:
            outgoing.close()
        assert len(found) < len(told)
        async with streaming_from(desk_server, "brief=true", after=slow.id) as again:
            found += await again.articles(len(told) - len(found))
        assert found == told


async def _unread(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for the stream over a connection that takes little."""
    where = urlsplit(server.address)
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (where.hostname, where.port))
    incoming, outgoing = await asyncio.open_connection(sock=raw, limit=4096)
    outgoing.write(f"GET /v1/stream HTTP/1.1\r\nhost: {where.netloc}\r\n\r\n".encode())
    return incoming, outgoing


async def _dechunked(incoming: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield the lines of the body."""
    while (await incoming.readline()).strip():
        pass
    left = b""
    while size := int(await incoming.readline(), 16):
        left += (await incoming.readexactly(size + 2))[:-2]
        *lines, left = left.split(b"\n")
        for line in lines:
            yield line + b"\n"


async def test_more_readers_than_are_admitted_are_told_to_come_back(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane
):
    async with serving(options, kafka, lane, streams=1) as server, streaming_from(server):
        answer = await server.ask("GET", "/v1/stream")
        assert (answer.status, answer.json["type"]) == (503, "urn:wiredesk:full")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_position_whose_receipts_retention_has_removed_is_told_as_a_gap(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane, tell: Any
):
    await send(kafka, lane, *strange_receipts(3), partition=0)
    async with admin.connect(kafka) as client:
        await client.delete_records({TopicPartition(lane.topic(STORED), 0): RecordsToDelete(before_offset=3)})
    (left,) = await tell(enriched())
    async with serving(options, kafka, lane) as server, streaming_from(server, after="0-1.1-0") as stream:
        while (gap := await stream.next()) is not None and "event" not in gap:
            pass
        assert gap is not None
        assert (gap["event"], gap["id"]) == ("gap", "0-3.1-0")
        assert await stream.articles(1) == [left]
