"""`subscriptions listen` as a webhook of a real desk."""

import asyncio
from typing import Any

import aiohttp
import pytest
import uvicorn

from tests.integration.desk.web.server import Server
from tests.integration.storage.records import enriched
from tests.wires import eventually
from wiredesk.runtime.health import Server as Listening
from wiredesk_desk.web.sockets import listen
from wiredesk_desk.web.subscriptions.listening import Listener, Message

pytestmark = pytest.mark.broker


async def test_who_listens_on_this_machine_is_told_what_came_and_that_its_signature_is_right(
    desk_server: Server, tell: Any
):
    told: list[Message] = []

    async def _came() -> bool:
        return len(told) == 1

    application = Listener(desk_server.desk.subscriptions, told.append)
    with listen("127.0.0.1", 0, "") as listening:
        listener = Listening(uvicorn.Config(application, lifespan="off", log_config=None))
        running = asyncio.create_task(listener.serve(sockets=[listening]))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        await desk_server.post("/v1/subscriptions", {"name": "ferries", "webhook": address}, status=201)
        await tell(enriched(headline="A ferry sails"))
        await eventually(_came)
        async with aiohttp.ClientSession() as session:
            async with session.post(address, json={"data": {"headline": "Not ours"}}) as answer:
                assert answer.status == 204
            async with session.get(address) as answer:
                assert answer.status == 405
        listener.end()
        await running
    assert [(one.subscription, one.headline) for one in told] == [("ferries", "A ferry sails"), (None, "Not ours")]
