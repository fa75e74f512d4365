"""What goes along with a record: where it first came from, the id of its submission, its headers. All of it bounded."""

from collections.abc import Mapping

from aiokafka import ConsumerRecord

from wiredesk.contracts import wire

# Of the headers of a record that is put back or laid aside: hostile ones cannot make it unsendable.
MAX_HEADERS = 64
MAX_HEADER_CHARS = 1024
MAX_DIGITS = 14
# W3C Trace Context asks for 512 characters of tracestate to be carried.
MAX_TRACE_CHARS = 512


def origin(record: "ConsumerRecord[bytes, bytes]", headers: Mapping[str, str], *, from_retry: bool) -> str:
    """Return where a record first came from. One on the retry topic says so itself; elsewhere it is forged."""
    here = f"{record.topic}/{record.partition}/{record.offset}"
    return headers.get(wire.ORIGIN, here) if from_retry else here


def origin_time(record: "ConsumerRecord[bytes, bytes]", headers: Mapping[str, str], *, from_retry: bool) -> int:
    """Return when a record first came, in milliseconds since 1970; told by the retry topic as its `origin` is."""
    told = headers.get(wire.ORIGIN_TIME, "") if from_retry else ""
    # Bounded digits before int(): a hostile header must not cost time.
    return int(told) if told.isascii() and told.isdigit() and len(told) <= MAX_DIGITS else record.timestamp


def correlation(record: "ConsumerRecord[bytes, bytes]", headers: Mapping[str, str], *, from_retry: bool) -> str:
    """Return the id that all which comes of a submission carries; its position when its producer set none."""
    given = headers.get(wire.CORRELATION, "")[: wire.MAX_CORRELATION_CHARS]
    return given or origin(record, headers, from_retry=from_retry)[: wire.MAX_CORRELATION_CHARS]


def carried(record: "ConsumerRecord[bytes, bytes]", headers: Mapping[str, str], *, from_retry: bool) -> dict[str, str]:
    """Return the headers that an event has from the record it was made of, whose headers as text are `headers`."""
    # A trace context that was cut would be another one: a longer one than W3C asks anybody to carry is left out.
    traces = {name: headers[name] for name in wire.TRACE if 0 < len(headers.get(name, "")) <= MAX_TRACE_CHARS}
    return traces | {wire.CORRELATION: correlation(record, headers, from_retry=from_retry)}


def kept_headers(record: "ConsumerRecord[bytes, bytes]", *, from_retry: bool) -> dict[str, str]:
    """Return the headers of a record that is put back or laid aside, as text; only so many and so much of each."""
    original = wire.readable_headers(record.headers[:MAX_HEADERS])
    headers = {name[:256]: value[:MAX_HEADER_CHARS] for name, value in original.items()}
    # Of records that somebody sent it is forged: a letter with it stands for what could not be read.
    headers.pop(wire.ORIGIN_END, None)
    return headers | {wire.CORRELATION: correlation(record, original, from_retry=from_retry)}
