"""From bytes to a valid event, and from a handler's answer to the records that leave: pure, one record at a time."""

import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from aiokafka import ConsumerRecord

from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError, PermanentError, TooLargeError, TransientError
from wiredesk.contracts.events import ArticleRejected, Event
from wiredesk.contracts.topics import Topic
from wiredesk.engine import dead_letters, retry
from wiredesk.engine.outcomes import Answer, Received, RetryAt

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)
RawRecord: TypeAlias = "ConsumerRecord[bytes, bytes]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one record, and the records that say so. `outcome` is event, rejected, retry or dead_letter."""

    outcome: str
    outputs: Sequence[wire.Record]
    reasons: Sequence[str] = ()

    @property
    def is_fault(self) -> bool:
        """Whether the circuit breaker counts it: a site that stayed away says nothing about what is deployed here."""
        return self.outcome == "dead_letter" and "attempts_exhausted" not in self.reasons


def answer_to(error: Exception) -> PermanentError | TransientError:
    """Return the answer that an exception out of a handler stands for; raise it again when it is an outage."""
    if isinstance(error, PermanentError | TransientError):
        return error
    if is_outage(error):
        raise error
    # Where, and never the message: a bug's message may quote the article.
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    log.error(
        "handler failed: %s at %s", type(error).__name__, " < ".join(f"{f.name}:{f.lineno}" for f in frames[::-1])
    )
    return PermanentError(type(error).__name__, reason="unexpected")


def is_outage(error: BaseException) -> bool:
    """Tell whether `error` means that nothing can pass now (OSError holds timeouts and connection errors)."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_outage(inner) for inner in error.exceptions)
    return isinstance(error, InfrastructureError | OSError)


class Judge(Generic[E]):
    """Knows one stage's topics; makes events out of records and verdicts out of answers. Holds no state."""

    def __init__(self, stage: str, topic: Topic, retry_topic: Topic | None) -> None:
        """`retry_topic` is the stage's, or None when a transient failure cannot wait."""
        self.stage = stage
        self.topic = topic
        self.retry_topic = retry_topic

    def receive(self, record: RawRecord, *, from_retry: bool) -> Received[E]:
        """Return the event in `record`.

        Raises:
            InvalidRecordError: value or headers are not what the contract says.
        """
        headers = wire.decode_headers(record.headers)
        attempt, _ = retry.read_retry(headers, from_retry=from_retry)
        event: Any = wire.decode(record.value, self.topic.event)
        return Received(
            event=event,
            at=wire.record_time(record.timestamp),
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            attempt=attempt,
            correlation_id=headers.get(wire.CORRELATION, ""),
            event_id=headers.get("ce_id", ""),
        )

    def decide(self, record: RawRecord, answer: Answer, attempt: int, now: datetime) -> Verdict:
        """Return the verdict for what the handler answered; every size is checked against its topic."""
        verdict = self._verdict(record, answer, attempt, now)
        for output in verdict.outputs:
            if output.size > output.topic.max_bytes:
                message = f"{output.topic.name} admits {output.topic.max_bytes} bytes, the record has {output.size}"
                return self._dead(record, TooLargeError(message), attempt, now)
        return verdict

    def _verdict(self, record: RawRecord, answer: Answer, attempt: int, now: datetime) -> Verdict:
        if self.retry_topic is not None:
            if isinstance(answer, TransientError) and attempt < len(retry.WAITS):
                answer = RetryAt(now + retry.WAITS[attempt], answer.reason)
            if isinstance(answer, RetryAt):
                # Waiting because a site asks for it is no failure, but it must end as well.
                if attempt >= retry.MAX_ATTEMPTS:
                    return self._dead(record, TransientError("still asked to wait"), attempt, now)
                return Verdict("retry", [retry.retry_record(record, self.retry_topic, answer, attempt + 1)])
        if isinstance(answer, RetryAt):
            answer = PermanentError("this stage has no retry topic", reason="no_retry_topic")
        if isinstance(answer, Exception):
            return self._dead(record, answer, attempt, now)
        try:
            events = [answer] if isinstance(answer, Event) else list(answer)
            carried = self._carried(record)
            outputs = [wire.encode(event, source=self.stage, time=now, carried=carried) for event in events]
        except Exception as error:  # noqa: BLE001 - an answer that is no event is a bug like any other in a handler
            return self._dead(record, answer_to(error), attempt, now)
        refused = [event.reason.value for event in events if isinstance(event, ArticleRejected)]
        return Verdict("rejected" if refused else "event", outputs, refused)

    def _carried(self, record: RawRecord) -> Mapping[str, str]:
        headers = wire.readable_headers(record.headers)
        return {name: headers[name] for name in (wire.CORRELATION, *wire.TRACE) if name in headers}

    def _dead(self, record: RawRecord, error: Exception, attempt: int, now: datetime) -> Verdict:
        if isinstance(error, TransientError):
            error = PermanentError(f"{attempt + 1} tries: {error}", reason="attempts_exhausted")
        letter = dead_letters.dead_letter(record, error, topic=self.topic, stage=self.stage, attempt=attempt, at=now)
        return Verdict("dead_letter", [letter], [letter.headers[wire.REASON]])
