"""When a host may be asked next: what holds for any number of callers, and how a host in trouble is left alone."""

import heapq
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wiredesk_fetcher.politeness.clock import (
    FIRST_DOWN,
    FIRST_PENALTY,
    LONGEST_DOWN,
    LONGEST_PENALTY,
    NAP,
    Answered,
    Granted,
    Host,
    Later,
    claim,
    give_back,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DELAY, LEASE = 5 * SECOND, 45 * SECOND

milliseconds = st.integers(0, 20_000).map(lambda count: timedelta(milliseconds=count))


@dataclass
class Line:
    """A host and those who ask it; `turns` holds the numbers and times granted, `ends` when each may be followed."""

    delay: timedelta = DELAY
    lease: timedelta = LEASE
    host: Host = field(default_factory=Host)
    turns: list[tuple[int, datetime]] = field(default_factory=list)

    def ask(self, now: datetime, *, has_waited: bool = False) -> Granted | Later:
        self.host, answer = claim(self.host, now, self.delay, self.lease, has_waited=has_waited)
        if isinstance(answer, Granted):
            self.turns.append((answer.turn, now))
        return answer

    def end(
        self, now: datetime, answered: Answered = Answered.WELL, retry_after: timedelta | None = None, turn: int = 0
    ) -> None:
        self.host = give_back(
            self.host, turn or self.host.turn, now, answered, delay=timedelta(), retry_after=retry_after
        )


def told(answer: Granted | Later) -> datetime:
    assert isinstance(answer, Later)
    return answer.at


def after(*answers: Answered, retry_after: timedelta | None = None) -> Host:
    """Return a host after requests that ended so, each a moment after it began and as soon as it was admitted."""
    line, now = Line(delay=SECOND), NOW
    for answered in answers:
        now = max(now, line.host.next_request)
        assert isinstance(line.ask(now, has_waited=True), Granted)
        line.end(now, answered, retry_after)
    return line.host


def pause(host: Host, answered: Answered, retry_after: timedelta | None = None) -> timedelta:
    """Return how long `host` is left alone after one more request that ends so."""
    line = Line(delay=SECOND, host=host)
    now = max(NOW, host.next_request)
    line.ask(now, has_waited=True)
    line.end(now, answered, retry_after)
    return line.host.next_request - now


# ---- any number of callers ----


@settings(deadline=None)
@given(st.data())
def test_two_turns_are_never_closer_than_the_delay_nor_out_at_once(data):
    line = Line(delay=data.draw(milliseconds, "delay"), lease=data.draw(milliseconds, "lease") + SECOND)
    now = NOW
    out: set[int] = set()
    ended: set[int] = set()
    for _ in range(data.draw(st.integers(1, 40), "steps")):
        now += data.draw(milliseconds, "later")
        if out and data.draw(st.booleans(), "gives back"):
            turn = data.draw(st.sampled_from(sorted(out)), "turn")
            before = line.host
            line.end(now, data.draw(st.sampled_from(Answered)), data.draw(st.none() | milliseconds), turn)
            out.remove(turn)
            if turn == before.turn:
                ended.add(turn)
            else:
                assert line.host == before
            continue
        last = line.turns[-1:]
        answer = line.ask(now, has_waited=data.draw(st.booleans(), "has waited"))
        if isinstance(answer, Later):
            assert answer.at > now
            continue
        out.add(answer.turn)
        for turn, at in last:
            assert answer.turn > turn
            assert now - at >= line.delay
            assert turn in ended or now - at >= line.lease


@settings(deadline=None)
@given(st.lists(milliseconds, min_size=1, max_size=12), st.lists(milliseconds, min_size=1, max_size=12))
def test_all_who_come_when_they_are_told_get_a_turn(arrivals, takes):
    """However they arrive: a delay for each of them, and one request's time where that is longer, is enough."""
    line = Line()
    takes = [min(one, line.lease) for one in takes]
    coming = [(NOW + at, number, False) for number, at in enumerate(arrivals)]
    heapq.heapify(coming)
    ending: list[tuple[datetime, int]] = []
    while coming:
        now, number, has_waited = heapq.heappop(coming)
        while ending and ending[0][0] <= now:
            at, turn = heapq.heappop(ending)
            line.end(at, turn=turn)
        answer = line.ask(now, has_waited=has_waited)
        if isinstance(answer, Granted):
            heapq.heappush(ending, (now + takes[number % len(takes)], answer.turn))
        else:
            heapq.heappush(coming, (answer.at, number, True))
    assert len(line.turns) == len(arrivals)
    longest = max(line.delay, max(takes) + SECOND)
    assert line.turns[-1][1] - (NOW + max(arrivals)) <= 2 * len(arrivals) * longest


# ---- the queue ----


def test_a_host_never_asked_is_asked_at_once():
    assert claim(Host(), NOW, DELAY, LEASE, has_waited=False)[1] == Granted(1)


def test_those_who_come_new_are_told_times_one_delay_apart():
    line = Line()
    line.ask(NOW)
    line.end(NOW + SECOND)
    assert [told(line.ask(NOW + 2 * SECOND)) for _ in range(3)] == [NOW + n * DELAY for n in (1, 2, 3)]


@pytest.mark.parametrize("late", [timedelta(), SECOND, 4 * SECOND], ids=["on time", "a little late", "late"])
def test_a_new_one_goes_behind_the_queue_and_who_has_waited_keeps_its_place(late):
    line = Line()
    line.ask(NOW)
    line.end(NOW + SECOND)
    first, second = told(line.ask(NOW + 2 * SECOND)), told(line.ask(NOW + 2 * SECOND))
    # It comes just when the host is free, before the one that was told that time.
    assert told(line.ask(first)) == second + DELAY
    assert isinstance(line.ask(first + late, has_waited=True), Granted)


def test_who_has_waited_and_comes_too_early_is_told_when_and_moves_nobody():
    line = Line()
    line.ask(NOW)
    line.end(NOW + SECOND)
    first = told(line.ask(NOW + 2 * SECOND))
    before = line.host
    assert told(line.ask(first - SECOND, has_waited=True)) == first
    assert line.host == before


def test_for_a_moment_nobody_is_put_into_a_queue():
    line = Line()
    line.ask(NOW)
    line.end(NOW + SECOND)
    before = line.host
    assert told(line.ask(NOW + DELAY - NAP)) == NOW + DELAY
    assert line.host == before


def test_a_queue_whose_callers_never_come_is_over_when_its_time_is():
    line = Line()
    line.ask(NOW)
    line.end(NOW + SECOND)
    last = [told(line.ask(NOW + 2 * SECOND)) for _ in range(4)][-1]
    assert isinstance(line.ask(last), Later)
    assert isinstance(line.ask(last + 2 * DELAY), Granted)


# ---- a turn that is out ----


def test_while_a_request_is_under_way_nobody_else_asks_though_the_delay_is_over():
    line = Line()
    line.ask(NOW)
    assert NOW + 2 * DELAY < told(line.ask(NOW + 2 * DELAY, has_waited=True)) <= NOW + 2 * DELAY + NAP
    line.end(NOW + 2 * DELAY + SECOND)
    assert isinstance(line.ask(NOW + 2 * DELAY + SECOND, has_waited=True), Granted)


def test_a_turn_that_never_comes_back_ends_with_its_lease_and_late_it_changes_nothing():
    line = Line()
    lost = line.ask(NOW)
    assert isinstance(lost, Granted)
    assert isinstance(line.ask(NOW + LEASE - SECOND, has_waited=True), Later)
    assert line.ask(NOW + LEASE, has_waited=True) == Granted(lost.turn + 1)
    before = line.host
    for answered in Answered:
        line.end(NOW + LEASE + SECOND, answered, timedelta(hours=1), turn=lost.turn)
        assert line.host == before


# ---- a host in trouble ----


def test_what_a_busy_host_is_spared_doubles_and_decays():
    busy, well = Answered.BUSY, Answered.WELL
    assert [pause(after(*[busy] * count), busy) for count in range(4)] == [FIRST_PENALTY * 2**n for n in range(4)]
    assert pause(after(*[busy] * 30), busy) == LONGEST_PENALTY
    # Each good answer takes one step back.
    assert pause(after(busy, busy, busy, well), busy) == FIRST_PENALTY * 4
    assert pause(after(busy, busy, busy, *[well] * 5), busy) == FIRST_PENALTY


def test_a_host_that_is_down_is_remembered_ever_longer_until_it_answers():
    down = Answered.DOWN
    assert [pause(after(*[down] * count), down) for count in range(4)] == [FIRST_DOWN * 2**n for n in range(4)]
    assert pause(after(*[down] * 30), down) == LONGEST_DOWN
    assert pause(after(*[down] * 5, Answered.WELL), down) == FIRST_DOWN
    assert pause(after(*[down] * 5, Answered.BUSY), down) == FIRST_DOWN


def test_a_host_that_answers_well_is_left_alone_for_the_delay_alone():
    assert pause(Host(), Answered.WELL) == SECOND


@pytest.mark.parametrize("answered", Answered)
def test_a_retry_after_is_honoured_whatever_the_answer(answered):
    wish = timedelta(hours=3)
    host = after(answered, retry_after=wish)
    assert host.next_request == NOW + wish
    assert claim(host, NOW + wish - SECOND, DELAY, LEASE, has_waited=True)[1] == Later(NOW + wish)
    assert isinstance(claim(host, NOW + wish, DELAY, LEASE, has_waited=True)[1], Granted)


def test_a_retry_after_shorter_than_what_a_busy_host_is_spared_does_not_shorten_it():
    assert pause(after(Answered.BUSY), Answered.BUSY, retry_after=SECOND) == 2 * FIRST_PENALTY
    assert pause(Host(), Answered.WELL, retry_after=SECOND / 2) == SECOND


def test_those_who_were_told_a_time_wait_as_well_when_the_host_becomes_busy():
    line = Line()
    line.ask(NOW)
    promised = told(line.ask(NOW + SECOND))
    line.end(NOW + 2 * SECOND, Answered.BUSY)
    free = NOW + 2 * SECOND + FIRST_PENALTY
    assert told(line.ask(promised, has_waited=True)) == free
    assert isinstance(line.ask(free, has_waited=True), Granted)
