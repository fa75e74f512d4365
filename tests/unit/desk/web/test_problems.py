"""Errors as problems: a name that stays, a status, what to do next, and nothing of what is nobody's business."""

import json
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from tests.unit.desk.web.asgi import ask
from wiredesk.contracts.errors import ConfigurationError, InfrastructureError, PermanentError
from wiredesk_desk.running import Exit, Problem
from wiredesk_desk.web import problems
from wiredesk_desk.web.problems import MEDIA_TYPE, ProblemDetails, Refused, described, documented


@pytest.mark.parametrize(
    ("error", "status", "kind", "todo"),
    [
        (Refused(410, "withdrawn", "gone", todo="wiredesk reinstate x"), 410, "withdrawn", "wiredesk reinstate x"),
        (Problem("no", "wiredesk sources list", code=Exit.USAGE), 422, "refused", "wiredesk sources list"),
        (Problem("no"), 409, "refused", None),
        (Problem("no", code=Exit.UNREACHABLE), 503, "refused", None),
        (InfrastructureError("PostgreSQL: OSError"), 503, "unavailable", "wiredesk doctor"),
        (TimeoutError(), 503, "unavailable", "wiredesk doctor"),
        (KafkaConnectionError("at 10.0.0.7"), 503, "unavailable", "wiredesk doctor"),
        (ConfigurationError("set X"), 503, "misconfigured", "wiredesk doctor"),
        (PermanentError("bad", reason="bad_query"), 400, "bad-query", None),
        (ValueError("of an article"), 500, "fault", "wiredesk logs desk"),
    ],
)
def test_each_error_has_a_status_a_name_and_what_to_do(error: Exception, status: int, kind: str, todo: str | None):
    details, headers = described(error)
    assert (details.status, details.type, details.next) == (status, f"urn:wiredesk:{kind}", todo)
    assert details.title
    assert ("retry-after" in headers) == (kind == "unavailable")


def test_of_what_was_not_foreseen_and_of_another_program_nothing_is_told():
    assert "article" not in described(ValueError("of an article"))[0].detail
    assert described(KafkaConnectionError("at 10.0.0.7"))[0].detail == "Kafka fails (KafkaConnectionError)"


def application() -> FastAPI:
    app = FastAPI()

    @app.get("/v1/number", responses=documented(404))
    async def number(of: int) -> int:
        if of == 0:
            raise ValueError("secret")
        raise Refused(404, "not-found", f"no {of}", headers={"x-own": "1"})

    @app.get("/page")
    async def page() -> int:
        raise Refused(404, "not-found", "no page")

    def shown(_: Request, details: ProblemDetails) -> Response:
        return HTMLResponse(f"<p>{details.detail}</p>", status_code=details.status)

    problems.install(app, shown)
    return app


async def asked(path: str, query: bytes = b"", **headers: str) -> Any:
    app = application()

    async def with_query(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "query_string": query}, receive, send)

    return await ask(with_query, path, headers=headers)


async def test_a_program_gets_a_problem_as_json():
    answer = await asked("/v1/number", b"of=7", accept="text/html")
    assert (answer.status, answer.headers["content-type"], answer.headers["x-own"]) == (404, MEDIA_TYPE, "1")
    assert json.loads(answer.body) == {
        "type": "urn:wiredesk:not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "no 7",
    }


async def test_a_wrong_request_is_told_where_it_is_wrong():
    answer = await asked("/v1/number", b"of=seven")
    found = json.loads(answer.body)
    assert (answer.status, found["errors"][0]["where"]) == (422, "query.of")
    assert found["detail"].startswith("query.of: ")


async def test_a_person_gets_a_page_and_a_program_none():
    answer = await asked("/page", accept="text/html")
    assert (answer.status, answer.body) == (404, b"<p>no page</p>")
    for path in ("/page.json", "/v1/nothing"):
        assert (await asked(path, accept="text/html")).headers["content-type"] == MEDIA_TYPE
    assert (await asked("/page", accept="application/json")).headers["content-type"] == MEDIA_TYPE


def test_the_description_names_the_media_type_of_problems():
    app = application()
    for _ in range(2):
        answers = app.openapi()["paths"]["/v1/number"]["get"]["responses"]
        assert list(answers["404"]["content"]) == [MEDIA_TYPE]
        assert list(answers["200"]["content"]) == ["application/json"]
