"""Dead letters: the records that cannot pass, with the reason.

A dead letter keeps value and key byte for byte; its identity is its origin (`topic/partition/offset`), because dead
letters, like everything on the wire, can repeat. Of the headers that came with the record so much is kept as
`carried.kept_headers` says.
"""

import json
from datetime import datetime

from aiokafka import ConsumerRecord

from wiredesk.contracts import wire
from wiredesk.contracts.errors import WiredeskError
from wiredesk.contracts.topics import Topic
from wiredesk.contracts.wire import Record
from wiredesk.engine.verdicts.carried import kept_headers, origin


def printable(text: str, limit: int = 512) -> str:
    """Return `text` on one line, control characters escaped, cut to `limit`."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)[:limit]


def dead_letter(
    record: ConsumerRecord[bytes, bytes],
    error: Exception,
    *,
    topic: Topic,
    stage: str,
    attempt: int,
    at: datetime,
    from_retry: bool = False,
) -> Record:
    """Return the dead letter for `record`; `topic` is the one `stage` reads."""
    headers = kept_headers(record, from_retry=from_retry)
    headers |= {
        wire.REASON: error.reason if isinstance(error, WiredeskError) else "unexpected",
        wire.ERROR_TYPE: type(error).__name__,
        wire.ERROR: printable(str(error)) if isinstance(error, WiredeskError) else type(error).__name__,
        wire.STAGE: stage,
        wire.ORIGIN: origin(record, headers, from_retry=from_retry),
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
