"""What aiokafka unpacks is checked first: no batch may grow beyond a bound, and a bad one says where it ends.

aiokafka decompresses whatever a batch holds, so that 8 KB become 256 MiB in every replica; and a batch that it cannot
read raises without its offsets. It has no setting for either (0.14), so two names that its fetcher and its record
batches look up are replaced here, once in a process; decision record 0009 tells why.
"""

import struct
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import cramjam
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record import default_records, legacy_records
from aiokafka.record.memory_records import MemoryRecords

from wiredesk.contracts.topics import MAX_BATCH_BYTES, MAX_BATCH_RECORDS

# Java's snappy puts its blocks behind a header of its own.
_XERIAL_MAGIC = b"\x82SNAPPY\0"
_XERIAL_HEADER_BYTES = 16


class UnreadableBatchError(Exception):
    """A producer's batch that cannot be read: offsets `first` up to and without `after` (None: not known)."""

    def __init__(self, first: int | None, after: int | None, *, is_too_large: bool) -> None:
        self.first = first
        self.after = after
        self.is_too_large = is_too_large
        super().__init__(f"the batch of offsets {first} to {after} is {'too large' if is_too_large else 'damaged'}")


class _TooLargeError(Exception):
    pass


def install() -> None:
    """Bound what every consumer of this process unpacks. Idempotent."""
    if fetcher.MemoryRecords is not MemoryRecords:
        return
    # Written over and over: its pages are touched as far as the largest batch went, and no further.
    scratch = bytearray(MAX_BATCH_BYTES)
    codecs = {
        "gzip_decode": _bounded(cramjam.gzip.decompress_into, scratch),
        "lz4_decode": _bounded(cramjam.lz4.decompress_into, scratch),
        "zstd_decode": _bounded(cramjam.zstd.decompress_into, scratch),
        "snappy_decode": _snappy(scratch),
    }
    for module in (default_records, legacy_records):
        for name, decode in codecs.items():
            _replace(_where_batches_live(module), name, decode)
    fetcher.MemoryRecords = CheckedBatches


class CheckedBatches:
    """The batches of one fetch; each is unpacked, within the bound, before any of its records is handed out."""

    def __init__(self, data: bytes) -> None:
        self._batches = MemoryRecords(data)

    def size_in_bytes(self) -> int:
        """Return how much was fetched."""
        return int(self._batches.size_in_bytes())

    def has_next(self) -> bool:
        """Return whether there is one more."""
        return bool(self._batches.has_next())

    def next_batch(self) -> Any:
        """Return the next batch.

        Raises:
            UnreadableBatchError: it is damaged, or larger than it may be.
        """
        batch: Any = self._batches.next_batch()
        try:
            is_sound = batch.validate_crc()
            first, after = _span(batch)
            if first is not None and after is not None and after - first > MAX_BATCH_RECORDS:
                raise _TooLargeError  # noqa: TRY301 - as a decompressor does
            # Decompresses it.
            iter(batch)
        except _TooLargeError:
            raise _unreadable(batch, is_too_large=True) from None
        except (CorruptRecordException, cramjam.DecompressionError, ValueError):
            is_sound = False
        if not is_sound:
            raise _unreadable(batch, is_too_large=False)
        return _CheckedBatch(batch)


class _CheckedBatch:
    """A batch whose checksum was looked at before it was decompressed; afterwards aiokafka refuses to."""

    __slots__ = ("_batch",)

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        after, _ = _span(self._batch)
        try:
            for record in self._batch:
                after = record.offset + 1
                yield record
        except (UnicodeDecodeError, CorruptRecordException):
            # A header name that is not UTF-8: what lies behind it in the batch is out of the client's reach as well.
            raise UnreadableBatchError(after, None if after is None else after + 1, is_too_large=False) from None

    def __next__(self) -> Any:
        return next(self._batch)

    def validate_crc(self) -> bool:
        return True


def _span(batch: Any) -> tuple[int | None, int | None]:
    # The old formats, which no broker of today writes, say less.
    return getattr(batch, "base_offset", None), getattr(batch, "next_offset", None)


def _unreadable(batch: Any, *, is_too_large: bool) -> UnreadableBatchError:
    return UnreadableBatchError(*_span(batch), is_too_large=is_too_large)


def _bounded(decompress_into: Callable[[Any, Any], int], scratch: bytearray) -> Callable[[Any], bytes]:
    def decode(payload: Any) -> bytes:
        try:
            size = decompress_into(payload, scratch)
        except cramjam.DecompressionError as error:
            # Its only sign that the output is full.
            if "write whole buffer" in str(error):
                raise _TooLargeError from None
            raise
        return bytes(memoryview(scratch)[:size])

    return decode


def _snappy(scratch: bytearray) -> Callable[[Any], bytes]:
    def blocks(payload: memoryview) -> Any:
        if bytes(payload[: len(_XERIAL_MAGIC)]) != _XERIAL_MAGIC:
            yield payload
            return
        at = _XERIAL_HEADER_BYTES
        while at < len(payload):
            (size,) = struct.unpack_from("!i", payload, at)
            if size <= 0:
                raise CorruptRecordException
            yield payload[at + 4 : at + 4 + size]
            at += 4 + size

    def decode(payload: Any) -> bytes:
        size = 0
        for block in blocks(memoryview(payload)):
            claimed = cramjam.snappy.decompress_raw_len(block)
            if size + claimed > len(scratch):
                raise _TooLargeError
            size += cramjam.snappy.decompress_raw_into(block, memoryview(scratch)[size : size + claimed])
        return bytes(memoryview(scratch)[:size])

    return decode


def _where_batches_live(module: ModuleType) -> Any:
    """The module whose names the batches look up: aiokafka's compiled one where there is one."""
    batch = getattr(module, "DefaultRecordBatch", None) or module.LegacyRecordBatch
    return sys.modules[batch.__module__]


def _replace(module: Any, name: str, decode: Callable[[Any], bytes]) -> None:
    # The oldest format knows no zstd.
    if hasattr(module, name):
        setattr(module, name, decode)
