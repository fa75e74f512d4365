"""One record at a time: from bytes to a verdict, with no broker."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import NOON, enriched, fetched, record
from wiredesk.contracts import wire
from wiredesk.contracts.errors import InfrastructureError, InvalidRecordError, PermanentError, TransientError
from wiredesk.contracts.events import ArticleEnriched, ArticleFetched, ArticleSubmitted
from wiredesk.contracts.topics import ENRICHED, FETCHED, SUBMITTED
from wiredesk.engine.outcomes import Answer, Received, RetryAt
from wiredesk.engine.verdicts.verdict import Judge, answer_to, is_outage

CLEANER: Judge[ArticleFetched] = Judge("cleaner", FETCHED)
FETCHER: Judge[ArticleSubmitted] = Judge("fetcher", SUBMITTED)


def _tried(times) -> Received[ArticleSubmitted]:
    return Received(ArticleSubmitted(text="x"), NOON, "t", 0, 0, attempt=times)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null_value"),
        (b"", "empty_value"),
        (b"  \n", "empty_value"),
        (b"{not json", "invalid_json"),
        (b"\xff\xfe\x00", "invalid_json"),
        (b'"\\ud800"', "invalid_json"),
        (b"[" * 100_000 + b"]" * 100_000, "invalid_json"),
        (b"{}", "invalid_schema"),
        (b"[]", "invalid_schema"),
        (b'{"schema_version": "9.0"}', "invalid_schema"),
    ],
)
def test_bytes_that_are_no_event_say_why(value, reason):
    with pytest.raises(InvalidRecordError) as caught:
        CLEANER.receive(record(value), from_retry=False)
    assert caught.value.reason == reason


def test_an_invalid_record_never_shows_what_it_held():
    with pytest.raises(InvalidRecordError) as caught:
        CLEANER.receive(record(b'{"content": "the secret body", "article_id": "the secret body"}'), from_retry=False)
    assert "secret" not in str(caught.value)


def test_a_header_that_is_not_utf8_is_invalid():
    with pytest.raises(InvalidRecordError) as caught:
        CLEANER.receive(record(b"{}", headers=(("trace", b"\xff\xfe"),)), from_retry=False)
    assert caught.value.reason == "invalid_header"


@pytest.mark.parametrize("attempt", [b"-1", b"9e99", b"1000000", b"", "\u0663".encode()])
def test_a_forged_attempt_on_the_retry_topic_is_invalid(attempt):
    headers = ((wire.ATTEMPT, attempt), (wire.NOT_BEFORE, b"1"))
    with pytest.raises(InvalidRecordError) as caught:
        FETCHER.receive(record(b'{"text": "x"}', headers=headers), from_retry=True)
    assert caught.value.reason == "forged_header"


def test_an_attempt_header_on_a_public_topic_is_forged():
    with pytest.raises(InvalidRecordError) as caught:
        FETCHER.receive(record(b'{"text": "x"}', headers=((wire.ATTEMPT, b"3"),)), from_retry=False)
    assert caught.value.reason == "forged_header"


def test_an_event_goes_to_its_own_topic_with_its_identity_in_the_headers():
    event = enriched()
    source = record(b"x", headers=(("correlation_id", b"c1"), ("traceparent", b"00-1"), ("reply_to", b"evil")))
    verdict = CLEANER.decide(source, event, NOON)
    (output,) = verdict.outputs
    assert (verdict.outcome, output.topic) == ("event", ENRICHED)
    assert output.key == str(event.article_id).encode()
    assert output.headers["ce_id"] == str(event.event_id)
    assert output.headers["ce_subject"] == str(event.article_id)
    assert output.headers["correlation_id"] == "c1"
    assert output.headers["traceparent"] == "00-1"
    assert "reply_to" not in output.headers
    assert wire.decode(output.value, ArticleEnriched) == event


def test_a_permanent_error_becomes_a_dead_letter_with_the_original_bytes_and_the_reason():
    source = record(b"\x00raw\xff", key=b"\x01", headers=(("odd", b"\xff"), ("kept", b"yes")))
    verdict = CLEANER.decide(source, PermanentError("no\nway", reason="because"), NOON)
    (letter,) = verdict.outputs
    assert letter.topic == FETCHED.dead_letter("cleaner")
    assert (letter.value, letter.key) == (b"\x00raw\xff", b"\x01")
    assert letter.headers[wire.REASON] == "because"
    assert letter.headers[wire.ERROR] == "no\\nway"
    assert letter.headers[wire.ORIGIN] == "articles.fetched.v1/0/0"
    assert letter.headers["kept"] == "yes"


def test_only_the_retry_topic_may_say_where_a_record_came_from():
    forged = record(b"v", headers=((wire.ORIGIN, b"articles.submitted.v1/3/9"),))
    (letter,) = FETCHER.decide(forged, PermanentError("x"), NOON).outputs
    assert letter.headers[wire.ORIGIN] == "articles.fetched.v1/0/0"
    (retried,) = FETCHER.decide(forged, RetryAt(NOON, "busy"), NOON).outputs
    assert retried.headers[wire.ORIGIN] == "articles.fetched.v1/0/0"
    (letter,) = FETCHER.decide(forged, PermanentError("x"), NOON, from_retry=True).outputs
    assert letter.headers[wire.ORIGIN] == "articles.submitted.v1/3/9"


def test_nobody_can_send_a_record_whose_dead_letter_looks_as_if_it_held_no_bytes():
    (letter,) = FETCHER.decide(record(b"v", headers=((wire.ORIGIN_END, b"9"),)), PermanentError("x"), NOON).outputs
    assert wire.ORIGIN_END not in letter.headers


def test_hostile_headers_cannot_make_a_dead_letter_unsendable():
    headers = tuple((f"h{i}", b"x" * 65_536) for i in range(10_000))
    (letter,) = CLEANER.decide(record(b"v" * 1000, headers=headers), PermanentError("x"), NOON).outputs
    assert letter.size < 200_000


def test_an_output_above_its_topics_limit_becomes_a_dead_letter():
    event = fetched("word " * 2_000_000)
    verdict = CLEANER.decide(record(b"small"), event, NOON)
    (letter,) = verdict.outputs
    assert letter.headers[wire.REASON] == "too_large"
    assert letter.value == b"small"


def test_a_dead_letter_above_its_own_limit_becomes_a_pointer():
    (letter,) = CLEANER.decide(record(b"x" * (17 * 1024 * 1024)), PermanentError("x"), NOON).outputs
    assert letter.size < 10_000 + wire.FRAMING_BYTES
    assert b"articles.fetched.v1/0/0" in letter.value


def test_retry_at_goes_to_the_retry_topic_with_its_time_and_the_next_attempt():
    verdict = FETCHER.decide(record(b"v"), RetryAt(NOON + timedelta(minutes=5), "busy"), NOON, received=_tried(1))
    (retried,) = verdict.outputs
    assert verdict.outcome == "retry"
    assert retried.topic == SUBMITTED.retry("fetcher")
    assert retried.value == b"v"
    assert retried.headers[wire.ATTEMPT] == "2"
    assert retried.headers[wire.NOT_BEFORE] == str(int((NOON + timedelta(minutes=5)).timestamp() * 1000))


def test_a_transient_error_waits_longer_each_time_and_then_is_a_dead_letter():
    waits = []
    for attempt in range(3):
        (retried,) = FETCHER.decide(record(b"v"), TransientError("503"), NOON, received=_tried(attempt)).outputs
        waits.append(int(retried.headers[wire.NOT_BEFORE]))
    assert waits == sorted(set(waits))
    verdict = FETCHER.decide(record(b"v"), TransientError("503"), NOON, received=_tried(3))
    assert verdict.outcome == "dead_letter"
    assert verdict.reasons == ["attempts_exhausted"]
    assert verdict.outputs[0].headers[wire.ERROR] == "4 tries: 503"


def test_a_site_that_asks_to_wait_for_ever_ends_as_a_dead_letter():
    assert FETCHER.decide(record(b"v"), RetryAt(NOON, "busy"), NOON, received=_tried(20)).outcome == "dead_letter"


def test_retry_at_without_a_retry_topic_is_a_dead_letter():
    assert CLEANER.decide(record(b"v"), RetryAt(NOON, "busy"), NOON).reasons == ["no_retry_topic"]


@pytest.mark.parametrize("error", [InfrastructureError("x"), ConnectionResetError(), TimeoutError()])
def test_an_outage_is_raised_again(error):
    with pytest.raises(type(error)):
        answer_to(error)
    assert is_outage(ExceptionGroup("group", [ValueError(), error]))


def test_a_bug_is_a_dead_letter_that_names_the_error_but_not_its_words():
    answer = answer_to(KeyError("a secret body"))
    assert isinstance(answer, PermanentError)
    assert (answer.reason, str(answer)) == ("unexpected", "KeyError")


@pytest.mark.parametrize("milliseconds", [-(10**14), 10**16, -(2**63), 2**63 - 1])
def test_a_time_that_no_calendar_has_is_1970_and_the_record_passes(milliseconds):
    hostile = replace(record(fetched().model_dump_json().encode()), timestamp=milliseconds)
    assert CLEANER.receive(hostile, from_retry=False).at == datetime(1970, 1, 1, tzinfo=UTC)


def test_the_time_of_a_record_is_kept_to_the_millisecond():
    assert wire.record_time(1_700_000_000_123) == datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)


@pytest.mark.parametrize("answer", [RetryAt(NOON + timedelta(minutes=5), "busy"), TransientError("503")])
def test_what_is_too_large_for_the_retry_topic_becomes_a_dead_letter(answer):
    verdict = FETCHER.decide(record(b"x" * (17 * 1024 * 1024)), answer, NOON)
    (letter,) = verdict.outputs
    assert (verdict.outcome, verdict.reasons) == ("dead_letter", ["too_large"])
    assert letter.size <= letter.topic.max_bytes


@pytest.mark.parametrize("answer", [None, 7, "text", [None]])
def test_an_answer_that_is_no_event_is_a_dead_letter(answer):
    assert CLEANER.decide(record(b"v"), answer, NOON).reasons == ["unexpected"]


def test_our_own_queue_is_no_attempt_however_often_a_record_waits_in_it():
    source = record(b"v")
    for _ in range(50):
        verdict = FETCHER.decide(source, RetryAt(NOON, "host_busy", is_attempt=False), NOON, from_retry=True)
        (waits,) = verdict.outputs
        assert (verdict.outcome, waits.headers[wire.ATTEMPT]) == ("retry", "0")
        source = record(b"v", headers=tuple((name, value.encode()) for name, value in waits.headers.items()))
    (failed,) = FETCHER.decide(source, TransientError("reset"), NOON, from_retry=True).outputs
    assert failed.headers[wire.ATTEMPT] == "1"
    assert failed.headers[wire.ORIGIN] == "articles.fetched.v1/0/0"


def test_a_record_that_waited_still_came_when_it_first_came():
    value = b'{"text": "x"}'
    (waits,) = FETCHER.decide(record(value), RetryAt(NOON, "busy"), NOON).outputs
    later = replace(
        record(value, headers=tuple((name, text.encode()) for name, text in waits.headers.items())),
        timestamp=int((NOON + timedelta(hours=1)).timestamp() * 1000),
    )
    assert FETCHER.receive(later, from_retry=True).at == NOON
    # Elsewhere such a header is forged.
    forged = record(value, headers=((wire.ORIGIN_TIME, b"1"),))
    assert FETCHER.receive(forged, from_retry=False).at == NOON


def _correlation(verdict):
    return verdict.outputs[0].headers[wire.CORRELATION]


def test_a_record_without_a_correlation_id_gets_the_same_one_at_every_delivery_and_in_every_end():
    source = record(b"v")
    ends: list[Answer] = [enriched(), PermanentError("no"), RetryAt(NOON, "busy"), TransientError("503")]
    made = {_correlation(FETCHER.decide(source, answer, NOON)) for answer in ends + ends}
    assert len(made) == 1
    assert made != {_correlation(FETCHER.decide(record(b"v", offset=1), ends[0], NOON))}
    (waits,) = FETCHER.decide(source, RetryAt(NOON, "busy"), NOON).outputs
    later = record(
        b"v", offset=7, headers=tuple((n, v.encode()) for n, v in waits.headers.items() if n != wire.CORRELATION)
    )
    assert _correlation(FETCHER.decide(later, ends[0], NOON, from_retry=True)) in made


def test_a_correlation_id_of_megabytes_is_cut_the_same_way_everywhere():
    source = record(b"v", headers=((wire.CORRELATION, b"c" * 3_000_000), ("traceparent", b"0" * 600)))
    received = CLEANER.receive(
        record(fetched().model_dump_json().encode(), headers=source.headers), from_retry=False
    ).correlation_id
    answers: list[Answer] = [enriched(), PermanentError("no"), RetryAt(NOON, "busy")]
    made = {_correlation(FETCHER.decide(source, answer, NOON)) for answer in answers}
    assert made == {received} == {"c" * wire.MAX_CORRELATION_CHARS}
    assert "traceparent" not in FETCHER.decide(source, enriched(), NOON).outputs[0].headers


def test_a_record_that_is_encoded_already_goes_out_as_it_is_with_the_carried_headers():
    made = wire.encode(enriched(), source="tagger", time=NOON)
    source = record(b"v", headers=((wire.CORRELATION, b"c-1"),))
    verdict = CLEANER.decide(source, made, NOON)
    (output,) = verdict.outputs
    assert (output.value, output.topic, verdict.outcome) == (made.value, ENRICHED, "event")
    assert (output.headers[wire.CORRELATION], output.headers["ce_id"]) == ("c-1", made.headers["ce_id"])


def test_a_rejection_that_is_encoded_already_counts_as_one_with_its_reason():
    refused = replace(wire.encode(enriched(), source="cleaner", time=NOON), reason="empty")
    verdict = CLEANER.decide(record(b"v"), refused, NOON)
    assert (verdict.outcome, list(verdict.reasons)) == ("rejected", ["empty"])


def test_an_encoded_stage_gets_the_value_as_it_is():
    judge: Judge[bytes] = Judge("cleaner", FETCHED, encoded=True)
    assert judge.receive(record(b"\xff no JSON"), from_retry=False).event == b"\xff no JSON"
    with pytest.raises(InvalidRecordError) as caught:
        judge.receive(record(None), from_retry=False)
    assert caught.value.reason == "null_value"
