"""The retry topic: what goes there, what it says of itself, and how long it rests."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import NOON, record
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InvalidRecordError
from wiredesk.contracts.topics import SUBMITTED
from wiredesk.engine.outcomes import RetryAt
from wiredesk.engine.verdicts import retry

TOPIC = SUBMITTED.retry("fetcher")
AT = NOON.timestamp()


def _headers(attempt=b"2", not_before=b"1000", *more):
    return ((wire.ATTEMPT, attempt), (wire.NOT_BEFORE, not_before), *more)


def _again(sent):
    """Return a record that was sent to the retry topic as it comes from there."""
    headers = tuple((name, value.encode()) for name, value in sent.headers.items())
    return replace(record(sent.value, topic="articles.submitted.v1.fetcher.retry", key=sent.key, headers=headers))


def test_a_record_is_put_back_byte_for_byte_with_its_time_its_tries_and_where_it_came_from():
    source = record(b"\x00raw", topic="articles.submitted.v1", offset=7, headers=(("traceparent", b"00-1"),))
    asked = RetryAt(NOON + timedelta(microseconds=1), "host_busy\n" + "x" * 500)
    sent = retry.retry_record(source, TOPIC, asked, 3, from_retry=False)
    assert (sent.topic, sent.key, sent.value) == (TOPIC, b"k", b"\x00raw")
    assert sent.headers[wire.ATTEMPT] == "3"
    # Never a moment too early.
    assert sent.headers[wire.NOT_BEFORE] == str(int(AT * 1000) + 1)
    assert sent.headers[wire.ORIGIN] == "articles.submitted.v1/0/7"
    assert sent.headers[wire.REASON].startswith("host_busy\\nxx")
    assert len(sent.headers[wire.REASON]) == 128
    assert sent.headers["traceparent"] == "00-1"


def test_however_often_it_goes_round_it_stays_the_same_record():
    source = record(b"v", topic="articles.submitted.v1", offset=7)
    sent = retry.retry_record(source, TOPIC, RetryAt(NOON, "busy"), 1, from_retry=False)
    for _ in range(3):
        back = retry.written_back(_again(sent), TOPIC)
        assert (back.topic, back.key, back.value) == (TOPIC, b"k", b"v")
        assert back.headers == sent.headers
        sent = retry.retry_record(_again(back), TOPIC, RetryAt(NOON, "busy"), 1, from_retry=True)
        assert sent.headers == back.headers


def test_a_record_that_names_no_submission_keeps_the_one_of_where_it_first_was():
    headers = _headers(b"1", b"1000", (wire.ORIGIN, b"articles.submitted.v1/0/7"))
    first = retry.written_back(record(b"v", offset=1, headers=headers), TOPIC)
    other = retry.written_back(record(b"v", offset=2, headers=headers), TOPIC)
    assert first.headers[wire.CORRELATION] == other.headers[wire.CORRELATION]
    asked = RetryAt(NOON, "busy")
    again = retry.retry_record(record(b"v", offset=3, headers=headers), TOPIC, asked, 2, from_retry=True)
    assert again.headers[wire.CORRELATION] == first.headers[wire.CORRELATION]
    forged = retry.retry_record(record(b"v", offset=3, headers=headers), TOPIC, asked, 2, from_retry=False)
    assert forged.headers[wire.CORRELATION] != first.headers[wire.CORRELATION]


def test_a_value_that_is_missing_stays_empty():
    source = record(None)
    assert retry.retry_record(source, TOPIC, RetryAt(NOON, "busy"), 1, from_retry=False).value == b""
    assert retry.written_back(source, TOPIC).value == b""


def test_the_retry_topic_says_how_often_a_record_was_tried_and_when_it_is_due():
    headers = {wire.ATTEMPT: "2", wire.NOT_BEFORE: "1500"}
    assert retry.read_retry(headers, from_retry=True) == (2, 1.5)
    assert retry.read_retry({wire.ATTEMPT: "999", wire.NOT_BEFORE: "9" * 14}, from_retry=True) == (
        999,
        99_999_999_999.999,
    )
    assert retry.read_retry({}, from_retry=False) == (0, 0.0)


@pytest.mark.parametrize("header", [wire.ATTEMPT, wire.NOT_BEFORE])
def test_anywhere_else_each_of_its_headers_is_forged(header):
    with pytest.raises(InvalidRecordError) as caught:
        retry.read_retry({header: "1"}, from_retry=False)
    assert caught.value.reason == "forged_header"


@pytest.mark.parametrize("header", [wire.ATTEMPT, wire.NOT_BEFORE])
@pytest.mark.parametrize("text", [None, "", "-1", "1.5", "x", "\u0663", "\u00b2", "9" * 15])
def test_what_this_module_does_not_write_is_forged(header, text):
    headers = {wire.ATTEMPT: "1", wire.NOT_BEFORE: "1", header: text}
    with pytest.raises(InvalidRecordError) as caught:
        retry.read_retry({name: value for name, value in headers.items() if value is not None}, from_retry=True)
    assert caught.value.reason == "forged_header"


def test_more_than_999_tries_are_forged():
    with pytest.raises(InvalidRecordError):
        retry.read_retry({wire.ATTEMPT: "1000", wire.NOT_BEFORE: "1"}, from_retry=True)


def test_a_record_rests_until_it_is_due_and_no_longer_than_a_minute():
    for minutes, rests in ((-5, -300), (0, 0), (0.5, 30), (1, 60), (5, 60)):
        due = str(int((AT + 60 * minutes) * 1000)).encode()
        assert retry.rests_until(record(b"v", headers=_headers(not_before=due))) == AT + rests
    assert retry.not_before(record(b"v", headers=_headers(not_before=b"1500"))) == 1.5


@pytest.mark.parametrize("headers", [(), _headers(not_before=b"soon"), _headers(b"2", b"1000", ("x", b"\xff"))])
def test_a_forged_time_is_due_at_once(headers):
    assert retry.not_before(record(b"v", headers=headers)) == 0.0
    assert retry.rests_until(record(b"v", headers=headers)) == 0.0
