"""When an alarm begins, when it does not, and how it ends: on simulated hosts."""

import math
import random
import statistics
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.cleaner.drift.hosts import (
    A_THIRD,
    CALM,
    FURNITURE,
    MOSTLY_REFUSED,
    NO_DATE,
    NO_HEADLINE,
    NO_TEXT,
    NOISY,
    SAME,
    START,
    USUAL,
    WILD,
    Kind,
    Site,
)
from wiredesk_cleaner.drift.evidence import Habit
from wiredesk_cleaner.drift.figures import Figure
from wiredesk_cleaner.drift.watch import LASTS, Turn, Watch

HABIT = 200


def settled_site(seed: int, kind: Kind = USUAL) -> Site:
    site = Site(seed)
    assert site.publish(kind, HABIT) == []
    return site


@pytest.mark.parametrize(
    "kind", [CALM, SAME, USUAL, NOISY, WILD, MOSTLY_REFUSED], ids=["calm", "same", "usual", "noisy", "wild", "refused"]
)
def test_a_host_that_stays_as_it_is_has_less_than_one_alarm_in_ten_thousand_pages(kind: Kind):
    began = [change for seed in range(5) for change in Site(seed).publish(kind, 2000) if change.turn is Turn.BEGAN]
    assert began == []


@pytest.mark.parametrize(
    ("changed", "figure", "usually", "at_latest"),
    [
        (NO_TEXT, Figure.TEXT, 9, 12),
        (NO_HEADLINE, Figure.HEADLINE, 8, 12),
        (NO_DATE, Figure.DATE, 10, 14),
        (A_THIRD, Figure.WORDS, 18, 45),
        (FURNITURE, Figure.WORDS, 18, 45),
    ],
    ids=["no text", "no headline", "no date", "a third of the words", "four times the words"],
)
def test_a_change_of_template_is_said_within_about_twenty_pages(
    changed: Kind, figure: Figure, usually: int, at_latest: int
):
    took = []
    for seed in range(30):
        site = settled_site(seed)
        pages, change = site.until_a_change(changed, at_latest)
        assert (change.turn, change.drift.host) == (Turn.BEGAN, "harbour.example")
        assert change.drift.since == START + timedelta(minutes=site.pages - 1)
        assert figure in {one.figure for one in change.drift.differences}
        took.append(pages)
    assert statistics.median(took) <= usually


def test_a_noisy_host_that_loses_its_text_is_said_within_twenty_pages():
    took = [settled_site(seed, NOISY).until_a_change(replace(NOISY, text=0), 25)[0] for seed in range(20)]
    assert statistics.median(took) <= 20


def test_the_figures_say_how_it_was_and_how_it_is():
    site = settled_site(1)
    site.publish(NO_TEXT, 25)
    (drift,) = site.watch.drifting()
    (text,) = drift.differences
    assert (text.figure, text.pages, text.last) == (Figure.TEXT, 20, 0.0)
    assert text.habit == pytest.approx(0.97, abs=0.03)
    site = settled_site(1)
    site.publish(A_THIRD, 40)
    words = next(one for one in site.watch.drifting()[0].differences if one.figure is Figure.WORDS)
    assert words.last == pytest.approx(400 / 3, rel=0.4)
    assert words.habit == pytest.approx(400, rel=0.3)


def test_a_new_host_is_compared_with_nothing_until_it_has_a_habit():
    site = Site(1)
    assert site.publish(USUAL, 20) == []
    # Of these no page has become habit when the last ones are all of another kind.
    assert site.publish(NO_TEXT, 19) == []


def test_an_alarm_is_over_when_the_pages_are_as_before_and_said_once():
    site = settled_site(2)
    site.until_a_change(NO_TEXT, 20)
    assert site.publish(NO_TEXT, 30) == []
    pages, change = site.until_a_change(USUAL, 25)
    assert change.turn is Turn.OVER
    # Not at the first that are well: an alarm that comes and goes is of no use.
    assert pages > 10
    assert site.watch.drifting() == []
    assert site.publish(USUAL, 300) == []


def test_what_broke_once_and_breaks_again_is_said_again():
    site = settled_site(3)
    for _ in range(2):
        assert site.until_a_change(NO_TEXT, 20)[1].turn is Turn.BEGAN
        site.publish(NO_TEXT, 50)
        assert site.until_a_change(USUAL, 25)[1].turn is Turn.OVER
        site.publish(USUAL, 60)


@pytest.mark.parametrize("changed", [NO_TEXT, NO_HEADLINE, A_THIRD], ids=["no text", "no headline", "a third"])
def test_a_change_that_lasts_becomes_the_habit_and_that_is_said_once(changed: Kind):
    site = settled_site(4)
    _, began = site.until_a_change(changed, 45)
    pages, change = site.until_a_change(changed, 200)
    assert (pages, change.turn) == (LASTS, Turn.SETTLED)
    assert change.drift.since == began.drift.since
    assert site.watch.drifting() == []
    assert site.publish(changed, 400) == []
    # And from there it is a change to be as it was.
    assert site.until_a_change(USUAL, 45)[1].turn is Turn.BEGAN


def test_the_habit_is_not_learned_from_pages_of_an_alarm():
    site = settled_site(5)
    site.until_a_change(NO_TEXT, 20)
    site.publish(NO_TEXT, 80)
    assert site.watch.drifting()[0].differences[0].habit == pytest.approx(0.97, abs=0.03)


def habit_of(site: Site, figure: Figure) -> float:
    (drift,) = site.watch.drifting()
    return next(one.habit for one in drift.differences if one.figure is figure)


def test_of_the_new_habit_are_only_pages_from_after_the_change():
    site = settled_site(10)
    site.until_a_change(NO_TEXT, 20)
    assert site.until_a_change(NO_TEXT, 200)[1].turn is Turn.SETTLED
    site.until_a_change(USUAL, 20)
    assert habit_of(site, Figure.TEXT) == 0.0


def test_what_came_and_went_before_is_no_part_of_the_new_habit():
    site = settled_site(11)
    site.publish(NO_TEXT, 90)
    assert site.until_a_change(USUAL, 25)[1].turn is Turn.OVER
    site.publish(USUAL, 60)
    site.until_a_change(NO_HEADLINE, 20)
    assert site.until_a_change(NO_HEADLINE, 200)[1].turn is Turn.SETTLED
    site.until_a_change(NO_TEXT, 25)
    assert habit_of(site, Figure.TEXT) > 0.9


def test_a_host_learns_that_its_pages_of_a_kind_come_in_rows(monkeypatch: pytest.MonkeyPatch):
    with_author, without = replace(SAME, authors=1), replace(SAME, authors=0)

    def alarms() -> int:
        began = 0
        for seed in range(3):
            site, chance, kind = Site(seed), random.Random(seed), without
            for _ in range(1200):
                if chance.random() < 0.15:
                    kind = with_author if kind is without else without
                began += sum(change.turn is Turn.BEGAN for change in site.publish(kind, 1))
        return began

    learned = alarms()
    monkeypatch.setattr(Habit, "learn", lambda *_arguments: None)
    assert learned < alarms() / 2


def test_hosts_do_not_touch_each_other():
    watch = Watch()
    well, ill = Site(6, watch, "well.example"), Site(7, watch, "ill.example")
    for _ in range(HABIT):
        well.publish(USUAL, 1)
        ill.publish(USUAL, 1)
    said = [change for _ in range(30) for change in well.publish(USUAL, 1) + ill.publish(NO_TEXT, 1)]
    assert [(change.turn, change.drift.host) for change in said] == [(Turn.BEGAN, "ill.example")]


def test_the_strongest_evidence_comes_first():
    watch = Watch()
    for host, changed in {"third.example": A_THIRD, "none.example": NO_TEXT}.items():
        site = Site(8, watch, host)
        site.publish(USUAL, HABIT)
        site.publish(changed, 40)
    assert [drift.host for drift in watch.drifting()] == ["none.example", "third.example"]


def test_so_many_hosts_are_kept_and_the_one_unseen_for_longest_goes():
    watch = Watch(hosts=3)
    ill = Site(9, watch, "ill.example")
    ill.publish(USUAL, HABIT)
    ill.publish(NO_TEXT, 20)
    others = [Site(n, watch, f"{n}.example") for n in range(4)]
    assert others[0].publish(USUAL, 1) + others[1].publish(USUAL, 1) == []
    assert ill.publish(NO_TEXT, 1) + others[2].publish(USUAL, 1) + others[3].publish(USUAL, 1) == []
    (gone,) = others[0].publish(USUAL, 1)
    assert (gone.turn, gone.drift.host) == (Turn.FORGOTTEN, "ill.example")
    assert watch.drifting() == []
    # It begins anew.
    assert ill.publish(NO_TEXT, 30) == []


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_pages_are_like_and_turn_into_it_holds(seed: int):
    chance = random.Random(seed)
    site = Site(seed)
    turns: list[Turn] = []
    for _ in range(12):
        shares = [chance.choice((0.0, 0.03, 0.5, 1.0)) for _ in range(5)]
        text, whole, headline, authors, date = shares
        words, spread = chance.uniform(0, math.log(10**9)), chance.choice((0, 0.01, 1, 9))
        for change in site.publish(
            Kind(text, whole, words, spread, headline, authors, date), chance.randrange(10, 150)
        ):
            assert all(math.isfinite(one.nats) and one.last >= 0 and str(one) for one in change.drift.differences)
            assert change.drift.differences
            turns.append(change.turn)
    # An alarm begins when there is none, and ends once.
    assert set(turns[::2]) <= {Turn.BEGAN}
    assert Turn.BEGAN not in turns[1::2]
