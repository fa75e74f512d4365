"""Submissions: an article onto the wire, and what became of it."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from wiredesk.client.records import RefusedError, Submission
from wiredesk.contracts import wire
from wiredesk.contracts.events import ArticleRejected, ArticleStored, ArticleSubmitted
from wiredesk.contracts.submission import MAX_URL_LENGTH
from wiredesk_desk.web.api import models
from wiredesk_desk.web.context import Desk, TheDesk
from wiredesk_desk.web.problems import Refused, documented

router = APIRouter(tags=["submissions"])
# Kafka has a record in milliseconds, or is away.
SEND_SECONDS = 20.0
_LONGEST_WAIT = 60.0

# What `wiredesk explain` finds again: visible ASCII, no slash.
CorrelationId = Annotated[
    str, StringConstraints(min_length=1, max_length=wire.MAX_CORRELATION_CHARS, pattern=r"^[!-.0-~]+$")
]


class ToSubmit(BaseModel):
    """An article: a `url` to be fetched, or `html` or `text` as it is; there a `url` says where it came from."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {"url": "https://example.org/story.html", "source": "newsdesk"},
                {"text": "Harbour closes\n\nThe harbour of Grandview closed on Monday, Ada Marsh said."},
            ],
            # What a schema of fields alone does not say.
            "oneOf": [
                {"required": ["html"], "properties": {"html": {"type": "string"}, "text": {"type": "null"}}},
                {"required": ["text"], "properties": {"text": {"type": "string"}, "html": {"type": "null"}}},
                {
                    "required": ["url"],
                    "properties": {"url": {"type": "string"}, "html": {"type": "null"}, "text": {"type": "null"}},
                },
            ],
        },
    )

    url: Annotated[str, StringConstraints(max_length=MAX_URL_LENGTH)] | None = Field(
        None, description="http or https, without a user name or password", examples=["https://example.org/story.html"]
    )
    html: str | None = Field(None, description="the page as got; at most 5 MiB of UTF-8")
    text: str | None = Field(None, description="flattened text; at most 1 MiB of UTF-8")
    source: Annotated[str, StringConstraints(max_length=200)] | None = Field(None, description="who submits")
    published_hint: datetime | None = Field(None, description="publication time; without a zone UTC")
    correlation_id: CorrelationId | None = Field(
        None, description="is on every record that comes of it; by default a new one. Reuse none that you wait for"
    )

    @model_validator(mode="after")
    def _is_an_event(self) -> "ToSubmit":
        self.event()
        return self

    def event(self) -> ArticleSubmitted:
        """Return it as it goes on the wire."""
        return ArticleSubmitted(**self.model_dump(exclude={"correlation_id"}))


@router.post(
    "/v1/submissions",
    summary="Put an article on the wire",
    status_code=202,
    response_description="Kafka has it; its end was not waited for, or did not come in time",
    responses={
        200: {"model": models.Submitted, "description": "It was rejected, or became a dead letter"},
        201: {"model": models.Submitted, "description": "It is stored"},
        **documented(413, 415),
    },
)
async def submit(
    desk: TheDesk,
    submission: ToSubmit,
    response: Response,
    wait: Annotated[
        float, Query(ge=0, le=_LONGEST_WAIT, description="seconds to wait for the end of its way; 0: none")
    ] = 0,
) -> models.Submitted:
    """Submit an article: it is durable on Kafka when this answers, and is fetched, cleaned, tagged and stored.

    An article's id comes of its URL, or of its text: to publish the same twice is harmless, so that who got no answer
    may simply ask again. With `wait` the answer is 201 with the receipt once it is stored, 200 with the rejection or
    the place of the dead letter, and 202 without a result when the time is over: `GET /v1/journey` tells where it is.
    What would be rejected whatever the network says is refused at once (422), with the reason as the problem's type.
    """
    sent = await _sent(desk, submission)
    answer = models.Submitted(
        article_id=sent.article_id,
        correlation_id=sent.correlation_id,
        position=sent.position,
        submitted_at=sent.at,
    )
    return await _ended(desk, sent, answer, response, wait) if wait else answer


async def _sent(desk: Desk, submission: ToSubmit) -> Submission:
    client = await desk.wire.client()
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await client.submit(submission.event(), correlation_id=submission.correlation_id)
    except RefusedError as error:
        raise Refused(422, error.reason.replace("_", "-"), str(error)) from None


async def _ended(
    desk: Desk, sent: Submission, answer: models.Submitted, response: Response, seconds: float
) -> models.Submitted:
    client = await desk.wire.client()
    try:
        async with asyncio.timeout(seconds), desk.waits:
            end = await client.result(sent, timeout=seconds)
    except TimeoutError:
        return answer
    if isinstance(end.event, ArticleStored):
        response.status_code = 201
        return answer.model_copy(update={"state": "stored", "result": end.event})
    response.status_code = 200
    if isinstance(end.event, ArticleRejected):
        return answer.model_copy(update={"state": "rejected", "result": end.event})
    return answer.model_copy(update={"state": "dead_letter", "dead_letter": end.position})
