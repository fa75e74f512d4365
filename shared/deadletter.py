"""Where records go that cannot pass: the dead-letter topic with a reason, the delay lane, and the brake.

A dead letter keeps value and key byte for byte; its identity is its origin (`topic/partition/offset`), because dead
letters, like everything on the wire, can repeat. Headers that came with the record are kept as text, at most
`MAX_HEADERS` of `MAX_HEADER_CHARS` each, so hostile headers cannot make it unsendable.
"""

import json
import math
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from aiokafka import ConsumerRecord

from shared import wire
from shared.errors import InvalidRecordError, WiredeskError
from shared.outcomes import Later
from shared.topics import Topic
from shared.wire import Record

# Waits before the second, third and fourth try: a restart, a short outage, a long one.
DELAYS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
# A site may ask to wait again and again: after this many rounds the record is a dead letter.
MAX_ATTEMPTS = 20
MAX_HEADERS = 64
MAX_HEADER_CHARS = 1024


def printable(text: str, limit: int = 512) -> str:
    """Return `text` on one line, control characters escaped, cut to `limit`."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)[:limit]


def dead_letter(
    record: ConsumerRecord[bytes, bytes], error: Exception, *, topic: Topic, stage: str, attempt: int, at: datetime
) -> Record:
    """Return the dead letter for `record`; `topic` is the one `stage` reads."""
    original = wire.readable_headers(record.headers[:MAX_HEADERS])
    headers = {name[:256]: value[:MAX_HEADER_CHARS] for name, value in original.items()}
    headers |= {
        wire.REASON: error.reason if isinstance(error, WiredeskError) else "unexpected",
        wire.ERROR_TYPE: type(error).__name__,
        wire.ERROR: printable(str(error)) if isinstance(error, WiredeskError) else type(error).__name__,
        wire.STAGE: stage,
        wire.ORIGIN: _origin(record, headers, waited=attempt > 0),
        wire.ATTEMPT: str(attempt),
        wire.FAILED_AT: at.isoformat(),
    }
    target = topic.dead_letter(stage)
    value = record.value or b""
    letter = Record(target, record.key, value, headers)
    if letter.size <= target.max_bytes:
        return letter
    # Only a compressed record can get here: its topic admitted the compressed size. The pointer says where it lies.
    pointer = {"too_large_to_copy": len(value), "origin": headers[wire.ORIGIN]}
    return Record(target, None, json.dumps(pointer).encode(), headers)


def delayed(record: ConsumerRecord[bytes, bytes], lane: Topic, later: Later, attempt: int) -> Record:
    """Return the record for the delay lane, to be worked again as try number `attempt` when it is due."""
    headers = wire.readable_headers(record.headers)
    headers |= {
        wire.ATTEMPT: str(attempt),
        wire.NOT_BEFORE: str(math.ceil(later.not_before.timestamp() * 1000)),
        wire.REASON: printable(later.reason, 128),
        wire.ORIGIN: _origin(record, headers, waited=attempt > 1),
    }
    return Record(lane, record.key, record.value or b"", headers)


def _origin(record: ConsumerRecord[bytes, bytes], headers: Mapping[str, str], *, waited: bool) -> str:
    """A record that comes back from the delay lane keeps the origin of its first failure; elsewhere it is forged."""
    here = f"{record.topic}/{record.partition}/{record.offset}"
    return headers.get(wire.ORIGIN, here) if waited else here


def read_delay(headers: Mapping[str, str], *, from_lane: bool) -> tuple[int, float]:
    """Return (attempt, not-before in seconds since the epoch) of a record; (0, 0) outside the delay lane.

    Raises:
        InvalidRecordError: the headers are forged: present on a public topic, or not what this module writes.
    """
    if not from_lane:
        if wire.ATTEMPT in headers or wire.NOT_BEFORE in headers:
            raise InvalidRecordError("attempt headers belong to the delay lane", reason="forged_header")
        return 0, 0.0
    attempt, not_before = headers.get(wire.ATTEMPT, ""), headers.get(wire.NOT_BEFORE, "")
    # Bounded digits before int(): a hostile header must not cost time.
    if not (attempt.isascii() and attempt.isdigit() and len(attempt) <= 3):
        raise InvalidRecordError("the attempt header is no count", reason="forged_header")
    if not (not_before.isascii() and not_before.isdigit() and len(not_before) <= 14):
        raise InvalidRecordError("the not-before header is no time", reason="forged_header")
    return int(attempt), int(not_before) / 1000


class Brake:
    """Stops a stage in which nearly everything fails, so a bad deployment cannot drain a topic into dead letters.

    Trips at more than `in_a_row` dead letters in a row, or at `share` of the last `window` records. The numbers are a
    judgement; the idea is that of getsentry/arroyo's dead-letter limit. Redelivered records count once.
    """

    def __init__(self, *, in_a_row: int = 200, window: int = 1000, share: float = 0.2) -> None:
        self.in_a_row = in_a_row
        self.share = share
        self.tripped = False
        self._run = 0
        self._last: deque[bool] = deque(maxlen=window)
        self._counted: dict[tuple[str, int], int] = {}

    def count(self, record: ConsumerRecord[bytes, bytes], *, dead: bool) -> None:
        """Take note of one verdict; sets `tripped`."""
        place = (record.topic, record.partition)
        if record.offset <= self._counted.get(place, -1):
            return
        self._counted[place] = record.offset
        self._last.append(dead)
        self._run = self._run + 1 if dead else 0
        full = len(self._last) == self._last.maxlen
        if self._run > self.in_a_row or (full and sum(self._last) >= self.share * len(self._last)):
            self.tripped = True
