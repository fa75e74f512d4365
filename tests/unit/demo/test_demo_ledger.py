"""The ledger's arithmetic: what counts as an end, what is lost, what is grouped."""

import itertools
import uuid

import pytest

from tests.factories import NOON
from wiredesk.contracts.events import (
    ArticleCleaned,
    ArticleEnriched,
    ArticleFetched,
    ArticleRejected,
    ArticleStored,
    Content,
    Entity,
    Mention,
    Rejection,
    ServiceName,
    StoreStatus,
)
from wiredesk_local.demo.ledger import Fallout, Ledger, duplicate_groups, top_entities


def fetched(article):
    return ArticleFetched(
        event_id=uuid.uuid4(),
        article_id=article,
        kind=Content.TEXT,
        content="x",
        content_hash="x",
        fetched_at=NOON,
    )


def cleaned(article, content_hash="x"):
    return ArticleCleaned(
        event_id=uuid.uuid4(),
        article_id=article,
        text="Oslo. Oslo.",
        content_hash=content_hash,
        cleaner_version="1",
        fetched_at=NOON,
    )


def enriched(article, *entities, content_hash="x"):
    mention = Mention(field="text", start=0, end=4, surface="Oslo")
    return ArticleEnriched(
        **cleaned(article, content_hash).model_dump(),
        entities=tuple(Entity(name=name, type=kind, mentions=(mention,)) for kind, name in entities),
        tagger_pipeline="t",
        tagger_version="1",
    )


def stored(article, status=StoreStatus.INSERTED, duplicate_of=None, headline="H"):
    return ArticleStored(
        event_id=uuid.uuid4(),
        article_id=article,
        enriched_event_id=uuid.uuid4(),
        status=status,
        revision=1,
        duplicate_of=duplicate_of,
        headline=headline,
    )


def rejected(article, reason=Rejection.NOT_FOUND):
    return ArticleRejected(event_id=uuid.uuid4(), article_id=article, stage=ServiceName.FETCHER, reason=reason)


def whole_way(article, **receipt):
    return [fetched(article), cleaned(article), enriched(article), stored(article, **receipt)]


@pytest.fixture
def ledger():
    ledger = Ledger()
    for name in ("a", "b", "c"):
        ledger.submit(name, f"label {name}")
    return ledger


def test_nothing_has_ended_before_anything_was_read(ledger):
    assert not ledger.ended
    summary = ledger.close(1)
    assert summary.lost == ("label a", "label b", "label c")
    assert not summary.ok


def test_each_kind_of_end_is_an_end_and_is_counted_by_reason(ledger):
    for event in whole_way(uuid.uuid4()):
        ledger.see("a", event)
    ledger.see("b", rejected(uuid.uuid4(), Rejection.GONE))
    ledger.see("c", fetched(uuid.uuid4()))
    ledger.see("c", None, stage="cleaner", reason="cpu_timeout")
    assert ledger.settled
    summary = ledger.close(1)
    assert (summary.submitted, summary.fetched, summary.cleaned, summary.enriched, summary.stored) == (3, 2, 1, 1, 1)
    assert summary.fallout == {
        Fallout("rejected", "fetcher", "gone"): 1,
        Fallout("dead letter", "cleaner", "cpu_timeout"): 1,
    }
    assert summary.ok


def test_equal_reasons_add_up_and_the_commonest_comes_first(ledger):
    ledger.see("a", rejected(uuid.uuid4(), Rejection.GONE))
    ledger.see("b", rejected(uuid.uuid4()))
    ledger.see("c", rejected(uuid.uuid4()))
    assert list(ledger.close(1).fallout.items()) == [
        (Fallout("rejected", "fetcher", "not_found"), 2),
        (Fallout("rejected", "fetcher", "gone"), 1),
    ]


def test_submissions_of_one_article_are_told_apart(ledger):
    article = uuid.uuid4()
    for event in whole_way(article):
        ledger.see("a", event)
    assert not ledger.ended
    for event in whole_way(article, status=StoreStatus.REVISED):
        ledger.see("b", event)
    summary = ledger.close(1)
    assert summary.stored == 2
    assert summary.lost == ("label c",)
    assert summary.statuses == {StoreStatus.INSERTED: 1, StoreStatus.REVISED: 1}
    assert len(summary.articles) == 1


def test_redelivered_records_count_once_and_the_first_receipt_stands(ledger):
    article = uuid.uuid4()
    for event in [*whole_way(article), *whole_way(article, status=StoreStatus.UNCHANGED)]:
        ledger.see("a", event)
    summary = ledger.close(1)
    assert (summary.fetched, summary.stored) == (1, 1)
    assert summary.statuses == {StoreStatus.INSERTED: 1}
    assert summary.contradictions == ()


def test_two_different_ends_are_a_contradiction(ledger):
    for name in ("a", "b", "c"):
        ledger.see(name, stored(uuid.uuid4()))
    ledger.see("b", None, stage="storage", reason="unexpected")
    summary = ledger.close(1)
    assert summary.contradictions == ("label b",)
    assert summary.lost == ()
    assert not summary.ok


def test_records_of_other_peoples_submissions_are_ignored(ledger):
    ledger.see("stranger", stored(uuid.uuid4()))
    ledger.see("", None, reason="invalid_record")
    assert ledger.counts()["stored"] == 0
    assert ledger.close(1).fallout == {}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_way_is_settled_once_all_its_records_are_seen_whatever_the_order(order):
    ledger = Ledger()
    ledger.submit("a", "label")
    events = whole_way(uuid.uuid4())
    for number in order:
        assert not ledger.settled
        ledger.see("a", events[number])
    assert ledger.settled


def test_entities_are_counted_by_story_not_by_mention_and_amounts_are_left_out():
    articles = [
        enriched(uuid.uuid4(), ("GPE", "Oslo"), ("GPE", "Oslo"), ("DATE", "Monday"), content_hash="1"),
        enriched(uuid.uuid4(), ("GPE", "Oslo"), ("GPE", "Bergen"), ("PERSON", "Ada"), content_hash="2"),
    ]
    assert top_entities(articles) == {"GPE": [("Oslo", 2), ("Bergen", 1)], "PERSON": [("Ada", 1)]}
    assert top_entities(articles, limit=1)["GPE"] == [("Oslo", 2)]


def test_exact_copies_of_a_story_count_its_entities_once():
    copies = [enriched(uuid.uuid4(), ("GPE", "Oslo"), content_hash="same") for _ in range(3)]
    assert top_entities(copies) == {"GPE": [("Oslo", 1)]}


def test_duplicates_form_one_group_around_the_first_stored():
    first, second, third, other = (uuid.uuid4() for _ in range(4))
    receipts = [
        stored(first, headline="Same"),
        stored(second, duplicate_of=first, headline="Same"),
        stored(third, duplicate_of=first, headline="Same"),
        stored(third, duplicate_of=first, headline="Same"),
        stored(other, headline="Other"),
    ]
    assert duplicate_groups(receipts) == (("Same", 3),)


def test_groups_with_the_same_headline_stay_apart():
    one, two = uuid.uuid4(), uuid.uuid4()
    receipts = [stored(uuid.uuid4(), duplicate_of=one), stored(uuid.uuid4(), duplicate_of=two)]
    assert duplicate_groups(receipts) == (("H", 2), ("H", 2))


def test_the_counts_say_how_far_things_are(ledger):
    ledger.see("a", fetched(uuid.uuid4()))
    assert list(ledger.counts().values()) == [3, 1, 0, 0, 0, 0, 0]
