"""The guard: which host names, tokens, origins, bodies and how many requests it lets through."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.unit.desk.web.asgi import Answer, ask
from wiredesk.contracts.errors import InfrastructureError
from wiredesk_desk.settings import DeskOptions
from wiredesk_desk.tokens.keeping import Scope as TokenScope
from wiredesk_desk.tokens.keeping import Token
from wiredesk_desk.web import guard
from wiredesk_desk.web.guard import Guard

TOKENS = {
    "reads": Token("ada", TokenScope.READ, datetime(2026, 11, 20, tzinfo=UTC), None),
    "writes": Token("bo", TokenScope.WRITE, datetime(2026, 11, 20, tzinfo=UTC), None),
}
JSON = {"content-type": "application/json"}
PAGE = {"accept": "text/html"}


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the length of the body."""
    try:
        body = await Request(scope, receive).body()
    except HTTPException as error:
        await PlainTextResponse(error.detail, error.status_code)(scope, receive, send)
        return
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def guarded(**options: Any) -> Guard:
    async def known(token: str) -> Token | None:
        return TOKENS.get(token)

    return Guard(inner, DeskOptions(**options), known)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def kind(answer: Answer) -> str:
    return str(json.loads(answer.body)["type"]).removeprefix("urn:wiredesk:")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8780", "[::1]:8780", "127.9.9.9", "LOCALHOST"])
async def test_on_loopback_its_own_names_are_answered(host: str):
    assert (await ask(guarded(), headers={"host": host})).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "evil.example:8780", "[::1", "0.0.0.0"])
async def test_on_loopback_any_other_name_is_refused(host: str):
    answer = await ask(guarded(), headers={"host": host})
    assert (answer.status, kind(answer)) == (421, "wrong-host")


async def test_a_name_that_is_allowed_is_answered_and_then_no_other_even_with_a_token():
    app = guarded(host="0.0.0.0", allowed_hosts=["desk.example"])
    for host, status in {"desk.example": 200, "desk.example:443": 200, "other.example": 421}.items():
        assert (await ask(app, headers={"host": host, **bearer("reads")})).status == status
    assert (await ask(guarded(host="0.0.0.0"), headers={"host": "any.example", **bearer("reads")})).status == 200


async def test_elsewhere_than_on_loopback_a_token_is_needed_but_to_log_in():
    app = guarded(host="0.0.0.0")
    answer = await ask(app)
    assert (answer.status, kind(answer)) == (401, "no-token")
    assert (await ask(app, headers=bearer("guessed"))).status == 401
    assert (await ask(app, headers={"authorization": "Basic reads"})).status == 401
    assert (await ask(app, headers={"cookie": f"{guard.COOKIE}=reads"})).status == 200
    for path in ("/login", "/static/desk.css", "/favicon.ico"):
        assert (await ask(app, path)).status == 200


async def test_a_person_without_a_token_is_led_to_where_it_is_typed():
    answer = await ask(guarded(host="0.0.0.0"), "/", headers=PAGE)
    assert (answer.status, answer.headers["location"]) == (303, "/login")


async def test_a_token_that_reads_writes_nothing():
    app = guarded(host="0.0.0.0")
    for token, status in {"reads": 403, "writes": 200}.items():
        for method in ("POST", "DELETE"):
            answer = await ask(app, method=method, headers={**JSON, **bearer(token)})
            assert answer.status == status, (token, method)


async def test_where_tokens_cannot_be_looked_up_it_is_an_outage_and_nobody_is_let_in():
    async def away(_: str) -> Token | None:
        raise InfrastructureError("PostgreSQL: OSError")

    answer = await ask(Guard(inner, DeskOptions(host="0.0.0.0"), away), headers=bearer("reads"))
    assert (answer.status, kind(answer)) == (503, "unavailable")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (JSON, 200),
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"origin": "http://127.0.0.1:8780", "content-type": "application/x-www-form-urlencoded"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "cross-site", **JSON}, 403),
        ({"sec-fetch-site": "same-site", **JSON}, 403),
        ({"origin": "https://evil.example", **JSON}, 403),
        ({"origin": "http://127.0.0.1:1", **JSON}, 403),
        ({"origin": "null", **JSON}, 403),
    ],
)
async def test_a_write_comes_from_its_own_pages_or_as_json(headers: dict[str, str], status: int):
    assert (await ask(guarded(), method="POST", headers=headers)).status == status
    assert (await ask(guarded(), headers=headers)).status == 200, "a read is no write"


async def test_a_body_that_is_too_large_is_refused_whether_its_length_is_told_or_not(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guard, "MAX_BODY_BYTES", 10)
    told = {**JSON, "content-length": "11"}
    assert (await ask(guarded(), method="POST", headers=told, body=[b"x" * 11])).status == 413
    assert (await ask(guarded(), method="POST", headers=JSON, body=[b"x" * 6, b"x" * 6])).status == 413
    exact = await ask(guarded(), method="POST", headers=JSON, body=[b"x" * 5, b"x" * 5])
    assert (exact.status, exact.body) == (200, b"10")


async def test_of_one_address_so_many_requests_are_admitted_and_others_are_not_held_up():
    app = guarded(host="0.0.0.0", requests_per_second=0.1)
    assert (await ask(app, headers=bearer("reads"))).status == 200
    refused = await ask(app, headers=bearer("reads"))
    assert (refused.status, kind(refused)) == (429, "too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= 10
    assert (await ask(app, headers=bearer("reads"), client="192.0.2.2")).status == 200
    local = guarded(requests_per_second=0.1)
    assert [(await ask(local)).status for _ in range(5)] == [200] * 5, "on loopback nobody counts"


async def test_every_answer_gets_the_headers_that_keep_a_page_safe():
    for answer in (await ask(guarded()), await ask(guarded(), headers={"host": "evil.example"})):
        assert guard.HEADERS.items() <= dict(answer.headers).items()
        assert answer.headers["cache-control"] == "private, no-cache"


async def test_a_fault_is_logged_with_its_path_and_no_path_writes_lines_of_its_own(caplog: pytest.LogCaptureFixture):
    async def broken(*_: object) -> None:
        raise RuntimeError("Ada Marsh was here")

    async def known(_: str) -> Token | None:
        return None

    answer = await ask(Guard(broken, DeskOptions(), known), "/x\n{}\x1b[31m\u202e")
    assert answer.status == 500
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == r"GET '/x\n{}\x1b[31m\u202e': a fault, RuntimeError"


async def test_what_is_no_request_is_passed_on():
    seen = []

    async def app(scope: Scope, *_: object) -> None:
        seen.append(scope["type"])

    async def known(_: str) -> Token | None:
        return None

    nothing: Any = None
    await Guard(app, DeskOptions(host="0.0.0.0"), known)({"type": "lifespan"}, nothing, nothing)
    assert seen == ["lifespan"]
