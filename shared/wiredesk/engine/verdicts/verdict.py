"""From bytes to a valid event, and from a handler's answer to the records that leave: pure, one record at a time."""

import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from aiokafka import ConsumerRecord

from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError, PermanentError, TooLargeError, TransientError
from wiredesk.contracts.events import Event
from wiredesk.contracts.topics import Topic, retry_topic
from wiredesk.engine.outcomes import Answer, Output, Received, RetryAt
from wiredesk.engine.verdicts import carried, dead_letters, retry

log = logging.getLogger(__name__)

# What a dead letter with such a reason says nothing about: what is deployed here. A site stayed away, or somebody wrote
# to the public entrance what nobody can read.
NOT_OUR_FAULT = frozenset({"attempts_exhausted"})
NOT_AN_EVENT = frozenset(
    {
        *("null_value", "empty_value", "invalid_json", "invalid_schema", "invalid_header", "forged_header"),
        *("too_complex", "too_large", "unreadable"),
    }
)

# Keys, headers and framing, however hostile, come nowhere near it; only a larger value needs to be reckoned exactly.
_MOST_BESIDE_VALUE = 1024 * 1024

E = TypeVar("E", bound=Event | bytes)
RawRecord: TypeAlias = "ConsumerRecord[bytes, bytes]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one record, with the records that say so: event, rejected, retry, waiting or dead_letter."""

    outcome: str
    outputs: Sequence[wire.Record]
    reasons: Sequence[str] = ()

    def is_fault(self, topic: Topic) -> bool | None:
        """Whether it speaks against what is deployed in a stage that reads `topic`; None: it says nothing of it."""
        if self.outcome != "dead_letter":
            return False if self.outcome in ("event", "rejected") else None
        foreign = NOT_OUR_FAULT | NOT_AN_EVENT if "anyone" in topic.producers else NOT_OUR_FAULT
        return True if foreign.isdisjoint(self.reasons) else None


def placeholder(topic: str, partition: int, offset: int) -> RawRecord:
    """Return a record without bytes, for one whose position is all that is known."""
    return ConsumerRecord(topic, partition, offset, 0, 0, None, None, None, -1, -1, ())


def answer_to(error: Exception) -> PermanentError | TransientError:
    """Return the answer that an exception out of a handler stands for; raise it again when it is an outage."""
    if isinstance(error, PermanentError | TransientError):
        return error
    if is_outage(error):
        raise error
    log.error("handler failed: %s", where(error))
    return PermanentError(type(error).__name__, reason="unexpected")


def where(error: BaseException) -> str:
    """Return the type of `error` and where it was raised; never its message, which may quote the article."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return f"{type(error).__name__} at " + " < ".join(f"{frame.name}:{frame.lineno}" for frame in frames[::-1])


def is_outage(error: BaseException) -> bool:
    """Tell whether `error` means that nothing can pass now (OSError holds timeouts and connection errors)."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_outage(inner) for inner in error.exceptions)
    return isinstance(error, InfrastructureError | OSError)


class Judge(Generic[E]):
    """Knows one stage's topics; makes events out of records and verdicts out of answers. Holds no state."""

    def __init__(self, stage: str, topic: Topic, *, encoded: bool = False) -> None:
        """`encoded`: the stage's handler gets values as they are, as bytes."""
        self.stage = stage
        self.topic = topic
        self.retry_topic = retry_topic(topic, stage)
        self._encoded = encoded

    def receive(self, record: RawRecord, *, from_retry: bool) -> Received[E]:
        """Return the event in `record`.

        Raises:
            InvalidRecordError: value or headers are not what the contract says.
        """
        headers = wire.decode_headers(record.headers)
        attempt, _ = retry.read_retry(headers, from_retry=from_retry)
        along = carried.carried(record, headers, from_retry=from_retry)
        event: Any = wire.present(record.value) if self._encoded else wire.decode(record.value, self.topic.event)
        return Received(
            event=event,
            at=wire.record_time(carried.origin_time(record, headers, from_retry=from_retry)),
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            attempt=attempt,
            correlation_id=along[wire.CORRELATION],
            event_id=headers.get("ce_id", ""),
            carried=along,
        )

    def decide(
        self,
        record: RawRecord,
        answer: Answer,
        now: datetime,
        *,
        received: Received[E] | None = None,
        from_retry: bool = False,
    ) -> Verdict:
        """Return the verdict for what the handler answered; every size is checked against its topic.

        `received` is what the handler got; None for a record that it never saw.
        """
        attempt = received.attempt if received is not None else 0
        verdict = self._verdict(record, answer, now, received, from_retry=from_retry)
        for output in verdict.outputs:
            if len(output.value) > output.topic.max_bytes - _MOST_BESIDE_VALUE and output.size > output.topic.max_bytes:
                message = f"{output.topic.name} admits {output.topic.max_bytes} bytes, the record has {output.size}"
                return self._dead(record, TooLargeError(message), now, attempt, from_retry=from_retry)
        return verdict

    def _verdict(
        self, record: RawRecord, answer: Answer, now: datetime, received: Received[E] | None, *, from_retry: bool
    ) -> Verdict:
        attempt = received.attempt if received is not None else 0
        if self.retry_topic is not None:
            if isinstance(answer, TransientError) and attempt < len(retry.WAITS):
                answer = RetryAt(now + retry.WAITS[attempt], answer.reason)
            if isinstance(answer, RetryAt):
                # Waiting because a site asks for it is no failure, but it must end as well.
                if answer.is_attempt and attempt >= retry.MAX_ATTEMPTS:
                    error = TransientError("still asked to wait")
                    return self._dead(record, error, now, attempt, from_retry=from_retry)
                tried = attempt + answer.is_attempt
                again = retry.retry_record(record, self.retry_topic, answer, tried, from_retry=from_retry)
                return Verdict("retry", [again])
        if isinstance(answer, RetryAt):
            answer = PermanentError("this stage has no retry topic", reason="no_retry_topic")
        if isinstance(answer, Exception):
            return self._dead(record, answer, now, attempt, from_retry=from_retry)
        try:
            answers = [answer] if isinstance(answer, Event | wire.Record) else list(answer)
            if received is not None:
                headers = received.carried
            else:
                headers = carried.carried(record, wire.readable_headers(record.headers), from_retry=from_retry)
            outputs = [self._output(one, now, headers) for one in answers]
        except Exception as error:  # noqa: BLE001 - an answer that is no event is a bug like any other in a handler
            return self._dead(record, answer_to(error), now, attempt, from_retry=from_retry)
        refused = [output.reason for output in outputs if output.reason]
        return Verdict("rejected" if refused else "event", outputs, refused)

    def _output(self, answer: Output, now: datetime, headers: Mapping[str, str]) -> wire.Record:
        if isinstance(answer, wire.Record):
            return replace(answer, headers={**answer.headers, **headers})
        return wire.encode(answer, source=self.stage, time=now, carried=headers)

    def _dead(self, record: RawRecord, error: Exception, now: datetime, attempt: int, *, from_retry: bool) -> Verdict:
        if isinstance(error, TransientError):
            error = PermanentError(f"{attempt + 1} tries: {error}", reason="attempts_exhausted")
        letter = dead_letters.dead_letter(
            record, error, topic=self.topic, stage=self.stage, attempt=attempt, at=now, from_retry=from_retry
        )
        return Verdict("dead_letter", [letter], [letter.headers[wire.REASON]])
