"""Who connects to a served desk and is slow, or many, or speaks for others: on real sockets."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import pytest

from tests.integration.desk.web.server import NO_KAFKA, Server, serving
from tests.wires import eventually
from wiredesk.contracts.topics import Lane
from wiredesk_desk.tokens import keeping
from wiredesk_desk.tokens.keeping import Scope
from wiredesk_desk.web import connections
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker
SLOW = 300
_SECONDS = 30
PAGE = "/subscriptions"


class Wire:
    """A connection on which bytes are written as one likes."""

    def __init__(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        self._incoming, self._outgoing = incoming, outgoing

    def write(self, text: str) -> None:
        self._outgoing.write(text.encode())

    async def status(self) -> int:
        """Return the status of the answer; 0: there is none, the connection was cut."""
        try:
            async with asyncio.timeout(_SECONDS):
                line = await self._incoming.readline()
        except ConnectionError:
            return 0
        return int(line.split()[1]) if line else 0

    async def rest(self) -> int:
        """Read to the end; return how many bytes came."""
        count = 0
        try:
            async with asyncio.timeout(_SECONDS):
                while some := await self._incoming.read(1 << 16):
                    count += len(some)
        except ConnectionError:
            pass
        return count


@asynccontextmanager
async def wire(server: Server, *, source: str = "127.0.0.1", takes: int | None = None) -> AsyncIterator[Wire]:
    """Connect; with `takes`, the kernel keeps no more bytes of an answer than that."""
    where = urlsplit(server.address)
    raw = socket.socket()
    if takes is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
    raw.bind((source, 0))
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (where.hostname, where.port))
    incoming, outgoing = await asyncio.open_connection(sock=raw, limit=takes or 1 << 16)
    try:
        yield Wire(incoming, outgoing)
    finally:
        outgoing.transport.abort()


async def drip(wires: list[Wire]) -> None:
    """Go on with heads that never end, a byte at a time."""
    while True:
        for one in wires:
            one.write("x")
        await asyncio.sleep(0.1)


async def test_three_hundred_slow_heads_hold_up_no_reader_and_are_cut(
    options: StorageOptions, monkeypatch: pytest.MonkeyPatch
):
    # More than there is room for: whoever comes takes the place of one that has waited.
    async with serving(options, NO_KAFKA, Lane(""), streams=1) as server, AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(wire(server)) for _ in range(SLOW)]
        for one in slow:
            one.write("GET /subscriptions HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ")
        for _ in range(3):
            assert (await server.ask("GET", PAGE)).status == 200
        dripping = asyncio.create_task(drip(slow))
        try:
            assert (await server.ask("GET", PAGE)).status == 200
            monkeypatch.setattr(connections, "HEAD_SECONDS", 1.0)
            assert set(await asyncio.gather(*(one.status() for one in slow))) == {0}
        finally:
            dripping.cancel()
            await asyncio.gather(dripping, return_exceptions=True)
        assert (await server.ask("GET", PAGE)).status == 200


async def test_a_head_after_an_answer_has_its_deadline_too_and_who_asks_on_and_on_is_not_cut(
    archive_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 2.0)
    request = "GET /static/icon.svg HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
    async with wire(archive_server) as steady:
        until = asyncio.get_running_loop().time() + 6
        while asyncio.get_running_loop().time() < until:
            steady.write(request)
            assert await steady.status() == 200
            while (await asyncio.wait_for(steady._incoming.readline(), _SECONDS)).strip():
                pass
            await asyncio.wait_for(steady._incoming.readuntil(b"</svg>\n"), _SECONDS)
            await asyncio.sleep(0.3)
        steady.write(request.removesuffix("\r\n"))
        assert await steady.status() == 0


async def test_a_body_that_does_not_end_is_cut(archive_server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "BODY_SECONDS", 1.0)
    async with wire(archive_server) as one:
        one.write(
            "POST /v1/submissions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            "content-length: 1000\r\n\r\n{"
        )
        dripping = asyncio.create_task(drip([one]))
        assert await one.status() == 0
        dripping.cancel()


async def test_who_takes_nothing_of_an_answer_is_cut_and_not_waited_for(
    archive_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "STALLED_SECONDS", 1.0)
    asked = "GET /openapi.json HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
    whole = len((await archive_server.ask("GET", "/openapi.json")).text)
    async with wire(archive_server, takes=4096) as one:
        # More than the kernel's buffers hold.
        times = 400
        one.write(asked * times)
        await eventually(lambda: _stalls(archive_server))
        await eventually(lambda: _is_gone(archive_server))
        assert await one.rest() < whole * times


async def _stalls(server: Server) -> bool:
    return any(one.transport.get_write_buffer_size() for one in server.connections)


async def _is_gone(server: Server) -> bool:
    return not server.connections


async def test_where_everybody_is_busy_who_comes_is_told_to_come_back(
    options: StorageOptions, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("wiredesk_desk.web.serving.BESIDES", 2)
    async with serving(options, NO_KAFKA, Lane(""), streams=1) as server, AsyncExitStack() as stack:
        for _ in range(3):
            busy = await stack.enter_async_context(wire(server))
            busy.write(
                "POST /login HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\norigin: http://127.0.0.1\r\n\r\nx"
            )
        await eventually(lambda: _are_busy(server, 3))
        async with wire(server) as fourth:
            assert await fourth.status() == 503
        busy.write("12345678")
        assert await busy.status() == 403
        assert (await server.ask("GET", PAGE)).status == 200, "who has his answer makes room"


async def _are_busy(server: Server, count: int) -> bool:
    return sum(not one.is_waiting for one in server.connections) == count


async def test_of_one_address_so_many_are_connected_and_another_is_not_held_up(options: StorageOptions):
    async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0", connections_per_address=3) as server:
        async with AsyncExitStack() as stack:
            await _waiting_long(server, stack)
            async with wire(server) as fourth:
                assert await fourth.status() == 503
            if sys.platform == "linux":
                async with wire(server, source="127.0.0.2") as neighbour:
                    neighbour.write("GET /static/icon.svg HTTP/1.1\r\nhost: a\r\n\r\n")
                    assert await neighbour.status() == 200
        await eventually(lambda: _is_gone(server))
        assert (await server.ask("GET", "/static/icon.svg")).status == 200


async def test_a_proxy_has_as_many_connections_as_there_are(options: StorageOptions):
    desk_options = {"host": "0.0.0.0", "connections_per_address": 3, "trusted_proxies": "127.0.0.1"}
    async with serving(options, NO_KAFKA, Lane(""), **desk_options) as server, AsyncExitStack() as stack:
        await _waiting_long(server, stack)
        assert (await server.ask("GET", "/static/icon.svg")).status == 200


async def _waiting_long(server: Server, stack: AsyncExitStack) -> None:
    """Open three streams."""
    token = await keeping.add(server.desk.pool, "ada", Scope.READ, None)
    for _ in range(3):
        one = await stack.enter_async_context(wire(server))
        one.write(f"GET /v1/stream HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\r\n")
        assert await one.status() == 200


@pytest.mark.parametrize("forwarded", ["198.51.100.{}", "198.51.100.{}, 203.0.113.7", "unknown", "{}" * 500])
async def test_who_says_to_speak_for_others_is_counted_as_himself(
    options: StorageOptions, monkeypatch: pytest.MonkeyPatch, forwarded: str
):
    # What uvicorn by itself would look at.
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert 429 in await _asked_for_twenty(options, forwarded)
    assert 429 in await _asked_for_twenty(options, forwarded, trusted_proxies="192.0.2.0/24")


async def test_whom_a_trusted_proxy_speaks_for_is_counted_and_nobody_he_makes_up(options: StorageOptions):
    proxy = {"trusted_proxies": "127.0.0.0/8"}
    assert await _asked_for_twenty(options, "198.51.100.{}", **proxy) == {200}
    # What he was told himself stands before what the proxy saw.
    for made_up in (
        "198.51.100.{}, 203.0.113.7",
        "198.51.100.{}, 203.0.113.7, 127.0.0.9",
        "garbage{}",
        "[2001:db8::{}]",
    ):
        assert 429 in await _asked_for_twenty(options, made_up, **proxy), made_up
    assert 429 in await _asked_for_twenty(options, "", **proxy)


async def test_a_proxy_that_speaks_tls_has_the_token_kept_for_tls_alone(options: StorageOptions):
    for trusted, is_secure in (("127.0.0.1", True), ("", False)):
        async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0", trusted_proxies=trusted) as server:
            token = await keeping.add(server.desk.pool, "ada", Scope.READ, None)
            answer = await server.ask(
                "POST", "/login", data=f"token={token}",
                headers={"x-forwarded-proto": "https", "sec-fetch-site": "same-origin"},
            )  # fmt: skip
            assert answer.status == 303
            assert ("Secure" in answer.headers["set-cookie"]) is is_secure
            await keeping.revoke(server.desk.pool, "ada")


async def _asked_for_twenty(options: StorageOptions, forwarded: str, **desk_options: str) -> set[int]:
    """Return how twenty are answered whom a proxy speaks for."""
    async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0", requests_per_second=1, **desk_options) as server:
        answers = await asyncio.gather(
            *(
                server.ask("GET", "/static/icon.svg", headers={"x-forwarded-for": forwarded.replace("{}", str(n))})
                for n in range(1, 21)
            )
        )
        return {one.status for one in answers}
