"""What is told of a decision, whether a worker may still be writing, and what an erased article leaves. Pure."""

import shlex
from datetime import UTC, datetime
from uuid import UUID

import pytest

from wiredesk.client.admin import Drift
from wiredesk.client.offsets import Member, PartitionLag, StageLag
from wiredesk.contracts.topics import ENRICHED, FETCHED, STORED, Lane
from wiredesk.contracts.withdrawals import Withdrawal
from wiredesk_desk.withdrawing.announcing import event_of, in_hand
from wiredesk_desk.withdrawing.commands import command
from wiredesk_desk.withdrawing.left import on_topics
from wiredesk_storage.withdrawals.decisions import Decision

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def decision(kind: Withdrawal, reason: str = "it's false") -> Decision:
    return Decision(UUID(int=7), kind, reason, "https://news.example/a", AT, ("",), None)


def stage(committed: int | None, *, owned: bool = True, service: str = "storage") -> StageLag:
    members = (Member("storage-1", "host", (3,)),) if owned else ()
    return StageLag(service, ENRICHED.name, "g", "Stable", (PartitionLag(3, committed, 0, 90),), members)


def test_an_event_of_the_same_decision_is_the_same_and_of_another_is_not():
    withdrawn, erased = decision(Withdrawal.WITHDRAWN), decision(Withdrawal.ERASED)
    assert event_of(withdrawn, "Ferry sinks") == event_of(withdrawn, "Ferry sinks")
    assert event_of(withdrawn, "Ferry sinks").headline == "Ferry sinks"
    assert event_of(withdrawn, "").headline is None
    assert event_of(erased, "Ferry sinks").event_id != event_of(withdrawn, "Ferry sinks").event_id


def test_of_an_erased_article_no_word_is_told():
    assert "Ferry" not in event_of(decision(Withdrawal.ERASED), "Ferry sinks").model_dump_json()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (stage(7), True),
        (stage(8), False),
        (stage(None), True),
        (stage(7, owned=False), False),
        (stage(7, service="tagger"), False),
    ],
    ids=["at it", "through", "began", "nobody works", "another stage"],
)
def test_a_worker_may_be_writing_until_it_has_committed_what_made_the_article(found: StageLag, *, expected: bool):
    assert in_hand([found], {(ENRICHED.name, 3): 7}) is expected
    assert not in_hand([found], {(ENRICHED.name, 2): 7}), "another partition"
    assert not in_hand([found], {})


@pytest.mark.parametrize("kind", Withdrawal, ids=str)
def test_the_command_that_finishes_a_decision_can_be_typed_as_it_stands(kind: Withdrawal):
    program, verb, article, *reason = shlex.split(command(decision(kind)))
    assert (program, article) == ("wiredesk", str(UUID(int=7)))
    assert (verb, reason) == {
        Withdrawal.WITHDRAWN: ("withdraw", ["--reason", "it's false"]),
        Withdrawal.ERASED: ("erase", ["--reason", "it's false"]),
        Withdrawal.REINSTATED: ("reinstate", []),
    }[kind]


def test_what_is_left_on_topics_goes_by_the_retention_that_they_have():
    lane = Lane("backfill")
    drifts = [
        Drift(lane.topic(ENRICHED), "retention.ms", "2592000000", "86400000"),
        Drift(lane.topic(FETCHED), "topic", "exists", "missing"),
        Drift(lane.topic(STORED), "retention.ms", "604800000", "-1"),
    ]
    left = {one.where: one for one in on_topics(lane, drifts, AT)}
    assert left[lane.topic(ENRICHED)].days == 1
    assert left[lane.topic(ENRICHED)].until == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert lane.topic(FETCHED) not in left
    assert left[lane.topic(STORED)].days is None
    assert "for ever" in left[lane.topic(STORED)].how_long
    assert left[f"{lane.topic(FETCHED)}.cleaner.dlq"].days == 30
    assert left["backfill.articles.current.v1"].until is None
    assert not any("rejected" in where for where in left)
