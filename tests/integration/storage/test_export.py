"""Every article that a search finds comes out of the store once, whole, the newest first, however many there are."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from tests.integration.storage.many import copied
from tests.integration.storage.records import NOON, keep, received
from tests.integration.storage.searching import article, put
from wiredesk.contracts.events import ArticleEnriched
from wiredesk_storage.search import exporting
from wiredesk_storage.search.asking import Filters, Order

pytestmark = pytest.mark.broker


async def exported(archive, query="", filters=None, *, after=None, began=None):
    began = began or await archive.now()
    return [one async for one in archive.export(query, filters or Filters(), began=began, after=after)]


async def headlines(archive, query="", filters=None):
    found = await exported(archive, query, filters)
    return [ArticleEnriched.model_validate_json(one.document).headline for one in found]


async def test_all_come_once_and_in_order_over_many_pages(store, archive, pool, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 7)
    await put(store, article("Ferry", "The ferry sails again.", date_published=NOON - timedelta(hours=1)))
    await copied(pool, 99)
    found = await exported(archive)
    ids = [one.place.article_id for one in found]
    in_order = await pool.fetch("select article_id from articles order by dated desc, article_id desc")
    assert ids == [row["article_id"] for row in in_order]
    assert len(ids) == 100
    assert await exported(archive, "ferry") == found
    assert await archive.count_export("ferry", began=await archive.now()) == 100
    for number in (0, 6, 50, 99):
        assert await exported(archive, after=found[number].place) == found[number + 1 :]


async def test_an_article_is_its_current_event_and_revision(store, archive):
    first = article("Before", "The ferry sails again.")
    await put(store, first)
    said = first.model_dump() | {"headline": "After", "fetched_at": NOON + timedelta(minutes=1)}
    later = ArticleEnriched.model_validate(said | {"event_id": UUID(int=7)})
    await keep([received(later)], store=store)
    (one,) = await exported(archive)
    assert one.revision == 2
    assert ArticleEnriched.model_validate_json(one.document) == later


async def test_words_filters_and_what_is_hidden_are_those_of_a_search(store, archive, pool):
    await put(
        store,
        article("Ferry one", "Málaga waits.", language="es", names=[("Málaga", "GPE", {}, "ES")]),
        article("Ferry two", "Bergen waits.", language="en", article_section="World"),
        article("Ferry three", "Nobody waits.", language="en", date_published=NOON - timedelta(days=9)),
        article("Ferry hidden", "Bergen waits.", language="en"),
    )
    await pool.execute("update articles set hidden = true where headline = 'Ferry hidden'")
    for query, filters in (
        ("ferry", Filters()),
        ("ferry -bergen", Filters()),
        ("malaga", Filters()),
        ("", Filters(language="en")),
        ("", Filters(entity="malaga", entity_type="gpe")),
        ("", Filters(section="world")),
        ("", Filters(since=NOON - timedelta(days=1))),
        ("", Filters(until=NOON - timedelta(days=1))),
        ("zebra", Filters()),
        ("...", Filters()),
    ):
        page = await archive.search(query, filters, order=Order.DATE, limit=100)
        assert await headlines(archive, query, filters) == [hit.headline for hit in page.hits], query
    assert len(await headlines(archive)) == 3


async def test_a_phrase_that_no_index_has_is_found_behind_any_number_of_others(store, archive, monkeypatch):
    monkeypatch.setattr(exporting, "WINDOW", 3)
    events = [
        article(f"Number {number}", "To be or not to be." if number % 5 == 4 else "Nothing of it.", minute=-number)
        for number in range(20)
    ]
    # In a language that knows these words as any others, too.
    events.append(article("Number 20", "to be or not to be", "und", minute=-20))
    await put(store, *events)
    found = await headlines(archive, '"to be or not to be"')
    assert found == [f"Number {number}" for number in (4, 9, 14, 19, 20)]
    assert await archive.count_export('"to be or not to be"', began=await archive.now()) is None


async def test_what_is_stored_meanwhile_neither_comes_nor_disturbs(store, archive, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 3)
    await put(store, *(article(f"Old {number}", minute=-number) for number in range(10)))
    began = await archive.now()
    found = []
    async for one in archive.export(began=began):
        found.append(ArticleEnriched.model_validate_json(one.document).headline)
        await put(store, *(article(f"New {minute}", minute=minute) for minute in (1, -3, -100)))
    assert found == [f"Old {number}" for number in range(10)]


async def test_dates_that_python_does_not_know_are_passed_over_by_nobody(store, archive, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 1)
    east = timezone(timedelta(hours=14))
    await put(
        store,
        article("now"),
        article("ancient", date_published=datetime(1, 1, 2, tzinfo=UTC)),
        article("before the first year", date_published=datetime(1, 1, 1, tzinfo=east)),
        article("future", date_published=datetime(9999, 12, 31, tzinfo=UTC), minute=-1),
    )
    found = await exported(archive)
    days = [(ArticleEnriched.model_validate_json(one.document).headline, one.day) for one in found]
    assert days == [
        ("now", NOON.date()),
        ("future", NOON.date()),
        ("ancient", date(1, 1, 2)),
        ("before the first year", date(1, 1, 1)),
    ]
    assert await exported(archive, after=found[3].place) == []
    assert [one.place for one in await exported(archive, after=found[2].place)] == [found[3].place]


async def test_large_articles_are_fetched_few_at_a_time(store, archive, monkeypatch):
    monkeypatch.setattr(exporting, "_AT_ONCE_BYTES", 1)
    await put(store, *(article(f"Large {number}", minute=-number) for number in range(3)))
    assert await headlines(archive) == ["Large 0", "Large 1", "Large 2"]
