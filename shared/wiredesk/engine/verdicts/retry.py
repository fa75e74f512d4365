"""The retry topic: records that are not due yet, or failed for now, and when they are taken up again.

A retry record keeps value and key byte for byte; how often it was tried, when it is due and where it came from are in
its headers, which nobody else may set.
"""

import math
from collections.abc import Mapping
from datetime import timedelta

from aiokafka import ConsumerRecord

from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError, PermanentError
from wiredesk.contracts.topics import Topic
from wiredesk.contracts.wire import Record
from wiredesk.engine.outcomes import RetryAt
from wiredesk.engine.verdicts.carried import MAX_DIGITS, kept_headers, origin, origin_time
from wiredesk.engine.verdicts.dead_letters import printable

# Waits before the second, third and fourth try: a restart, a short outage, a long one.
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
# A site may ask to wait again and again: after this many rounds the record is a dead letter.
MAX_ATTEMPTS = 20


# The outcome of a record that is not due: it goes round once more, which counts for nothing.
WAITING = "waiting"
# How long what is not due rests on the retry topic before it is written back behind the others: a copy a minute each.
REST_SECONDS = 60.0


def retry_record(
    record: ConsumerRecord[bytes, bytes], topic: Topic, asked: RetryAt, attempt: int, *, from_retry: bool
) -> Record:
    """Return the record for the retry topic `topic`, to be worked again when it is due; it was tried `attempt` times.

    `from_retry` says that it has been there before.
    """
    headers = kept_headers(record, from_retry=from_retry)
    headers |= {
        wire.ATTEMPT: str(attempt),
        wire.NOT_BEFORE: str(math.ceil(asked.not_before.timestamp() * 1000)),
        wire.REASON: printable(asked.reason, 128),
        wire.ORIGIN: origin(record, headers, from_retry=from_retry),
        wire.ORIGIN_TIME: str(origin_time(record, headers, from_retry=from_retry)),
    }
    return Record(topic, record.key, record.value or b"", headers)


def read_retry(headers: Mapping[str, str], *, from_retry: bool) -> tuple[int, float]:
    """Return (attempt, not-before in seconds since the epoch) of a record; (0, 0) outside the retry topic.

    Raises:
        InvalidRecordError: the headers are forged: present on a public topic, or not what this module writes.
    """
    if not from_retry:
        if wire.ATTEMPT in headers or wire.NOT_BEFORE in headers:
            raise InvalidRecordError("attempt headers belong to the retry topic", reason="forged_header")
        return 0, 0.0
    attempt, not_before = headers.get(wire.ATTEMPT, ""), headers.get(wire.NOT_BEFORE, "")
    # Bounded digits before int(): a hostile header must not cost time.
    if not (attempt.isascii() and attempt.isdigit() and len(attempt) <= 3):
        raise InvalidRecordError("the attempt header is no count", reason="forged_header")
    if not (not_before.isascii() and not_before.isdigit() and len(not_before) <= MAX_DIGITS):
        raise InvalidRecordError("the not-before header is no time", reason="forged_header")
    return int(attempt), int(not_before) / 1000


def not_before(record: ConsumerRecord[bytes, bytes]) -> float:
    """Return when a retry record is due, in seconds since 1970; a forged one at once: it becomes a dead letter."""
    try:
        return read_retry(wire.decode_headers(record.headers), from_retry=True)[1]
    except PermanentError:
        return 0.0


def rests_until(record: ConsumerRecord[bytes, bytes]) -> float:
    """Return until when (seconds since 1970) a record of the retry topic is held: until due, or rested long enough."""
    return min(not_before(record), int(record.timestamp) / 1000 + REST_SECONDS)


def written_back(record: ConsumerRecord[bytes, bytes], topic: Topic) -> Record:
    """Return the same record, for the end of the retry topic."""
    return Record(topic, record.key, record.value or b"", kept_headers(record, from_retry=True))
