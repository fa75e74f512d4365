"""What a producer's batch may grow to, and what is known of one that cannot be read; with aiokafka's own reader."""

import struct

import cramjam
import pytest
from aiokafka.consumer import fetcher
from aiokafka.consumer.fetcher import READ_UNCOMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c_py
from aiokafka.structs import TopicPartition

from wiredesk.contracts.topics import MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MiB
from wiredesk.engine.reading import bounded_batches
from wiredesk.engine.reading.bounded_batches import CheckedBatches, UnreadableBatchError

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
COMPRESSED = [name for name in CODECS if name != "none"]


@pytest.fixture(autouse=True)
def _installed(monkeypatch):
    # Anew for each test: it is done once in a process.
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)
    bounded_batches.install()


def _batch(codec, values, *, base=0):
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=CODECS[codec],
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 30,
    )
    for offset, value in enumerate(values):
        builder.append(offset, timestamp=1, key=b"k", value=value, headers=[])
    made = bytearray(builder.build())
    # As a broker does, which knows where the batch lies in its log.
    made[:8] = base.to_bytes(8)
    return bytes(made)


def _read(*batches, at=0):
    records = PartitionRecords(
        TopicPartition("t", 0),
        CheckedBatches(b"".join(batches)),
        [],
        at,
        None,
        None,
        True,
        READ_UNCOMMITTED,
    )
    found: list[tuple[int, bytes | None]] = []
    try:
        found.extend((record.offset, record.value) for record in records)
    except UnreadableBatchError as error:
        return found, error
    return found, None


@pytest.mark.parametrize("codec", CODECS)
def test_ordinary_batches_are_read_as_they_are(codec):
    values = [f"story {number}".encode() * 500 for number in range(20)]
    found, error = _read(_batch(codec, values[:10]), _batch(codec, values[10:], base=10))
    assert error is None
    assert found == list(enumerate(values))


@pytest.mark.parametrize("codec", COMPRESSED)
def test_a_batch_that_grows_beyond_the_bound_is_not_unpacked_and_says_where_it_lies(codec):
    bomb = _batch(codec, [b"\0" * (MAX_BATCH_BYTES + MiB)], base=7)
    found, error = _read(_batch(codec, [b"before"] * 7), bomb)
    assert [offset for offset, _ in found] == list(range(7))
    assert error is not None
    assert (error.first, error.after, error.is_too_large) == (7, 8, True)


@pytest.mark.parametrize("codec", COMPRESSED)
def test_a_bomb_of_very_many_small_records_is_one_batch(codec):
    _, error = _read(_batch(codec, [b"\0" * 1000] * 20_000))
    assert error is not None
    assert (error.first, error.after, error.is_too_large) == (0, 20_000, True)


@pytest.mark.parametrize("codec", CODECS)
def test_a_batch_of_records_without_end_is_not_unpacked_though_it_is_small(codec):
    found, error = _read(_batch(codec, [b""] * MAX_BATCH_RECORDS))
    assert (len(found), error) == (MAX_BATCH_RECORDS, None)
    _, error = _read(_batch(codec, [b""] * (MAX_BATCH_RECORDS + 1)))
    assert error is not None
    assert (error.first, error.after, error.is_too_large) == (0, MAX_BATCH_RECORDS + 1, True)


@pytest.mark.parametrize("codec", COMPRESSED)
def test_the_largest_batch_that_is_admitted_passes(codec):
    found, error = _read(_batch(codec, [b"\0" * (MAX_BATCH_BYTES - 1024)]))
    assert error is None
    assert len(found[0][1]) == MAX_BATCH_BYTES - 1024


@pytest.mark.parametrize("codec", CODECS)
def test_a_flipped_bit_is_a_damaged_batch(codec):
    damaged = bytearray(_batch(codec, [b"story" * 100] * 3, base=4))
    damaged[-5] ^= 0x10
    _, error = _read(bytes(damaged))
    assert error is not None
    assert (error.first, error.after, error.is_too_large) == (4, 7, False)


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4"])
def test_a_batch_of_the_format_before_this_one_is_read_too(codec):
    builder = LegacyRecordBatchBuilder(magic=1, compression_type=CODECS[codec], batch_size=1 << 20)
    for offset in range(3):
        builder.append(offset, timestamp=1, key=b"k", value=b"old %d" % offset)
    assert _read(bytes(builder.build())) == ([(n, b"old %d" % n) for n in range(3)], None)


def test_installing_it_twice_changes_nothing_more():
    bounded_batches.install()
    assert fetcher.MemoryRecords is CheckedBatches


def test_the_size_of_what_was_fetched_is_told():
    data = _batch("none", [b"a"]) + _batch("none", [b"b"], base=1)
    assert CheckedBatches(data).size_in_bytes() == len(data)


def test_a_header_name_that_is_not_utf8_is_one_record_that_cannot_be_read_and_those_before_it_are():
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 20,
    )
    for offset in range(3):
        builder.append(
            offset, timestamp=1, key=b"k", value=b"v", headers=[("name" if offset != 1 else "n\u00e9me", b"x")]
        )
    made = bytearray(builder.build())
    at = made.index("n\u00e9me".encode()) + 1
    made[at] = 0xFF
    # The checksum is over all behind it, and right: the producer sent it like this.
    made[17:21] = calc_crc32c_py(bytes(made[21:])).to_bytes(4)
    found, error = _read(_batch("none", [b"a", b"b"], base=0), _moved(made, 2))
    assert found == [(0, b"a"), (1, b"b"), (2, b"v")]
    assert error is not None
    assert (error.first, error.after, error.is_too_large) == (3, 4, False)


def _moved(made, base):
    made[:8] = base.to_bytes(8)
    return bytes(made)


def _java(*blocks):
    """Frame blocks as Java's snappy does."""
    framed = b"".join(struct.pack("!i", len(block)) + block for block in blocks)
    return b"\x82SNAPPY\0" + bytes(8) + framed


def _raw(data):
    return bytes(cramjam.snappy.compress_raw(data))


def test_snappy_comes_framed_by_java_or_bare():
    decode = bounded_batches._snappy(bytearray(100))
    assert decode(_raw(b"a" * 60)) == b"a" * 60
    assert decode(_java(_raw(b"a" * 60), _raw(b"b" * 20), _raw(b"c"))) == b"a" * 60 + b"b" * 20 + b"c"
    assert decode(_java()) == b""


def test_snappy_may_fill_the_bound_and_not_pass_it_in_one_block_or_in_many():
    decode = bounded_batches._snappy(bytearray(100))
    assert len(decode(_raw(b"a" * 100))) == 100
    assert len(decode(_java(_raw(b"a" * 60), _raw(b"b" * 40)))) == 100
    for bomb in (_raw(b"a" * 101), _java(_raw(b"a" * 60), _raw(b"b" * 41))):
        with pytest.raises(bounded_batches._TooLargeError):
            decode(bomb)


@pytest.mark.parametrize("size", [0, -1, -(2**31)])
def test_a_block_of_snappy_without_a_size_is_damaged_and_not_read_for_ever(size):
    decode = bounded_batches._snappy(bytearray(100))
    with pytest.raises(CorruptRecordException):
        decode(_java(_raw(b"a")) + struct.pack("!i", size) + _raw(b"b"))


@pytest.mark.parametrize("codec", [cramjam.gzip, cramjam.lz4, cramjam.zstd])
def test_each_other_codec_may_fill_the_bound_and_not_pass_it_and_damage_is_told_from_size(codec):
    decode = bounded_batches._bounded(codec.decompress_into, bytearray(100))
    assert decode(bytes(codec.compress(b"a" * 100))) == b"a" * 100
    assert decode(bytes(codec.compress(b"a"))) == b"a"
    with pytest.raises(bounded_batches._TooLargeError):
        decode(bytes(codec.compress(bytes(range(256)) * 4)))
    with pytest.raises(cramjam.DecompressionError):
        decode(b"nothing of the kind")
