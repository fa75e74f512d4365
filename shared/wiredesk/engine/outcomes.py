"""What a handler gets and what it may answer; the delivery engine (`stage`) does the rest.

A handler takes one `Received` event and returns an `Outcome`: an event, several events (an `ArticleRejected` is one
too), or `RetryAt`. It raises from the tree in `contracts.errors`. A batch-aware handler takes several events and
returns one answer per record, in order; an answer may then also be a `PermanentError` or `TransientError`.

Where a stage's work is done in other processes, decoding included, its handler gets the values as bytes
(`Received[bytes]`) and answers records that are encoded already.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from wiredesk.contracts.errors import PermanentError, TransientError
from wiredesk.contracts.events import Event
from wiredesk.contracts.wire import Record

E = TypeVar("E", bound=Event | bytes)


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """One valid event and where it came from. `at` (UTC) is its Kafka timestamp when it first came, kept over waits."""

    event: E
    at: datetime
    topic: str
    partition: int
    offset: int
    attempt: int = 0
    correlation_id: str = ""
    event_id: str = ""
    carried: Mapping[str, str] = field(default_factory=dict, repr=False)
    """the headers that go along on what comes of it: correlation id and trace context"""

    @property
    def position(self) -> str:
        """`topic/partition/offset`, the identity of the record on this cluster."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Take the record up again at `not_before` (UTC); needs a stage with a retry topic.

    `is_attempt` says whether this try counts among those a record has: not when it never left our own queue.
    """

    not_before: datetime
    reason: str
    is_attempt: bool = True


Output: TypeAlias = Event | Record
Outcome: TypeAlias = Output | Sequence[Output] | RetryAt
Answer: TypeAlias = Outcome | PermanentError | TransientError
Handler: TypeAlias = Callable[[Received[E]], Awaitable[Outcome]]
BatchHandler: TypeAlias = Callable[[Sequence[Received[E]]], Awaitable[Sequence[Answer]]]
