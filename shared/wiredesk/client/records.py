"""What the client gives back: an accepted submission, a record read from the wire, a refusal."""

import contextlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from aiokafka import ConsumerRecord

from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError
from wiredesk.contracts.events import Event
from wiredesk.contracts.topics import Topic


class RefusedError(ValueError):
    """The submission would be rejected; it was not sent. `reason` is the rejection code it would get."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Submission:
    """An accepted submission: durable on Kafka. `correlation_id` is on every record that comes of it."""

    article_id: uuid.UUID
    correlation_id: str
    position: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One record read from the wire. `event` is None for dead letters and for bytes that are no event."""

    topic: Topic
    position: str
    at: datetime
    headers: dict[str, str] = field(repr=False)
    event: Event | None = field(repr=False)
    value: bytes = field(repr=False, default=b"")

    @classmethod
    def of(cls, record: "ConsumerRecord[bytes, bytes]", topic: Topic, *, decode: bool = True) -> Self:
        """Make an entry of a raw record of `topic`; without `decode` its value is not looked into."""
        event = None
        if decode:
            with contextlib.suppress(InvalidRecordError):
                event = wire.decode(record.value, topic.event)
        return cls(
            topic=topic,
            position=f"{record.topic}/{record.partition}/{record.offset}",
            at=wire.record_time(record.timestamp),
            headers=wire.readable_headers(record.headers),
            event=event,
            value=record.value or b"",
        )

    @property
    def article_id(self) -> str:
        """The article it is about, from the CloudEvents subject or the event; empty when unknown."""
        return self.headers.get("ce_subject") or str(getattr(self.event, "article_id", ""))

    @property
    def correlation_id(self) -> str:
        """The submission it came of; empty when its producer set none."""
        return self.headers.get(wire.CORRELATION, "")

    @property
    def reason(self) -> str:
        """Why it was rejected, put on a retry topic or dead-lettered; empty otherwise."""
        return self.headers.get(wire.REASON) or str(getattr(self.event, "reason", ""))

    @property
    def stage(self) -> str:
        """The stage that rejected or dead-lettered it; empty otherwise."""
        return self.headers.get(wire.STAGE) or str(getattr(self.event, "stage", ""))
