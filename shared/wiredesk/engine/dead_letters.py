"""Dead letters: the records that cannot pass, with the reason.

A dead letter keeps value and key byte for byte; its identity is its origin (`topic/partition/offset`), because dead
letters, like everything on the wire, can repeat. Headers that came with the record are kept as text, at most
`MAX_HEADERS` of `MAX_HEADER_CHARS` each, so hostile headers cannot make it unsendable.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from aiokafka import ConsumerRecord

from wiredesk.contracts import wire
from wiredesk.contracts.errors import WiredeskError
from wiredesk.contracts.topics import Topic
from wiredesk.contracts.wire import Record

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
        wire.ORIGIN: origin(record, headers, waited=attempt > 0),
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


def origin(record: ConsumerRecord[bytes, bytes], headers: Mapping[str, str], *, waited: bool) -> str:
    """Return where a record first came from. One that `waited` for a retry says so itself; elsewhere it is forged."""
    here = f"{record.topic}/{record.partition}/{record.offset}"
    return headers.get(wire.ORIGIN, here) if waited else here
