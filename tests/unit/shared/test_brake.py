"""The brake: a bad deployment must not drain a topic into its dead letters."""

from shared.deadletter import Brake
from tests.factories import record


def _feed(brake, verdicts):
    for offset, dead in enumerate(verdicts):
        brake.count(record(b"", offset=offset), dead=dead)
        if brake.tripped:
            return offset
    return None


def test_it_trips_after_more_than_two_hundred_dead_letters_in_a_row():
    assert _feed(Brake(), [True] * 300) == 200


def test_one_good_record_starts_the_row_again():
    assert _feed(Brake(), ([True] * 200 + [False]) * 4) is None


def test_it_trips_at_a_fifth_of_the_last_thousand():
    assert _feed(Brake(), [n % 5 == 0 for n in range(2000)]) == 999
    assert _feed(Brake(), [n % 6 == 0 for n in range(5000)]) is None


def test_a_redelivered_record_counts_once():
    brake = Brake()
    for _ in range(500):
        brake.count(record(b"", offset=7), dead=True)
    assert not brake.tripped
