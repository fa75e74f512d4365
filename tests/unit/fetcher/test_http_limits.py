"""Sizes, times and turns: what a hostile or slow site can take of the fetcher."""

import asyncio
import gc
import gzip
import resource
import time

import pytest
from aiohttp import web as server

from tests.unit.fetcher.sites import (
    drip_body,
    drip_headers,
    get,
    open_crawler,
    options,
    raw_site,
    redirect_slowly,
    say_nothing,
    site,
)
from wiredesk.contracts.errors import TransientError
from wiredesk.contracts.events import MAX_PAGE_BYTES, MAX_TEXT_BYTES, Rejection
from wiredesk_fetcher.core import Response


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


@pytest.mark.parametrize("talk", [drip_body, drip_headers, say_nothing, redirect_slowly])
async def test_a_slow_site_is_left_at_the_deadline(talk):
    async with raw_site(talk) as (port, _):
        started = time.monotonic()
        with pytest.raises(TransientError) as caught:
            await get(f"http://127.0.0.1:{port}/", deadline_seconds=0.5)
    assert caught.value.reason == "timeout"
    assert time.monotonic() - started < 3


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

    async with site(handler) as busy, site(handler) as free, open_crawler(options()) as web:
        held = [asyncio.create_task(web.get(f"{busy}/{number}")) for number in range(6)]
        await two_in_hand.wait()
        assert isinstance(await web.get(f"{free}/free"), Response)
        released.set()
        answers = await asyncio.gather(*held)
        del held
        gc.collect()
        assert not web._semaphores
    assert most == 2
    assert all(isinstance(answer, Response) for answer in answers)


async def test_an_article_that_waits_too_long_for_its_host_goes_to_the_retry_topic():
    async with (
        raw_site(say_nothing) as (port, _),
        open_crawler(options(per_host=1, queue_seconds=0.2, deadline_seconds=1)) as web,
    ):
        first = asyncio.create_task(web.get(f"http://127.0.0.1:{port}/1"))
        await asyncio.sleep(0)
        with pytest.raises(TransientError) as caught:
            await web.get(f"http://127.0.0.1:{port}/2")
        assert caught.value.reason == "host_busy"
        with pytest.raises(TransientError, match="within 1 s"):
            await first
