"""The journey of an article: its submissions apart, the order of its records, and where it is now."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from wiredesk.client.offsets import Member, PartitionLag, StageLag
from wiredesk.client.records import Entry
from wiredesk.contracts import ids, wire
from wiredesk.contracts.events import (
    ArticleRejected,
    ArticleStored,
    ArticleSubmitted,
    ChangeKind,
    DeadLetterSettled,
    Rejection,
    ServiceName,
    Settlement,
    StoreStatus,
)
from wiredesk.contracts.topics import CLEANED, ENRICHED, FETCHED, REJECTED, RETRY_TOPICS, STORED, SUBMITTED, Topic
from wiredesk_desk.commands.journeys import identify
from wiredesk_desk.running import Problem
from wiredesk_desk.views.journey import Round, Whereabouts, detail, due, rounds, stage_of, steps, tries, whereabouts

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RETRY = RETRY_TOPICS[0]
LETTERS = FETCHED.dead_letter("cleaner")


def entry(topic: Topic, seconds: float, *, offset: int = 7, event: Any = None, **headers: Any) -> Entry:
    ours = (wire.CORRELATION, "ce_id")
    named = {name if name in ours else name.replace("_", "-"): str(value) for name, value in headers.items()}
    at = START + timedelta(seconds=seconds)
    return Entry(topic=topic, position=f"{topic.name}/3/{offset}", at=at, headers=named, event=event)


def waiting(seconds: float, attempt: int, due_at: float, **more: Any) -> Entry:
    milliseconds = int((START + timedelta(seconds=due_at)).timestamp() * 1000)
    return entry(
        RETRY,
        seconds,
        wiredesk_attempt=attempt,
        wiredesk_not_before=milliseconds,
        wiredesk_reason="http_503",
        **more,
    )


def letter(seconds: float, **more: Any) -> Entry:
    return entry(
        LETTERS, seconds, wiredesk_stage="cleaner", wiredesk_reason="cpu_timeout", wiredesk_error="10 s", **more
    )


def receipt() -> ArticleStored:
    return ArticleStored(
        event_id=uuid4(), article_id=uuid4(), enriched_event_id=uuid4(), status=StoreStatus.REVISED, revision=2
    )


def reading(topic: Topic, committed: int | None, *members: Member, service: str = "cleaner") -> StageLag:
    lag = PartitionLag(3, committed, start=0, end=20)
    return StageLag(service, topic.name, "group", "Stable", (lag,), members)


def one(*entries: Entry) -> Round:
    (found,) = rounds(entries)
    return found


def where(*entries: Entry, lag: tuple[StageLag, ...] = (), settled: Any = None, now: float = 60) -> Whereabouts:
    return whereabouts(one(*entries), lag, settled or {}, START + timedelta(seconds=now))


def settle(of: Entry, what: Settlement, reason: str = "") -> dict[tuple[str, str], DeadLetterSettled]:
    word = DeadLetterSettled(letter=of.position, origin=of.position, settlement=what, reason=reason, settled_at=of.at)
    return {(LETTERS.name, of.position): word}


def test_records_come_in_time_order_whatever_order_the_topics_were_read_in():
    found = steps(one(entry(STORED, 3), entry(SUBMITTED, 0), entry(CLEANED, 2.5), entry(FETCHED, 1)).entries)
    assert [step.stage for step in found] == ["submitted", "fetched", "cleaned", "stored"]
    assert [step.since and step.since.total_seconds() for step in found] == [None, 1.0, 1.5, 0.5]


def test_records_of_one_millisecond_come_in_the_order_of_the_pipeline():
    found = steps(
        one(entry(STORED, 0), entry(RETRY, 0), entry(CLEANED, 0), entry(FETCHED, 0), entry(SUBMITTED, 0)).entries
    )
    assert [step.stage for step in found] == ["submitted", "retry", "fetched", "cleaned", "stored"]


def test_two_submissions_of_an_article_are_shown_apart_however_they_cross():
    found = rounds(
        [
            entry(SUBMITTED, 0, correlation_id="a"),
            entry(SUBMITTED, 1, offset=8, correlation_id="b"),
            entry(STORED, 2, correlation_id="b"),
            entry(STORED, 3, offset=8, correlation_id="a"),
        ]
    )
    assert [(x.correlation_id, [e.at.second for e in x.entries], x.took.total_seconds()) for x in found] == [
        ("a", [0, 3], 3.0),
        ("b", [1, 2], 1.0),
    ]


def test_what_comes_of_a_submission_without_a_correlation_id_belongs_to_the_last_one_before_it():
    found = rounds(
        [
            entry(SUBMITTED, 0),
            entry(FETCHED, 1, correlation_id="made on the way"),
            entry(SUBMITTED, 10, offset=8),
            entry(FETCHED, 11, offset=8, correlation_id="made later"),
            entry(STORED, 12, correlation_id="made on the way"),
            entry(STORED, 13, offset=8, correlation_id="made later"),
        ]
    )
    assert [[e.at.second for e in x.entries] for x in found] == [[0, 1, 12], [10, 11, 13]]
    assert [x.correlation_id for x in found] == ["made on the way", "made later"]


def test_a_dead_letter_and_its_replay_belong_to_the_record_they_name_whatever_their_correlation_id():
    broken = SUBMITTED.dead_letter("fetcher")
    first, second = entry(SUBMITTED, 0, offset=9), entry(SUBMITTED, 0, offset=10)
    dead = entry(broken, 0.5, offset=1, correlation_id="made for 9", wiredesk_origin=first.position)
    other = entry(broken, 0.6, offset=2, correlation_id="made for 10", wiredesk_origin=second.position)
    back = entry(SUBMITTED, 5, offset=11, correlation_id="made for 9", wiredesk_replay_of=dead.position)
    again = entry(broken, 6, offset=3, correlation_id="made for 9", wiredesk_origin=back.position)
    found = rounds([second, back, other, again, first, dead])
    assert [[e.position.rpartition("/")[2] for e in x.entries] for x in found] == [["9", "1", "11", "3"], ["10", "2"]]
    assert [x.correlation_id for x in found] == ["made for 9", "made for 10"]


def test_records_whose_submission_is_gone_are_a_round_of_their_own():
    found = rounds([entry(ENRICHED, 0, correlation_id="old"), entry(SUBMITTED, 50, correlation_id="new")])
    assert [x.correlation_id for x in found] == ["old", "new"]


def test_dead_letters_and_delayed_records_are_told_from_the_topic_they_come_from():
    assert stage_of(entry(LETTERS, 0)) == "dead letter"
    assert stage_of(entry(RETRY, 0)) == "retry"


def test_what_a_retry_topic_writes_anew_while_it_waits_is_one_step_of_one_try():
    again = [waiting(1 + 5 * n, 1, 60, offset=n) for n in range(12)]
    found = steps(one(entry(SUBMITTED, 0), *again, waiting(62, 2, 660, offset=40)).entries)
    assert [(step.stage, step.tries, step.times) for step in found] == [
        ("submitted", 1, 1),
        ("retry", 1, 12),
        ("retry", 2, 1),
    ]
    assert found[1].position.endswith("/11")
    assert "try 3 due 2026-11-20 12:11:00 UTC" in found[2].detail


@pytest.mark.parametrize(("value", "made"), [("", 1), ("3", 4), ("-5", 1), ("²", 1), ("9" * 40, 1)])
def test_a_dead_letter_says_after_how_many_tries_and_a_forged_count_is_none(value: str, made: int):
    assert tries(letter(0, wiredesk_attempt=value)) == made


def test_an_event_that_was_delivered_twice_says_so():
    found = steps(one(entry(CLEANED, 0, ce_id="x"), entry(CLEANED, 1, offset=8, ce_id="x")).entries)
    assert ["delivered again" in step.detail for step in found] == [False, True]


@pytest.mark.parametrize("value", ["", "soon", "-5", "²", "9" * 40])
def test_a_forged_due_time_is_taken_as_due(value: str):
    record = entry(RETRY, 0, wiredesk_not_before=value)
    assert due(record) == record.at


def test_a_stored_article_is_where_it_belongs():
    found = where(entry(SUBMITTED, 0), entry(STORED, 1, event=receipt()))
    assert found == Whereabouts("stored", "It is stored (revised, revision 2).")


def test_a_revision_says_what_it_changed():
    event = receipt().model_copy(update={"changes": (ChangeKind.NUMBERS, ChangeKind("moved"))})
    assert detail(entry(STORED, 1, event=event)) == "revised, revision 2: other numbers, moved"
    assert detail(entry(STORED, 1, event=receipt())) == "revised, revision 2"


def test_a_rejected_article_says_who_refused_it_and_why():
    event = ArticleRejected(
        event_id=uuid4(), article_id=uuid4(), stage=ServiceName.FETCHER, reason=Rejection.GONE, detail="answered 410"
    )
    found = where(entry(REJECTED, 1, event=event))
    assert found.code == "rejected"
    assert "fetcher: gone, answered 410" in found.sentence


def test_a_dead_letter_names_the_next_command():
    found = where(letter(1, wiredesk_attempt=0))
    assert found.code == "dead_letter"
    assert "cleaner: cpu_timeout, 10 s" in found.sentence
    assert "wiredesk dlq show articles.fetched.v1.cleaner.dlq/3/7" in found.sentence


def test_a_discarded_dead_letter_says_why():
    dead = letter(1)
    found = where(dead, settled=settle(dead, Settlement.DISCARDED, "the site closed"))
    assert (found.code, found.sentence.endswith("Discarded: the site closed")) == ("discarded", True)


def test_a_dead_letter_that_was_replayed_is_no_end():
    dead = letter(1)
    back = entry(FETCHED, 5, offset=9, wiredesk_replay_of=dead.position)
    lag = (reading(FETCHED, 9, Member("w", "h", (3,))),)
    assert where(entry(FETCHED, 0), dead, back, lag=lag).code == "waiting"
    assert where(entry(FETCHED, 0), dead, back, letter(9, offset=8), lag=lag).sentence.endswith(".dlq/3/8")
    assert where(entry(FETCHED, 0), dead, back, entry(STORED, 9, event=receipt()), lag=lag).code == "stored"
    (_, _, step) = steps(one(entry(FETCHED, 0), dead, back).entries)
    assert step.detail == f"replay of {dead.position}"


def test_a_stored_article_with_a_dead_letter_beside_it_is_stored_and_says_so():
    dead = letter(2)
    records = (entry(FETCHED, 0), entry(STORED, 1, event=receipt()), dead)
    assert "A dead letter of it is open as well: wiredesk dlq show" in where(*records).sentence
    settled = settle(dead, Settlement.DISCARDED, "it passed")
    assert where(*records, settled=settled) == Whereabouts("stored", "It is stored (revised, revision 2).")


def test_a_waiting_article_says_for_whom_and_behind_how_many():
    found = where(entry(FETCHED, 0, offset=12), lag=(reading(FETCHED, 5, Member("a-1", "h", (3,))),))
    assert found == Whereabouts("waiting", "It waits for the cleaner (worker a-1); records before it: 7.")


def test_the_first_record_past_the_committed_offset_is_in_hand_or_next():
    found = where(entry(FETCHED, 0, offset=12), lag=(reading(FETCHED, 12, Member("a-1", "h", (3,))),))
    assert found.sentence == "The cleaner has it in hand, or takes it next (worker a-1)."


def test_an_article_without_a_worker_says_how_to_start_one():
    found = where(entry(FETCHED, 0, offset=0), lag=(reading(FETCHED, None),))
    assert "none is running: `wiredesk up`" in found.sentence


def test_a_group_whose_members_do_not_own_the_partition_yet_says_its_state():
    found = where(entry(FETCHED, 0, offset=0), lag=(reading(FETCHED, None, Member("a", "h", (1,))),))
    assert "no worker has partition 3" in found.sentence


def test_an_article_that_was_passed_without_an_outcome_is_missing_not_waiting():
    found = where(entry(FETCHED, 0, offset=12), lag=(reading(FETCHED, 13),))
    assert found.code == "missing"
    assert "The cleaner has passed articles.fetched.v1/3/12" in found.sentence


def test_an_outcome_that_came_after_the_offsets_were_read_counts():
    lag = (reading(FETCHED, 7), reading(CLEANED, 7, service="tagger"))
    found = where(entry(FETCHED, 0), entry(CLEANED, 1), entry(STORED, 2, event=receipt()), lag=lag)
    assert found.code == "stored"


def test_a_second_submission_under_the_same_id_waits_though_the_first_is_stored():
    lag = (reading(SUBMITTED, 8, service="fetcher"),)
    first = entry(SUBMITTED, 0, correlation_id="a"), entry(STORED, 1, correlation_id="a", event=receipt())
    again = entry(SUBMITTED, 30, offset=8, correlation_id="a")
    assert where(*first, again, lag=lag).code == "waiting"


def test_a_delayed_article_says_until_when_and_why():
    event = ArticleSubmitted(url="https://a.example")
    lag = (reading(RETRY, 0, Member("f-1", "h", (3,)), service="fetcher"),)
    found = where(waiting(0, 1, 600, event=event), lag=lag)
    assert found.code == "retry"
    assert found.sentence == (
        "It waits on the retry topic of the fetcher until 2026-11-20 12:10:00 UTC (http_503; worker f-1)."
    )
    assert "is due since 2026-11-20 12:10:00 UTC" in where(waiting(0, 1, 600), lag=lag, now=700).sentence


@pytest.mark.parametrize("wanted", ["6F1D3F0A-3A7E-5D0C-9A55-6D0F7C2B9F10", "6f1d3f0a3a7e5d0c9a556d0f7c2b9f10"])
def test_an_id_is_found_however_it_is_written(wanted: str):
    assert identify(wanted) == "6f1d3f0a-3a7e-5d0c-9a55-6d0f7c2b9f10"


def test_a_url_stands_for_its_article_and_a_word_for_a_correlation_id():
    assert identify("https://a.example/x?utm_source=y") == str(ids.article_id("https://a.example/x"))
    assert identify("nightly-42") == "nightly-42"


@pytest.mark.parametrize("wanted", ["", "two words", "example.org/story"])
def test_what_can_be_neither_is_refused(wanted: str):
    with pytest.raises(Problem, match="neither an id nor a URL"):
        identify(wanted)
