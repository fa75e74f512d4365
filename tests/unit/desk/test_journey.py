"""The journey of an article: the order of its records, and where it is now."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.desk.journey import due, stage_of, steps, whereabouts
from shared import wire
from shared.admin import Member, PartitionLag, StageLag
from shared.client import Entry
from shared.events import ArticleRejected, ArticleStored, ArticleSubmitted, Rejection, Stage, StoreStatus
from shared.topics import CLEANED, DELAY_LANES, FETCHED, REJECTED, STORED, SUBMITTED, Topic

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def entry(topic: Topic, seconds: float, *, offset: int = 7, event: Any = None, **headers: Any) -> Entry:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    at = START + timedelta(seconds=seconds)
    return Entry(topic=topic, position=f"{topic.name}/3/{offset}", at=at, headers=named, event=event)


def receipt() -> ArticleStored:
    return ArticleStored(
        event_id=uuid4(), article_id=uuid4(), enriched_event_id=uuid4(), status=StoreStatus.REVISED, revision=2
    )


def reading(topic: Topic, committed: int | None, *members: Member) -> StageLag:
    lag = PartitionLag(3, committed, start=0, end=20)
    return StageLag("cleaner", topic.name, "group", "Stable", (lag,), members)


def test_records_come_in_time_order_whatever_order_the_topics_were_read_in():
    found = steps([entry(STORED, 3), entry(SUBMITTED, 0), entry(CLEANED, 2.5), entry(FETCHED, 1)])
    assert [step.stage for step in found] == ["submitted", "fetched", "cleaned", "stored"]
    assert [step.since and step.since.total_seconds() for step in found] == [None, 1.0, 1.5, 0.5]


def test_records_of_one_millisecond_come_in_the_order_of_the_pipeline():
    found = steps([entry(STORED, 0), entry(CLEANED, 0), entry(FETCHED, 0), entry(SUBMITTED, 0)])
    assert [step.stage for step in found] == ["submitted", "fetched", "cleaned", "stored"]


def test_a_second_submission_is_a_second_round_of_the_journey():
    found = steps([entry(SUBMITTED, 9, offset=8), entry(STORED, 10), entry(SUBMITTED, 0), entry(STORED, 1)])
    assert [step.stage for step in found] == ["submitted", "stored", "submitted", "stored"]


def test_dead_letters_and_delayed_records_are_told_from_the_topic_they_come_from():
    assert stage_of(entry(FETCHED.dead_letter("cleaner"), 0)) == "dead letter"
    assert stage_of(entry(DELAY_LANES[0], 0)) == "delayed"


@pytest.mark.parametrize("value", ["", "soon", "-5", "²", "9" * 40])
def test_a_forged_due_time_is_taken_as_due(value: str):
    headers: dict[str, Any] = {wire.NOT_BEFORE: value}
    record = entry(DELAY_LANES[0], 0, **headers)
    assert due(record) == record.at


def test_a_stored_article_is_where_it_belongs():
    found = steps([entry(SUBMITTED, 0), entry(STORED, 1, event=receipt())])
    assert whereabouts(found, [], START) == "It is stored (revised, revision 2)."


def test_a_rejected_article_says_who_refused_it_and_why():
    event = ArticleRejected(
        event_id=uuid4(), article_id=uuid4(), stage=Stage.FETCHER, reason=Rejection.GONE, detail="answered 410"
    )
    assert "fetcher: gone, answered 410" in whereabouts(steps([entry(REJECTED, 1, event=event)]), [], START)


def test_a_dead_letter_names_the_next_command():
    letter = entry(
        FETCHED.dead_letter("cleaner"),
        1,
        wiredesk_stage="cleaner",
        wiredesk_reason="cpu_timeout",
        wiredesk_error="10 s",
    )
    sentence = whereabouts(steps([letter]), [], START)
    assert "cleaner: cpu_timeout" in sentence
    assert "wiredesk dlq show articles.fetched.v1.cleaner.dlq/3/7" in sentence


def test_a_waiting_article_says_for_whom_and_behind_how_many():
    found = steps([entry(FETCHED, 0, offset=12)])
    sentence = whereabouts(found, [reading(FETCHED, 5, Member("a", "h", (3,)))], START)
    assert sentence == "It waits for the cleaner (1 at work), 7 records before it."


def test_an_article_without_a_worker_says_how_to_start_one():
    found = steps([entry(FETCHED, 0, offset=0)])
    assert "none is running: `wiredesk up`" in whereabouts(found, [reading(FETCHED, None)], START)


def test_an_article_that_was_read_but_has_no_outcome_is_not_called_waiting():
    found = steps([entry(FETCHED, 0, offset=12)])
    sentence = whereabouts(found, [reading(FETCHED, 13)], START + timedelta(seconds=4))
    assert sentence.startswith("The cleaner has read it, and nothing came of it within 4 s")


def test_a_delayed_article_says_until_when():
    at = int((START + timedelta(minutes=10)).timestamp() * 1000)
    headers: dict[str, Any] = {wire.NOT_BEFORE: str(at), wire.REASON: "http_503"}
    found = steps([entry(DELAY_LANES[0], 0, event=ArticleSubmitted(url="https://a.example"), **headers)])
    sentence = whereabouts(found, [reading(DELAY_LANES[0], 0)], START)
    assert "http_503, due 2026-11-20 12:10:00 UTC" in sentence
