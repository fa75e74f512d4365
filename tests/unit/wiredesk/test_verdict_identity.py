"""Whatever becomes of a record, what leaves says where it came from, how often it was tried and who gave it up."""

import pytest

from tests.factories import NOON, enriched, fetched, record
from wiredesk.contracts import wire
from wiredesk.contracts.errors import PermanentError, TransientError
from wiredesk.contracts.events import (
    ArticleEnriched,
    ArticleFetched,
    ArticleRejected,
    ArticleSubmitted,
    Rejection,
    ServiceName,
)
from wiredesk.contracts.topics import FETCHED, MAX_RECORD_BYTES, SUBMITTED
from wiredesk.engine.outcomes import Answer, Received, RetryAt
from wiredesk.engine.verdicts.retry import MAX_ATTEMPTS, WAITS
from wiredesk.engine.verdicts.verdict import Judge, where

CLEANER: Judge[ArticleFetched] = Judge("cleaner", FETCHED)
FETCHER: Judge[ArticleSubmitted] = Judge("fetcher", SUBMITTED)

ORIGIN = "articles.submitted.v1/3/9"
WAITED = record(b'{"text": "x"}', topic="retry", offset=77, headers=((wire.ORIGIN, ORIGIN.encode()),))


def tried(times: int) -> Received[ArticleSubmitted]:
    return Received(ArticleSubmitted(text="x"), NOON, "t", 0, 0, attempt=times)


def rejected() -> ArticleRejected:
    event = enriched()
    return ArticleRejected(
        event_id=event.event_id, article_id=event.article_id, stage=ServiceName.CLEANER, reason=Rejection.GONE
    )


def test_a_handler_is_told_where_its_event_lies_and_who_it_is():
    event = fetched("A story.")
    value = event.model_dump_json().encode()
    told = CLEANER.receive(record(value, topic="a.topic", offset=7, headers=(("ce_id", b"e-1"),)), from_retry=False)
    assert (told.topic, told.partition, told.offset, told.event_id) == ("a.topic", 0, 7, "e-1")
    assert told.position == "a.topic/0/7"
    assert CLEANER.receive(record(value), from_retry=False).event_id == ""


@pytest.mark.parametrize(
    ("answer", "reason", "error"),
    [
        pytest.param(PermanentError("no", reason="because"), "because", "no", id="refused"),
        pytest.param(TransientError("away"), "attempts_exhausted", f"{len(WAITS) + 1} tries: away", id="tried enough"),
        pytest.param(5, "unexpected", "TypeError", id="no answer at all"),
    ],
)
def test_a_dead_letter_from_the_retry_topic_names_the_first_record_and_the_tries(
    answer: Answer, reason: str, error: str
):
    (letter,) = FETCHER.decide(WAITED, answer, NOON, received=tried(len(WAITS)), from_retry=True).outputs
    assert letter.headers[wire.ORIGIN] == ORIGIN
    assert letter.headers[wire.ATTEMPT] == str(len(WAITS))
    assert letter.headers[wire.REASON] == reason
    assert letter.headers[wire.ERROR] == error
    assert letter.headers[wire.STAGE] == "fetcher"


def test_a_record_that_is_asked_to_wait_for_ever_says_so_and_where_it_came_from():
    verdict = FETCHER.decide(WAITED, RetryAt(NOON, "busy"), NOON, received=tried(MAX_ATTEMPTS), from_retry=True)
    (letter,) = verdict.outputs
    assert letter.headers[wire.ORIGIN] == ORIGIN
    assert letter.headers[wire.REASON] == "attempts_exhausted"
    assert letter.headers[wire.ERROR] == f"{MAX_ATTEMPTS + 1} tries: still asked to wait"


def test_a_record_that_waits_again_still_names_the_first_one():
    (again,) = FETCHER.decide(WAITED, RetryAt(NOON, "busy"), NOON, received=tried(2), from_retry=True).outputs
    assert again.headers[wire.ORIGIN] == ORIGIN
    assert again.headers[wire.ATTEMPT] == "3"


def test_an_output_that_is_too_large_names_the_first_record_the_tries_and_the_sizes():
    large = ArticleEnriched.model_construct(**dict(enriched("x" * MAX_RECORD_BYTES)))
    (letter,) = FETCHER.decide(WAITED, large, NOON, received=tried(2), from_retry=True).outputs
    assert letter.headers[wire.ORIGIN] == ORIGIN
    assert letter.headers[wire.ATTEMPT] == "2"
    assert letter.headers[wire.REASON] == "too_large"
    assert f"articles.enriched.v1 admits {MAX_RECORD_BYTES} bytes" in letter.headers[wire.ERROR]


def test_who_made_an_event_is_in_its_headers_and_a_record_without_a_retry_topic_says_what_is_missing():
    (output,) = CLEANER.decide(record(b"x"), enriched(), NOON).outputs
    assert output.headers["ce_source"] == "/wiredesk/cleaner"
    (letter,) = CLEANER.decide(record(b"x"), RetryAt(NOON, "busy"), NOON).outputs
    assert letter.headers[wire.ERROR] == "this stage has no retry topic"


def test_what_passes_speaks_for_what_is_deployed_and_what_waits_says_nothing():
    assert CLEANER.decide(record(b"x"), enriched(), NOON).is_fault(FETCHED) is False
    assert CLEANER.decide(record(b"x"), rejected(), NOON).is_fault(FETCHED) is False
    assert FETCHER.decide(record(b"x"), RetryAt(NOON, "busy"), NOON, received=tried(0)).is_fault(SUBMITTED) is None


def test_where_an_error_was_raised_is_told_by_its_last_three_frames_innermost_first():
    def innermost() -> None:
        raise KeyError("the secret body")

    def inner() -> None:
        innermost()

    def outer() -> None:
        inner()

    def outermost() -> None:
        outer()

    with pytest.raises(KeyError) as caught:
        outermost()
    kind, _, frames = where(caught.value).partition(" at ")
    assert kind == "KeyError"
    assert [frame.partition(":")[0] for frame in frames.split(" < ")] == ["innermost", "inner", "outer"]
    assert "secret" not in frames
