"""What a handler gets and what it may answer; the delivery engine (`stage`) does the rest.

A handler takes one `Received` event and returns an `Outcome`: an event, several events (an `ArticleRejected` is one
too), or `RetryAt`. It raises from the tree in `contracts.errors`. A batch-aware handler takes all valid events of a
batch and returns one answer per record, in order; an answer may then also be a `PermanentError` or `TransientError`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from wiredesk.contracts.errors import PermanentError, TransientError
from wiredesk.contracts.events import Event

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """One valid event and where it came from. `at` is the record's Kafka timestamp (UTC), the same on redelivery."""

    event: E
    at: datetime
    topic: str
    partition: int
    offset: int
    attempt: int = 0
    correlation_id: str = ""
    event_id: str = ""

    @property
    def position(self) -> str:
        """`topic/partition/offset`, the identity of the record on this cluster."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Take the record up again at `not_before` (UTC); needs a stage with a retry topic."""

    not_before: datetime
    reason: str


Outcome: TypeAlias = Event | Sequence[Event] | RetryAt
Answer: TypeAlias = Outcome | PermanentError | TransientError
Handler: TypeAlias = Callable[[Received[E]], Awaitable[Outcome]]
BatchHandler: TypeAlias = Callable[[Sequence[Received[E]]], Awaitable[Sequence[Answer]]]
