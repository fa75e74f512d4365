"""Dead letters: each origin once, and back on the wire as the record was."""

from datetime import UTC, datetime, timedelta

import pytest

from services.desk.deadletters import is_pointer, once, original_headers, source_of
from shared import wire
from shared.client import Entry
from shared.topics import FETCHED, PUBLIC, SUBMITTED, dead_letters

LETTERS = FETCHED.dead_letter("cleaner")
AT = datetime(2026, 11, 20, tzinfo=UTC)


def letter(offset: int, origin: str | None, value: bytes = b"{}") -> Entry:
    headers = {} if origin is None else {wire.ORIGIN: origin}
    at = AT + timedelta(seconds=offset)
    return Entry(topic=LETTERS, position=f"{LETTERS.name}/0/{offset}", at=at, headers=headers, event=None, value=value)


def test_a_repeated_dead_letter_counts_once_and_the_oldest_stands_for_it():
    found = once([letter(3, "t/0/1"), letter(1, "t/0/1"), letter(2, "t/0/2"), letter(4, None), letter(5, None)])
    assert [entry.position.rpartition("/")[2] for entry in found] == ["1", "2", "4", "5"]


def test_our_headers_are_taken_off_and_those_of_the_record_stay():
    ours = {
        wire.ATTEMPT: "1",
        wire.NOT_BEFORE: "5",
        wire.REASON: "r",
        wire.ERROR: "e",
        wire.ERROR_TYPE: "t",
        wire.STAGE: "s",
        wire.ORIGIN: "o",
        wire.FAILED_AT: "f",
    }
    theirs = {wire.CORRELATION: "c", "ce_id": "1", "traceparent": "00-1", "x-own": "2"}
    assert original_headers(ours | theirs) == theirs


def test_every_dead_letter_topic_knows_where_its_records_came_from():
    assert {source_of(topic).name for topic in dead_letters()} == {topic.name for topic in PUBLIC if topic.consumers}
    assert source_of(SUBMITTED.dead_letter("fetcher")) is SUBMITTED


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (b'{"too_large_to_copy": 9000000, "origin": "t/0/1"}', True),
        (b'{"too_large_to_copy": 9000000}', False),
        (b'{"url": "https://example.org"}', False),
        (b"not json", False),
        (b"[1]", False),
        (b"\xff\xfe", False),
        (b"", False),
    ],
)
def test_a_pointer_to_a_record_too_large_to_copy_is_not_taken_for_the_record(value: bytes, pointer: object):
    assert is_pointer(letter(1, "t/0/1", value)) is pointer
