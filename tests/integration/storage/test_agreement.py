"""On a real PostgreSQL: the row of an article, its revisions and its receipts always say the same."""

import random
import uuid
from datetime import timedelta

import pytest

from tests.integration.storage.records import NOON, count, disagreements, enriched, keep, received, statuses
from wiredesk.contracts import ids

pytestmark = pytest.mark.broker


def somewhere() -> str:
    return f"https://news.example/{uuid.uuid4()}"


@pytest.mark.parametrize(
    "change",
    [
        "articles set agency = 'Reuters'",
        "articles set authors = '{Ann}'",
        "articles set fetched_at = fetched_at + interval '1 second'",
        "articles set event_id = gen_random_uuid()",
        "articles set confirmed_version = confirmed_version + 1",
        "articles set revision = 2",
        "entities set name = 'Bo'",
    ],
)
async def test_a_disagreement_would_be_seen(store, pool, change):
    await keep([received(enriched())], store=store)
    assert await disagreements(pool) == []
    await pool.execute(f"update {change}")
    assert len(await disagreements(pool)) == 1


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"authors": ("Ada Marsch",)}, {"authors": ("Ada Marsh",)}),
        ({"credits": ("Photo: Anna Reyes",)}, {"credits": ("Photo: Ana Reyes",)}),
        ({"agency": "Reuters"}, {}),
        ({}, {"date_published": NOON - timedelta(hours=2)}),
        ({}, {"images": ({"url": "https://news.example/a.jpg"},)}),
        ({}, {"entities": ()}),
        ({"tagger_version": "1"}, {"tagger_version": "2"}),
    ],
    ids=lambda fields: ",".join(fields) or "-",
)
async def test_a_correction_of_anything_is_a_revision(store, archive, pool, wrong, right):
    url = somewhere()
    before = enriched("Ada Marsh spoke.", url=url, minute=0, **wrong)
    after = enriched("Ada Marsh spoke.", url=url, minute=1, **right)
    assert before.content_hash == after.content_hash
    assert await statuses(store, [received(before)]) == ["inserted"]
    assert await statuses(store, [received(after)]) == ["revised"]
    stored = await archive.article(after.article_id)
    assert stored.event == after
    assert [revision.event_id for revision in stored.revisions] == [before.event_id, after.event_id]
    assert await disagreements(pool) == []


async def test_a_page_put_back_as_it_was_is_a_third_revision_and_current(store, archive, pool):
    url = somewhere()
    events = [
        enriched("Ada Marsh spoke.", url=url, minute=minute, authors=authors)
        for minute, authors in enumerate([("Ada Marsh",), ("Ada Marsch",), ("Ada Marsh",)])
    ]
    records = [received(event) for event in events]
    for _ in range(2):
        assert [(await statuses(store, [record]))[0] for record in records] == ["inserted", "revised", "revised"]
    assert await count(pool, "revisions") == 3
    assert (await archive.article(ids.article_id(url))).event == events[2]
    assert await disagreements(pool) == []


async def test_a_confirmed_article_keeps_the_time_of_its_revision_and_knows_when_it_was_confirmed(store, archive, pool):
    url = somewhere()
    first, again, late = (
        enriched(text, url=url, minute=minute)
        for text, minute in [("Ada Marsh spoke.", 1), ("Ada Marsh spoke.", 9), ("Ada Marsh did not.", 5)]
    )
    before = None
    for event, status in [(first, "inserted"), (again, "unchanged"), (late, "superseded")]:
        assert await statuses(store, [received(event)]) == [status]
        stored = await archive.article(first.article_id)
        assert stored.event == first
        assert before in (None, stored.updated_at)
        before = stored.updated_at
    row = await pool.fetchrow("select event_id, fetched_at, confirmed_event_id, confirmed_version from articles")
    assert (row["event_id"], row["fetched_at"]) == (first.event_id, first.fetched_at)
    assert row["confirmed_event_id"] == again.event_id
    assert row["confirmed_version"] == int(again.fetched_at.timestamp()) * 1_000_000
    assert await disagreements(pool) == []


async def test_every_record_of_a_history_gets_its_receipt_again_from_whatever_batch(store, pool):
    """Three texts and two authors of ten articles, fetched at any of twelve times, as they come."""
    chance = random.Random(7)
    urls = [somewhere() for _ in range(10)]
    records = [
        received(
            enriched(
                f"Ada Marsh {chance.randrange(3)}",
                url=chance.choice(urls),
                minute=chance.randrange(12),
                authors=(chance.choice(["Ann", "Bo"]),),
            )
        )
        for _ in range(120)
    ]
    answers = []
    for start in range(0, len(records), 9):
        answers += await keep(records[start : start + 9], store=store)
    assert {answer.status.value for answer in answers} == {"inserted", "revised", "unchanged", "superseded"}
    assert len({answer.event_id for answer in answers}) == len(records)
    before = await pool.fetch("select * from articles order by article_id")
    revisions = await count(pool, "revisions")
    assert await keep(records, store=store) == answers
    order = chance.sample(range(len(records)), len(records))
    again = [answer for n in order for answer in await keep([records[n]], store=store)]
    assert again == [answers[n] for n in order]
    assert await pool.fetch("select * from articles order by article_id") == before
    assert await count(pool, "revisions") == revisions
    assert await disagreements(pool) == []


async def test_the_newest_of_each_article_is_current_in_any_order(store, archive):
    url = somewhere()
    events = [enriched(f"Ada Marsh {minute % 4}", url=url, minute=minute) for minute in range(24)]
    for event in random.Random(11).sample(events, len(events)):
        await keep([received(event)], store=store)
    assert (await archive.article(ids.article_id(url))).event.text == events[-1].text
