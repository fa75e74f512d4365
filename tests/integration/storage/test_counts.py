"""What a search counts on a real PostgreSQL: facets, the entities of a window, one entity."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.storage.records import NOON
from tests.integration.storage.searching import article, found, put
from wiredesk_storage.search import statements
from wiredesk_storage.search.asking import Filters, Order

pytestmark = pytest.mark.broker

UNTIL = NOON + timedelta(days=1)


async def test_facets_count_the_hits_and_say_when_they_are_the_newest_of_more(store, archive, monkeypatch):
    await put(
        store,
        *(
            article(
                f"{number}",
                f"Ferry {number} ran",
                url=f"https://www.p{number % 2}.example/{number}",
                article_section="World" if number else None,
                date_published=NOON - timedelta(days=number // 2),
                names=[("Oslo", "GPE", {}, None), ("Monday", "DATE", {}, None)],
            )
            for number in range(4)
        ),
        article("de", "Ferry ohne", "de"),
        article("no", "Nothing"),
    )
    facets = await archive.facets("ferry")
    assert (facets.hits, facets.is_cut) == (5, False)
    assert facets.counts["language"] == [("en", 4), ("de", 1)]
    assert facets.counts["host"][:2] == [("p0.example", 2), ("p1.example", 2)]
    assert facets.counts["section"] == [("World", 3)]
    assert facets.counts["type"] == [("DATE", 4), ("GPE", 4)]
    assert facets.counts["entity"] == [("Oslo · GPE", 4)]
    assert facets.counts["day"] == [("2026-02-28", 2), ("2026-03-01", 3)]
    facets = await archive.facets("ferry", most=2)
    assert (facets.hits, facets.is_cut) == (2, True)
    assert sum(count for _, count in facets.counts["language"]) == 2


async def test_a_common_word_is_ranked_among_the_newest_and_that_is_said(store, archive, monkeypatch):
    await put(store, *(article(f"{number}", "The ferry ran.", minute=number) for number in range(6)))
    monkeypatch.setattr(statements, "RANKED", 3)
    page = await archive.search("ferry")
    assert ([hit.headline for hit in page.hits], page.is_cut) == (["5", "4", "3"], True)
    monkeypatch.setattr(statements, "RANKED", 6)
    assert not (await archive.search("ferry")).is_cut
    assert not (await archive.search("ferry", order=Order.DATE)).is_cut
    assert len(await found(archive, "ferry", order=Order.DATE)) == 6


async def test_words_that_no_index_has_are_read_for_in_the_newest_articles_and_that_is_said(
    store, archive, monkeypatch
):
    await put(store, article("old", "To be or not."), *(article(f"{n}", f"Ferry {n}", minute=n) for n in (1, 2)))
    for at_most, hits, in_part in ((3, ["old"], False), (2, [], True)):
        monkeypatch.setattr(statements, "READ_PLAINLY", at_most)
        for order in Order:
            page = await archive.search("to be", order=order)
            assert ([hit.headline for hit in page.hits], page.is_read_in_part) == (hits, in_part)
        facets = await archive.facets("to be")
        assert (facets.hits, facets.is_read_in_part) == (len(hits), in_part)
    assert not (await archive.search("ferry")).is_read_in_part


async def test_one_word_that_a_language_leaves_out_is_read_for_in_fewer_articles_and_that_is_said(
    store, archive, monkeypatch
):
    await put(
        store,
        article("old", "Ohne die Fähre.", "de"),
        article("new", "Alles steht still.", "de", minute=1),
        *(article(f"{n}", "Seals die.", minute=n) for n in (2, 3)),
    )
    assert sorted(await found(archive, "die")) == ["2", "3", "old"]
    monkeypatch.setattr(statements, "READ_FOR_WORD", 1)
    page = await archive.search("die")
    assert (sorted(hit.headline for hit in page.hits), page.is_read_in_part) == (["2", "3"], True)
    facets = await archive.facets("die", Filters(language="de"))
    assert (facets.hits, facets.is_read_in_part) == (0, True)
    phrase = await archive.search("ohne die", Filters(language="de"))
    assert ([hit.headline for hit in phrase.hits], phrase.is_read_in_part) == (["old"], False)


async def test_an_entity_is_counted_in_the_newest_articles_alone(store, archive):
    names: list[Any] = [("Oslo", "GPE", {}, None), ("Oslo", "ORG", {}, None)]
    await put(store, *(article("x", f"Text {n}", date_published=NOON, names=names) for n in range(3)))
    page = await archive.entity("oslo", days=5, until=UNTIL, counted=2)
    assert (page.articles, page.is_cut, page.mentions) == (2, True, 4)
    assert page.names == [("Oslo", 2)]
    assert sorted(page.types) == [("GPE", 2), ("ORG", 2)]


async def test_entities_of_a_window_are_counted_beside_those_of_the_window_before(store, archive):
    def naming(*names, days):
        return article(
            "x",
            f"Text of {uuid.uuid4()}",
            date_published=NOON - timedelta(days=days),
            names=[(name, kind, {}, None) for name, kind in names],
        )

    await put(
        store,
        naming(("Oslo", "GPE"), ("Ada", "PERSON"), ("Monday", "DATE"), days=0),
        naming(("Oslo", "GPE"), days=1),
        naming(("Oslo", "GPE"), ("Bo", "PERSON"), days=8),
        naming(("Ada", "PERSON"), days=9),
        naming(("Ada", "PERSON"), days=9),
        naming(("Ada", "PERSON"), days=30),
    )
    top = await archive.top_entities(days=7, until=UNTIL)
    assert (top.articles, top.is_cut) == (2, False)
    assert [(one.name, one.articles, one.before) for one in top.entities] == [("Oslo", 2, 1), ("Ada", 1, 2)]
    of_dates = await archive.top_entities("date", days=7, until=UNTIL)
    assert [one.name for one in of_dates.entities] == ["Monday"]
    assert len((await archive.top_entities(days=7, until=UNTIL, limit=1)).entities) == 1
    assert (await archive.top_entities(days=7, until=UNTIL + timedelta(days=900))).entities == []


async def test_one_entity_has_its_ids_days_company_and_newest_articles(store, archive):
    def naming(headline, name, days, *others, **ids):
        return article(
            headline,
            f"Text of {uuid.uuid4()}",
            date_published=NOON - timedelta(days=days),
            names=[(name, "GPE", ids, "ES"), *((other, "PERSON", {}, None) for other in others)],
        )

    await put(
        store,
        naming("a", "Málaga", 0, "Ada", "Bo", geonames="2514256"),
        naming("b", "Malaga", 2, "Ada", geonames="2514256"),
        naming("c", "Málaga", 2, wikidata="Q8851"),
        naming("d", "Málaga", 40, "Cy"),
        naming("e", "Oslo", 1, "Ada"),
    )
    page = await archive.entity("malaga", days=5, until=UNTIL)
    assert (page.articles, page.mentions, page.is_cut) == (3, 3, False)
    assert page.names == [("Málaga", 2), ("Malaga", 1)]
    assert page.types == [("GPE", 3)]
    assert page.ids == {"geonames": ["2514256"], "wikidata": ["Q8851"]}
    assert [count for _, count in page.timeline] == [0, 0, 2, 0, 1, 0]
    assert [(one["name"], one["articles"]) for one in page.together] == [("Ada", 2), ("Bo", 1)]
    assert page.newest[0].headline == "a"
    by_id = await archive.entity("GeoNames:2514256", days=5, until=UNTIL)
    assert by_id.articles == 2
    assert (await archive.entity("malaga", "PERSON", days=5, until=UNTIL)).articles == 0
    assert (await archive.entity("nobody", days=5, until=UNTIL)).newest == []
