"""What a dead letter says of a record, and what of a hostile one is kept."""

import json

import pytest

from tests.factories import NOON, record
from wiredesk.contracts import wire
from wiredesk.contracts.errors import PermanentError
from wiredesk.contracts.topics import FETCHED
from wiredesk.engine.verdicts.carried import (
    MAX_HEADER_CHARS,
    MAX_HEADERS,
    MAX_TRACE_CHARS,
    carried,
    correlation,
    kept_headers,
)
from wiredesk.engine.verdicts.dead_letters import dead_letter, printable

TARGET = FETCHED.dead_letter("cleaner")


def _letter(source, error, *, attempt=0, **more):
    return dead_letter(source, error, topic=FETCHED, stage="cleaner", attempt=attempt, at=NOON, **more)


def test_a_dead_letter_says_what_failed_where_when_and_after_how_many_tries():
    letter = _letter(record(b"v", offset=7), PermanentError("no\tway", reason="because"), attempt=3)
    assert (letter.topic, letter.key, letter.value) == (TARGET, b"k", b"v")
    told = {name: value for name, value in letter.headers.items() if name != wire.CORRELATION}
    assert told == {
        wire.REASON: "because",
        wire.ERROR_TYPE: "PermanentError",
        wire.ERROR: "no\\tway",
        wire.STAGE: "cleaner",
        wire.ORIGIN: "articles.fetched.v1/0/7",
        wire.ATTEMPT: "3",
        wire.FAILED_AT: NOON.isoformat(),
    }


def test_an_error_that_is_not_ours_is_named_and_never_quoted():
    letter = _letter(record(b"v"), KeyError("a secret body"))
    named = [letter.headers[name] for name in (wire.REASON, wire.ERROR_TYPE, wire.ERROR)]
    assert named == ["unexpected", "KeyError", "KeyError"]


def test_nothing_that_a_stranger_says_of_a_record_is_believed():
    forged = ((wire.ORIGIN, b"elsewhere/0/0"), (wire.REASON, b"mine"), (wire.STAGE, b"mine"), (wire.ATTEMPT, b"9"))
    headers = _letter(record(b"v", headers=forged), PermanentError("no", reason="because")).headers
    assert headers[wire.ORIGIN] == "articles.fetched.v1/0/0"
    assert (headers[wire.REASON], headers[wire.STAGE], headers[wire.ATTEMPT]) == ("because", "cleaner", "0")
    believed = _letter(record(b"v", headers=forged), PermanentError("no"), from_retry=True).headers
    assert believed[wire.ORIGIN] == "elsewhere/0/0"


def test_a_record_without_value_or_key_is_a_dead_letter_without_them():
    letter = _letter(record(None, key=None), PermanentError("no"))
    assert (letter.value, letter.key) == (b"", None)


def test_what_is_larger_than_a_dead_letter_may_be_leaves_a_pointer_to_where_it_lies():
    error = PermanentError("no", reason="because")
    at_most = TARGET.max_bytes - _letter(record(b""), error).size
    letter, pointer = (_letter(record(b"x" * size), error) for size in (at_most, at_most + 1))
    assert (letter.size, len(letter.value)) == (TARGET.max_bytes, at_most)
    assert json.loads(pointer.value) == {"too_large_to_copy": at_most + 1, "origin": "articles.fetched.v1/0/0"}
    assert (pointer.topic, pointer.key, pointer.headers[wire.REASON]) == (TARGET, None, "because")


def test_a_text_is_told_on_one_line_and_no_longer_than_it_may_be():
    assert printable("a\nb\x1b[31m\u202ec \u00e9") == "a\\nb\\x1b[31m\\u202ec \u00e9"
    assert printable("C:\\news 'a' \"b\"") == "C:\\news 'a' \"b\""
    assert printable("x" * 2000) == "x" * 512
    assert printable("\n" * 9, 4) == "\\n\\n"


def test_so_many_headers_are_kept_and_so_much_of_each():
    headers = tuple((f"{number:03}" + "n" * 500, b"v" * 5000) for number in range(100))
    kept = kept_headers(record(b"v", headers=headers), from_retry=False)
    assert len(kept) == MAX_HEADERS + 1
    assert {len(name) for name in kept if name != wire.CORRELATION} == {256}
    assert {len(value) for name, value in kept.items() if name != wire.CORRELATION} == {MAX_HEADER_CHARS}


@pytest.mark.parametrize("from_retry", [False, True])
def test_the_id_of_a_submission_is_made_of_where_it_first_was(from_retry):
    headers = ((wire.ORIGIN, b"articles.submitted.v1/1/2"),)
    first = record(b"v", topic="articles.submitted.v1", offset=2)
    again = record(b"v", topic="retry", headers=headers)
    made = kept_headers(again, from_retry=from_retry)[wire.CORRELATION]
    texts = wire.readable_headers(again.headers)
    assert made == carried(again, texts, from_retry=from_retry)[wire.CORRELATION]
    assert made == correlation(again, {wire.ORIGIN: "articles.submitted.v1/1/2"}, from_retry=from_retry)
    assert made != correlation(first, {}, from_retry=False)
    elsewhere = record(b"v", topic="retry", offset=9, headers=headers)
    assert (made == kept_headers(elsewhere, from_retry=from_retry)[wire.CORRELATION]) is from_retry


@pytest.mark.parametrize(
    ("length", "is_carried"), [(0, False), (1, True), (MAX_TRACE_CHARS, True), (MAX_TRACE_CHARS + 1, False)]
)
def test_a_trace_context_goes_along_whole_or_not_at_all(length, is_carried):
    source = record(b"v", headers=(("traceparent", b"t" * length), ("tracestate", b"s"), ("other", b"x")))
    along = carried(source, wire.readable_headers(source.headers), from_retry=False)
    assert ("traceparent" in along) is is_carried
    assert along["tracestate"] == "s"
    assert "other" not in along
