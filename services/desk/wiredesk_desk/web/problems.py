"""Errors as RFC 9457 has them (`application/problem+json`); for who looks at a page, as a page.

`type` is a name that stays, such as `urn:wiredesk:withdrawn`; `next` says what to do now.
"""

import logging
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aiokafka.errors import KafkaError
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from wiredesk.contracts.errors import ConfigurationError, InfrastructureError, PermanentError
from wiredesk_desk.running import Exit, Problem

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = 5
# Of a request with thousands of wrong parts so many are told.
_MOST = 50
_FRAMES = 6
_STATUS = {Exit.USAGE: 422, Exit.UNREACHABLE: 503, Exit.TIMEOUT: 504, Exit.CONFIGURATION: 503}


_MEANS = {
    400: "The request cannot be read",
    401: "No token, or one that is not known",
    403: "The token only reads, or a page of another site asks",
    404: "There is no such thing",
    409: "Not in the state that it is in",
    410: "It was withdrawn",
    413: "The request is too large",
    415: "The request is not JSON",
    421: "The desk is not asked under this name",
    422: "The request is wrong, and where",
    429: "More requests than are admitted",
    501: "What this needs is not installed",
    503: "Kafka or PostgreSQL is away, or slow",
}


_KINDS: tuple[type[Exception], ...] = (
    *(HTTPException, RequestValidationError, Problem, TimeoutError, Exception),
    *(InfrastructureError, ConfigurationError, PermanentError, KafkaError),
)


class WrongValue(BaseModel):
    """What is wrong with one part of a request."""

    where: str = Field(description="such as query.limit or body.url")
    detail: str


class ProblemDetails(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:wiredesk:not-found",
                "title": "Not Found",
                "status": 404,
                "detail": "there is no such article",
                "next": "/v1/search?q=words+of+it",
            }
        }
    )
    type: str = Field("about:blank", description="a name of the problem that stays")
    title: str
    status: int
    detail: str = ""
    next: str | None = Field(None, description="what to do about it: a command to type, or an address")
    errors: Sequence[WrongValue] | None = Field(None, description="of a request that is wrong in several places")


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """An answer that is a problem. `kind` is the name in its type, such as `not-found`."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        todo: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.todo, self.headers = status, kind, todo, headers


def not_found(what: str, todo: str | None = None) -> Refused:
    """Return the answer for what is not there."""
    return Refused(404, "not-found", what, todo=todo)


def install(app: FastAPI, page: Any) -> None:
    """Answer every error of `app` as a problem; `page(request, details)` makes the page of one for people."""

    async def answer(request: Request, error: Exception) -> Response:
        details, headers = described(error)
        if details.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            # Where, and its class: its text may quote an article.
            at = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-_FRAMES:]]
            log.error("%r failed: %s at %s", request.scope["path"], type(error).__name__, " < ".join(reversed(at)))
        if is_for_people(request):
            made: Response = page(request, details)
            made.headers.update(headers)
            return made
        return response(details, headers)

    app.add_exception_handler(Refused, answer)
    for kind in _KINDS:
        app.add_exception_handler(kind, answer)
    _describe(app)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what an operation's description says of the problems that it may answer (`responses` of a route)."""
    return {status: {"model": ProblemDetails, "description": _MEANS[status]} for status in statuses}


def _describe(app: FastAPI) -> None:
    """Have the description say that problems are `application/problem+json`; FastAPI knows one media type a route."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        is_made = app.openapi_schema is not None
        schema = made()
        operations = [] if is_made else [one for path in schema["paths"].values() for one in path.values()]
        for answer in (answer for one in operations for answer in one["responses"].values()):
            for content in answer.get("content", {}).values():
                if content.get("schema", {}).get("$ref", "").endswith(f"/{ProblemDetails.__name__}"):
                    answer["content"] = {MEDIA_TYPE: content}
                    break
        return schema

    app.openapi = openapi  # type: ignore[method-assign]


def is_for_people(request: Request) -> bool:
    """Whether who asks wants a page: not below /v1, no `.json`, and a browser."""
    path = request.url.path
    return (
        not path.startswith("/v1/")
        and not path.endswith(".json")
        and "text/html" in request.headers.get("accept", "text/html")
    )


def response(details: ProblemDetails, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a problem as an answer."""
    return JSONResponse(
        details.model_dump(mode="json", exclude_none=True),
        status_code=details.status,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


def described(error: Exception) -> tuple[ProblemDetails, Mapping[str, str]]:  # noqa: PLR0911 - one an error
    """Return what an error is called, and the headers of its answer. Nothing of an unforeseen one is told."""
    match error:
        case Refused():
            return _details(error.status, str(error), error.kind, error.todo), error.headers or {}
        case RequestValidationError():
            wrong = [
                WrongValue(where=".".join(map(str, one["loc"])), detail=str(one["msg"]))
                for one in error.errors()[:_MOST]
            ]
            detail = f"{wrong[0].where}: {wrong[0].detail}" if wrong else "the request is wrong"
            return _details(422, detail, "wrong-request").model_copy(update={"errors": wrong}), {}
        case HTTPException():
            kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
            return _details(error.status_code, _said(error), kind), error.headers or {}
        case Problem():
            return _details(_STATUS.get(error.code, 409), str(error), "refused", error.todo or None), {}
        case InfrastructureError() | TimeoutError() | KafkaError():
            is_foreign = isinstance(error, KafkaError)
            detail = f"Kafka fails ({type(error).__name__})" if is_foreign else str(error) or "no answer in time"
            return _details(503, detail, "unavailable", "wiredesk doctor"), {"retry-after": str(_RETRY_SECONDS)}
        case ConfigurationError():
            return _details(503, str(error), "misconfigured", "wiredesk doctor"), {}
        case PermanentError():
            return _details(400, str(error), error.reason.replace("_", "-")), {}
        case _:
            return _details(500, "this is a fault of the desk; its log says more", "fault", "wiredesk logs desk"), {}


def _said(error: HTTPException) -> str:
    return "" if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail)


def _details(status: int, detail: str, kind: str, todo: str | None = None) -> ProblemDetails:
    title = HTTPStatus(status).phrase
    return ProblemDetails(type=f"urn:wiredesk:{kind}", title=title, status=status, detail=detail, next=todo)
