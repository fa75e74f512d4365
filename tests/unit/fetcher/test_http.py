"""The fetcher against real servers on loopback: pages, redirects, caps, deadlines, and addresses it must not reach."""

import asyncio
import gc
import gzip
import resource
import socket
import time
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web as server

from services.fetcher import core
from services.fetcher.core import Response
from services.fetcher.http import open_web
from services.fetcher.settings import FetcherOptions
from shared.errors import TransientError
from shared.events import MAX_PAGE_BYTES, MAX_TEXT_BYTES, Rejection
from shared.submission import Refusal

LOOPBACK = "127.0.0.1/32"


def options(**fields: Any) -> FetcherOptions:
    return FetcherOptions.model_validate({"allow_addresses": LOOPBACK, "deadline_seconds": 10, **fields})


@asynccontextmanager
async def site(handler):
    """Serve `handler` for every path on loopback; yield its address without a path."""
    app = server.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = server.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_site(talk, host="127.0.0.1"):
    """Serve connections with `talk(reader, writer)`; yield the port and the list of connections made."""
    connections = []

    async def serve(reader, writer):
        connections.append(writer)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, host, 0)
    try:
        yield listening.sockets[0].getsockname()[1], connections
    finally:
        listening.close()
        for writer in connections:
            writer.transport.abort()
        await listening.wait_closed()


async def get(url: str, **fields: Any) -> Any:
    async with open_web(options(**fields)) as web:
        return await web.get(url)


async def test_a_page_is_got_with_an_honest_user_agent_and_nothing_of_this_machine(monkeypatch):
    seen = []

    async def handler(request):
        seen.append(request)
        response = server.Response(text="<p>News</p>", content_type="text/html")
        response.set_cookie("tracker", "1")
        return response

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with site(handler) as base, open_web(options(contact="mailto:desk@example.org")) as web:
        answer = await web.get(f"{base}/a%20story?b=1&a=2#part")
        await web.get(f"{base}/again")
    assert answer == Response(f"{base}/a%20story?b=1&a=2#part", 200, "text/html; charset=utf-8", "", b"<p>News</p>")
    assert seen[0].headers["User-Agent"].startswith("Wiredesk/")
    assert "(+mailto:desk@example.org)" in seen[0].headers["User-Agent"]
    assert seen[0].headers["Accept-Encoding"] == "gzip"
    assert seen[0].path_qs == "/a%20story?b=1&a=2"
    assert "Cookie" not in seen[1].headers


async def test_a_gzipped_page_arrives_unpacked():
    async def handler(_):
        return server.Response(
            body=gzip.compress(b"<p>News</p>"), content_type="text/html", headers={"Content-Encoding": "gzip"}
        )

    async with site(handler) as base:
        assert (await get(base)).body == b"<p>News</p>"


@pytest.mark.parametrize("hops", [1, 5])
async def test_redirects_are_followed_to_the_last_page(hops):
    async def handler(request):
        left = int(request.path[1:])
        if left:
            raise server.HTTPFound(f"/{left - 1}")
        return server.Response(text="News", content_type="text/html")

    async with site(handler) as base:
        answer = await get(f"{base}/{hops}")
    assert (answer.url, answer.body) == (f"{base}/0", b"News")


async def test_a_redirect_loop_ends_after_five_hops():
    asked = []

    async def handler(request):
        asked.append(request.path)
        raise server.HTTPMovedPermanently("/loop")

    async with site(handler) as base:
        answer = await get(f"{base}/loop")
    assert answer.reason is Rejection.TOO_MANY_REDIRECTS
    assert len(asked) == 1 + core.MAX_REDIRECTS


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
        open_web(options(allow_addresses="", ports=ports or f"{port},{other_port},{v6_port}")) as web,
    ):
        for number in (port, v6_port):
            try:
                answer = await web.get(f"http://{host}:{number}/")
            except TransientError as error:
                # A form the resolver does not know reaches nothing either.
                assert error.reason == "dns"  # noqa: PT017 - only one of two good ends raises
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

    async with site(handler) as base, open_web(options()) as web:
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

        connector: Any = web._session.connector
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


async def test_a_body_that_says_it_is_too_large_is_not_read():
    sent = 0

    async def talk(reader, writer):
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        size = MAX_PAGE_BYTES + 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % size)
        await writer.drain()
        sent = len(await reader.read())

    async with raw_site(talk) as (port, _):
        answer = await get(f"http://127.0.0.1:{port}/")
    assert answer.reason is Rejection.TOO_LARGE
    assert sent == 0


@pytest.mark.parametrize(("content_type", "limit"), [("text/html", MAX_PAGE_BYTES), ("text/plain", MAX_TEXT_BYTES)])
async def test_a_body_may_have_its_limit_and_not_a_byte_more(content_type, limit):
    async def handler(request):
        response = server.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        for _ in range(limit // 65536):
            await response.write(b"a" * 65536)
        await response.write(b"a" * int(request.path[1:]))
        await response.write_eof()
        return response

    async with site(handler) as base:
        whole = await get(f"{base}/0")
        over = await get(f"{base}/1")
    assert len(whole.body) == limit
    assert over.reason is Rejection.TOO_LARGE


async def test_a_gzip_bomb_costs_no_memory():
    bomb = gzip.compress(b"\0" * (256 * 1024 * 1024), compresslevel=9)

    async def handler(_):
        return server.Response(body=bomb, content_type="text/html", headers={"Content-Encoding": "gzip"})

    async with site(handler) as base:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        answer = await get(base)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert answer.reason is Rejection.TOO_LARGE
    assert grown < 40, f"{grown:.0f} MiB"


async def test_an_endless_body_ends_at_the_limit():
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"a" * 65536 + b"\r\n")
            await writer.drain()

    async with raw_site(talk) as (port, _):
        answer = await get(f"http://127.0.0.1:{port}/")
    assert answer.reason is Rejection.TOO_LARGE


async def drip_body(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_headers(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Drip: a\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def say_nothing(reader, _writer):
    await reader.read()
    await asyncio.sleep(30)


async def redirect_slowly(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(0.2)
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize("talk", [drip_body, drip_headers, say_nothing, redirect_slowly])
async def test_a_slow_site_is_left_at_the_deadline(talk):
    async with raw_site(talk) as (port, _):
        started = time.monotonic()
        with pytest.raises(TransientError) as caught:
            await get(f"http://127.0.0.1:{port}/", deadline_seconds=0.5)
    assert caught.value.reason == "timeout"
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 302 Found\r\nLocation: /" + b"a" * 1_000_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "not http", "cut short", "broken gzip", "endless location"],
)
async def test_a_broken_answer_is_tried_again_and_its_error_holds_no_url(answer):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with raw_site(talk) as (port, _):
        with pytest.raises(TransientError) as caught:
            await get(f"http://127.0.0.1:{port}/private?token=s3cret")
    assert caught.value.reason == "connection"
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_closed_port_and_an_unknown_name_are_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(TransientError) as refused:
        await get(f"http://127.0.0.1:{port}/")
    assert refused.value.reason == "connection"
    with pytest.raises(TransientError) as unknown:
        await get("http://no-such-name.invalid/")
    assert unknown.value.reason == "dns"


@pytest.mark.parametrize("url", ["http://exa_mple..example/", "http://" + "a" * 300 + ".example/"])
async def test_a_name_that_cannot_be_a_name_is_refused(url):
    assert (await get(url)).reason is Rejection.INVALID_URL


@pytest.mark.parametrize("status", [404, 429, 500])
async def test_the_body_of_a_failure_is_not_read(status):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status} X\r\nRetry-After: 7\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        await reader.read()

    async with raw_site(talk) as (port, _):
        answer = await get(f"http://127.0.0.1:{port}/")
    assert (answer.status, answer.retry_after, answer.body) == (status, "7", b"")


async def test_one_host_serves_two_articles_at_a_time_and_others_are_not_held_up():
    at_once, most = 0, 0
    two_in_hand, released = asyncio.Event(), asyncio.Event()

    async def handler(request):
        nonlocal at_once, most
        if request.path == "/free":
            return server.Response(text="News", content_type="text/html")
        at_once += 1
        most = max(most, at_once)
        if at_once == 2:
            two_in_hand.set()
        await released.wait()
        at_once -= 1
        return server.Response(text="News", content_type="text/html")

    async with site(handler) as busy, site(handler) as free, open_web(options()) as web:
        held = [asyncio.create_task(web.get(f"{busy}/{number}")) for number in range(6)]
        await two_in_hand.wait()
        assert isinstance(await web.get(f"{free}/free"), Response)
        released.set()
        answers = await asyncio.gather(*held)
        del held
        gc.collect()
        assert not web._turns
    assert most == 2
    assert all(isinstance(answer, Response) for answer in answers)


async def test_an_article_that_waits_too_long_for_its_host_goes_to_the_delay_lane():
    async with (
        raw_site(say_nothing) as (port, _),
        open_web(options(per_host=1, queue_seconds=0.2, deadline_seconds=1)) as web,
    ):
        first = asyncio.create_task(web.get(f"http://127.0.0.1:{port}/1"))
        await asyncio.sleep(0)
        with pytest.raises(TransientError) as caught:
            await web.get(f"http://127.0.0.1:{port}/2")
        assert caught.value.reason == "host_busy"
        with pytest.raises(TransientError, match="within 1 s"):
            await first
