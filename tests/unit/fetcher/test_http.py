"""The fetcher against real servers on loopback: pages, redirects, failures."""

import gzip
import socket

import pytest
from aiohttp import web as server

from tests.unit.fetcher.sites import get, open_crawler, options, raw_site, site
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import Rejection
from wiredesk_fetcher import core


async def test_a_page_is_got_with_an_honest_user_agent_and_nothing_of_this_machine(monkeypatch):
    seen = []

    async def handler(request):
        seen.append(request)
        response = server.Response(text="<p>News</p>", content_type="text/html")
        response.set_cookie("tracker", "1")
        return response

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with site(handler) as base, open_crawler(options(contact="mailto:desk@example.org")) as web:
        answer = await web.get(f"{base}/a%20story?b=1&a=2#part")
        await web.get(f"{base}/again")
    assert (answer.url, answer.status) == (f"{base}/a%20story?b=1&a=2#part", 200)
    assert (answer.content_type, answer.body) == ("text/html; charset=utf-8", b"<p>News</p>")
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


async def test_a_closed_port_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(TransientError) as refused:
        await get(f"http://127.0.0.1:{port}/")
    assert refused.value.reason == "connection"


@pytest.mark.parametrize(
    ("code", "reason"),
    [(socket.EAI_NONAME, "unknown_host"), (socket.EAI_AGAIN, "dns"), (socket.EAI_FAIL, "dns")],
    ids=["no such name", "resolver away", "resolver fails"],
)
async def test_a_name_that_does_not_exist_is_told_from_a_resolver_in_trouble(monkeypatch, code, reason):
    def resolve(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(code, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(TransientError) as unknown:
        await get("http://mistyped.example/private?token=s3cret")
    assert unknown.value.reason == reason
    assert "mistyped.example" in str(unknown.value)
    assert "s3cret" not in str(unknown.value)


@pytest.mark.parametrize("url", ["http://exa_mple..example/", "http://" + "a" * 300 + ".example/"])
async def test_a_name_that_cannot_be_a_name_is_refused(url):
    assert (await get(url)).reason is Rejection.INVALID_URL
