"""How fast stages work and how long records wait, from where they stood at several times."""

from wiredesk.client.offsets import PartitionLag, StageLag
from wiredesk_desk.web.kept.pace import Paces

KEY = ("tagger", "articles.cleaned.v1")


def stage(committed: int, end: int) -> StageLag:
    partition = PartitionLag(partition=0, committed=committed, start=0, end=end)
    return StageLag(service=KEY[0], topic=KEY[1], group="g", state="Stable", partitions=(partition,), members=())


def test_a_record_waits_since_the_end_passed_it():
    paces = Paces()
    paces.note([stage(10, 10)], at=0)
    paces.note([stage(10, 15)], at=10)
    pace = paces.note([stage(10, 20)], at=30)[KEY]
    assert (pace.wait_seconds, pace.at_least) == (20, False)
    assert paces.note([stage(20, 20)], at=40)[KEY].wait_seconds == 0


def test_what_waited_before_anybody_looked_waits_at_least_since_then():
    paces = Paces()
    paces.note([stage(10, 15)], at=0)
    pace = paces.note([stage(10, 15)], at=60)[KEY]
    assert (pace.wait_seconds, pace.at_least) == (60, True)


def test_the_rate_is_of_the_last_half_minute():
    paces = Paces()
    assert paces.note([stage(0, 100)], at=0)[KEY].per_second is None
    paces.note([stage(1_000, 2_000)], at=100)
    paces.note([stage(1_100, 2_000)], at=110)
    assert paces.note([stage(1_200, 2_000)], at=120)[KEY].per_second == 10


def test_a_group_that_is_set_back_has_no_rate_below_nothing():
    paces = Paces()
    paces.note([stage(50, 100)], at=0)
    assert paces.note([stage(0, 100)], at=10)[KEY].per_second == 0
