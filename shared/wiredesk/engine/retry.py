"""The retry topic: records that are not due yet, or failed for now, and when they are taken up again.

A retry record keeps value and key byte for byte; how often it was tried, when it is due and where it came from are in
its headers, which nobody else may set.
"""

import math
from collections.abc import Mapping
from datetime import timedelta

from aiokafka import ConsumerRecord

from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError
from wiredesk.contracts.topics import Topic
from wiredesk.contracts.wire import Record
from wiredesk.engine.dead_letters import origin, printable
from wiredesk.engine.outcomes import RetryAt

# Waits before the second, third and fourth try: a restart, a short outage, a long one.
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
# A site may ask to wait again and again: after this many rounds the record is a dead letter.
MAX_ATTEMPTS = 20


def retry_record(record: ConsumerRecord[bytes, bytes], topic: Topic, asked: RetryAt, attempt: int) -> Record:
    """Return the record for the retry topic `topic`, to be worked again as try number `attempt` when it is due."""
    headers = wire.readable_headers(record.headers)
    headers |= {
        wire.ATTEMPT: str(attempt),
        wire.NOT_BEFORE: str(math.ceil(asked.not_before.timestamp() * 1000)),
        wire.REASON: printable(asked.reason, 128),
        wire.ORIGIN: origin(record, headers, waited=attempt > 1),
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
    if not (not_before.isascii() and not_before.isdigit() and len(not_before) <= 14):
        raise InvalidRecordError("the not-before header is no time", reason="forged_header")
    return int(attempt), int(not_before) / 1000
