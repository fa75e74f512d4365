"""That an article was withdrawn or erased, and that this was taken back."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from wiredesk.contracts.events import Version
from wiredesk.contracts.parts import Event, OpenEnum, Url


class Withdrawal(OpenEnum):
    """What a person decided about an article."""

    WITHDRAWN = "withdrawn"  # no longer shown, and refused when it comes again; its history is kept
    ERASED = "erased"  # and nothing of its text is kept
    REINSTATED = "reinstated"  # neither holds any more


class ArticleWithdrawn(Event):
    """An article is not to be shown or kept any longer, or may be again; the last one for an article holds."""

    schema_version: Version = "1.0"
    event_id: UUID
    article_id: UUID
    kind: Withdrawal
    reason: str = Field("", max_length=500, description="why, in the words of who did it; of a reinstated one empty")
    at: datetime
    url: Url | None = None
    headline: str | None = Field(None, description="absent where it was erased or never stored")
