"""The circuit breaker: a bad deployment must not drain a topic into its dead letters."""

from tests.factories import record
from wiredesk.engine.circuit_breaker import CircuitBreaker


def _feed(breaker, verdicts):
    for offset, dead in enumerate(verdicts):
        breaker.count(record(b"", offset=offset), dead=dead)
        if breaker.open:
            return offset
    return None


def test_it_trips_after_more_than_two_hundred_dead_letters_in_a_row():
    assert _feed(CircuitBreaker(), [True] * 300) == 200


def test_one_good_record_starts_the_row_again():
    assert _feed(CircuitBreaker(), ([True] * 200 + [False]) * 4) is None


def test_it_trips_at_a_fifth_of_the_last_thousand():
    assert _feed(CircuitBreaker(), [n % 5 == 0 for n in range(2000)]) == 999
    assert _feed(CircuitBreaker(), [n % 6 == 0 for n in range(5000)]) is None


def test_a_redelivered_record_counts_once():
    breaker = CircuitBreaker()
    for _ in range(500):
        breaker.count(record(b"", offset=7), dead=True)
    assert not breaker.open
