"""The test behind the alarm: how much evidence there is that the last pages are of another kind."""

import math

import pytest

from wiredesk_cleaner.drift.evidence import MEMORY, Difference, Habit
from wiredesk_cleaner.drift.figures import Figure


def habit(*values: float, times: int = 1) -> Habit:
    made = Habit()
    for value in values * times:
        made.add(value)
    return made


def compared(made: Habit, figure: Figure, *values: float) -> Difference:
    found = made.difference(figure, values)
    assert found is not None
    return found


def test_the_evidence_about_a_share_is_the_ratio_of_two_binomials_to_one():
    # With hardly any page forgotten yet: 30 of 40 against 2 of 20.
    made = habit(1, 1, 1, 0, times=10)
    made._weight, made._total = 40, 30
    apart = 30 * math.log(0.75) + 10 * math.log(0.25) + 2 * math.log(0.1) + 18 * math.log(0.9)
    together = 32 * math.log(32 / 60) + 28 * math.log(28 / 60)
    found = compared(made, Figure.TEXT, *[1] * 2, *[0] * 18)
    assert found.nats == pytest.approx(apart - together)
    assert (found.pages, found.last, found.habit) == (20, 0.1, 0.75)


def test_the_evidence_about_words_is_the_ratio_of_two_normals_to_one():
    made = habit(5, 7, times=20)
    made._weight, made._total, made._squares = 40, 240, 20 * (25 + 49)
    last = [4.5, 5.5] * 10
    apart = 40 * 1 + 20 * 0.25
    mean = (240 + 100) / 60
    together = 20 * ((5 - mean) ** 2 + (7 - mean) ** 2) + 10 * ((4.5 - mean) ** 2 + (5.5 - mean) ** 2)
    found = compared(made, Figure.WORDS, *last)
    # Beside it stands the least spread of a tenth.
    assert found.nats == pytest.approx(30 * math.log((together + 0.6) / (apart + 0.6)))
    assert found.last == pytest.approx(math.exp(5))
    assert found.habit == pytest.approx(math.exp(6))


def test_more_pages_on_either_side_are_more_evidence():
    few, many = habit(1, times=25), habit(1, times=200)
    assert compared(many, Figure.TEXT, *[0] * 10).nats > compared(few, Figure.TEXT, *[0] * 10).nats
    assert compared(few, Figure.TEXT, *[0] * 20).nats > compared(few, Figure.TEXT, *[0] * 10).nats


def test_of_too_few_pages_nothing_is_said():
    assert habit(1, times=15).difference(Figure.TEXT, [0.0] * 20) is None
    assert habit(1, times=100).difference(Figure.DATE, [0.0] * 4) is None
    assert habit().difference(Figure.DATE, []) is None


def test_pages_of_all_but_equal_length_prove_nothing_by_a_word_more():
    made = habit(math.log(300), times=100)
    other = compared(made, Figure.WORDS, *[math.log(303)] * 20)
    assert not made.is_left_by(other)
    assert not other.lasts


def test_a_change_that_is_certain_and_does_not_matter_is_no_alarm():
    made = habit(1, times=MEMORY)
    small = compared(made, Figure.AUTHORS, *[0] * 5, *[1] * 15)
    assert small.nats > 10
    assert not made.is_left_by(small)
    assert made.is_left_by(compared(made, Figure.AUTHORS, *[0] * 6, *[1] * 14))


def test_a_habit_forgets_what_is_long_ago():
    assert compared(habit(*[0] * 5 * MEMORY, *[1] * 5 * MEMORY), Figure.TEXT, *[1] * 20).habit > 0.99


def test_a_host_that_strays_as_a_rule_needs_more_evidence_but_not_without_end():
    made = habit(1, times=200)
    some, sure = Difference(Figure.TEXT, 20, 0.6, 1.0, nats=12), Difference(Figure.TEXT, 20, 0.0, 1.0, nats=31)
    assert made.is_left_by(some)
    for _ in range(30):
        made.learn(Difference(Figure.TEXT, 20, 0.9, 1.0, nats=0.6))
    assert made.is_left_by(some)
    for _ in range(30):
        made.learn(Difference(Figure.TEXT, 20, 0.8, 1.0, nats=1.5))
    assert not made.is_left_by(some)
    for _ in range(30):
        made.learn(sure)
    assert made.is_left_by(sure)


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (Difference(Figure.TEXT, 20, 0.0, 0.97), "0 of the last 20 pages had a text (habit 97 %)"),
        (Difference(Figure.WHOLE, 18, 0.5, 0.949), "9 of the last 18 articles were whole (habit 95 %)"),
        (Difference(Figure.HEADLINE, 20, 0.05, 1.0), "1 of the last 20 articles had a headline (habit 100 %)"),
        (Difference(Figure.AUTHORS, 20, 1.0, 0.0), "20 of the last 20 articles named an author (habit 0 %)"),
        (Difference(Figure.DATE, 20, 0.1, 0.8), "2 of the last 20 articles had a date (habit 80 %)"),
        (Difference(Figure.WORDS, 19, 121.7, 1410.2), "the last 19 articles had about 122 words (habit 1,410)"),
    ],
)
def test_a_difference_is_said_in_a_few_words(difference: Difference, said: str):
    assert str(difference) == said
