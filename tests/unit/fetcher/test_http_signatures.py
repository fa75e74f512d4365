"""Signed requests over real sockets: each verified by the site that hears it."""

import socket
import time
from typing import Any

import pytest
from aiohttp import web as server

from tests.unit.fetcher.crawling import Answer, Clock, moved, open_polite, rules, serve
from tests.unit.fetcher.sites import options, site
from tests.unit.fetcher.verifying import Message, keys_of, verified
from wiredesk_fetcher.core import Response
from wiredesk_fetcher.http import open_web
from wiredesk_fetcher.politeness.signatures import BotKey, directory
from wiredesk_fetcher.private_key import new_pem

AGENT = "https://bot.example.org"
HEADERS = {"Signature", "Signature-Input", "Signature-Agent"}


@pytest.fixture
def pem():
    return new_pem()


@pytest.fixture
def keys(pem):
    return keys_of(directory([BotKey.from_pem(pem)]))


def _holds_now(headers, keys):
    held = verified(Message(headers, ""), "sig1", keys)
    now = time.time()
    assert int(held.parameters["created"]) <= now <= int(held.parameters["expires"])
    return held


async def test_robots_txt_and_a_page_behind_a_redirect_to_another_host_are_signed_for_their_hosts(pem, keys):
    async with serve(robots=rules("User-agent: *\nAllow: /"), story=Answer()) as there:
        other = there.base.replace("127.0.0.1", "localhost")
        async with (
            serve(robots=rules(""), start=moved(f"{other}/story")) as here,
            open_polite(clock=Clock(), delay_seconds=0, bot_key=pem, bot_directory=AGENT) as crawler,
        ):
            answer = await crawler.get(f"{here.base}/start")
    assert isinstance(answer, Response)
    assert answer.url == f"{other}/story"
    assert (here.asked, there.asked) == (["/robots.txt", "/start"], ["/robots.txt", "/story"])
    heard = [*here.headers, *there.headers]
    assert [headers["Host"] for headers in heard] == [
        one.partition("//")[2] for one in (here.base, other) for _ in "12"
    ]
    held = [_holds_now(headers, keys) for headers in heard]
    assert len({one.parameters["nonce"] for one in held}) == 4
    assert {headers["Signature-Agent"] for headers in heard} == {f'sig1="{AGENT}"'}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("host", ["127.0.0.1", "news.example", "NEWS.Example", "news.example."])
async def test_whatever_a_session_sends_is_signed_for_the_host_that_it_names(monkeypatch, pem, keys, method, host):
    heard = []

    async def handler(request):
        heard.append(request.headers)
        return server.Response(text="heard")

    async def resolve(name, port=0, family=socket.AF_INET):
        found = {"hostname": name, "host": "127.0.0.1", "port": port, "family": socket.AF_INET}
        return [{**found, "proto": 0, "flags": socket.AI_NUMERICHOST}]

    given = options(bot_key=pem, bot_directory=AGENT, bot_agent_form="string")
    async with site(handler) as base, open_web(given) as web:
        connector: Any = web._session.connector
        monkeypatch.setattr(connector._resolver, "resolve", resolve)
        url = base.replace("127.0.0.1", host)
        async with web._session.request(method, url, data={"a": "b"} if method == "POST" else None) as reply:
            assert reply.status == 200
    (headers,) = heard
    _holds_now(headers, keys)
    assert headers["Signature-Agent"] == f'"{AGENT}"'


async def test_without_a_key_nothing_is_signed():
    async with serve(story=Answer()) as there, open_polite(delay_seconds=0) as crawler:
        await crawler.get(f"{there.base}/story")
    assert there.asked == ["/robots.txt", "/story"]
    assert all(HEADERS.isdisjoint(headers) for headers in there.headers)
