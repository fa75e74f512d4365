"""How a source of articles is: the one message that is about no article."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from wiredesk.contracts.events import Version
from wiredesk.contracts.parts import Event, OpenEnum, Url


class SourceState(OpenEnum):
    """How a source is."""

    NEW = "new"  # not polled yet
    HEALTHY = "healthy"
    QUIET = "quiet"  # it answers, but nothing new has come for unusually long
    FAILING = "failing"
    DEAD = "dead"
    BLOCKED = "blocked"  # the site does not want it polled
    PAUSED = "paused"  # by a person, and only by a person


class SourceHealth(Event):
    """A source changed its state; the last one for a source holds."""

    schema_version: Version = "1.0"
    source_id: UUID
    url: Url
    title: str = ""
    state: SourceState
    reason: str = Field("", max_length=500, description="why, in words")
    at: datetime
    next_poll: datetime | None = Field(None, description="absent: never")
