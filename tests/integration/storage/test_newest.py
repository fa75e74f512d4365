"""The newest hits are found in windows of time, and phrases in some articles at a time: none is left out by that."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.storage.records import NOON
from tests.integration.storage.searching import article, found, put
from wiredesk_storage.search import newest, statements
from wiredesk_storage.search.asking import Filters, Order

pytestmark = pytest.mark.broker

UNTIL = NOON + timedelta(days=1)
OSLO: Any = [("Oslo", "GPE", {}, None)]


def _days_ago(days, headline, text="Nothing was said.", language="en", **more):
    return article(headline, text, language, date_published=NOON - timedelta(days=days), **more)


@pytest.fixture(params=["counted", "not counted"])
async def uneven(pool, store, request):
    """Articles of today, of the days before, and of years ago; those with the ferry are old, but for one.

    PostgreSQL knows about how many there are, or does not yet.
    """
    ferry: dict[str, Any] = {"text": "The ferry to Oslo ran.", "names": OSLO}
    await put(
        store,
        *(_days_ago(number / 1000, f"today {number}") for number in range(8)),
        _days_ago(1, "ferry 1", **ferry),
        *(_days_ago(2 + number, f"day {number}") for number in range(8)),
        _days_ago(40, "ferry 40", **ferry),
        _days_ago(400, "ferry 400", **ferry),
        _days_ago(4000, "ferry 4000", **ferry),
    )
    if request.param == "counted":
        await pool.execute("analyze articles")


@pytest.mark.parametrize("first", [1, 2, 5])
@pytest.mark.parametrize("at_most", [1, 3, 20])
async def test_hits_of_any_age_are_found_from_any_window_on(uneven, archive, monkeypatch, first, at_most):
    monkeypatch.setattr(newest, "FIRST", first)
    old = ["ferry 1", "ferry 40", "ferry 400", "ferry 4000"]
    for query, filters in (("ferry", Filters()), ("", Filters(entity="oslo")), ("ferry", Filters(entity="oslo"))):
        page = await archive.search(query, filters, order=Order.DATE, limit=at_most)
        assert [hit.headline for hit in page.hits] == old[:at_most]
        assert (page.after is not None) == (at_most < len(old))
    assert await found(archive, "ferry", Filters(until=NOON - timedelta(days=30)), order=Order.DATE) == old[1:]
    assert await found(archive, "ferry", Filters(since=NOON - timedelta(days=500)), order=Order.DATE) == old[:3]
    assert set(await found(archive, "ferry")) == set(old)
    assert (await archive.facets("ferry")).hits == len(old)
    assert (await archive.entity("oslo", days=5000, until=UNTIL)).articles == len(old)


@pytest.mark.parametrize("first", [1, 3])
async def test_pages_by_date_go_on_where_windows_are_narrow(uneven, archive, monkeypatch, first):
    monkeypatch.setattr(newest, "FIRST", first)
    seen, after = [], None
    while True:
        page = await archive.search("ferry or nothing", order=Order.DATE, limit=3, after=after)
        seen += [hit.headline for hit in page.hits]
        if (after := page.after) is None:
            break
    assert len(seen) == len(set(seen)) == 20
    assert seen == await found(archive, order=Order.DATE)


async def test_articles_of_one_moment_are_all_found(store, archive, monkeypatch):
    monkeypatch.setattr(newest, "FIRST", 2)
    await put(store, *(article(f"{n}", "The ferry ran.", date_published=NOON, fetched_at=NOON) for n in range(7)))
    assert len(await found(archive, "ferry", order=Order.DATE)) == 7
    assert len(await found(archive, "ferry")) == 7


async def test_words_that_only_some_languages_leave_out_are_found_in_every_one(store, archive, monkeypatch):
    monkeypatch.setattr(newest, "FIRST", 1)
    await put(
        store,
        _days_ago(0, "new", "It rained."),
        _days_ago(10, "english", "Ships die slowly."),
        _days_ago(20, "german", "Und die Katze schlief.", language="de"),
    )
    for order in Order:
        assert set(await found(archive, "die", order=order)) == {"english", "german"}


@pytest.fixture
async def phrases(store, monkeypatch):
    """Six articles with the words of a phrase, two of them in its order: the newest but one, and the oldest."""
    monkeypatch.setattr(statements, "READ_FOR_PHRASE", 2)
    texts = ["ferry by night", "night ferry", "ferry at night", "night, no ferry", "ferry: night", "night ferry"]
    await put(store, *(_days_ago(number, f"{number}", f"Text {texts[number]}.") for number in range(6)))


async def test_a_phrase_is_looked_for_in_the_newest_articles_with_its_words_and_that_is_said(phrases, archive):
    page = await archive.search('"night ferry"')
    assert ([hit.headline for hit in page.hits], page.is_read_in_part, page.is_cut) == (["1"], True, False)
    facets = await archive.facets('"night ferry"')
    assert (facets.hits, facets.is_read_in_part) == (1, True)
    assert not (await archive.search("night ferry")).is_read_in_part
    older = Filters(until=NOON - timedelta(days=3))
    page = await archive.search('"night ferry"', older)
    assert ([hit.headline for hit in page.hits], page.is_read_in_part) == (["5"], False)


async def test_by_date_every_article_with_a_phrase_is_on_some_page(phrases, archive):
    seen, after, said = [], None, []
    while True:
        page = await archive.search('"night ferry"', order=Order.DATE, after=after)
        seen += [hit.headline for hit in page.hits]
        said.append(page.is_read_in_part)
        if (after := page.after) is None:
            break
    assert seen == ["1", "5"]
    assert said == [True, True, False]


async def test_a_phrase_that_some_language_leaves_out_is_found_by_date_in_all(store, archive, monkeypatch):
    monkeypatch.setattr(statements, "READ_FOR_PHRASE", 1)
    # Two stop words in Dutch.
    texts = [("zh", "Over and die."), ("nl", "Kijk, die over."), ("zh", "It: die over."), ("nl", "Nu die over")]
    await put(store, *(_days_ago(n, f"{n}", text, language) for n, (language, text) in enumerate([*texts, texts[2]])))
    seen, after = [], None
    while True:
        page = await archive.search('"die over"', order=Order.DATE, after=after)
        seen += [hit.headline for hit in page.hits]
        if (after := page.after) is None:
            break
    assert seen == ["1", "2", "3", "4"]


async def test_an_export_has_every_article_with_a_phrase(phrases, archive):
    began = await archive.now()
    exported = [one async for one in archive.export('"night ferry"', began=began)]
    assert len(exported) == await archive.count_export('"night ferry"', began=began) == 2


async def test_an_excluded_phrase_leaves_out_no_article_with_its_words_in_another_order(phrases, archive):
    assert set(await found(archive, 'text -"night ferry"')) == {"0", "2", "3", "4"}


@pytest.mark.parametrize(
    ("query", "text", "excerpt"),
    [
        ("die", "Ships lay dying there.", "Ships lay **dying** there."),
        ("ferries", "(Ferry) by-ferry 'ferry' <ferry>", "(**Ferry**) by-**ferry** '**ferry**' <**ferry**>"),
        ("malaga", "(Málaga), Málaga.", "(**Málaga**), **Málaga**."),
        ("harbour", "Ferry news of the day", "Ferry news of the day"),
    ],
)
async def test_the_words_are_marked_wherever_they_stand(store, archive, query, text, excerpt):
    await put(store, article("Ferry and harbour dies", text))
    (hit,) = (await archive.search(query)).hits
    assert hit.excerpt == excerpt


async def test_what_articles_name_is_counted_in_the_newest_of_them(store, archive):
    both: Any = [*OSLO, ("Ada", "PERSON", {}, None)]
    await put(store, *(_days_ago(n, f"{n}", f"Ferry {n} ran.", names=both if n else OSLO) for n in range(4)))
    page = await archive.entity("oslo", days=10, until=UNTIL, sampled=2)
    assert (page.articles, page.is_cut, page.sampled, page.mentions) == (4, False, 2, 2)
    assert (page.names, page.types) == ([("Oslo", 2)], [("GPE", 2)])
    assert page.together == [{"name": "Ada", "type": "PERSON", "articles": 1}]
    assert sum(count for _, count in page.timeline) == 4
    newest = await archive.entity("oslo", days=10, until=UNTIL, counted=3)
    assert (newest.articles, newest.is_cut, sum(count for _, count in newest.timeline)) == (3, True, 3)
    facets = await archive.facets("ferry", named=2)
    assert (facets.hits, facets.sampled) == (4, 2)
    assert facets.counts["entity"] == [("Oslo · GPE", 2), ("Ada · PERSON", 1)]
    assert facets.counts["language"] == [("en", 4)]


async def test_a_name_with_its_type_is_found_beside_articles_of_an_earlier_release(pool, store, archive):
    named: Any = {"names": [("Washington", "PERSON", {}, None), ("Ohio", "GPE", {}, None)]}
    await put(store, article("new", **named), article("old", minute=-1, **named))
    forget = "array(select key from unnest(keys) as key where key not like 'as:%' and key <> 'keys:typed')"
    for _ in ("as stored now", "with one as stored before"):
        assert await found(archive, "", Filters(entity="washington", entity_type="GPE")) == []
        assert await found(archive, "", Filters(entity="washington", entity_type="PERSON")) == ["new", "old"]
        page = await archive.entity("washington", "person", days=9, until=UNTIL)
        assert (page.articles, page.types) == (2, [("PERSON", 2)])
        assert (await archive.entity("washington", "GPE", days=9, until=UNTIL)).articles == 0
        await pool.execute(f"update articles set keys = {forget} where headline = 'old'")
