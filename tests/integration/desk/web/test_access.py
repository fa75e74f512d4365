"""Who may ask a served desk: tokens, host names, writes from elsewhere, how often."""

import asyncio
import io
from datetime import timedelta

import pytest

from tests.integration.desk.web.server import NO_KAFKA, Server, serving
from wiredesk.contracts.topics import Lane
from wiredesk_desk.tokens import keeping
from wiredesk_desk.tokens.keeping import Scope
from wiredesk_storage.settings import StorageOptions

pytestmark = pytest.mark.broker
SEARCH = "/v1/search"


def bearer(token: str | None) -> dict[str, dict[str, str]]:
    return {"headers": {"authorization": f"Bearer {token}"}}


async def test_on_loopback_nobody_needs_a_token(archive_server: Server):
    assert await archive_server.get(SEARCH)


async def test_elsewhere_a_known_token_opens_it_and_no_other(options: StorageOptions):
    async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0") as server:
        pool = server.desk.pool
        reads = await keeping.add(pool, "ada", Scope.READ, None)
        expired = await keeping.add(pool, "bo", Scope.WRITE, timedelta(seconds=-1))
        assert await server.get(SEARCH, **bearer(reads))
        assert await server.get(SEARCH, headers={"cookie": f"wiredesk_token={reads}"})
        for wrong in ("", "wiredesk_guessed", expired, f"{reads}x"):
            answer = await server.ask("GET", SEARCH, **bearer(wrong))
            assert (answer.status, answer.json["type"]) == (401, "urn:wiredesk:no-token")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert (await server.ask("GET", SEARCH)).status == 401


async def test_a_token_that_only_reads_writes_nothing(options: StorageOptions):
    async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0") as server:
        for scope, status in {Scope.READ: 403, Scope.WRITE: 422}.items():
            token = await keeping.add(server.desk.pool, scope.value, scope, None)
            answer = await server.ask("POST", "/v1/submissions", body={}, **bearer(token))
            assert answer.status == status, answer.text


async def test_a_token_that_was_revoked_opens_nothing_once_it_is_forgotten(
    options: StorageOptions, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("wiredesk_desk.web.admission.REMEMBERED_SECONDS", 0.0)
    async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0") as server:
        token = await keeping.add(server.desk.pool, "ada", Scope.READ, None)
        assert await server.get(SEARCH, **bearer(token))
        assert await keeping.revoke(server.desk.pool, "ada")
        assert (await server.ask("GET", SEARCH, **bearer(token))).status == 401


async def test_on_loopback_a_name_that_leads_here_is_not_answered(archive_server: Server):
    for host, status in {"localhost": 200, "127.0.0.1:8780": 200, "[::1]": 200, "evil.example": 421, "": 421}.items():
        answer = await archive_server.ask("GET", SEARCH, headers={"host": host})
        assert answer.status == status, host


async def test_a_write_from_a_page_of_another_site_is_refused(archive_server: Server):
    own = archive_server.address
    json = {"content-type": "application/json"}
    for headers, status in (
        ({**json}, 422),
        ({**json, "origin": own, "sec-fetch-site": "same-origin"}, 422),
        ({**json, "origin": "https://evil.example"}, 403),
        ({**json, "sec-fetch-site": "cross-site"}, 403),
        ({**json, "sec-fetch-site": "same-site"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
    ):
        answer = await archive_server.ask("POST", "/v1/submissions", data=b"{}", headers=headers)
        assert answer.status == status, (headers, answer.text)


async def test_more_requests_than_are_admitted_are_told_when_to_come_back(options: StorageOptions):
    async with serving(options, NO_KAFKA, Lane(""), host="0.0.0.0", requests_per_second=1) as server:
        answers = await asyncio.gather(*(server.ask("GET", SEARCH) for _ in range(20)))
        refused = [one for one in answers if one.status == 429]
        assert len(refused) >= 10
        assert all(int(one.headers["retry-after"]) > 0 for one in refused)


async def test_a_request_that_is_too_large_is_refused(archive_server: Server):
    headers = {"content-type": "application/json"}

    async def endless() -> object:
        for _ in range(13):
            yield b" " * 1024 * 1024

    whole = await archive_server.ask(
        "POST", "/v1/submissions", data=io.BytesIO(b" " * 13 * 1024 * 1024), headers=headers
    )
    chunked = await archive_server.ask("POST", "/v1/submissions", data=endless(), headers=headers)
    assert (whole.status, chunked.status) == (413, 413)


async def test_the_scripts_of_an_origin_that_is_allowed_may_read_and_write_nothing(options: StorageOptions):
    origin = "https://news.example"
    async with serving(options, NO_KAFKA, Lane(""), allowed_origins=[origin]) as server:
        answer = await server.ask("GET", SEARCH, headers={"origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        other = await server.ask("GET", SEARCH, headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
        assert (await server.ask("POST", "/v1/submissions", body={}, headers={"origin": origin})).status == 403
