"""Search on a real PostgreSQL: words in any accents, stop words, every filter, order, pages."""
# ruff: noqa: RUF001 - letters that look like others are what this is about

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.storage.records import NOON
from tests.integration.storage.searching import article, found, put
from wiredesk_storage.search.asking import Filters, Order
from wiredesk_storage.search.cursor import StaleCursorError

pytestmark = pytest.mark.broker


@pytest.mark.parametrize("query", ["malaga", "Málaga", "MALAGA", "málaga", "Malága", "MA\u0301LAGA"])
@pytest.mark.parametrize("language", ["en", "es", "de", "zh", None])
async def test_accents_and_case_are_folded_both_ways(store, archive, query, language):
    await put(
        store,
        article("written", "A ferry to Málaga runs.", language),
        article("left out", "A ferry to Malaga runs.", language),
        article("shouted", "A FERRY TO MÁLAGA RUNS.", language),
        article("another", "A ferry to Manila runs.", language),
    )
    page = await archive.search(query)
    assert {hit.headline for hit in page.hits} == {"written", "left out", "shouted"}
    excerpts = {hit.headline: hit.excerpt for hit in page.hits}
    assert excerpts["written"] == "A ferry to **Málaga** runs."
    assert excerpts["left out"] == "A ferry to **Malaga** runs."


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("strasse", "Die Straße ist zu.", "de"),
        ("Straße", "Die Strasse ist zu.", "de"),
        ('"sao paulo"', "Ontem em São Paulo choveu.", "pt"),
        ("lodz", "Pociąg do Łodzi i Łódź.", "pl"),
        ("елка", "Ёлка стоит.", "ru"),
        ("αθηνα", "Η Αθήνα σήμερα.", "el"),
        ("istanbul", "İSTANBUL bugün.", "tr"),
    ],
)
async def test_letters_of_other_languages_are_folded(store, archive, query, text, language):
    await put(store, article("it", text, language))
    assert await found(archive, query) == ["it"]


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("greece", "**Greece’s**"),
        ("greece’s", "**Greece’s**"),
        ("ferry", "“**ferry**”"),
        ("“ferry line”", "“**ferry**” **line**"),
        ("harbour", "—**harbour**…"),
        ("night", "🔥**night**"),
    ],
)
async def test_a_word_is_found_whatever_sign_stands_beside_it(store, archive, query, marked):
    await put(store, article("It sails", "All of Greece’s new “ferry” line—harbour… and 🔥night, they say."))
    (hit,) = (await archive.search(query, Filters())).hits
    assert marked.replace("’s**", "") in hit.excerpt.replace("’s**", "").replace("**’s", "")


async def test_a_mark_that_makes_another_letter_stays(store, archive):
    await put(store, article("iot", "Это йод.", "ru"))
    assert await found(archive, "йод") == ["iot"]
    assert await found(archive, "иод") == []


@pytest.mark.parametrize(
    ("query", "language", "titles"),
    [
        ("the", None, {"hamlet", "plain"}),
        ("to be or not to be", None, {"hamlet"}),
        ('"to be or not to be"', "en", {"hamlet"}),
        ("die", "de", {"german"}),
        ("DIE", None, {"german", "end"}),
        ("über", "de", {"german"}),
        ("the -hamlet", None, {"plain", "end"}),
    ],
)
async def test_a_query_of_stop_words_finds_by_plain_matching(store, archive, query, language, titles):
    await put(
        store,
        article("hamlet", "He asked: To be, or not to be? Hamlet knew the answer."),
        article("plain", "It was the other one."),
        article("end", "Ships die slowly."),
        article("german", "Und die Katze schlief über Nacht.", "de"),
    )
    for order in Order:
        assert set(await found(archive, query, Filters(language=language), order=order)) == titles
    facets = await archive.facets(query, Filters(language=language))
    assert facets.hits == len(titles)


async def test_an_excerpt_of_stop_words_marks_the_phrase(store, archive):
    await put(store, article("hamlet", "He asked: To be, or not to be? He knew."))
    (hit,) = (await archive.search("to be or not to be")).hits
    assert hit.excerpt == "He asked: **To be, or not to be**? He knew."


FILTERS = [
    (Filters(entity="ada marsh"), {"one"}),
    (Filters(entity="ÁDA  Marsh"), {"one"}),
    (Filters(entity="geonames:524901"), {"two"}),
    (Filters(entity="Wikidata:q90"), {"three"}),
    (Filters(entity="iso3166:RU"), {"three"}),
    (Filters(entity="washington"), {"one", "two"}),
    (Filters(entity="washington", entity_type="PERSON"), {"one"}),
    (Filters(entity="washington", entity_type="gpe"), {"two"}),
    (Filters(entity_type="ORG"), {"three"}),
    (Filters(country="ru"), {"two", "three"}),
    (Filters(source="Feed A"), {"one"}),
    (Filters(host="paper.example"), {"one", "two"}),
    (Filters(host="news.paper.example"), {"two"}),
    (Filters(host="www.paper.example"), {"one", "two"}),
    (Filters(section="wörld"), {"one"}),
    (Filters(section="world"), {"one"}),
    (Filters(language="de"), {"two"}),
    (Filters(quality="partial"), {"three"}),
    (Filters(since=NOON - timedelta(days=1)), {"one", "two"}),
    (Filters(until=NOON - timedelta(days=1)), {"three"}),
    (Filters(since=NOON - timedelta(days=6), until=NOON - timedelta(days=4)), {"three"}),
    (Filters(host="MÜNCHEN.de"), {"three"}),
    (Filters(host="munchen.de"), set()),
    (Filters(without_copies=True), {"one", "two"}),
    (Filters(host="paper.example", language="en"), {"one"}),
    (Filters(entity="nobody"), set()),
    (Filters(host="example.org"), set()),
    (Filters(entity="x\0\ud800'"), set()),
]


def told(value):
    # The order of a set differs by process.
    return repr(sorted(value) if isinstance(value, set) else value)[:80]


@pytest.mark.parametrize(("filters", "titles"), FILTERS, ids=told)
async def test_each_filter_alone_and_with_words(store, archive, filters, titles):
    first = article(
        "one",
        "Ferry of one",
        source="feed a",
        article_section="World",
        url="https://www.paper.example/1",
        names=[("Áda Marsh", "PERSON", {}, None), ("Washington", "PERSON", {}, None)],
    )
    second = article(
        "two",
        "Ferry of two",
        "de",
        url="https://news.paper.example:8080/2",
        names=[
            ("Moscow", "GPE", {"geonames": "524901"}, "RU"),
            ("Washington", "GPE", {}, None),
            ("Bo", "PERSON", {}, None),
        ],
    )
    third = article(
        "three",
        "Ferry of three",
        content_hash=first.content_hash,
        url="https://www.münchen.de/3",
        quality="partial",
        date_published=NOON - timedelta(days=5),
        names=[("Russia", "GPE", {"iso3166": "RU"}, None), ("Paris", "ORG", {"wikidata": "Q90"}, None)],
    )
    await put(store, first, second, third)
    for query in ("", "ferry", "of"):
        assert set(await found(archive, query, filters)) == titles
        assert (await archive.facets(query, filters)).hits == len(titles)


async def test_without_words_articles_come_by_date_and_are_not_newer_than_they_were_fetched(store, archive):
    await put(
        store,
        article("published", date_published=NOON - timedelta(days=1)),
        article("fetched", minute=-30),
        article("in 2099", minute=-60, date_published=NOON + timedelta(days=30_000)),
    )
    assert await found(archive) == ["fetched", "in 2099", "published"]


async def test_rank_is_words_then_age(store, archive):
    old, new = NOON - timedelta(days=300), NOON
    await put(
        store,
        article("Ferry closes", "It was said on Monday.", date_published=new),
        article("Old news", "The ferry closes on Monday, as was said.", date_published=old),
        article("New news", "The ferry closes on Monday, as was said.", date_published=new),
    )
    assert await found(archive, "ferry closes") == ["Ferry closes", "New news", "Old news"]
    assert (await found(archive, "ferry closes", order=Order.DATE))[-1] == "Old news"
    page = await archive.search("ferry", half_life_days=0)
    ranks = {hit.headline: hit.rank for hit in page.hits}
    assert ranks["New news"] == ranks["Old news"]
    aged = {hit.headline: hit.rank for hit in (await archive.search("ferry", half_life_days=1)).hits}
    assert ranks["Old news"] * 0.2 == pytest.approx(aged["Old news"])


@pytest.mark.parametrize(
    ("query", "order"), [("ferry", Order.RELEVANCE), ("ferry", Order.DATE), ("", Order.DATE), ("the", Order.RELEVANCE)]
)
async def test_pages_have_each_article_once_while_others_arrive(store, archive, query, order):
    def batch(first, count):
        return [
            article(f"{number}", f"The ferry {'ferry ' * (number % 3)}ran.", minute=number % 5)
            for number in range(first, first + count)
        ]

    await put(store, *batch(0, 23))
    seen, after, arrived = [], None, 100
    while True:
        page = await archive.search(query, order=order, limit=5, after=after)
        seen += [hit.headline for hit in page.hits]
        after = page.after
        if after is None:
            break
        await put(store, *batch(arrived, 3))
        arrived += 100
    assert len(seen) == len(set(seen))
    assert {str(number) for number in range(23)} <= set(seen)


async def test_a_cursor_of_another_search_is_refused(store, archive):
    await put(store, article("a ferry"), article("b ferry"))
    after = (await archive.search("ferry", limit=1)).after
    for query, how in (("harbour", {}), ("ferry", {"order": Order.DATE})):
        with pytest.raises(StaleCursorError):
            await archive.search(query, after=after, **how)
    assert len((await archive.search(" ferry ", limit=1, after=after)).hits) == 1


async def test_a_near_copy_is_marked_and_left_out_like_a_copy(pool, store, archive):
    first, near = article("first", "The ferry ran."), article("near", "The ferry ran, they say.")
    await put(store, first, near)
    await pool.execute("insert into copies values ($1, $2, 0.9, '{edited}')", near.article_id, first.article_id)
    hits = (await archive.search("ferry")).hits
    assert {hit.headline: hit.copy_of for hit in hits} == {"first": None, "near": first.article_id}
    for query in ("ferry", "the", ""):
        assert await found(archive, query, Filters(without_copies=True)) == ["first"]


@pytest.fixture
async def two_articles(store, archive):
    """An archive with two articles: one is found by stop words, the other by any."""
    await put(store, article("Hamlet", "To be or not to be."), article("Ferry", "A ferry to Oslo."))
    assert await found(archive, "or not to be") == ["Hamlet"]
    return archive


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.text(st.characters(codec=None, categories=None), max_size=80)
    | st.text("\"-or ab'\\:*!&|()<>\0\ud800", max_size=60)
)
async def test_nothing_that_can_be_typed_is_an_error(two_articles, query):
    archive = two_articles
    for order in Order:
        await archive.search(query, Filters(entity=query, section=query), order=order)
        await archive.search(query, order=order)
    await archive.facets(query)
    await archive.entity(query or "x")


@pytest.mark.parametrize("query", ["a " * 500_000, '"' * 1_000_000, "-" * 1_000_000, "\0" * 1_000_000, "x" * 1_000_000])
async def test_a_megabyte_is_searched_for_as_far_as_it_can_be(store, archive, query):
    await put(store, article("A ferry"))
    await archive.search(query)
