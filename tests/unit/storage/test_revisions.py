"""Which revision wins, and which receipt each record gets, whatever the order and the batches; no database."""

import itertools
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON
from wiredesk.contracts.events import StoreStatus
from wiredesk_storage import core
from wiredesk_storage.core import Article, Origin, Row


def row(article=0, says="a", version=0, offset=0, content_hash=None, event=None) -> Row:
    """An event that `says` something; its id is over that and the time, as ids are."""
    event_id = UUID(int=event) if event is not None else uuid5(UUID(int=article), f"{says} {version}")
    return Row(
        article_id=UUID(int=article),
        event_id=event_id,
        version=version,
        said=says,
        content_hash=content_hash or f"hash {article} {says}",
        search_config="english",
        origin=Origin("articles.enriched.v1", 0, offset, NOON),
        url=None,
        headline="Headline",
        document="{}",
    )


def history(*events: tuple[str, int]) -> list[Row]:
    """Records of one article, in the order in which they come: what each says, and when it was fetched."""
    return [row(0, says, version, offset=n) for n, (says, version) in enumerate(events)]


def receipts_of(plan: core.Plan) -> Any:
    return plan.receipts


class Memory:
    """What PostgreSQL would hold, kept by the plans alone."""

    def __init__(self) -> None:
        self.current: dict[UUID, tuple[Row, int]] = {}
        self.latest: dict[UUID, core.Newness] = {}
        self.kept: dict[tuple[UUID, int], tuple[Row, core.Receipt]] = {}
        self.spans: dict[tuple[UUID, int], tuple[int, int]] = {}
        self.first: dict[str, UUID] = {}

    def save(self, rows):
        for one in rows:
            self.first.setdefault(one.content_hash, one.article_id)
        plan = core.plan(rows, self._articles(rows), self.first)
        for one, receipt in plan.revisions:
            assert (one.article_id, receipt.revision) not in self.kept, "the primary key of revisions"
            self.kept[one.article_id, receipt.revision] = (one, receipt)
            self.spans[one.article_id, receipt.revision] = (one.version, one.version)
        for one, receipt in plan.current:
            assert one.article_id not in self.latest or self.latest[one.article_id] < one.newness
            self.current[one.article_id] = (one, receipt.revision)
            self.latest[one.article_id] = one.newness
        for seen in plan.confirmed:
            self.spans[seen.article_id, seen.revision] = (seen.seen_from, seen.seen_until)
            self.latest[seen.article_id] = max(self.latest[seen.article_id], seen.latest)
        return list(plan.receipts)

    def all(self):
        return dict(self.current), dict(self.latest), dict(self.kept), dict(self.spans)

    def _articles(self, rows):
        """Only what bears on the batch, as the store reads it."""
        wanted = {one.article_id for one in rows}
        said, origins = {one.said for one in rows}, {one.origin for one in rows}
        articles = {
            key: Article(self.latest[key], number, max(n for a, n in self.kept if a == key))
            for key, (_, number) in self.current.items()
            if key in wanted
        }
        for (key, number), (kept, receipt) in self.kept.items():
            bears = kept.said in said or kept.origin in origins or number == self.current[key][1]
            if key in wanted and bears:
                articles[key].revisions[number] = core.Revision(
                    number, receipt.status, kept.said, kept.origin, *self.spans[key, number]
                )
        return articles


# Few articles, few things to say and few times, so that histories cross.
RECORDS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from("abc"), st.integers(0, 4)).map(
        lambda t: row(t[0], t[1], t[2], content_hash=f"content {t[1]}")
    ),
    max_size=14,
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
    before = memory.all()
    start = data.draw(st.integers(0, len(records)))
    assert memory.save(records[start:]) == receipts[start:]
    again = data.draw(st.permutations(range(len(records))))
    assert [memory.save([records[n]])[0] for n in again] == [receipts[n] for n in again]
    assert memory.all() == before


@given(RECORDS, st.data())
def test_the_table_ends_with_what_each_article_says_whatever_was_delivered_again(records, data):
    memory, table = Memory(), {}
    position = 0
    while position < len(records):
        # A crash after the commit in the store: what was not committed on the topic comes again, in its order.
        start = data.draw(st.integers(max(0, position - 3), position))
        end = data.draw(st.integers(position + 1, len(records)))
        for one, receipt in zip(records[start:end], memory.save(records[start:end]), strict=True):
            if receipt.is_current:
                table[one.article_id] = one
        position = end
    assert table == {article: one for article, (one, _) in memory.current.items()}


@given(RECORDS, st.permutations(range(14)))
def test_one_record_delivered_late_alone_never_turns_the_table_back(records, order):
    memory = Memory()
    memory.save(records)
    current = {article: one for article, (one, _) in memory.current.items()}
    for n in order[: len(records)]:
        if n < len(records) and memory.save([records[n]])[0].is_current:
            assert current[records[n].article_id] == records[n]


def told(memory, records):
    return [(receipt.status.value, receipt.revision) for receipt in memory.save(records)]


@pytest.mark.parametrize(
    ("events", "receipts"),
    [
        pytest.param(
            [("a", 1), ("b", 2), ("a", 3)],
            [("inserted", 1), ("revised", 2), ("revised", 3)],
            id="put back as it was",
        ),
        pytest.param(
            [("a", 1), ("a", 9), ("b", 5), ("b", 10)],
            [("inserted", 1), ("unchanged", 1), ("superseded", 2), ("revised", 3)],
            id="confirmed, then an older one comes late",
        ),
        pytest.param(
            [("a", 5), ("a", 1), ("b", 7), ("a", 3)],
            [("inserted", 1), ("unchanged", 1), ("revised", 2), ("unchanged", 1)],
            id="within the time for which it was confirmed",
        ),
        pytest.param(
            [("a", 5), ("b", 7), ("a", 6), ("a", 6)],
            [("inserted", 1), ("revised", 2), ("superseded", 3), ("unchanged", 3)],
            id="superseded, and the same again",
        ),
        pytest.param(
            [("a", 1), ("b", 2), ("a", 12), ("a", 0), ("a", 1)],
            [("inserted", 1), ("revised", 2), ("revised", 3), ("unchanged", 3), ("unchanged", 1)],
            id="known to two revisions: the first",
        ),
    ],
)
def test_what_becomes_of_a_history_and_that_each_record_gets_its_receipt_again(events, receipts):
    records, memory = history(*events), Memory()
    assert told(memory, records) == receipts
    before = memory.all()
    assert told(memory, records) == receipts
    assert [told(memory, [record])[0] for record in reversed(records)] == receipts[::-1]
    assert memory.all() == before


def test_a_revision_confirmed_and_replaced_in_one_batch_keeps_its_span():
    memory = Memory()
    memory.save(history(("a", 1), ("a", 4), ("b", 6)))
    assert memory.spans == {(UUID(int=0), 1): (1, 4), (UUID(int=0), 2): (6, 6)}
    assert memory.latest[UUID(int=0)].version == 6


@given(RECORDS)
def test_the_newest_is_current_whatever_the_order(records):
    memory = Memory()
    for record in records:
        memory.save([record])
    newest: dict[UUID, Row] = {}
    for record in records:
        held = newest.setdefault(record.article_id, record)
        newest[record.article_id] = max(held, record, key=lambda one: one.newness)
    assert memory.latest == {key: record.newness for key, record in newest.items()}
    assert {key: held.said for key, (held, _) in memory.current.items()} == {
        key: record.said for key, record in newest.items()
    }
    assert {(a, kept.said) for (a, _), (kept, _) in memory.kept.items()} == {(r.article_id, r.said) for r in records}


@given(RECORDS)
def test_no_two_revisions_in_the_order_of_storing_that_were_current_say_the_same_in_a_row(records):
    memory = Memory()
    memory.save(records)
    for _, group in itertools.groupby(sorted(memory.kept), key=lambda key: key[0]):
        held = [memory.kept[key] for key in group]
        said = [kept.said for kept, receipt in held if receipt.status is not StoreStatus.SUPERSEDED]
        assert all(one != other for one, other in itertools.pairwise(said))


@given(RECORDS)
def test_one_batch_and_many_give_the_same_receipts(records):
    apart = Memory()
    assert Memory().save(records) == [apart.save([record])[0] for record in records]


@given(RECORDS)
def test_each_article_is_inserted_once_and_its_revisions_are_numbered(records):
    memory = Memory()
    memory.save(records)
    for _, group in itertools.groupby(sorted(memory.kept), key=lambda key: key[0]):
        receipts = [memory.kept[key][1] for key in group]
        assert [receipt.revision for receipt in receipts] == list(range(1, len(receipts) + 1))
        assert [r.revision for r in receipts if r.status is StoreStatus.INSERTED] == [1]


def test_writes_are_sorted_so_that_two_batches_cannot_wait_for_each_other():
    rows = [row(article, offset=article) for article in (3, 1, 2)]
    plan = core.plan(rows, {}, {})
    assert [kept.article_id.int for kept, _ in plan.revisions] == [1, 2, 3]
    assert [current.article_id.int for current, _ in plan.current] == [1, 2, 3]


def test_only_the_newest_of_an_article_is_written_as_current():
    rows = history(("a", 1), ("c", 3), ("b", 2))
    plan = core.plan(rows, {}, {})
    assert [receipt.status.value for receipt in receipts_of(plan)] == ["inserted", "revised", "superseded"]
    assert [current.version for current, _ in plan.current] == [3]
    assert len(plan.revisions) == 3


def test_the_event_id_breaks_ties_of_the_version():
    plan = core.plan([row(says="b", event=2), row(says="a", event=1, offset=1)], {}, {})
    assert [receipt.status.value for receipt in receipts_of(plan)] == ["inserted", "superseded"]
    assert plan.current[0][0].event_id == UUID(int=2)
    plan = core.plan([row(says="a", event=1), row(says="b", event=2, offset=1)], {}, {})
    assert [receipt.status.value for receipt in receipts_of(plan)] == ["inserted", "revised"]
    assert plan.current[0][0].event_id == UUID(int=2)


def test_an_article_is_no_duplicate_of_itself():
    rows = [row(1, content_hash="same"), row(2, content_hash="same", offset=1)]
    plan = core.plan(rows, {}, {"same": UUID(int=1)})
    assert [receipt.duplicate_of for receipt in receipts_of(plan)] == [None, UUID(int=1)]


def test_a_record_that_comes_twice_in_one_batch_gets_its_receipt_twice():
    one = row(says="a", version=1)
    plan = core.plan([one, one], {}, {})
    assert [receipt.status.value for receipt in receipts_of(plan)] == ["inserted", "inserted"]
    assert (len(plan.revisions), plan.confirmed) == (1, [])


def test_of_a_refused_article_nothing_is_written_and_its_neighbours_are():
    rows = [row(1), row(2, offset=1), row(1, says="b", version=1, offset=2)]
    plan = core.plan(rows, {}, {}, {UUID(int=1)})
    assert [isinstance(one, core.Refused) for one in plan.receipts] == [True, False, True]
    assert [(kept.article_id.int, receipt.revision) for kept, receipt in plan.revisions] == [(2, 1)]
    assert [kept.article_id.int for kept, _ in plan.current] == [2]
    assert (plan.confirmed, plan.replaced) == ([], [])


def test_a_record_that_was_stored_before_its_article_was_withdrawn_gets_its_receipt_again_and_holds_no_more():
    memory = Memory()
    stored = [row(says="a", version=0), row(says="b", version=1, offset=1)]
    before = memory.save(stored)
    assert before[1].is_current
    rows = [*stored, row(says="b", version=7, offset=2)]
    plan = core.plan(rows, memory._articles(rows), memory.first, {UUID(int=0)})
    assert plan.receipts[:2] == before
    assert not any(receipt.is_current for receipt in receipts_of(plan)[:2])
    assert isinstance(plan.receipts[2], core.Refused), "another record says the same: it is not stored as confirmed"
    assert (plan.revisions, plan.current, plan.confirmed) == ([], [], [])
