"""Addresses the fetcher must not reach, in every form they are written in."""

import socket
from typing import Any

import pytest
from aiohttp import web as server

from tests.unit.fetcher.sites import get, open_crawler, options, raw_site, site
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import Rejection
from wiredesk.contracts.submission import Refusal
from wiredesk_fetcher.core import Response


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/passwd", Rejection.INVALID_URL),
        ("http://user:s3cret@127.0.0.1/", Rejection.CREDENTIALS_IN_URL),
        ("http://127.0.0.2:{port}/", Rejection.FORBIDDEN_ADDRESS),
        ("http://localhost:{port}/", None),
        ("http://169.254.169.254/latest/meta-data/", Rejection.FORBIDDEN_ADDRESS),
        ("http://[::1]:{port}/", Rejection.FORBIDDEN_ADDRESS),
        ("https://10.0.0.1/", Rejection.FORBIDDEN_ADDRESS),
    ],
)
async def test_every_hop_is_checked(location, reason):
    async def handler(request):
        if request.path == "/start":
            return server.Response(status=302, headers={"Location": location.format(port=request.url.port)})
        return server.Response(text="News", content_type="text/html")

    async with site(handler) as base:
        answer = await get(f"{base}/start")
    if reason is None:
        assert answer.body == b"News"
    else:
        assert answer.reason is reason
        assert "s3cret" not in answer.message


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "localhost", "localhost."),
        *("0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00:ec2::254]", "[fe80::1]", "169.254.169.254", "168.63.129.16"),
        *("10.0.0.1", "192.168.0.1", "100.64.0.1", "224.0.0.1", "127。0。0。1", "①②⑦.⓪.⓪.①"),
    ],
)
@pytest.mark.parametrize("ports", ["80,443", None])
async def test_no_form_of_a_forbidden_address_is_sent_a_byte(host, ports):
    """The port is open to the fetcher as well, so that the address alone must stop it."""

    async def talk(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nsecret")
        await writer.drain()

    async with (
        raw_site(talk) as (port, connections),
        raw_site(talk, "127.0.0.2") as (other_port, others),
        raw_site(talk, "::1") as (v6_port, v6_connections),
        open_crawler(options(allow_addresses="", ports=ports or f"{port},{other_port},{v6_port}")) as web,
    ):
        for number in (port, v6_port):
            try:
                answer = await web.get(f"http://{host}:{number}/")
            except TransientError as error:
                # A form the resolver does not know reaches nothing either.
                assert error.reason in {"dns", "unknown_host"}  # noqa: PT017 - only one of two good ends raises
            else:
                assert isinstance(answer, Refusal)
                assert answer.reason in {Rejection.FORBIDDEN_ADDRESS, Rejection.INVALID_URL}
        assert (connections, others, v6_connections) == ([], [], [])


async def test_a_name_that_turns_private_after_its_first_answer_is_stopped_at_the_connection(monkeypatch):
    answers = iter(["127.0.0.1", "127.0.0.2"])
    reached = []

    async def handler(request):
        reached.append(request.path)
        return server.Response(text="News", content_type="text/html", headers={"Connection": "close"})

    async with site(handler) as base, open_crawler(options()) as web:
        port = base.rpartition(":")[2]

        async def rebinding(host, port=0, family=socket.AF_INET):
            return [
                {
                    "hostname": host,
                    "host": next(answers),
                    "port": port,
                    "family": family,
                    "proto": 0,
                    "flags": socket.AI_NUMERICHOST,
                }
            ]

        connector: Any = web._web._session.connector
        monkeypatch.setattr(connector._resolver, "resolve", rebinding)
        monkeypatch.setattr(connector, "_use_dns_cache", False)
        first = await web.get(f"http://rebinding.example:{port}/first")
        second = await web.get(f"http://rebinding.example:{port}/second")
    assert isinstance(first, Response)
    assert isinstance(second, Refusal)
    assert second.reason is Rejection.FORBIDDEN_ADDRESS
    assert reached == ["/first"]


async def test_an_allowed_address_is_reached_on_any_port_and_its_neighbour_is_not():
    async def handler(_):
        return server.Response(text="News", content_type="text/html")

    async with site(handler) as base:
        assert (await get(base)).status == 200
        answer = await get(base, allow_addresses="127.0.0.2/32")
    assert answer.reason is Rejection.FORBIDDEN_ADDRESS
