"""The circuit breaker: a bad deployment must not drain a topic into its dead letters; nobody outside may pull it."""

import pytest

from tests.factories import NOON, record
from wiredesk.contracts.errors import InvalidRecordError, PermanentError, TooLargeError, TransientError
from wiredesk.contracts.events import ArticleSubmitted
from wiredesk.contracts.topics import FETCHED, SUBMITTED
from wiredesk.engine.circuit_breaker import CircuitBreaker
from wiredesk.engine.outcomes import Received
from wiredesk.engine.settings import EngineSettings
from wiredesk.engine.verdicts.verdict import Judge

SETTINGS = EngineSettings(breaker_rest_seconds=60, breaker_probes=5)


def _feed(breaker, verdicts, *, now=0.0):
    for number, dead in enumerate(verdicts):
        breaker.count(is_fault=dead, now=now)
        if breaker.is_open:
            return number
    return None


def _opened():
    breaker = CircuitBreaker(SETTINGS)
    assert _feed(breaker, [True] * 300) is not None
    return breaker


def test_it_opens_after_more_than_two_hundred_dead_letters_in_a_row():
    assert _feed(CircuitBreaker(SETTINGS), [True] * 300) == 200


def test_one_good_record_starts_the_row_again():
    assert _feed(CircuitBreaker(SETTINGS), ([True] * 200 + [False]) * 4) is None


def test_it_opens_at_a_fifth_of_the_last_thousand():
    assert _feed(CircuitBreaker(SETTINGS), [n % 5 == 0 for n in range(2000)]) == 999
    assert _feed(CircuitBreaker(SETTINGS), [n % 6 == 0 for n in range(5000)]) is None


def test_its_limits_are_settings():
    settings = EngineSettings(breaker_in_a_row=3, breaker_window=10, breaker_share=0.5)
    assert _feed(CircuitBreaker(settings), [True] * 9) == 3
    assert _feed(CircuitBreaker(settings), [n % 2 == 0 for n in range(50)]) == 9


def test_closed_it_admits_any_number():
    breaker = CircuitBreaker(SETTINGS)
    breaker.begin(10_000)
    assert breaker.admits(0.0) is None


def test_open_it_admits_nobody_until_it_has_rested_and_then_a_few():
    breaker = _opened()
    assert (breaker.admits(0.0), breaker.admits(59.9), breaker.admits(60.0)) == (0, 0, 5)
    breaker.begin(3)
    assert breaker.admits(60.0) == 2
    breaker.begin(2)
    assert breaker.admits(1000.0) == 0


def test_the_first_that_passes_closes_it_and_the_past_is_forgotten():
    breaker = _opened()
    breaker.begin(1)
    breaker.count(is_fault=False, now=61.0)
    assert not breaker.is_open
    assert breaker.admits(61.0) is None
    assert _feed(breaker, [True] * 300, now=62.0) == 200


def test_a_dead_letter_among_the_few_lets_it_rest_again():
    breaker = _opened()
    breaker.begin(5)
    breaker.count(is_fault=True, now=70.0)
    assert (breaker.admits(129.0), breaker.admits(130.0)) == (0, 5)


def test_one_that_was_begun_and_not_finished_leaves_its_place_to_another():
    breaker = _opened()
    breaker.begin(5)
    breaker.give_up(5)
    breaker.give_up(5)
    assert breaker.admits(60.0) == 5


@pytest.mark.parametrize(
    "error",
    [
        InvalidRecordError("no JSON", reason="invalid_json"),
        InvalidRecordError("no bytes", reason="null_value"),
        InvalidRecordError("forged", reason="forged_header"),
        InvalidRecordError("no name", reason="unreadable"),
        TooLargeError("a bomb"),
    ],
)
def test_what_nobody_can_read_counts_only_where_no_stranger_may_write(error):
    at_the_entrance = Judge("fetcher", SUBMITTED).decide(record(b"x"), error, NOON)
    inside = Judge("cleaner", FETCHED).decide(record(b"x"), error, NOON)
    assert (at_the_entrance.is_fault(SUBMITTED), inside.is_fault(FETCHED)) == (None, True)


def test_a_bug_counts_everywhere_and_a_site_that_stays_away_nowhere():
    bug, away = PermanentError("KeyError", reason="unexpected"), TransientError("503")
    tried = Received(ArticleSubmitted(text="x"), NOON, "t", 0, 0, attempt=3)
    for name, topic in (("fetcher", SUBMITTED), ("cleaner", FETCHED)):
        judge: Judge[ArticleSubmitted] = Judge(name, topic)
        assert judge.decide(record(b"x"), bug, NOON).is_fault(topic)
        assert judge.decide(record(b"x"), away, NOON, received=tried).is_fault(topic) is None


def test_what_says_nothing_neither_closes_it_nor_takes_the_place_of_what_does():
    breaker = _opened()
    for _ in range(20):
        breaker.begin(1)
        breaker.count(is_fault=None, now=61.0)
    assert breaker.is_open
    assert breaker.admits(61.0) == 5
    still_closed = CircuitBreaker(SETTINGS)
    assert _feed(still_closed, [True, None] * 300) == 400


def test_closed_again_it_opens_anew_with_all_its_tries():
    breaker = _opened()
    breaker.begin(4)
    breaker.count(is_fault=False, now=61.0)
    assert _feed(breaker, [True] * 300, now=100.0) == 200
    assert (breaker.admits(159.0), breaker.admits(160.0)) == (0, 5)
