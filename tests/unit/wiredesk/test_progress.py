"""What may be committed while records finish in any order."""

from hypothesis import given
from hypothesis import strategies as st

from wiredesk.engine.in_hand.progress import Progress


def _taken(*offsets):
    progress = Progress()
    for offset in offsets:
        progress.take(offset, 1000 * offset)
    return progress


def test_nothing_is_known_before_the_first_record():
    progress = Progress()
    assert (progress.next, progress.committable, progress.uncommitted, progress.ahead, progress.oldest) == (
        *(None, None, None),
        *(0, None),
    )


def test_the_oldest_that_is_not_done_is_what_may_be_committed():
    progress = _taken(4, 5, 6)
    progress.done(6)
    progress.done(5)
    assert (progress.committable, progress.ahead, progress.oldest) == (4, 3, 4000)
    assert progress.unfinished == 1
    progress.done(4)
    assert (progress.committable, progress.ahead, progress.oldest) == (7, 0, None)


def test_holes_between_offsets_hold_nothing_up():
    progress = _taken(4, 9)
    progress.done(4)
    assert progress.committable == 9
    progress.done(9)
    progress.skip(15)
    assert (progress.committable, progress.next) == (15, 15)


def test_what_was_committed_is_not_committed_again():
    progress = _taken(0)
    progress.done(0)
    assert progress.uncommitted == 1
    progress.committed = 1
    assert progress.uncommitted is None


@given(st.lists(st.integers(1, 4), min_size=1, max_size=30), st.randoms())
def test_in_whatever_order_they_finish_it_never_passes_one_that_is_not_done_and_ends_behind_the_last(steps, rng):
    offsets = [sum(steps[: index + 1]) for index in range(len(steps))]
    progress = _taken(*offsets)
    left, before = set(offsets), 0
    for offset in rng.sample(offsets, len(offsets)):
        progress.done(offset)
        left.discard(offset)
        committable = progress.committable
        assert committable is not None
        assert committable == min(left, default=offsets[-1] + 1)
        assert committable >= before
        before = committable
    assert progress.ahead == 0


def test_only_what_lies_behind_all_that_is_known_may_be_skipped_to_and_only_when_nothing_is_in_hand():
    progress = Progress()
    assert progress.may_skip(0)
    progress.skip(5)
    assert [progress.may_skip(offset) for offset in (4, 5, 6)] == [False, False, True]
    progress.take(6, 0)
    assert not progress.may_skip(9)
    progress.done(6)
    assert progress.may_skip(9)


def test_of_an_assignment_that_has_ended_nothing_is_skipped():
    for progress in (Progress(), _taken()):
        progress.is_gone = True
        assert not progress.may_skip(9)
