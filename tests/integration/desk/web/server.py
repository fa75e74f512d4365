"""The desk's application, served on loopback in the loop of the test, and a client of it."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg
from pydantic import SecretStr

from tests.integration.storage.records import keep, received
from tests.wires import Raw, produce
from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.events import ArticleEnriched, ArticleStored
from wiredesk.contracts.topics import STORED, Lane
from wiredesk.postgres.connections import Connections, open_pool
from wiredesk_desk.config import System
from wiredesk_desk.migrations import bring_up as bring_up_desk
from wiredesk_desk.settings import DeskOptions, DeskSettings
from wiredesk_desk.web.application import application
from wiredesk_desk.web.context import Desk, open_desk
from wiredesk_desk.web.serving import _server
from wiredesk_desk.web.sockets import listen
from wiredesk_storage.migrations import bring_up
from wiredesk_storage.settings import StorageOptions
from wiredesk_storage.store import Store

NO_KAFKA = KafkaSettings(bootstrap_servers=["127.0.0.1:1"])


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Server:
    """A served desk: `ask` asks it."""

    desk: Desk
    address: str
    session: aiohttp.ClientSession
    # Those that are open, as uvicorn keeps them.
    connections: Collection[Any] = ()

    async def ask(self, method: str, path: str, *, body: Any = None, **options: Any) -> Answer:
        """Ask, and read the whole answer; `body` is sent as JSON."""
        if body is not None:
            options["json"] = body
        elif method != "GET":
            options["headers"] = {"content-type": "application/json", **options.get("headers", {})}
        async with self.session.request(method, self.address + path, allow_redirects=False, **options) as answer:
            return Answer(answer.status, answer.headers, await answer.text())

    async def get(self, path: str, **options: Any) -> Any:
        """Return what is answered with 200, as JSON."""
        answer = await self.ask("GET", path, **options)
        assert answer.status == 200, answer.text
        return answer.json

    async def post(self, path: str, body: Any = None, *, status: int = 200, **options: Any) -> Any:
        """Return what is answered with `status`, as JSON."""
        answer = await self.ask("POST", path, body=body, **options)
        assert answer.status == status, (answer.status, answer.text)
        return answer.json


@asynccontextmanager
async def database(dsn: str) -> AsyncIterator[StorageOptions]:
    """A new database with the tables of the store and the desk, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create database {name}")
    try:
        options = StorageOptions.model_validate({"dsn": urlsplit(dsn)._replace(path=f"/{name}").geturl()})
        await bring_up(options)
        await bring_up_desk(options)
        yield options
    finally:
        await connection.execute(f"drop database {name} with (force)")
        await connection.close()


@asynccontextmanager
async def serving(
    options: StorageOptions, kafka: KafkaSettings, lane: Lane, **desk_options: Any
) -> AsyncIterator[Server]:
    """Serve a desk for this store and this lane; `desk_options` as in its settings. It listens on loopback always."""
    settings = DeskSettings(desk=DeskOptions(**desk_options), storage=options)
    here = System(kafka, lane, SecretStr(options.dsn.get_secret_value()), "test")
    listening = listen("127.0.0.1", 0, "")
    async with open_desk(settings, here) as desk:
        server = _server(application(desk), settings.desk)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        # Every request on a connection of its own: a server that ends waits for those that are open.
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        try:
            async with session:
                address = f"http://127.0.0.1:{listening.getsockname()[1]}"
                yield Server(desk, address, session, server.server_state.connections)
        finally:
            server.end()
            await running


@asynccontextmanager
async def store_of(options: StorageOptions) -> AsyncIterator[tuple[Store, Connections]]:
    """The store, to write into."""
    async with open_pool(options) as pool:
        yield Store(pool), pool


async def stored(options: StorageOptions, *events: ArticleEnriched) -> list[ArticleStored]:
    """Store events; return their receipts."""
    async with store_of(options) as (store, _):
        return list(await keep([received(one) for one in events], store=store))


async def send(kafka: KafkaSettings, lane: Lane, *receipts: ArticleStored, partition: int | None = None) -> None:
    """Send receipts as storage does."""
    values: list[Raw] = [(str(one.article_id).encode(), one.model_dump_json().encode(), []) for one in receipts]
    await produce(kafka, lane.topic(STORED), values, partition=partition)
