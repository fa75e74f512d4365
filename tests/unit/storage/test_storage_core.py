"""From an event to its row, and from a receipt to its event; no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from tests.factories import NOON, enriched
from wiredesk.contracts.events import ArticleEnriched, ArticleStored, StoreStatus
from wiredesk.engine.outcomes import Received
from wiredesk_storage import core, receipts
from wiredesk_storage.core import Origin, Row
from wiredesk_storage.receipts import stored_event


def received(**fields: Any) -> Received[Any]:
    event = enriched().model_copy(update=fields)
    return Received(event, at=NOON, topic="articles.enriched.v1", partition=3, offset=7)


def test_a_row_has_the_identity_and_origin_of_its_record():
    record = received()
    made = core.row(record)
    assert (made.article_id, made.event_id) == (record.event.article_id, record.event.event_id)
    assert made.origin == Origin("articles.enriched.v1", 3, 7, NOON)
    assert ArticleEnriched.model_validate_json(made.document) == record.event
    assert (made.content_hash, made.url, made.headline) == (
        *(record.event.content_hash, record.event.url, record.event.headline),
    )
    assert made.said == core.said_by(made.document)
    assert record.event.text not in repr(made)


def test_the_version_is_the_time_in_microseconds_in_any_zone():
    at = datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC)
    assert core.row(received(fetched_at=at)).version == 1_000_005
    assert isinstance(core.row(received(fetched_at=at)).version, int)
    elsewhere = at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert core.row(received(fetched_at=elsewhere)).version == 1_000_005
    assert core.row(received(fetched_at=at.replace(tzinfo=None))).version == 1_000_005


@pytest.mark.parametrize(
    ("language", "config"), [("en", "english"), ("DE", "german"), ("zh", "simple"), ("", "simple"), (None, "simple")]
)
def test_a_language_without_a_configuration_is_searched_word_for_word(language, config):
    assert core.row(received(in_language=language)).search_config == config


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"event_id": UUID(int=1)}, True),
        ({"schema_version": "1.1"}, True),
        ({"fetched_at": NOON + timedelta(hours=1)}, True),
        ({"credits": ("Photo: Ana Reyes",)}, False),
        ({"authors": ("Ada Marsh",)}, False),
        ({"tagger_version": "2"}, False),
        ({"source": "desk"}, False),
    ],
)
def test_to_say_the_same_is_to_be_equal_in_all_but_when(change, same):
    event = enriched()
    first, second = (core.row(Received(e, NOON, "t", 0, 0)) for e in (event, event.model_copy(update=change)))
    assert (first.said == second.said) is same


def test_a_receipt_is_the_same_event_for_the_same_record_and_another_for_another():
    record = received()
    one, other = core.row(record), core.row(replace(record, offset=8))
    unchanged = core.Receipt(StoreStatus.UNCHANGED, 2)
    assert stored_event(one, unchanged) == stored_event(core.row(record), unchanged)
    assert stored_event(one, unchanged).event_id != stored_event(other, unchanged).event_id
    revised = core.Receipt(StoreStatus.REVISED, 2)
    assert stored_event(one, unchanged).event_id != stored_event(one, revised).event_id


def test_a_receipt_says_which_event_it_is_for():
    made = core.row(received())
    event = stored_event(made, core.Receipt(StoreStatus.REVISED, 2, UUID(int=5)))
    assert event == ArticleStored(
        event_id=event.event_id,
        article_id=made.article_id,
        enriched_event_id=made.event_id,
        status=StoreStatus.REVISED,
        revision=2,
        duplicate_of=UUID(int=5),
        url=made.url,
        headline="Harbour closes",
    )


def test_what_an_event_leaves_open_is_not_part_of_what_it_says():
    """So that an optional field of a later schema makes no revision of what does not have it."""
    made = core.row(received(source=None, url=None))
    assert "null" not in made.document
    assert ArticleEnriched.model_validate_json(made.document).source is None


def test_the_id_of_a_receipt_is_the_same_in_every_release_until_the_store_says_otherwise(monkeypatch):
    made = Row(
        article_id=UUID(int=1),
        event_id=UUID(int=2),
        version=3,
        said="said",
        content_hash="hash",
        search_config="english",
        origin=Origin("articles.enriched.v1", 3, 7, NOON),
        url="https://news.example/1",
        headline="Harbour closes",
        document="{}",
    )
    receipt = core.Receipt(StoreStatus.REVISED, 2)
    assert stored_event(made, receipt).event_id == UUID("2dcdbfe3-29cc-5fc4-83d3-874230d1bd65")
    monkeypatch.setattr(receipts, "STORE_VERSION", "next")
    assert stored_event(made, receipt).event_id != UUID("2dcdbfe3-29cc-5fc4-83d3-874230d1bd65")
