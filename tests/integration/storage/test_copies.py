"""On a real PostgreSQL: an article is told once of what it is a copy, whoever stores it and however often it comes."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from tests.integration.storage.records import enriched, keep, received
from tests.made_up import story
from wiredesk.contracts.words import words_of
from wiredesk_cleaner.fingerprint import minhash
from wiredesk_storage import batch_budget
from wiredesk_storage.copies import groups
from wiredesk_storage.store import Store

pytestmark = pytest.mark.broker


def record(text, *, minute=0, url=None, **fields):
    signed = minhash(words_of(text))
    return received(
        enriched(text, url=url or f"https://{uuid.uuid4()}.example/a", minute=minute, minhash=signed, **fields)
    )


def half(text):
    words = text.split()
    return " ".join(words[: len(words) // 2])


def told(receipt):
    return receipt.group_id, receipt.similarity, receipt.differences and [str(one) for one in receipt.differences]


async def test_a_receipt_says_of_what_the_article_is_a_copy_and_what_differs(store):
    wire = story(1)
    records = [record(wire), record(half(wire)), record(f"ORSK (Wire) - {wire}"), record(story(2))]
    first, cut, dated, other = [(await keep([one], store=store))[0] for one in records]
    assert told(first) == told(other) == (None, None, None)
    assert told(cut) == (first.article_id, 1.0, ["cut"])
    assert told(dated) == (first.article_id, 1.0, ["dateline"])


async def test_copies_in_one_batch_find_each_other_and_their_group_is_the_first_of_them(store):
    wire = story(3)
    first, second, third = await keep([record(wire), record(half(wire)), record(half(half(wire)))], store=store)
    assert first.group_id is None
    assert second.group_id == third.group_id == first.article_id


async def test_a_copy_of_a_copy_is_in_the_group_of_the_first(store):
    wire = story(4, 400)
    tail = f"{half(wire)} {story(5, 150)}"
    first, _, last = [(await keep([record(text)], store=store))[0] for text in (wire, tail, tail)]
    assert last.group_id == first.article_id


async def test_a_record_that_comes_again_gets_the_receipt_it_had_and_changes_no_group(store, pool):
    wire = story(6)
    records = [record(wire), record(half(wire))]
    answers = [(await keep([one], store=store))[0] for one in records]
    before = [await pool.fetch(f"select * from {table} order by 1") for table in ("copies", "signatures")]
    assert await keep([*records[::-1], *records], store=store) == [*answers[::-1], *answers]
    assert [await pool.fetch(f"select * from {table} order by 1") for table in ("copies", "signatures")] == before


async def test_a_later_revision_stays_in_the_group_of_its_article(store):
    wire = story(7)
    (first,) = await keep([record(wire)], store=store)
    url = "https://copy.example/a"
    one, two = await keep([record(half(wire), url=url), record(story(8), url=url, minute=1)], store=store)
    assert one.group_id == two.group_id == first.article_id


async def test_two_workers_that_store_two_copies_at_once_make_one_group(pool):
    for number in range(10):
        wire = story(100 + number)
        stores = [Store(pool), Store(pool)]
        answers = await asyncio.gather(*(keep([record(wire)], store=store) for store in stores))
        leaders = [one.group_id for (one,) in answers]
        assert sorted(leader is None for leader in leaders) == [False, True]


async def test_what_was_stored_before_the_window_is_compared_with_nothing_and_forgotten(pool):
    wire = story(9)
    store = Store(pool, copy_window=timedelta(hours=1))
    (first,) = await keep([record(wire)], store=store)
    await pool.execute("update signatures set seen_at = seen_at - interval '2 hours'")
    (second,) = await keep([record(half(wire))], store=store)
    assert second.group_id is None
    store._forgets_at = 0.0
    await keep([record(story(10))], store=store)
    assert first.article_id not in {row["article_id"] for row in await pool.fetch("select article_id from signatures")}
    assert second.article_id in {row["article_id"] for row in await pool.fetch("select article_id from signatures")}


async def test_an_article_without_a_signature_is_stored_and_a_copy_of_nothing(store, pool):
    (one,) = await keep([received(enriched("Short.", url="https://short.example/a"))], store=store)
    assert told(one) == (None, None, None)
    assert await pool.fetchval("select count(*) from signatures") == 0


async def test_an_article_like_very_many_is_compared_with_the_first_of_them_alone(pool, monkeypatch):
    monkeypatch.setattr(groups, "_FEW", 3)
    store, wire = Store(pool), story(11)
    answers = await keep([record(wire) for _ in range(12)], store=store)
    assert {one.group_id for one in answers[1:]} == {answers[0].article_id}


async def test_without_time_to_compare_an_article_is_no_copy_for_good(store, monkeypatch):
    wire = story(12)
    await keep([record(wire)], store=store)
    late = record(half(wire))
    monkeypatch.setattr(batch_budget, "SECONDS", 0.0)
    (answer,) = await keep([late], store=store)
    monkeypatch.setattr(batch_budget, "SECONDS", 10.0)
    assert answer.group_id is None
    assert await keep([late], store=store) == [answer]


async def test_an_article_deleted_by_hand_is_stored_again_and_compared_anew(store, pool):
    wire = story(13)
    await keep([record(wire)], store=store)
    copy = record(half(wire))
    (answer,) = await keep([copy], store=store)
    for table in ("revisions", "articles", "signatures"):
        await pool.execute(f"delete from {table} where article_id = $1", answer.article_id)
    assert await keep([copy], store=store) == [answer]
