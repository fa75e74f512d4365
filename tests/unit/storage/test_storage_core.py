"""Which revision wins, and which receipt each record gets; no database."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON, enriched
from wiredesk.contracts import ids
from wiredesk.contracts.events import ArticleStored, StoreStatus
from wiredesk.engine.outcomes import Received
from wiredesk_storage import core
from wiredesk_storage.core import Article, Origin, Row, Stored


def row(article=0, event=0, version=0, offset=0, content_hash=None) -> Row:
    return Row(
        article_id=UUID(int=article),
        event_id=UUID(int=event),
        version=version,
        content_hash=content_hash or f"hash {article} {event}",
        search_config="english",
        origin=Origin("articles.enriched.v1", 0, offset, NOON),
        url=None,
        headline="Headline",
        event="{}",
    )


class Memory:
    """What PostgreSQL would hold, kept by the plans alone."""

    def __init__(self) -> None:
        self.current: dict[UUID, Row] = {}
        self.kept: list[tuple[Row, core.Receipt]] = []
        self.first: dict[str, UUID] = {}

    def save(self, rows):
        for one in rows:
            self.first.setdefault(one.content_hash, one.article_id)
        plan = core.plan(rows, self._articles(), self.first)
        self.kept += plan.revisions
        for one, _ in plan.current:
            held = self.current.get(one.article_id)
            assert held is None or held.newness < one.newness
            self.current[one.article_id] = one
        keys = [(kept.article_id, kept.event_id, kept.version) for kept, _ in self.kept]
        assert len(keys) == len(set(keys)), "the primary key of revisions"
        return list(plan.receipts)

    def _articles(self):
        articles = {key: Article(held.newness) for key, held in self.current.items()}
        for kept, receipt in self.kept:
            article = articles[kept.article_id]
            article.revisions += 1
            stored = Stored(kept.version, receipt.status, receipt.revision, kept.origin)
            article.by_event.setdefault(kept.event_id, []).append(stored)
        return articles


# An event id stands for a content: few of each, so that histories cross.
RECORDS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 4)).map(
        lambda t: row(t[0], 10 * t[0] + t[1], t[2], content_hash=f"content {t[1]}")
    ),
    max_size=12,
).map(lambda rows: [replace(one, origin=replace(one.origin, offset=n)) for n, one in enumerate(rows)])


@given(RECORDS, st.data())
def test_redelivery_in_any_batches_gives_the_same_receipts_and_changes_nothing(records, data):
    memory = Memory()
    receipts = []
    position = 0
    while position < len(records):
        size = data.draw(st.integers(1, len(records) - position))
        receipts += memory.save(records[position : position + size])
        position += size
    current, kept = dict(memory.current), list(memory.kept)
    start = data.draw(st.integers(0, len(records)))
    assert memory.save(records[start:]) == receipts[start:]
    assert (memory.current, memory.kept) == (current, kept)


@pytest.mark.parametrize(
    "versions",
    [
        # (event, version): the third is unchanged, and its event becomes current again after it.
        [(0, 1), (1, 0), (1, 0), (1, 1)],
        [(0, 0), (0, 1), (1, 2), (0, 3)],
        [(0, 5), (0, 1), (1, 7), (0, 9)],
    ],
)
def test_an_unchanged_row_names_the_same_revision_when_it_comes_again(versions):
    rows = [row(0, event, version, content_hash=f"content {event}") for event, version in versions]
    records = [replace(one, origin=replace(one.origin, offset=n)) for n, one in enumerate(rows)]
    memory = Memory()
    receipts = memory.save(records)
    assert memory.save(records) == receipts


@given(RECORDS)
def test_the_newest_version_is_current_whatever_the_order(records):
    memory = Memory()
    for record in records:
        memory.save([record])
    newest: dict[UUID, tuple[int, UUID]] = {}
    for record in records:
        newest[record.article_id] = max(newest.get(record.article_id, record.newness), record.newness)
    assert {key: held.newness for key, held in memory.current.items()} == newest
    assert {kept.event_id for kept, _ in memory.kept} == {record.event_id for record in records}


@given(RECORDS)
def test_one_batch_and_many_give_the_same_receipts(records):
    apart = Memory()
    assert Memory().save(records) == [apart.save([record])[0] for record in records]


@given(RECORDS)
def test_each_article_is_inserted_once_and_its_revisions_are_numbered(records):
    memory = Memory()
    memory.save(records)
    for _, group in itertools.groupby(sorted(memory.kept, key=lambda k: (k[0].article_id, k[1].revision)), _article):
        receipts = [receipt for _, receipt in group]
        assert [receipt.revision for receipt in receipts] == list(range(1, len(receipts) + 1))
        assert [r.revision for r in receipts if r.status is StoreStatus.INSERTED] == [1]


def _article(kept):
    return kept[0].article_id


def test_writes_are_sorted_so_that_two_batches_cannot_wait_for_each_other():
    rows = [row(article, 9 - article, 1, offset=article) for article in (3, 1, 2)]
    plan = core.plan(rows, {}, {})
    assert [kept.article_id.int for kept, _ in plan.revisions] == [1, 2, 3]
    assert [current.article_id.int for current, _ in plan.current] == [1, 2, 3]


def test_only_the_newest_of_an_article_is_written_as_current():
    rows = [row(event=event, version=event, offset=event) for event in (1, 3, 2)]
    plan = core.plan(rows, {}, {})
    assert [receipt.status.value for receipt in plan.receipts] == ["inserted", "revised", "superseded"]
    assert [current.version for current, _ in plan.current] == [3]
    assert len(plan.revisions) == 3


def test_the_event_id_breaks_ties_of_the_version():
    plan = core.plan([row(event=2, version=1), row(event=1, version=1, offset=1)], {}, {})
    assert [receipt.status.value for receipt in plan.receipts] == ["inserted", "superseded"]
    assert plan.current[0][0].event_id == UUID(int=2)


def test_an_article_is_no_duplicate_of_itself():
    rows = [row(1, 1, content_hash="same"), row(2, 2, content_hash="same", offset=1)]
    plan = core.plan(rows, {}, {"same": UUID(int=1)})
    assert [receipt.duplicate_of for receipt in plan.receipts] == [None, UUID(int=1)]


def received(**fields: Any) -> Received[Any]:
    event = enriched().model_copy(update=fields)
    return Received(event, at=NOON, topic="articles.enriched.v1", partition=3, offset=7)


def test_a_row_has_the_identity_and_origin_of_its_record():
    record = received()
    made = core.row(record)
    assert (made.article_id, made.event_id) == (record.event.article_id, record.event.event_id)
    assert made.origin == Origin("articles.enriched.v1", 3, 7, NOON)
    assert made.event == record.event.model_dump_json()
    assert record.event.text not in repr(made)


def test_the_version_is_the_time_in_microseconds_in_any_zone():
    at = datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC)
    assert core.row(received(fetched_at=at)).version == 1_000_005
    elsewhere = at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert core.row(received(fetched_at=elsewhere)).version == 1_000_005
    assert core.row(received(fetched_at=at.replace(tzinfo=None))).version == 1_000_005


@pytest.mark.parametrize(
    ("language", "config"), [("en", "english"), ("DE", "german"), ("zh", "simple"), ("", "simple"), (None, "simple")]
)
def test_a_language_without_a_configuration_is_searched_word_for_word(language, config):
    assert core.row(received(in_language=language)).search_config == config


def test_a_receipt_is_an_event_with_an_id_of_its_own():
    made = core.row(received())
    event = core.stored_event(made, core.Receipt(StoreStatus.REVISED, 2, UUID(int=5)))
    assert event == ArticleStored(
        event_id=ids.event_id(made.article_id, "stored", str(made.event_id), "1"),
        article_id=made.article_id,
        enriched_event_id=made.event_id,
        status=StoreStatus.REVISED,
        revision=2,
        duplicate_of=UUID(int=5),
        url=made.url,
        headline="Harbour closes",
    )
