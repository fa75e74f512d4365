"""What is asked and answered of dead letters."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wiredesk.contracts.events import ServiceName
from wiredesk_desk.dead_letters import store
from wiredesk_desk.dead_letters.commands import REASON_LIMIT
from wiredesk_desk.dead_letters.core import Selection
from wiredesk_desk.dead_letters.rows import Shown
from wiredesk_desk.web.asking import Text

_BIGGEST = 2**62

Position = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,249}/[0-9]{1,9}/[0-9]{1,18}$")]
Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{1,8}$")]
Reason = Annotated[Text | None, Field(description="the code it died of", examples=["cpu_timeout"])]
Why = Annotated[
    str,
    StringConstraints(min_length=1, max_length=REASON_LIMIT, pattern=r"\S"),
    Field(description="it is kept", examples=["the site is closed"]),
]
Topic = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,249}$", examples=["articles.cleaned.v1.tagger.dlq"])]
Number = Annotated[int, Path(ge=0, lt=2**31)]
Offset = Annotated[int, Path(ge=0, lt=_BIGGEST)]


class Meant(BaseModel):
    """Which dead letters: all of these hold of each."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    stage: ServiceName | None = Field(None, description="the service that gave it up")
    fingerprint: Fingerprint | None = Field(
        None, description="its cause, or the beginning of that", examples=["3f9a11c2"]
    )
    since: Text | None = Field(None, alias="from", description="an age or a time: 2h, 7d, 2026-11-20T12:00")

    def selection(self, reason: str | None = None) -> Selection:
        """Return them as the verbs know them, and those that died of `reason` alone.

        Raises:
            Problem: a time is none.
        """
        return store.selection(
            stage=self.stage, reason=reason or None, since_text=self.since or None, fingerprint=self.fingerprint
        )


class Listing(Meant):
    """Which dead letters are listed, and how."""

    reason: Reason = None
    state: Shown = Shown.OPEN
    flat: bool = Field(False, description="each letter, not each cause")
    limit: int = Field(200, ge=1, le=10_000, description="at most so many causes, or letters")


class Chosen(Meant):
    """Which dead letters something is done about: `positions`, or filters, or `all` that are open."""

    positions: Annotated[list[Position], Field(max_length=100)] = Field(
        [], examples=[["articles.cleaned.v1.tagger.dlq/0/7"]]
    )
    all: bool = Field(False, description="all that are open")
    limit: int = Field(1_000, ge=1, le=10_000, description="the oldest so many; `left` says how many are left")


class ToReplay(Chosen):
    """Which dead letters are put back."""

    reason: Reason = None
    again: bool = Field(False, description="those that were replayed before, too")


class ToDiscard(Chosen):
    """Which dead letters are left dead, and why: `reason` is no filter here."""

    reason: Why


class Discard(BaseModel):
    """Why a letter is left dead."""

    model_config = ConfigDict(extra="forbid")
    reason: Why


class DeadLetter(BaseModel):
    """A dead letter in short."""

    position: str = Field(examples=["articles.cleaned.v1.tagger.dlq/0/7"])
    fingerprint: str
    stage: str
    reason: str
    failed: datetime
    error: str
    state: str = Field(description="open, replayed or discarded")
    note: str = Field(description="where it was replayed to, or why it was discarded")
    origin: str = Field(description="topic/partition/offset of the record that it is of")
    article_id: str


class Cause(BaseModel):
    """Dead letters of one cause: how many in which state, since when, and the youngest of them."""

    fingerprint: str
    count: int
    open: int
    replayed: int
    discarded: int
    stage: str
    reason: str
    error_type: str
    error: str = Field(description="without what differs from letter to letter")
    first: datetime
    last: datetime
    position: str


class DeadLetters(BaseModel):
    """The dead letters that are meant: by cause, the largest first; or each, the oldest first."""

    letters: int = Field(description="how many are meant")
    causes: Sequence[Cause]
    flat: Sequence[DeadLetter] = Field(description="with flat=true")
    is_cut: bool = Field(description="there are more than were asked for")


class WholeDeadLetter(BaseModel):
    """A dead letter with its original bytes."""

    position: str
    at: datetime
    state: str
    note: str
    fingerprint: str
    headers: Mapping[str, str]
    key: str | None
    value: str = Field(description="as text; bytes that are no UTF-8 are escaped: \\xff")
    size: int = Field(description="bytes of the value")
    is_cut: bool = Field(description="it is the beginning of the value: full=true has all of it")


class Sent(BaseModel):
    """What became of a letter that was to be put back; `sent_to` none: it was not, and `detail` says why."""

    position: str
    sent_to: str | None
    detail: str


class Replayed(BaseModel):
    """What was put back. What cannot be worked again comes back as a new dead letter of the same origin."""

    replayed: int
    left: int
    letters: Sequence[Sent]


class Left(BaseModel):
    """A letter that was left dead."""

    position: str
    died_of: str


class Discarded(BaseModel):
    """What is no longer listed as open. Kafka keeps it until its retention, and it can be replayed by position."""

    discarded: int
    left: int
    letters: Sequence[Left]


class Tried(BaseModel):
    """Whether a letter would pass now; `passes` none: only a replay can tell."""

    position: str
    died_of: str
    passes: bool | None
    outcome: str
    detail: str


class Trials(BaseModel):
    """Whether letters would pass now. Nothing was sent."""

    left: int
    letters: Sequence[Tried]
